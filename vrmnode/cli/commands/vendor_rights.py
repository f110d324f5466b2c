"""`vrm vendor rights`: what customers ask of your shop, and what only a person answers."""

from __future__ import annotations

import click

from vrmnode.cli.commands.rights import shown, state
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, entries, moment, short

_HERE = "vrmnode.cli.commands.vendor_rights"
REASONS = (
    "legal_obligation",
    "claim_not_covered",
    "outside_jurisdiction",
    "too_many_requests",
    "no_match",
    "insuf_verification",
    "suspected_fraud",
    "other",
)

Row = dict[str, object]


@click.group(
    cls=LazyGroup,
    commands_at={
        "list": (_HERE, "list_requests", "List what customers asked, what is due first."),
        "show": (_HERE, "show_request", "Show one request."),
        "fulfil": (_HERE, "fulfil", "Do what a customer asked for."),
        "deny": (_HERE, "deny", "Refuse what a customer asked for, and say why."),
        "progress": (_HERE, "progress", "Say that you work on it, and until when."),
    },
)
@shared_options
def rights() -> None:
    """Answer what customers ask about their data.

    Your node answers by itself what it can; the table [rights] of your policy says what it leaves
    to you, and for how long a law wants the data of an order kept.

    \b
    Examples:
      vrm vendor rights list
      vrm vendor rights fulfil 3fc1a0b2c9d4
    """


@click.command("list")
@shared_options
def list_requests() -> None:
    """List what customers asked, what is due first.

    \b
    Example:
      vrm vendor rights list
    """
    here = session()
    value = here.client.get("rights", role="vendor")
    here.result(value, lambda: _table(entries(value, "rights")))


def _table(rows: list[Row]) -> str:
    if not rows:
        return "no customer has asked anything"
    return columns(
        ("request", "right", "customer", "deal", "state", "due or answered", "why"),
        [
            (
                short(row.get("request")),
                row.get("right"),
                str(row.get("customer"))[-12:],
                short(row.get("deal")),
                state(row),
                moment(row.get("answered_at") or row.get("answer_by")),
                row.get("words") or "-",
            )
            for row in rows
        ],
    )


@click.command("show")
@click.argument("request_id", metavar="REQUEST")
@shared_options
def show_request(request_id: str) -> None:
    """Show one request.

    \b
    Example:
      vrm vendor rights show 3fc1a0b2c9d4
    """
    here = session()
    value = here.client.get("rights", request_id)
    here.result(value, lambda: shown(value))


@click.command("fulfil")
@click.argument("request_id", metavar="REQUEST")
@click.option("--anyway", is_flag=True, help="Delete also while the order is open.")
@shared_options
def fulfil(request_id: str, anyway: bool) -> None:
    """Do what a customer asked for.

    access: all that your node holds of the customer is told, as its database has it. deletion: what
    was disclosed is erased with its keys, and a signed statement says so (see: vrm vendor forget
    --help). sale:opt_out: you state that you sell nothing of it.

    \b
    Example:
      vrm vendor rights fulfil 3fc1a0b2c9d4
    """
    _answer("fulfil", request_id, {"anyway": anyway})


@click.command("deny")
@click.argument("request_id", metavar="REQUEST")
@click.option("--reason", type=click.Choice(REASONS), required=True, help="Why: a code.")
@click.option("--note", help="Why, in your words, at most 500 characters; other needs one.")
@click.option("--language", help='The language of the note, such as "de".')
@click.option(
    "--days",
    type=int,
    help="With legal_obligation: for so many days from the agreement the law demands the data.",
)
@shared_options
def deny(
    request_id: str, reason: str, note: str | None, language: str | None, days: int | None
) -> None:
    """Refuse what a customer asked for, and say why.

    The customer reads the reason in words. After a legal obligation your node deletes by itself.

    \b
    Examples:
      vrm vendor rights deny 3fc1a0b2c9d4 --reason legal_obligation --days 3650
      vrm vendor rights deny 3fc1a0b2c9d4 --reason other --note "Our lawyers need it."
    """
    body = {"reason": reason, "note": note, "language": language, "days": days}
    _answer("deny", request_id, {name: value for name, value in body.items() if value is not None})


@click.command("progress")
@click.argument("request_id", metavar="REQUEST")
@click.option(
    "--days",
    type=click.IntRange(1, 90),
    default=30,
    show_default=True,
    help="Within so many days of the request you will have answered.",
)
@click.option("--note", help="What it takes, in your words, at most 500 characters.")
@click.option("--language", help='The language of the note, such as "de".')
@shared_options
def progress(request_id: str, days: int, note: str | None, language: str | None) -> None:
    """Say that you work on it, and until when.

    More than 30 days move the time by which you have to answer, to 90 at most.

    \b
    Example:
      vrm vendor rights progress 3fc1a0b2c9d4 --days 60 --note "We ask our carrier."
    """
    body: Row = {"days": days, "note": note, "language": language}
    kept = {name: value for name, value in body.items() if value is not None}
    _answer("progress", request_id, kept)


def _answer(how: str, request_id: str, body: Row) -> None:
    here = session()
    value = here.client.post("vendor", "rights", request_id, how, body=body)
    here.result(value, lambda: _answered(value))


def _answered(row: Row) -> str:
    said = f"{row.get('right')} of deal {short(row.get('deal'))} is {row.get('state')}"
    if row.get("state") == "in_progress":
        said += f" until {moment(row.get('answer_by'))}"
    return f"{said}; the customer is told"
