"""Tells what happens in a market, line by line, while it happens.

Each line says when (seconds since the start), who, and what; the words for a node's event stand in
one table. Colour only where a person looks at a terminal.
"""

from __future__ import annotations

import os
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from examples.local_node import SeenEvent
from vrmnode.values.money import format_money

NAME_CHARS = 14
WIDTH = 100
_BOLD, _DIM, _GREEN, _RESET = "\033[1m", "\033[2m", "\033[32m", "\033[0m"

Data = Mapping[str, Any]


def _total(data: Data) -> str:
    return format_money(data["total"], data["currency"])


_REASONS = {"chosen_other": "another one was chosen"}


def _reason(data: Data) -> str:
    code = str(data["reason"])
    return f"{_REASONS[code]} [{code}]" if code in _REASONS else code


def _short_rule(data: Data) -> str:
    return str(data["rule"]).removeprefix("automatic: ")


_WORDS: dict[str, Callable[[Data], str]] = {
    "vendor.profile_published": lambda _: "opens: the profile is signed and goes out",
    "offer.sent": lambda d: f"offers, sealed: {_short_rule(d)}",
    "offer.received": lambda d: f"opens the offer of {d['vendor']}: {_total(d)}",
    "offer.accepted": lambda d: f"accepts the offer of {d['vendor']} ({d['rule']})",
    "offer.declined": lambda d: f"thanks {d['vendor']}, and declines: {_reason(d)}",
    "deal.agreed": lambda d: (
        f"has the agreement with {d['vendor']}, {_total(d)}, signed by both"
        if "vendor" in d
        else f"countersigns: {d['quantity']} × {d['sku']} sold for {_total(d)}"
    ),
    "deal.declined": lambda d: f"learns that its offer is declined: {_reason(d)}",
    "deal.refused": lambda d: f"hears from {d['vendor']}: “{d['note']}” [{d['reason']}]",
    "intent.refused": lambda d: f"can't meet the intent [{d['reason']}]",
    "intent.fulfilled": lambda d: f"closes the intent: {d['bought']} bought",
    "intent.withdrawn": lambda _: "withdraws the intent",
}


class Teller:
    """Writes the story to stdout; may be called from any thread."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def heading(self, text: str) -> None:
        """Begin a chapter."""
        self._write("\n" + self._paint(_BOLD, text))

    def remark(self, text: str) -> None:
        """Explain something in a paragraph of its own."""
        for line in _wrapped(text, WIDTH - 2):
            self._write(f"  {line}")

    def block(self, text: str) -> None:
        """Show some output as it is."""
        self._write(textwrap.indent(text.rstrip(), "  "))

    def good(self, text: str) -> None:
        """Say that something expected was found."""
        self._write(f"  {self._paint(_GREEN, 'ok')}  {text}")

    def says(self, who: str, what: str, at_s: float | None = None) -> None:
        """One line: when, who, what."""
        at = time.monotonic() if at_s is None else at_s
        stamp = f"{at - self._started:6.1f} s  "
        indent = " " * (len(stamp) + NAME_CHARS + 2)
        lines = _wrapped(what, WIDTH - len(indent)) or [""]
        first = (
            f"{self._paint(_DIM, stamp)}{self._paint(_BOLD, f'{who:<{NAME_CHARS}}')}  {lines[0]}"
        )
        self._write("\n".join([first, *(indent + line for line in lines[1:])]))

    def event(self, who: str, seen: SeenEvent) -> None:
        """A node's event in words; those that only concern the node itself are left out."""
        words = _WORDS.get(seen.type)
        if words is not None:
            self.says(who, words(seen.data), seen.at_s)

    def ranking(self, offers: list[dict[str, Any]]) -> None:
        """Offers in the order in which the customer's node puts them, with its reasons."""
        for offer in offers:
            line = f"{offer['position']}. {offer['price']:>10}  {offer['vendor_name']}"
            self._write("     " + self._paint(_BOLD, line))
            for reason in _wrapped("; ".join(map(str, offer["reasons"])), WIDTH - 20):
                self._write(" " * 20 + reason)

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_RESET}" if self._coloured else text

    def _write(self, text: str) -> None:
        with self._lock:
            print(text, flush=True)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)
