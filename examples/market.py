"""`make demo`: a market of real nodes on this machine, told while it happens.

One relay, three shops and two customers, each a process of its own with its own keys, in a folder
that is removed at the end. Three scenes: a deal that a customer's node makes by itself under her
policy, one made by hand, and an intent that nobody can meet. Then all nodes are stopped, and the
agreements are verified from their files alone. Exit status 0 only if all was as it should be.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from examples.local_node import EventFeed, LocalNode, LocalNodes, SeenEvent
from examples.programs import VRM, CommandFailed, NodeError, run_vrm
from examples.telling import Teller

CATALOGUES = Path(__file__).parent / "catalogues"
LINDEN_COLUMNS = (
    "sku=shelf mark,name=what it is,gtin=number on the back,brand=house,price=ask,stock=left,"
    "category_path=group,property.author=who wrote it,property.format=cover,property.pages=leaves"
)
# Name, folder, catalogue, options of the import; the products in it.
Shop = tuple[str, str, str, tuple[str, ...], int]
SHOPS: tuple[Shop, ...] = (
    ("Linden Books", "linden-books", "catalogue.csv", ("--mapping", LINDEN_COLUMNS), 24),
    ("Werkstatt Nord", "werkstatt-nord", "catalogue.csv", (), 31),
    ("Canal Goods", "canal-goods", "catalogue.tsv", (), 25),
)
CUSTOMERS = ("Ada", "Bo")
K_AND_R, CLEAN_CODE = "9780131103627", "9780132350884"
PUBLISHES = "signs the intent with a key made for it alone, and publishes it"
STEP_TIMEOUT_S = 150.0


class Unexpected(Exception):
    """The market did something else than the story says."""


def expect(condition: object, words: str) -> None:
    """Raises: Unexpected, with the words that say what was expected."""
    if not condition:
        raise Unexpected(f"expected {words}")


@dataclass
class Market:
    """The nodes by the names of their owners, and what they are seen to do."""

    folder: Path
    nodes: LocalNodes
    tell: Teller
    by_name: dict[str, LocalNode] = field(default_factory=dict)
    feeds: dict[str, EventFeed] = field(default_factory=dict)
    before_start: Callable[[LocalNode], None] = lambda _: None

    def __getitem__(self, name: str) -> LocalNode:
        return self.by_name[name]

    def add(self, name: str, relay: LocalNode) -> None:
        """Make and launch the node of `name`, which will know the relay alone."""
        node = self.nodes.prepare(name.lower().replace(" ", "-"), peers=relay.addresses)
        self.before_start(node)
        node.launch()
        self.by_name[name] = node

    def greet(self, name: str) -> LocalNode:
        """The node of `name` once it is ready; from now on its events are told."""
        node = self.by_name[name]
        node.wait_until_ready()
        self.feeds[name] = self.nodes.follow(node, partial(self.tell.event, name))
        return node

    def await_event(
        self, name: str, kind: str, *, where: Callable[[SeenEvent], bool] | None = None
    ) -> SeenEvent:
        """The first event of that kind on the node of `name`."""

        def wanted(seen: SeenEvent) -> bool:
            return seen.type == kind and (where is None or where(seen))

        return self.feeds[name].wait_for(wanted, STEP_TIMEOUT_S, kind)


@dataclass(frozen=True)
class Deal:
    """An agreed deal and the file that each side exported."""

    deal: str
    customer: str
    vendor: str
    item: str
    file: Path


def open_market(
    market: Market, customers: Sequence[str] = CUSTOMERS, shops: Sequence[Shop] = SHOPS
) -> None:
    """Start the relay, then everybody else at the same time."""
    tell = market.tell
    tell.heading("The market opens")
    relay = market.nodes.add("relay")
    tell.says("relay", f"process {relay.pid}, listens on {relay.addresses[0][:40]}…")
    for name in (*customers, *(shop[0] for shop in shops)):
        market.add(name, relay)
    for shop in shops:
        open_shop(market, *shop)
    for name in customers:
        node = market.greet(name)
        tell.says(name, f"process {node.pid}, a customer; that name goes to nobody")


def open_shop(
    market: Market, name: str, folder: str, file: str, options: tuple[str, ...], products: int
) -> None:
    """Fill a shop's node from its files; it opens with its profile."""
    node, source = market.greet(name), CATALOGUES / folder
    node.vrm("vendor", "policy", "set", "--file", source / "policy.toml")
    report = node.vrm("vendor", "catalogue", "import", source / file, *options)
    expect(report["imported"] == products and report["refused"] == 0, f"{products} products")
    market.tell.says(name, f"process {node.pid}, {report['imported']} products from {file}")
    node.vrm("vendor", "profile", "set", "--file", source / "profile.toml")


