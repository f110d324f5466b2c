"""`vrm relation`: keeping in touch after an agreement, and no further than that."""

from __future__ import annotations

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.safe_text import one_line
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, entries, hanging, listed, moment, nested, short, short_did

_HERE = "vrmnode.cli.commands.relation"
CHANNELS = ("email", "letter", "message", "phone", "text")
PURPOSES = ("order", "product", "other", "marketing")
STATUSES = ("agreed", "granted", "paused", "revoked")


@click.group(
    cls=LazyGroup,
    commands_at={
        "list": (_HERE, "list_relations", "List whom you keep in touch with."),
        "show": (_HERE, "show_relation", "Show one relationship with its deals and notes."),
        "reach": (_HERE, "reach", "Say what a vendor may write to you first."),
        "pause": (_HERE, "pause", "Let a vendor write nothing first, for now."),
        "resume": (_HERE, "resume", "End a pause."),
        "end": (_HERE, "end", "Revoke everything that a vendor may write first."),
        "write": (_HERE, "write", "Write a note to the other side."),
    },
)
@shared_options
def relation() -> None:
    """Keep in touch after an agreement.

    And no further than the customer wants. To a customer a relationship is all deals with one
    vendor; to a vendor those in which the customer let itself be recognised, or else one deal.

    \b
    Example:
      vrm relation list
    """


@click.command("list")
@click.option("--role", type=click.Choice(["customer", "vendor"]), help="Only this role of yours.")
@shared_options
def list_relations(role: str | None) -> None:
    """List whom you keep in touch with.

    \b
    Example:
      vrm relation list --role customer
    """
    here = session()
    value = here.client.get("relations", role=role)
    here.result(value, lambda: _table(entries(value, "relations")))


def _table(rows: list[dict[str, object]]) -> str:
    if not rows:
        return "nobody yet; a relationship begins with an agreement"
    header = ("with", "you are", "status", "recognised", "newest deal", "deals", "updated")
    return columns(header, [_row(row) for row in rows])


def _row(row: dict[str, object]) -> tuple[object, ...]:
    deals = row.get("deals")
    ids = deals if isinstance(deals, list) and deals else ["-"]
    return (
        row.get("vendor_name") or short_did(row.get("vendor") or row.get("customer")),
        row.get("role"),
        row.get("status"),
        "yes" if row.get("opened") else "no",
        short(ids[0]),
        len(ids),
        moment(row.get("updated")),
    )


@click.command("show")
@click.argument("relation_id", metavar="DEAL|VENDOR")
@shared_options
def show_relation(relation_id: str) -> None:
    """Show one relationship with its deals and notes.

    And with what the vendor may write first.

    \b
    Example:
      vrm relation show 0a1b2c3d4e5f
    """
    here = session()
    value = here.client.get("relations", relation_id)
    here.result(value, lambda: relation_words(value))


def relation_words(found: object) -> str:
    """A relationship in words: who, each deal with its reach, the notes."""
    value = found if isinstance(found, dict) else {}
    who = value.get("vendor_name") or short_did(value.get("vendor") or value.get("customer"))
    lines = [f"with {one_line(who)}, you are the {value.get('role')}: {value.get('status')}"]
    for deal in entries(value.get("deals"), "deals"):
        lines += ["", f"deal {short(deal.get('deal'))}: {one_line(deal.get('item_name'))}"]
        lines.append(f"order {deal.get('order_status')}, terms {deal.get('terms')}")
        lines.append(_reach_table(deal.get("reach")))
        if deal.get("told"):
            lines.append(f"was told: {listed(deal.get('told'))}")
        if deal.get("disclosed"):
            lines.append(nested({"disclosed": deal["disclosed"]}))
    notes = entries(value.get("notes"), "notes")
    lines += ["", *(_note(note) for note in notes)] if notes else []
    return "\n".join(lines)


def _reach_table(reach: object) -> str:
    cells = reach if isinstance(reach, dict) else {}
    rows = [
        (channel, *(str(row.get(purpose)).replace("not_granted", "-") for purpose in PURPOSES))
        for channel, row in cells.items()
        if isinstance(row, dict)
    ]
    return columns(("may write first by", *PURPOSES), rows)


def _note(note: dict[str, object]) -> str:
    about = f", about {note['purpose']}" if note.get("purpose") else ""
    answers = f", answers {short(note['answers'])}" if note.get("answers") else ""
    head = f"{short(note.get('note'))} {moment(note.get('created'))} {note.get('from')}"
    if note.get("refused"):
        return f"{head}{about}{answers}: REFUSED, {note.get('words')}"
    return f"{head}{about}{answers}: {hanging(note.get('text'))}"


