"""`vrm events`."""

from __future__ import annotations

import click

from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import entries, is_time, moment, money, second, short
from vrmnode.cli.waiting import events as follow_events
from vrmnode.cli.waiting import seconds


@click.command()
@click.option("--follow", is_flag=True, help="Go on with what happens next, until Ctrl-C.")
@click.option("--after", type=click.IntRange(min=0), help="Start after the event of this number.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=100,
    show_default=True,
    help="How many at most.",
)
@click.option("--timeout", help="With --follow: end after this time, such as 30s or 5m.")
@shared_options
def events(follow: bool, after: int | None, limit: int, timeout: str | None) -> None:
    """Read or follow the node's event log.

    With --json each event is one line.

    \b
    Examples:
      vrm events --after 120
      vrm events --follow --json
    """
    here = session()
    if not follow:
        found = entries(here.client.get("events", after=after or 0, limit=limit), "events")
        for event in found:
            print_event(here, event)
        if not found:
            here.progress("no events; wait for them with: vrm events --follow")
        return
    try:
        for event in follow_events(here.client, after, seconds(timeout, "--timeout")):
            if event:
                print_event(here, event)
    except KeyboardInterrupt:
        return


def print_event(here: Session, event: dict[str, object]) -> None:
    """One event as one line."""
    here.line(event, event_words(event))


def event_words(event: dict[str, object]) -> str:
    """Number, time, type and subject of an event, and its data in short."""
    data = event.get("data")
    pairs = _readable(data).items() if isinstance(data, dict) else ()
    details = "  ".join(f"{name}={_brief(value)}" for name, value in pairs if value is not None)
    subject = f"{event.get('subject_kind', '')} {short(event.get('subject') or '')}".strip()
    line = f"{event.get('id', ''):>6}  {second(event.get('at'))}  {event.get('type', '')}"
    return "  ".join(part for part in (line, subject, details) if part)


def _readable(data: dict[str, object]) -> dict[str, object]:
    shown = {
        name: moment(value) if is_time(name) and isinstance(value, int) else value
        for name, value in data.items()
    }
    if isinstance(shown.get("total"), int) and isinstance(shown.get("currency"), str):
        shown["total"] = money(shown["total"], shown.pop("currency"))
    return shown


def _brief(value: object) -> str:
    text = str(value)
    is_id = len(text) == 64 and all(char in "0123456789abcdef" for char in text)
    return short(text) if is_id else text[:120]