def automatic_deal(market: Market) -> Deal:
    """Three offers compete; the customer's node takes the best one under her policy."""
    tell = market.tell
    tell.heading("1. Ada wants a book. Her node may buy it by itself")
    tell.remark(
        "She asks for ISBN 9780131103627, to be shipped to NL, under the terms SD-BASE or, if need "
        "be, SD-BASE-A. Her policy stays in her node: any vendor, at most 55.00 EUR to the door, "
        "terms SD-BASE, once three offers are in."
    )
    ada = market["Ada"]
    tell.says("Ada", PUBLISHES)
    # fmt: off
    published = ada.vrm(
        "intent", "publish", "--gtin", K_AND_R, "--country", "NL", "--delivery", "ship",
        "--terms", "SD-BASE", "--terms", "SD-BASE-A", "--valid-for", "2d",
        "--accept", "automatic", "--accept-vendors", "any", "--max-total", "55.00 EUR",
        "--accept-terms", "SD-BASE", "--wait-offers", 3, "--wait-for", "10m",
    )
    # fmt: on
    agreed = market.await_event("Ada", "deal.agreed")
    market.await_event("Canal Goods", "deal.agreed")
    for loser in ("Linden Books", "Werkstatt Nord"):
        told = market.await_event(loser, "deal.declined")
        expect(told.data["reason"] == "chosen_other", f"{loser} told that another was chosen")
    shown = ada.vrm("intent", "show", published["intent"])
    tell.remark("How Ada's node ranked the offers:")
    tell.ranking(shown["ranking"])
    totals = {offer["vendor_name"]: offer["total"] for offer in shown["ranking"]}
    expect(
        totals == {"Canal Goods": 4570, "Linden Books": 5190, "Werkstatt Nord": 5380},
        f"three offers at the catalogues' prices, came {totals}",
    )
    expect(agreed.data["vendor"] == "Canal Goods", "an agreement with the cheapest")
    expect(shown["status"] == "fulfilled" and shown["agreed"] == 1, "one book bought, not more")
    return Deal(
        str(agreed.event["subject"]), "Ada", "Canal Goods", "The C Programming Language",
        market.folder / "ada.vrm",
    )  # fmt: skip


def deal_by_hand(market: Market) -> Deal:
    """The second customer looks at the ranking and takes the second offer."""
    tell = market.tell
    tell.heading("2. Bo wants another book, and decides by hand")
    tell.remark(
        "He asks for ISBN 9780132350884, shipped to DE, and says that he would pay up to 60.00 EUR."
    )
    bo = market["Bo"]
    tell.says("Bo", PUBLISHES)
    # fmt: off
    published = bo.vrm(
        "intent", "publish", "--gtin", CLEAN_CODE, "--country", "DE", "--delivery", "ship",
        "--terms", "SD-BASE", "--terms", "SD-BASE-A", "--budget", "60.00 EUR", "--valid-for", "2d",
        "--wait", 3, "--timeout", "150s",
    )
    # fmt: on
    offers = published["offers"]
    tell.remark("What Bo sees:")
    tell.ranking(offers)
    names = [offer["vendor_name"] for offer in offers]
    expect(
        names == ["Canal Goods", "Werkstatt Nord", "Linden Books"],
        f"the offers by total to the door, came {names}",
    )
    chosen = offers[1]
    tell.says("Bo", "takes the second: a little dearer, but sooner there, and set aside for him")
    bo.vrm("offer", "accept", chosen["offer"])
    agreed = market.await_event("Bo", "deal.agreed")
    for loser in ("Canal Goods", "Linden Books"):
        lost = next(offer["deal"] for offer in offers if offer["vendor_name"] == loser)
        market.await_event(loser, "deal.declined", where=partial(_is_about, lost))
    expect(agreed.data["vendor"] == "Werkstatt Nord", "an agreement with the chosen vendor")
    return Deal(
        str(agreed.event["subject"]), "Bo", "Werkstatt Nord", "Clean Code", market.folder / "bo.vrm"
    )


def _is_about(subject: str, seen: SeenEvent) -> bool:
    return bool(seen.event["subject"] == subject)


def _is_from(vendor: str, seen: SeenEvent) -> bool:
    return bool(seen.data["vendor"] == vendor)


