"""`vrm intent standing`: what is wanted again and again; begun by `vrm intent publish --every`."""

from __future__ import annotations

import click

from vrmnode.cli.commands.offer import offers_words
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, day, entries, moment, nested, short, span

_HERE = "vrmnode.cli.commands.standing"
_PARTS = ("intents", "offers")


@click.group(
    cls=LazyGroup,
    commands_at={
        "list": (_HERE, "list_standing", "List your standing intents."),
        "show": (_HERE, "show_standing", "Show one with its castings and their offers."),
        "stop": (_HERE, "stop", "Cast a standing intent no more."),
    },
)
@shared_options
def standing() -> None:
    """See and stop what is wanted again and again.

    \b
    Example:
      vrm intent publish --name "oat milk" --country AT --every 1w --until 2030-06-30
      vrm intent standing list
    """


@click.command("list")
@shared_options
def list_standing() -> None:
    """List your standing intents.

    \b
    Example:
      vrm intent standing list
    """
    here = session()
    value = here.client.get("standing")
    here.result(value, lambda: _table(entries(value, "standing")))


def _table(rows: list[dict[str, object]]) -> str:
    if not rows:
        return "no standing intents; begin one with: vrm intent publish --every 1w --until DAY …"
    header = ("standing", "status", "every", "cast", "next, about", "until", "what")
    return columns(header, [_row(row) for row in rows])


def _row(row: dict[str, object]) -> tuple[object, ...]:
    return (
        short(row.get("standing")),
        row.get("status"),
        span(row.get("every_s")),
        row.get("castings"),
        moment(row.get("next_at")),
        day(row.get("until")),
        row.get("label"),
    )


@click.command("show")
@click.argument("standing_id", metavar="STANDING")
@shared_options
def show_standing(standing_id: str) -> None:
    """Show one with its castings and their offers.

    \b
    Example:
      vrm intent standing show 7b1c2d3e4f5a
    """
    here = session()
    value = here.client.get("standing", standing_id)
    here.result(value, lambda: _words(value))


def _words(value: object) -> str:
    if not isinstance(value, dict):
        return nested(value)
    parts = {name: item for name, item in value.items() if name not in _PARTS}
    cast = entries(value, "intents")
    header = ("intent", "status", "offers", "bought", "cast at", "valid until")
    rows = [
        (
            short(row.get("intent")),
            row.get("status"),
            row.get("offers"),
            row.get("agreed"),
            moment(row.get("created")),
            moment(row.get("valid_through")),
        )
        for row in cast
    ]
    lines = [nested(parts), "", "Castings, the newest first:", columns(header, rows)]
    return "\n".join([*lines, "", "Offers:", offers_words(entries(value, "offers"))])


@click.command()
@click.argument("standing_id", metavar="STANDING")
@shared_options
def stop(standing_id: str) -> None:
    """Cast a standing intent no more.

    The casting that stands now stays until it ends; withdraw it with: vrm intent withdraw

    \b
    Example:
      vrm intent standing stop 7b1c2d3e4f5a
    """
    here = session()
    value = here.client.post("standing", standing_id, "stop", body={})
    here.result(value, lambda: _stopped(value))


def _stopped(value: dict[str, object]) -> str:
    lines = [f"stopped: {short(value.get('standing'))}, after {value.get('castings')} castings"]
    lines += [
        f"still open: vrm intent withdraw {short(row.get('intent'))}"
        for row in entries(value, "intents")
        if row.get("status") == "active"
    ]
    return "\n".join(lines)
