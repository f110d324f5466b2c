"""Stock: never promised twice, never sold twice, never lost; examples and a model."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.storage.samples import key, product, set_stock
from vrmnode.storage import catalogue, reservations
from vrmnode.storage.database import Database, Tx


@pytest.fixture(autouse=True)
def _products(tx: Tx) -> None:
    products = [product("one", stock=1), product("five", stock=5), product("untracked")]
    catalogue.upsert_many(tx, products, updated=1)


def _stock(tx: Tx, sku: str) -> int | None:
    found = catalogue.get(tx, sku)
    assert found is not None
    return found.stock


def test_available(tx: Tx) -> None:
    assert reservations.available(tx, "five", 0) == 5
    assert reservations.available(tx, "untracked", 0) is None
    assert reservations.available(tx, "unknown", 0) == 0


def test_a_reservation_counts_until_its_time(tx: Tx) -> None:
    assert reservations.reserve(tx, key(1), "five", 3, 100, 0)
    assert reservations.available(tx, "five", 99) == 2
    assert reservations.available(tx, "five", 99, but_for=key(1)) == 5
    assert reservations.available(tx, "five", 100) == 5
    assert _stock(tx, "five") == 5


def test_two_customers_race_for_the_last_one(tx: Tx) -> None:
    assert reservations.reserve(tx, key(1), "one", 1, 100, 0)
    assert not reservations.reserve(tx, key(2), "one", 1, 100, 0)
    assert not reservations.sell(tx, key(2), "one", 1, 50)
    assert reservations.sell(tx, key(1), "one", 1, 50)
    assert _stock(tx, "one") == 0
    assert not reservations.sell(tx, key(2), "one", 1, 200)


def test_what_was_sold_comes_back_piece_by_piece_and_once(tx: Tx) -> None:
    assert not reservations.put_back(tx, key(1), 1)
    assert reservations.reserve(tx, key(1), "five", 3, 100, 0)
    assert not reservations.put_back(tx, key(1), 1)
    assert reservations.sell(tx, key(1), "five", 3, 50)
    assert reservations.put_back(tx, key(1), 1)
    assert _stock(tx, "five") == 3
    assert reservations.put_back(tx, key(1), 5)
    assert _stock(tx, "five") == 5
    assert not reservations.put_back(tx, key(1), 1)
    assert _stock(tx, "five") == 5


def test_what_is_reserved_is_sold_whatever_became_of_the_product(tx: Tx) -> None:
    for number in (1, 2, 3):
        assert reservations.reserve(tx, key(number), "five", 1, 100, 0)
    set_stock(tx, "five", 0)
    assert not reservations.sell(tx, key(4), "five", 1, 50)
    assert not reservations.sell(tx, key(1), "five", 2, 50)
    assert reservations.sell(tx, key(1), "five", 1, 50)
    assert _stock(tx, "five") == 0
    assert catalogue.remove(tx, "five") and not catalogue.remove(tx, "five")
    assert reservations.sell(tx, key(2), "five", 1, 50)
    assert not reservations.sell(tx, key(3), "five", 1, 100)


def test_a_renewed_reservation_replaces_the_old_one(tx: Tx) -> None:
    assert reservations.reserve(tx, key(1), "five", 5, 100, 0)
    assert reservations.reserve(tx, key(1), "five", 2, 200, 0)
    assert reservations.available(tx, "five", 0) == 3
    assert not reservations.reserve(tx, key(1), "five", 6, 200, 0)
    assert reservations.available(tx, "five", 0) == 3


def test_a_sale_takes_the_stock_once(tx: Tx) -> None:
    for _ in range(3):
        assert reservations.sell(tx, key(1), "five", 2, 50)
    assert _stock(tx, "five") == 3
    assert reservations.reserve(tx, key(1), "five", 2, 100, 50)
    assert [held.state for held in reservations.of_deal(tx, key(1)).values()] == ["sold"]


def test_a_lapsed_reservation_sells_while_there_is_stock(tx: Tx) -> None:
    reservations.reserve(tx, key(1), "one", 1, 100, 0)
    assert reservations.lapse(tx, 99) == []
    assert reservations.lapse(tx, 100) == [key(1)]
    assert reservations.lapse(tx, 100) == []
    assert reservations.sell(tx, key(1), "one", 1, 150)
    assert _stock(tx, "one") == 0


def test_a_lapsed_reservation_does_not_sell_what_another_holds(tx: Tx) -> None:
    reservations.reserve(tx, key(1), "one", 1, 100, 0)
    assert reservations.reserve(tx, key(2), "one", 1, 300, 150)
    assert not reservations.sell(tx, key(1), "one", 1, 160)


def test_releasing_gives_back_a_promise_or_a_sale(tx: Tx) -> None:
    assert not reservations.release(tx, key(1))
    reservations.reserve(tx, key(1), "five", 3, 100, 0)
    assert reservations.release(tx, key(1))
    assert not reservations.release(tx, key(1))
    assert reservations.available(tx, "five", 0) == 5
    reservations.sell(tx, key(2), "five", 3, 0)
    assert reservations.release(tx, key(2))
    assert not reservations.release(tx, key(2))
    assert _stock(tx, "five") == 5


def test_untracked_stock_is_never_short(tx: Tx) -> None:
    assert reservations.reserve(tx, key(1), "untracked", 1000, 100, 0)
    assert reservations.sell(tx, key(1), "untracked", 1000, 0)
    assert reservations.release(tx, key(1))
    assert _stock(tx, "untracked") is None


def test_a_product_that_is_gone_is_sold_to_nobody_else(tx: Tx) -> None:
    reservations.reserve(tx, key(1), "one", 1, 100, 0)
    catalogue.remove(tx, "one")
    assert not reservations.sell(tx, key(2), "one", 1, 50)
    assert not reservations.sell(tx, key(1), "one", 1, 100)


def test_a_deal_holds_several_products_and_sells_one(tx: Tx) -> None:
    assert reservations.reserve(tx, key(1), "one", 1, 100, 0)
    assert reservations.reserve(tx, key(1), "five", 2, 200, 0)
    assert not reservations.reserve(tx, key(2), "one", 1, 100, 0)
    assert reservations.sell(tx, key(1), "five", 2, 50)
    assert (_stock(tx, "one"), _stock(tx, "five")) == (1, 3)
    assert reservations.reserve(tx, key(2), "one", 1, 100, 50), "what wasn't chosen is free"
    # Whatever is asked afterwards, the deal has sold what it has sold.
    assert reservations.sell(tx, key(1), "one", 1, 60)
    assert (_stock(tx, "one"), _stock(tx, "five")) == (1, 3)


def test_one_of_several_products_is_let_go(tx: Tx) -> None:
    reservations.reserve(tx, key(1), "one", 1, 100, 0)
    reservations.reserve(tx, key(1), "five", 2, 200, 0)
    assert reservations.release(tx, key(1), "one")
    assert not reservations.release(tx, key(1), "one")
    assert (reservations.available(tx, "one", 0), reservations.available(tx, "five", 0)) == (1, 3)
    assert reservations.lapse(tx, 200) == [key(1)]


DEALS = st.integers(1, 6)
QUANTITIES = st.integers(1, 4)
SKUS = st.sampled_from(("a", "b"))


class StockMachine(RuleBasedStateMachine):
    """Stock of two products against plain arithmetic, with restarts and undone transactions."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.database = Database.open(self.folder / "node.db")
        self.now = 0
        self.shelf = {"a": 0, "b": 0}
        self.recounted: set[str] = set()
        self.held: dict[tuple[int, str], tuple[int, int]] = {}
        self.sold: dict[int, tuple[str, int]] = {}

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    @initialize(a=st.integers(0, 8), b=st.integers(0, 8))
    def import_catalogue(self, a: int, b: int) -> None:
        self.shelf = {"a": a, "b": b}
        with self.database.transaction() as tx:
            products = [product(sku, stock=stock) for sku, stock in self.shelf.items()]
            catalogue.upsert_many(tx, products, updated=1)

    def _promised_to_others(self, deal: int, sku: str) -> int:
        return sum(
            quantity
            for (holder, of), (quantity, until) in self.held.items()
            if holder != deal and of == sku and until > self.now
        )

    def _left_for(self, deal: int, sku: str) -> int:
        return self.shelf[sku] - self._promised_to_others(deal, sku)

    @rule(deal=DEALS, sku=SKUS, quantity=QUANTITIES, life=st.integers(1, 50))
    def reserve(self, deal: int, sku: str, quantity: int, life: int) -> None:
        until = self.now + life
        with self.database.transaction() as tx:
            done = reservations.reserve(tx, key(deal), sku, quantity, until, self.now)
        if deal in self.sold:
            assert done
            return
        assert done == (self._left_for(deal, sku) >= quantity)
        if done:
            self.held[deal, sku] = quantity, until

    @rule(deal=DEALS, sku=SKUS, quantity=QUANTITIES)
    def sell(self, deal: int, sku: str, quantity: int) -> None:
        with self.database.transaction() as tx:
            done = reservations.sell(tx, key(deal), sku, quantity, self.now)
        if deal in self.sold:
            assert done
            return
        held, until = self.held.get((deal, sku), (0, 0))
        promised = until > self.now and held >= quantity
        assert done == (promised or self._left_for(deal, sku) >= quantity)
        if done:
            self.shelf[sku] = max(0, self.shelf[sku] - quantity)
            self.sold[deal] = sku, quantity
            self._forget(deal)

    def _forget(self, deal: int, sku: str | None = None) -> bool:
        gone = [each for each in self.held if each[0] == deal and sku in (None, each[1])]
        for each in gone:
            del self.held[each]
        return bool(gone)

    @rule(deal=DEALS, sku=SKUS, quantity=QUANTITIES)
    def sell_but_fail(self, deal: int, sku: str, quantity: int) -> None:
        try:
            with self.database.transaction() as tx:
                reservations.sell(tx, key(deal), sku, quantity, self.now)
                raise RuntimeError
        except RuntimeError:
            pass

    @rule(sku=SKUS, stock=st.integers(0, 8))
    def recount(self, sku: str, stock: int) -> None:
        with self.database.transaction() as tx:
            set_stock(tx, sku, stock)
        self.shelf[sku] = stock
        self.recounted.add(sku)

    @rule(deal=DEALS, sku=SKUS | st.none())
    def release(self, deal: int, sku: str | None) -> None:
        with self.database.transaction() as tx:
            done = reservations.release(tx, key(deal), sku)
        given_back = self._forget(deal, sku)
        sold, quantity = self.sold.get(deal, ("", 0))
        if sold and sku in (None, sold):
            self.shelf[sold] += quantity
            del self.sold[deal]
            given_back = True
        assert done == given_back

    @rule(seconds=st.integers(1, 40))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def lapse(self) -> None:
        with self.database.transaction() as tx:
            found = {int.from_bytes(deal, "big") for deal in reservations.lapse(tx, self.now)}
        gone = [each for each, (_, until) in self.held.items() if until <= self.now]
        assert found == {deal for deal, _ in gone}
        for each in gone:
            del self.held[each]

    @rule()
    def restart(self) -> None:
        self.database.close()
        self.database = Database.open(self.folder / "node.db")

    @invariant()
    def nothing_is_promised_twice(self) -> None:
        with self.database.transaction() as tx:
            for sku, shelf in self.shelf.items():
                found = catalogue.get(tx, sku)
                if found is None:
                    return
                assert found.stock == shelf >= 0
                left = self._left_for(0, sku)
                assert reservations.available(tx, sku, self.now) == max(0, left)
                assert sku in self.recounted or left >= 0


StockMachine.TestCase.settings = hypothesis_settings(
    max_examples=40, stateful_step_count=30, deadline=None
)
TestStockMachine = StockMachine.TestCase