def intent_unmet(market: Market) -> None:
    """Nobody can meet the intent; each vendor says why, and the customer withdraws it."""
    tell = market.tell
    tell.heading("3. Bo wants Ada's book too, for less, and nobody can")
    tell.remark("ISBN 9780131103627, shipped to NL, at most 40.00 EUR, and only under SD-BASE.")
    bo = market["Bo"]
    tell.says("Bo", PUBLISHES)
    # fmt: off
    published = bo.vrm(
        "intent", "publish", "--gtin", K_AND_R, "--country", "NL", "--delivery", "ship",
        "--terms", "SD-BASE", "--budget", "40.00 EUR", "--valid-for", "2d",
    )
    # fmt: on
    for name, *_ in SHOPS:
        market.await_event("Bo", "deal.refused", where=partial(_is_from, name))
    shown = bo.vrm("intent", "show", published["intent"])
    reasons = {refusal["vendor_name"]: refusal["reason"] for refusal in shown["refused"]}
    expected = {
        "Linden Books": "over_budget",
        "Werkstatt Nord": "terms",
        "Canal Goods": "out_of_stock",  # Ada bought the last one
    }
    expect(reasons == expected, f"the reasons {expected}, came {reasons}")
    expect(not shown["ranking"], "no offer")
    bo.vrm("intent", "withdraw", published["intent"])
    market.await_event("Bo", "intent.withdrawn")


def export_both(market: Market, deal: Deal) -> None:
    """Both sides write the agreement to a file; the bytes are the same."""
    theirs = deal.file.with_suffix(".vendor.vrm")
    market[deal.customer].vrm("deal", "export", deal.deal, "-o", deal.file)
    market[deal.vendor].vrm("deal", "export", deal.deal, "-o", theirs)
    raw = deal.file.read_bytes()
    expect(raw == theirs.read_bytes(), "the same bytes on both sides")
    market.tell.good(
        f"{deal.customer} and {deal.vendor} exported the same {len(raw)} bytes ({deal.item})"
    )


def close_market(market: Market) -> None:
    """Stop every node; each must end by itself, with status 0."""
    pids = [node.pid for node in market.nodes]
    started = time.monotonic()
    statuses = market.nodes.stop_all()
    expect(len(statuses) == len(pids), f"{len(pids)} running nodes, came {len(statuses)}")
    expect(not any(statuses.values()), f"exit status 0 of every node, came {statuses}")
    took_s = time.monotonic() - started
    market.tell.good(f"all {len(pids)} nodes are stopped, with exit status 0, in {took_s:.1f} s")


def verify_alone(tell: Teller, deals: list[Deal]) -> None:
    """Verify the files without any node; then damage one."""
    tell.remark(f"$ vrm deal verify {deals[0].file.name}")
    shown = subprocess.run(
        [*VRM, "deal", "verify", deals[0].file.name],
        cwd=deals[0].file.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    tell.block(shown.stdout)
    expect(shown.returncode == 0, f"exit code 0, came {shown.returncode}: {shown.stderr}")
    for deal in deals:
        report = run_vrm("deal", "verify", deal.file)
        expect(report["ok"], f"{deal.file.name} to verify")
        expect(report["agreement"]["deal"] == deal.deal, "the deal that was agreed")
        tell.good(f"{deal.file.name} verifies: {deal.customer} and {deal.vendor} signed it")
    detect_damage(tell, deals[0])


def detect_damage(tell: Teller, deal: Deal) -> None:
    """One changed bit, here in the book's title, breaks both signatures, and is named."""
    raw = bytearray(deal.file.read_bytes())
    place = raw.index(deal.item.encode())
    raw[place] ^= 0x01
    damaged = deal.file.with_suffix(".damaged.vrm")
    damaged.write_bytes(raw)
    try:
        run_vrm("deal", "verify", damaged)
    except CommandFailed as failure:
        expect(failure.exit_code == 1, f"exit code 1, came {failure.exit_code}")
        expect(
            failure.code == "agreement.customer_signature",
            f"the broken signature named, came {failure.code}",
        )
        tell.good(f"with one bit of byte {place} flipped it does not: {failure.code}")
        return
    raise Unexpected("expected the damaged file not to verify")


def play(market: Market) -> None:
    """The whole story."""
    open_market(market)
    deals = [automatic_deal(market), deal_by_hand(market)]
    intent_unmet(market)
    market.tell.heading("4. What remains: two agreements, signed by both sides")
    for deal in deals:
        export_both(market, deal)
    close_market(market)
    verify_alone(market.tell, deals)


def perform(story: Callable[[Market], None], end: str) -> int:
    """Play a story in a temporary folder; the exit status."""
    # As Ctrl-C: the blocks below end every process on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tell = Teller()
    with tempfile.TemporaryDirectory(prefix="vrm-market-") as folder:
        nodes = LocalNodes(Path(folder))
        try:
            with nodes:
                story(Market(Path(folder), nodes, tell))
        except (Unexpected, NodeError, subprocess.TimeoutExpired) as error:
            print(f"\nThe demo failed: {error}", file=sys.stderr)
            for node in nodes:
                print(f"\n--- log of {node.name}:\n{node.log_tail()}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nstopped; every node was ended", file=sys.stderr)
            return 130
    tell.remark(f"Done in {tell.elapsed_s:.0f} s. {end}")
    return 0


if __name__ == "__main__":
    sys.exit(perform(play, "The README leads through the same by hand."))
