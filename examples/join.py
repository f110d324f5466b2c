"""From empty folders and one invitation link to the first agreement: `python -m examples.join`.

A shop and two customers, each a process of its own that knows nobody. The shop makes a link. Ada
takes it before her node runs for the first time; Bo publishes an intent into nothing, and joins
then. Nobody edits a file. Every command is shown with the seconds that it took; exit status 0
only if both buy their book.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from examples.local_node import LocalNode, LocalNodes
from examples.market import CATALOGUES, LINDEN_COLUMNS

BOOK = ("--gtin", "9780131103627", "--country", "NL", "--delivery", "ship", "--terms", "SD-BASE")
BY_ITSELF = (
    "--accept",
    "automatic",
    "--accept-vendors",
    "any",
    "--max-total",
    "60.00 EUR",
    "--wait-offers",
    "1",
)
DEAL_TIMEOUT_S = 30
SHOWN_CHARS = 60


class Steps:
    """Runs commands on nodes and tells of each, with the seconds it took."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._started = time.monotonic()
        self.commands = 0

    def vrm(self, node: LocalNode, *args: object) -> Any:
        """What a `vrm` command prints."""
        return self._timed(node, args, lambda: node.vrm(*args))

    def init(self, node: LocalNode) -> None:
        """Make the node's folder."""
        self._timed(node, ("init",), node.init)

    def start(self, node: LocalNode) -> None:
        """Start the node; it isn't told of any peer."""
        self._timed(node, ("run",), node.start)

    def _timed(self, node: LocalNode, args: tuple[object, ...], call: Callable[[], Any]) -> Any:
        before = time.monotonic()
        value = call()
        self.commands += 1
        words = " ".join(map(_shown, args))
        self._tell(f"{time.monotonic() - before:5.1f} s  {node.name:<5} vrm {words}")
        return value

    def end(self, words: str) -> None:
        """Tell what all of it took."""
        seconds = time.monotonic() - self._started
        self._tell(f"{words}: {self.commands} commands, {seconds:.1f} seconds, no file edited")


def _shown(arg: object) -> str:
    text = str(arg)
    if len(text) > SHOWN_CHARS:
        text = text[:SHOWN_CHARS] + "…"
    return f'"{text}"' if " " in text else text


def open_shop(steps: Steps, shop: LocalNode) -> None:
    """Fill the running shop from its files."""
    source = CATALOGUES / "linden-books"
    steps.vrm(shop, "vendor", "policy", "set", "--file", source / "policy.toml")
    catalogue = source / "catalogue.csv"
    steps.vrm(shop, "vendor", "catalogue", "import", catalogue, "--mapping", LINDEN_COLUMNS)
    steps.vrm(shop, "vendor", "profile", "set", "--file", source / "profile.toml")


def publish(steps: Steps, customer: LocalNode) -> dict[str, Any]:
    """Want the book, and let the node accept by itself."""
    return dict(steps.vrm(customer, "intent", "publish", *BOOK, *BY_ITSELF))


def agreed(steps: Steps, customer: LocalNode) -> str:
    """The deal that the customer's intent comes to."""
    timeout = f"{DEAL_TIMEOUT_S}s"
    seen = steps.vrm(customer, "intent", "watch", "--latest", "--timeout", timeout)
    return str((seen if isinstance(seen, dict) else seen[-1])["deal"])


def by_link(folder: Path, tell: Callable[[str], None] = print) -> list[str]:
    """Two deals with a shop that is known by its link alone; their ids."""
    with LocalNodes(folder) as nodes:
        steps = Steps(tell)
        shop, ada, bo = (nodes.make(name) for name in ("shop", "ada", "bo"))
        steps.init(shop)
        steps.start(shop)
        open_shop(steps, shop)
        link = steps.vrm(shop, "net", "invite")["link"]

        steps.init(ada)
        steps.vrm(ada, "join", link)
        steps.start(ada)
        publish(steps, ada)
        deals = [agreed(steps, ada)]

        steps.init(bo)
        steps.start(bo)
        if publish(steps, bo)["peers"] != 0:
            raise AssertionError("expected that Bo has no peers yet")
        steps.vrm(bo, "join", link)
        deals.append(agreed(steps, bo))
        steps.end(f"{len(deals)} agreements by link")
    return deals


def main() -> int:
    """Show it in a folder that is removed at the end."""
    with tempfile.TemporaryDirectory() as folder:
        by_link(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
