"""From empty folders and one link or domain to the first agreement: `python -m examples.join`.

A shop and two customers, each a process of its own that knows nobody. The shop makes a link. Ada
takes it before her node runs for the first time; Bo publishes an intent into nothing, and joins
then. Nobody edits a file. Then the same by the domain of the shop's web site, which here is a web
server on loopback. Every command is shown with the seconds that it took; exit status 0 only if
all buy their book.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
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
DEAL_TIMEOUT_S = 150
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


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def web_site(folder: Path) -> Iterator[str]:
    """The domain of a web server that serves a folder, while the context lasts."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"localhost:{server.server_address[1]}"
        finally:
            server.shutdown()


def by_domain(folder: Path, tell: Callable[[str], None] = print) -> list[str]:
    """A deal with a shop that is known by its domain alone; its id."""
    file = folder / "site" / ".well-known" / "vrm.json"
    file.parent.mkdir(parents=True)
    with LocalNodes(folder) as nodes, web_site(folder / "site") as domain:
        steps = Steps(tell)
        shop, ada = (nodes.make(name) for name in ("shop", "ada"))
        steps.init(shop)
        steps.start(shop)
        open_shop(steps, shop)
        steps.vrm(shop, "vendor", "wellknown", "-o", file)

        steps.init(ada)
        steps.vrm(ada, "join", domain)
        steps.start(ada)
        publish(steps, ada)
        deals = [agreed(steps, ada)]
        steps.end("1 agreement by domain")
    return deals


def main() -> int:
    """Show both in a folder that is removed at the end."""
    with tempfile.TemporaryDirectory() as folder:
        for name, show in (("link", by_link), ("domain", by_domain)):
            place = Path(folder) / name
            place.mkdir()
            show(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
