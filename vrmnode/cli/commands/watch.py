"""`vrm intent watch`: an intent's events, until it has ended one way or another."""

from __future__ import annotations

import click

from vrmnode.cli.commands.events import print_event
from vrmnode.cli.commands.intent import chosen_intent
from vrmnode.cli.failures import FAILED, CommandError
from vrmnode.cli.safe_text import one_line
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import entries, money, short
from vrmnode.cli.waiting import events, last_event, seconds, timed_out

_OVER = ("withdrawn", "expired", "fulfilled")


@click.command()
@click.argument("intent_id", metavar="[INTENT]", required=False)
@click.option("--latest", is_flag=True, help="The intent that you published last.")
@click.option("--timeout", help="Stop waiting after this time, such as 30s or 5m (exit code 8).")
@shared_options
def watch(intent_id: str | None, latest: bool, timeout: str | None) -> None:
    """Follow an intent to its end.

    Ends with 0 when a deal is agreed, with 1 when the intent expires or is withdrawn without one.
    With --json each event is one line, and so is the intent's last state.

    \b
    Example:
      vrm intent watch 3fa2c4d5e6f7 --timeout 10m
    """
    here = session()
    timeout_s = seconds(timeout, "--timeout")
    intent_id = chosen_intent(here, intent_id, latest=latest)
    after = last_event(here.client)
    shown = _shown(here, intent_id)
    if not _is_over(shown):
        here.progress(f"watching intent {short(shown.get('intent') or intent_id)}; Ctrl-C ends it")
        shown = _follow(here, intent_id, after, timeout_s)
    _say_end(here, shown)


def _follow(
    here: Session, intent_id: str, after: int, timeout_s: float | None
) -> dict[str, object]:
    """Print the intent's events after `after` until it is over; what it is then."""
    seen = after
    for event in events(here.client, after, timeout_s):
        # Asked at each sign of life too, and before an event is judged: it may be the first of a
        # deal that was not there a moment ago.
        shown = _shown(here, intent_id)
        seen = _print(here, event, shown) or seen
        if _is_over(shown):
            # The state may be ahead of the events that led to it.
            for rest in entries(here.client.get("events", after=seen, limit=1000), "events"):
                _print(here, rest, shown)
            return shown
    raise timed_out(here.client, "an agreement", timeout_s)


def _print(here: Session, event: dict[str, object], shown: dict[str, object]) -> int | None:
    """The number of the event, which is printed if it is about this intent."""
    if event and _concerns(event, shown):
        print_event(here, event)
    number = event.get("id")
    return number if isinstance(number, int) else None


def _shown(here: Session, intent_id: str) -> dict[str, object]:
    value = here.client.get("intents", intent_id)
    return value if isinstance(value, dict) else {}


def _concerns(event: dict[str, object], shown: dict[str, object]) -> bool:
    data = event.get("data")
    mentioned = [event.get("subject")]
    if isinstance(data, dict):
        mentioned += [data.get("intent"), data.get("deal")]
    ours = [shown.get("intent")]
    ours += [each.get("deal") for each in entries(shown, "deals")]
    ours += [each.get("offer") for each in entries(shown, "ranking")]
    return any(name is not None and name in ours for name in mentioned)


def _agreed(shown: dict[str, object]) -> dict[str, object] | None:
    deals = entries(shown, "deals")
    return next((each for each in deals if each.get("state") == "agreed"), None)


def _is_over(shown: dict[str, object]) -> bool:
    pending = any(each.get("state") == "accepted" for each in entries(shown, "deals"))
    return _agreed(shown) is not None or (shown.get("status") in _OVER and not pending)


def _say_end(here: Session, shown: dict[str, object]) -> None:
    agreed = _agreed(shown)
    if agreed is None:
        raise CommandError(
            FAILED,
            f"intent.{shown.get('status')}",
            f"expected an agreement, and the intent is {shown.get('status')} without one",
            f"see why with: vrm intent show {short(shown.get('intent'))}",
        )
    total = money(agreed.get("total"), agreed.get("currency"))
    words = (
        f"agreed with {one_line(agreed.get('vendor_name'))}: {total}\n"
        f"export it with: vrm deal export {short(agreed.get('deal'))}"
    )
    here.line({"type": "watch.agreed", "intent": shown.get("intent"), "deal": agreed}, words)
