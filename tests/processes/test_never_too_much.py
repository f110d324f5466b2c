"""Never more is bought than wanted, nor sold than is there: real nodes, killed at random moments.

    NEVER_ROUNDS=50 pytest -s tests/processes/test_never_too_much.py    fifty rounds
    NEVER_ROUND=20261131 pytest -s tests/processes/test_never_too_much.py    one of them again

The market stays, each round has a product of its own and is drawn from its number. When exactly a
process dies within what it does is the machine's affair, so a round comes again as far as it can.
The same with engines alone, step by step from a number, is `tests/engine/test_never_too_much`.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from examples.local_node import LocalNode
from examples.programs import CommandFailed
from tests.processes.market import (
    TERMINAL,
    Market,
    Product,
    agreement,
    ask,
    automatic,
    deals,
    offers,
    open_market,
    publish,
    stock,
    tell,
    until,
)
from vrmnode.cli.failures import CommandError
from vrmprotocol import agreement as agreements

pytestmark = [pytest.mark.processes, pytest.mark.slow]

FIRST = int(os.environ.get("NEVER_ROUND") or 20261125)
ROUNDS = int(os.environ.get("NEVER_ROUNDS") or (1 if os.environ.get("NEVER_ROUND") else 4))
PATIENCE_S = 180.0
OPEN = frozenset({"offered"})
"""An offer that came when all was bought or withdrawn stays until its time is over."""
UNKNOWN_TO_THE_CUSTOMER = frozenset({"offered", "refused", "none"})


def _product(seed: int) -> Product:
    """What is traded in a round; of some there is less than could be wanted."""
    return Product(600 + seed % 1_000, "30.00", random.Random(seed).choice([1, 2, 3, 5, 8]))


PRODUCTS = [_product(seed) for seed in range(FIRST, FIRST + ROUNDS)]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    folder = tmp_path_factory.mktemp("never")
    shops = [(PRODUCTS, True), (PRODUCTS, False)]
    with open_market(folder, customers=2, shops=shops) as opened:
        yield opened


def test_no_killed_node_buys_or_sells_too_much(
    market: Market, record_property: Callable[[str, object], None]
) -> None:
    done: Counter[str] = Counter()
    books = Books(market)
    started = time.monotonic()
    for seed in range(FIRST, FIRST + ROUNDS):
        played = Round(market, books, seed)
        try:
            played.play()
            ends = books.balanced()
        except Exception as error:
            error.add_note("\n".join([*played.told, f"NEVER_ROUND={seed} plays it again"]))
            raise
        done.update(played.done)
        tell(f"round {seed}: {dict(played.done)}, ended {dict(ends)}")
    words = f"{ROUNDS} rounds in {time.monotonic() - started:.0f} s: {dict(done)}, {dict(ends)}"
    tell(words)
    record_property("done", dict(done))
    record_property("ends", dict(ends))
    # What never happened wasn't tried.
    assert done["acknowledged"] and done["killed"] and ends["agreed"], words


@contextlib.contextmanager
def perhaps_down() -> Iterator[None]:
    """What a killed node leaves unanswered may have been done or not; another error is one."""
    try:
        yield
    except (CommandError, CommandFailed) as error:
        if not error.code.startswith("daemon."):
            raise
    except subprocess.TimeoutExpired:
        pass


class Round:
    """Some intents for one product, and acts upon them, while nodes are killed."""

    def __init__(self, market: Market, books: Books, seed: int) -> None:
        self.chance = random.Random(seed)
        self.product = _product(seed)
        self.done: Counter[str] = Counter()
        self.told = [f"{self.product}"]
        self._market, self._books = market, books
        self._started = time.monotonic()

    def play(self) -> None:
        """Act and kill; in the end everybody runs, and nothing of the round is open."""
        with ThreadPoolExecutor(1) as beside:
            killed = beside.submit(self._kill_some, self._planned_kills())
            for _ in range(self.chance.randint(12, 18)):
                acts, weights = zip(*_ACTS.items(), strict=True)
                (act,) = self.chance.choices(acts, weights)
                with perhaps_down():
                    act(self, self.chance.choice(self._market.customers))
                self._books.look()
            killed.result()
        self._books.look()
        self._books.wait_for_answers()
        for customer in self._market.customers:
            for row in ask(customer, "intents", status="active"):
                self._withdraw_intent(customer, row["intent"])

    def _withdraw_intent(self, customer: LocalNode, intent: str) -> None:
        try:
            customer.vrm("intent", "withdraw", intent)
        except CommandFailed as error:
            # Its node has bought by itself meanwhile.
            if error.code != "intent.not_active":
                raise

    def _planned_kills(self) -> list[tuple[float, list[LocalNode], float]]:
        """Pauses before, who is killed together, and pauses until they are started again."""
        nodes = [*self._market.customers, *self._market.vendors, self._market.relay]
        return [
            (
                self.chance.uniform(0.2, 3.0),
                self.chance.sample(nodes, self.chance.choice([1, 1, 1, 2])),
                self.chance.uniform(0.0, 1.5),
            )
            for _ in range(self.chance.randint(2, 4))
        ]

    def _kill_some(self, planned: Sequence[tuple[float, list[LocalNode], float]]) -> None:
        for before_s, victims, after_s in planned:
            time.sleep(before_s)
            for node in victims:
                node.kill()
                self.done["killed"] += 1
            self._tell(f"killed {' '.join(node.name for node in victims)}")
            time.sleep(after_s)
            for node in victims:
                node.launch()
            for node in victims:
                node.wait_until_ready(PATIENCE_S)

    def _tell(self, words: str) -> None:
        self.told.append(f"{time.monotonic() - self._started:6.2f} s {words}")

    # What customers do.

    def _publish(self, customer: LocalNode) -> None:
        quantity, wanted = self.chance.randint(1, 3), self.chance.choice([1, 2])
        by_itself = self.chance.random() < 0.4
        self._tell(f"{customer.name} wants {quantity}{' by itself' * by_itself}")
        options = automatic(wanted) if by_itself else ()
        intent = publish(customer, self.product, "--quantity", quantity, *options)
        self._books.acknowledged.setdefault(customer.name, set()).add(intent)
        self.done["acknowledged"] += 1

    def _accept(self, customer: LocalNode) -> None:
        """Everything that is offered, of all vendors: some of it must be refused."""
        for offer in self._open_offers(customer):
            self._tell(f"{customer.name} accepts of {offer['vendor_name']}")
            self._move("accepted", customer, "offer", "accept", offer["offer"])

    def _accept_and_regret(self, customer: LocalNode) -> None:
        self._accept(customer)
        self._withdraw(customer)

    def _open_offers(self, customer: LocalNode) -> list[dict[str, Any]]:
        """Those there are after a moment; soon after a start there are none yet."""
        end = time.monotonic() + self.chance.uniform(0.0, 3.0)
        while True:
            wanted = [row["intent"] for row in ask(customer, "intents", status="active")]
            found = [offer for intent in wanted for offer in offers(customer, intent)]
            still_open = [offer for offer in found if offer["state"] == "offered"]
            if still_open or not wanted or time.monotonic() > end:
                return still_open
            time.sleep(0.1)

    def _withdraw(self, customer: LocalNode) -> None:
        for deal, row in deals(customer, "customer").items():
            if row["state"] == "accepted":
                self._tell(f"{customer.name} withdraws")
                self._move("withdrawn", customer, "deal", "withdraw", deal)

    def _move(self, done: str, customer: LocalNode, *command: str) -> None:
        try:
            customer.vrm(*command)
        except CommandFailed as error:
            if error.code != "negotiation.illegal_move":
                raise
            done = "refused"
        self.done[done] += 1

    def _wait(self, customer: LocalNode) -> None:
        time.sleep(self.chance.uniform(0.0, 1.5))


_ACTS: dict[Callable[[Round, LocalNode], None], int] = {
    Round._publish: 4,
    Round._accept: 5,
    Round._accept_and_regret: 2,
    Round._withdraw: 1,
    Round._wait: 2,
}


class Books:
    """What was wanted, bought and sold, read from the nodes' own records and signed files."""

    def __init__(self, market: Market) -> None:
        self.acknowledged: dict[str, set[str]] = {}
        self._market = market
        self._files: dict[tuple[str, str], bytes] = {}

    def look(self) -> None:
        """At no moment a customer has more bought, or accepted, than it wanted.

        A node that is down at the moment isn't asked.
        """
        for customer in self._market.customers:
            with perhaps_down():
                rows = deals(customer, "customer").values()
                wanted = {row["intent"]: row["quantity"] for row in ask(customer, "intents")}
                held: Counter[str] = Counter()
                for row in rows:
                    if row["state"] in ("accepted", "agreed"):
                        held[row["intent"]] += row["quantity"]
                for intent, count in held.items():
                    assert count <= wanted[intent], f"{customer.name}: {count} of {intent}"

    def wait_for_answers(self) -> None:
        """Return once every vendor has answered each intent that stands, and every accept."""

        def answered() -> bool:
            return all(self._is_answered(customer) for customer in self._market.customers)

        until(answered, "an answer to every intent and accept", PATIENCE_S)

    def _is_answered(self, customer: LocalNode) -> bool:
        rows = deals(customer).values()
        answers = Counter(row["intent"] for row in rows)
        standing = [row["intent"] for row in ask(customer, "intents", status="active")]
        everybody = all(answers[intent] == len(self._market.vendors) for intent in standing)
        return everybody and not any(row["state"] == "accepted" for row in rows)

    def balanced(self) -> Counter[str]:
        """How all deals ended, once both sides hold the same.

        Raises:
            AssertionError: they don't, or somebody has bought or sold too much.
        """
        ends = self._settled()
        for customer in self._market.customers:
            self._bought_no_more_than_wanted(customer)
        for vendor in self._market.vendors:
            self._sold_what_left_the_shelf(vendor)
        for deal, end in ends.items():
            if end == "agreed":
                assert len({self._file(node, deal) for node in self._sides(deal)}) == 1, deal
        return Counter(ends.values())

    def _settled(self) -> dict[str, str]:
        """The states of the customers' deals, once they are over and the vendors' the same."""

        def equal() -> dict[str, str] | None:
            bought, sold = self._states("customer"), self._states("vendor")
            orders = [self._orders(role) for role in ("customer", "vendor")]
            others = {state for deal, state in sold.items() if deal not in bought}
            same = all(sold.get(deal) == state for deal, state in bought.items())
            settled = set(bought.values()) <= TERMINAL | OPEN and others <= UNKNOWN_TO_THE_CUSTOMER
            return bought if same and settled and orders[0] == orders[1] else None

        try:
            return until(equal, "all deals over and equal on both sides", PATIENCE_S)
        except AssertionError as error:
            for role in ("customer", "vendor"):
                error.add_note(f"{role}s: {self._states(role)}, {self._orders(role)}")
            raise

    def _nodes(self, role: str) -> list[LocalNode]:
        return self._market.customers if role == "customer" else self._market.vendors

    def _states(self, role: str) -> dict[str, str]:
        return {
            deal: row["state"] for node in self._nodes(role) for deal, row in deals(node).items()
        }

    def _orders(self, role: str) -> dict[str, tuple[str, str]]:
        rows = [row for node in self._nodes(role) for row in ask(node, "orders")]
        return {row["deal"]: (row["status"], row["payment"]) for row in rows}

    def _sides(self, deal: str) -> list[LocalNode]:
        nodes = [*self._market.customers, *self._market.vendors]
        return [node for node in nodes if deal in deals(node)]

    def _bought_no_more_than_wanted(self, customer: LocalNode) -> None:
        wanted = {row["intent"]: row["quantity"] for row in ask(customer, "intents")}
        assert self.acknowledged.get(customer.name, set()) <= set(wanted), "an intent is lost"
        bought: Counter[str] = Counter()
        for deal, row in deals(customer).items():
            if row["state"] == "agreed":
                bought[row["intent"]] += self._contract(customer, deal).draft.eligible_quantity
        for intent, count in bought.items():
            assert count <= wanted[intent], f"{customer.name}: {count} of {intent}"

    def _sold_what_left_the_shelf(self, vendor: LocalNode) -> None:
        sold: Counter[str] = Counter()
        for deal, row in deals(vendor).items():
            if row["state"] == "agreed":
                draft = self._contract(vendor, deal).draft
                sold[str(draft.item_offered.gtin)] += draft.eligible_quantity
        for product in PRODUCTS:
            there = stock(vendor, product)
            assert there >= 0 and there + sold[product.gtin] == product.stock, (
                f"{vendor.name} had {product.stock} of {product.sku}, has {there}"
                f" and has sold {sold[product.gtin]}"
            )

    def _contract(self, node: LocalNode, deal: str) -> agreements.AgreementFile:
        """What both signed, from the file that the node would export."""
        contract = agreements.read_file(self._file(node, deal))
        draft, document = contract.draft, contract.document
        for public, signature in (
            (draft.customer, contract.customer_signature),
            (draft.vendor.certificate.subject, contract.vendor_signature),
        ):
            assert agreements.verify_signature(document, public, signature)
        return contract

    def _file(self, node: LocalNode, deal: str) -> bytes:
        known = (node.name, deal)
        if known not in self._files:
            self._files[known] = agreement(node, deal)
        return self._files[known]
