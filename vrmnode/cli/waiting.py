"""Waiting for something to become true, woken by the node's events."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from vrmnode.cli.client import Client
from vrmnode.cli.failures import NO_PEERS, TIMED_OUT, CommandError, usage
from vrmnode.cli.show import short

T = TypeVar("T")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def seconds(text: str | None, option: str) -> float | None:
    """A span such as `30`, `30s`, `5m` or `2h` in seconds."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,9})([smhdw]?)", text.strip())
    if match is None:
        raise usage(
            "option.span", f"{option}: expected a span such as 30s, 5m or 2h, came {text!r}"
        )
    return float(int(match[1]) * _UNITS[match[2]])


def last_event(client: Client) -> int:
    """The number of the newest event; taken before a command, no later event is missed."""
    status = client.get("status")
    last = status.get("last_event", 0) if isinstance(status, dict) else 0
    return last if isinstance(last, int) else 0


def events(
    client: Client, after: int | None, timeout_s: float | None
) -> Iterator[dict[str, object]]:
    """Events after `after` until `timeout_s` is over; an empty dict now and then."""
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    return client.events(after=after, deadline=deadline)


def wait_until(
    client: Client, after: int, timeout_s: float | None, check: Callable[[], T | None], what: str
) -> T:
    """What `check` gives as soon as that isn't None; it is asked again at every event.

    Raises:
        CommandError: timed out (8), or timed out without a single peer (7).
    """
    found = check()
    if found is not None:
        return found
    for event in events(client, after, timeout_s):
        if event and (found := check()) is not None:
            return found
    raise timed_out(client, what, timeout_s)


def timed_out(client: Client, what: str, timeout_s: float | None, intent: str = "") -> CommandError:
    """The failure after a wait: no peers if there are none, else the time is over."""
    detail = f"expected {what} within {timeout_s or 0:g} s, and it did not happen"
    status = client.get("status")
    if isinstance(status, dict) and status.get("peers") == 0:
        advice = "the node has no peers; it waits for some; join with: vrm join LINK"
        return CommandError(NO_PEERS, "network.no_peers", detail, advice)
    follow = f"vrm intent watch {short(intent)}" if intent else "vrm events --follow"
    advice = f"it may still happen; follow it with: {follow}"
    return CommandError(TIMED_OUT, "wait.timed_out", detail, advice)
