"""A small market of real node processes for the tests here: shops, customers, and looks at them.

Acts are `vrm` commands, as an owner gives them. Looks go to the same API over the node's socket,
without a process each, so that a test can look often and wait for conditions, not for times.
"""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import apsw

from examples.local_node import LOOPBACK, LocalNode, LocalNodes
from tests.ports import lasting_port
from vrmnode.cli.client import Client
from vrmnode.cli.paths import socket_path
from vrmprotocol import message, tags
from vrmprotocol.mail import Offer
from vrmprotocol.message import SignedMessage

T = TypeVar("T")

PATIENCE_S = 180.0
"""Longest wait for something that ought to happen soon; the machine may be busy."""
WAIT = ("--wait", "--timeout", "150s")
"""Options of a command that waits for an answer, a little shorter than `vrm` may take here."""
BUSY_TIMEOUT_MS = 30_000
TERMINAL = frozenset({"agreed", "declined", "withdrawn", "cancelled", "refused"})


def ean(number: int) -> str:
    """A valid GTIN-13 in the range of books; the same number gives the same one."""
    digits = f"978{number:09d}"
    total = sum(int(digit) * (1 if at % 2 == 0 else 3) for at, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


@dataclass(frozen=True, slots=True)
class Product:
    """A line of a catalogue."""

    number: int
    price: str
    stock: int

    @property
    def sku(self) -> str:
        """The vendor's number for it."""
        return f"SKU-{self.number}"

    @property
    def gtin(self) -> str:
        """By which customers ask for it."""
        return ean(self.number)


def tell(words: str) -> None:
    """Put a figure into the test's output (`pytest -s`, or after a failure)."""
    sys.stdout.write(words + "\n")


def until(condition: Callable[[], T | None], what: str, patience_s: float = PATIENCE_S) -> T:
    """What `condition` gives as soon as that is true.

    Raises:
        AssertionError: it didn't happen in time.
    """
    end = time.monotonic() + patience_s
    while not (found := condition()):
        assert time.monotonic() < end, f"expected {what} within {patience_s:g} s"
        time.sleep(0.05)
    return found


def ask(node: LocalNode, *path: str, **query: object) -> Any:
    """What the node's API answers to a GET."""
    return Client(socket_path(node.folder)).get(*path, **query)


def deals(node: LocalNode, role: str | None = None) -> dict[str, dict[str, Any]]:
    """The node's deals by their ids."""
    rows = ask(node, "deals", role=role)
    return {row["deal"]: row for row in rows}


def states(node: LocalNode, role: str | None = None) -> dict[str, str]:
    """The state of each deal of the node."""
    return {deal: row["state"] for deal, row in deals(node, role).items()}


def stock(node: LocalNode, product: Product) -> int:
    """What the vendor has on its shelf."""
    page = ask(node, "catalogue", limit=100)
    return int(next(row["stock"] for row in page["products"] if row["sku"] == product.sku))


def offers(node: LocalNode, intent: str) -> list[dict[str, Any]]:
    """The offers to an intent, best first."""
    return list(ask(node, "offers", intent=intent))


def agreement(node: LocalNode, deal: str) -> bytes:
    """The file of an agreed deal, as `vrm deal export` writes it."""
    return base64.b64decode(ask(node, "deals", deal, "agreement")["file"])


def wait_offers(node: LocalNode, intent: str, count: int) -> list[dict[str, Any]]:
    """The offers to an intent once there are `count`."""

    def enough() -> list[dict[str, Any]] | None:
        found = offers(node, intent)
        return found if len(found) >= count else None

    return until(enough, f"{count} offers to {intent[:8]} at {node.name}")


def wait_state(node: LocalNode, deal: str, *wanted: str) -> str:
    """The state of a deal once it is one of those wanted."""

    def there() -> str | None:
        state = states(node).get(deal)
        return state if state in wanted else None

    return until(there, f"deal {deal[:8]} to be {' or '.join(wanted)} at {node.name}")


def messages_of(node: LocalNode) -> list[SignedMessage]:
    """The signed messages that a node keeps, read from its database."""
    database = apsw.Connection(str(node.folder / "node.db"), flags=apsw.SQLITE_OPEN_READONLY)
    database.set_busy_timeout(BUSY_TIMEOUT_MS)
    found = []
    for (raw,) in database.execute("SELECT raw FROM messages").fetchall():
        assert isinstance(raw, bytes)
        loaded = message.verify_and_load(raw, expected_recipient=None)
        assert isinstance(loaded, SignedMessage)
        found.append(loaded)
    database.close()
    return found


def offers_of(customers: Sequence[LocalNode]) -> list[SignedMessage]:
    """The offers that these stopped nodes have."""
    kept = [signed for node in customers for signed in messages_of(node)]
    return [signed for signed in kept if isinstance(signed.body, Offer)]


def intents_by_tag(customers: Sequence[LocalNode]) -> dict[str, str]:
    """The intent of each tag that a deal's later mail can have, found with the deals' secrets."""
    found: dict[str, str] = {}
    for signed in offers_of(customers):
        assert isinstance(signed.body, Offer)
        for direction in (tags.CUSTOMER, tags.VENDOR):
            for seq in range(16):
                for attempt in range(tags.ATTEMPTS):
                    tag = tags.derive(signed.body.secret, direction, seq, attempt, 0)
                    found[tag.hex()] = signed.body.intent.hex()
    return found


def publish(node: LocalNode, product: Product, *options: object) -> str:
    """Publish an intent for a product; its id."""
    # fmt: off
    published = node.vrm(
        "intent", "publish", "--gtin", product.gtin, "--country", "NL", "--budget", "90.00 EUR",
        "--valid-for", "2d", *options,
    )
    # fmt: on
    return str(published["intent"])


def automatic(offers_wanted: int) -> tuple[object, ...]:
    """Options of an intent whose node buys by itself once it has so many offers.

    Not before, for as long as a test takes: on a busy machine the others may be slow to come.
    """
    # fmt: off
    return (
        "--accept", "automatic", "--accept-vendors", "any", "--max-total", "90.00 EUR",
        "--wait-offers", offers_wanted, "--wait-for", "1h",
    )
    # fmt: on


def settled(customers: Sequence[LocalNode], vendors: Sequence[LocalNode]) -> dict[str, str]:
    """The states of all deals once each is terminal and the same on both sides."""

    def equal() -> dict[str, str] | None:
        bought = {d: s for node in customers for d, s in states(node, "customer").items()}
        sold = {d: s for node in vendors for d, s in states(node, "vendor").items()}
        return bought if bought == sold and set(bought.values()) <= TERMINAL else None

    try:
        return until(equal, "all deals terminal and equal on both sides")
    except AssertionError as error:
        lines = [f"{node.name}: {states(node)}" for node in (*customers, *vendors)]
        raise AssertionError("\n".join([str(error), *lines])) from None


@dataclass
class Market:
    """The running nodes of a market by their roles."""

    nodes: LocalNodes
    relay: LocalNode
    customers: list[LocalNode]
    vendors: list[LocalNode]


def configure(node: LocalNode, jitter_ms: int, spread_ms: int = 500) -> None:
    """Set in the node's config.toml how long answers, and intents to several vendors, wait."""
    path = node.folder / "config.toml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    pauses = ("jitter_ms", "spread_ms")
    lines = [line for line in text.splitlines() if not line.startswith(pauses)]
    at = lines.index("[privacy]") + 1
    lines[at:at] = [f"jitter_ms = {jitter_ms}", f"spread_ms = {spread_ms}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def stay_at_one_address(node: LocalNode) -> None:
    """Let a node that doesn't run yet listen at the same address whenever it is started."""
    path = node.folder / "config.toml"
    text = path.read_text(encoding="utf-8")
    assert LOOPBACK in text
    address = f"/ip4/127.0.0.1/tcp/{lasting_port()}"
    path.write_text(text.replace(LOOPBACK, address), encoding="utf-8")


def open_shop(node: LocalNode, products: Sequence[Product], *, reserve: bool) -> None:
    """Make a running node a vendor with these products."""
    files = node.folder.parent
    profile = files / f"{node.name}-profile.toml"
    profile.write_text(
        f'name = "Shop {node.name}"\narea_served = ["NL"]\nin_language = ["en"]\n', encoding="utf-8"
    )
    policy = files / f"{node.name}-policy.toml"
    policy.write_text(
        f'currency = "EUR"\nreserve = {str(reserve).lower()}\nmax_offers_per_minute = 1000\n',
        encoding="utf-8",
    )
    catalogue = files / f"{node.name}.csv"
    rows = [f"{p.sku},A book numbered {p.number},{p.gtin},{p.price},{p.stock}" for p in products]
    catalogue.write_text("\n".join(["sku,name,gtin,price,stock", *rows]) + "\n", encoding="utf-8")
    node.vrm("vendor", "policy", "set", "--file", policy)
    report = node.vrm("vendor", "catalogue", "import", catalogue, "--currency", "EUR")
    assert report["imported"] == len(products), report
    node.vrm("vendor", "profile", "set", "--file", profile)


def start_together(nodes: Sequence[LocalNode]) -> None:
    """Start several prepared nodes at the same time."""
    for node in nodes:
        node.launch()
    for node in nodes:
        node.wait_until_ready()


@contextmanager
def open_market(
    folder: Path,
    *,
    customers: int,
    shops: Sequence[tuple[Sequence[Product], bool]],
    jitter_ms: Sequence[int] = (),
    hub: str | None = None,
) -> Iterator[Market]:
    """A relay, customers, and shops with (products, whether stock is reserved for offers).

    Args:
        jitter_ms: of each shop; 20 where it isn't given, and for customers.
        hub: an address to which all connect in place of a relay of our own.
    """
    with LocalNodes(folder) as nodes, ThreadPoolExecutor(4) as at_once:
        if hub is None:
            relay = nodes.prepare("relay")
            stay_at_one_address(relay)
            relay.start()
            peers = relay.addresses
        else:
            relay = LocalNode(folder / "relay")
            peers = [hub]
        names = [f"customer-{n}" for n in range(customers)] + [
            f"shop-{n}" for n in range(len(shops))
        ]
        made = list(at_once.map(lambda name: nodes.prepare(name, peers=peers), names))
        for at, node in enumerate(made):
            shop = at - customers
            configure(node, jitter_ms[shop] if 0 <= shop < len(jitter_ms) else 20)
        start_together(made)
        buying, selling = made[:customers], made[customers:]
        list(
            at_once.map(
                lambda pair: open_shop(pair[0], pair[1][0], reserve=pair[1][1]),
                zip(selling, shops, strict=True),
            )
        )
        yield Market(nodes, relay, buying, selling)