@click.command()
@click.argument("relation_id", metavar="DEAL|VENDOR")
@click.argument("status", metavar="STATUS", type=click.Choice(STATUSES))
@click.option(
    "--channel", "channels", multiple=True, type=click.Choice(CHANNELS), help="Only this channel."
)
@click.option(
    "--purpose", "purposes", multiple=True, type=click.Choice(PURPOSES), help="Only this purpose."
)
@shared_options
def reach(
    relation_id: str, status: str, channels: tuple[str, ...], purposes: tuple[str, ...]
) -> None:
    """Say what a vendor may write to you first.

    STATUS is agreed (as the terms have it), granted, paused or revoked, for the channels and
    purposes that you name, or for all. The channel message is this network's: a vendor's node
    refuses to write what you revoked, and yours to take it.

    \b
    Examples:
      vrm relation reach 0a1b2c3d4e5f revoked --channel message --purpose marketing
      vrm relation reach 0a1b2c3d4e5f granted --channel email --purpose product
    """
    body: dict[str, object] = {"status": status}
    body |= {"channels": list(channels)} if channels else {}
    body |= {"purposes": list(purposes)} if purposes else {}
    _say(relation_id, "reach", body)


def _say(relation_id: str, word: str, body: dict[str, object] | None = None) -> None:
    here = session()
    value = here.client.post("relations", relation_id, word, body=body or {})
    here.result(value, lambda: relation_words(value))
    for words in _cut_off(value):
        here.progress(f"note: {words}")


_OVER = ("delivered", "returned", "cancelled")


def _cut_off(value: dict[str, object]) -> list[str]:
    """What a customer gives up who lets a vendor write nothing while its order goes on."""
    if value.get("role") != "customer":
        return []
    who = one_line(value.get("vendor_name") or short_did(value.get("vendor")))
    return [
        f"the order {short(deal.get('deal'))} isn't over: {who} can't write about it, and hears"
        " nothing of a new address by itself; let it with: vrm relation reach"
        f" {short(deal.get('deal'))} agreed --purpose order"
        for deal in entries(value.get("deals"), "deals")
        if deal.get("status") in ("paused", "ended") and deal.get("order_status") not in _OVER
    ]


@click.command()
@click.argument("relation_id", metavar="DEAL|VENDOR")
@shared_options
def pause(relation_id: str) -> None:
    """Let a vendor write nothing first, for now.

    It isn't told of changes of your contact data either.

    \b
    Example:
      vrm relation pause 0a1b2c3d4e5f
    """
    _say(relation_id, "pause")


@click.command()
@click.argument("relation_id", metavar="DEAL|VENDOR")
@shared_options
def resume(relation_id: str) -> None:
    """End a pause.

    What was paused is as it was agreed. What has changed meanwhile you tell with: vrm contact tell

    \b
    Example:
      vrm relation resume 0a1b2c3d4e5f
    """
    _say(relation_id, "resume")


@click.command()
@click.argument("relation_id", metavar="DEAL|VENDOR")
@shared_options
def end(relation_id: str) -> None:
    """Revoke everything that a vendor may write first.

    Orders go on as agreed. The vendor is told of no change of your contact data any more, and
    keeps what it was told for as long as its terms allow.

    \b
    Example:
      vrm relation end 0a1b2c3d4e5f
    """
    _say(relation_id, "end")


@click.command()
@click.argument("relation_id", metavar="DEAL|VENDOR")
@click.argument("text", metavar="TEXT")
@click.option("--purpose", type=click.Choice(PURPOSES), help="As a vendor: what it is about.")
@click.option("--answers", metavar="NOTE", help="The note of the other side that it answers.")
@click.option("--language", help="The language of the text, such as de.")
@shared_options
def write(
    relation_id: str, text: str, purpose: str | None, answers: str | None, language: str | None
) -> None:
    """Write a note to the other side.

    It needs no e-mail address and no telephone. A customer may always write. A vendor says what it
    is about, and is refused what the customer doesn't want; it may answer each note of the
    customer's once.

    \b
    Examples:
      vrm relation write 0a1b2c3d4e5f "Could it come on Saturday?"
      vrm relation write 0a1b2c3d4e5f "It can." --answers 9f8e7d6c5b4a
      vrm relation write 0a1b2c3d4e5f "There is a recall." --purpose product
    """
    asked = {"text": text, "purpose": purpose, "answers": answers, "language": language}
    body: dict[str, object] = {name: value for name, value in asked.items() if value is not None}
    here = session()
    value = here.client.post("relations", relation_id, "notes", body=body)
    here.result(
        value,
        lambda: (
            f"written as {short(value.get('note'))}; see: vrm relation show "
            f"{short(value.get('deal'))}"
        ),
    )
