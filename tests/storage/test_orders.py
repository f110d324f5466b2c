"""Orders beside their deals."""

from __future__ import annotations

import pytest

from tests.storage.samples import deal, key
from vrmnode.errors import StorageError
from vrmnode.storage import deals, orders
from vrmnode.storage.database import Tx
from vrmnode.storage.orders import OrderRow


def order(tx: Tx, number: int = 1, **fields: object) -> OrderRow:
    """An order of a deal of its own, kept."""
    deals.insert(tx, deal(number, state="agreed", quantity=2, intent_id=key(300)))
    values: dict[str, object] = {
        "deal": key(number),
        "role": "customer",
        "status": "placed",
        "payment": "none",
        "item_name": "Kettle",
        "created": 1000,
        "updated": 1000 + number,
    }
    row = OrderRow(**values | fields)  # type: ignore[arg-type]
    orders.insert(tx, row)
    return row


def test_an_order_comes_back(tx: Tx) -> None:
    row = order(tx, reference="RF18", due_by=5000)
    assert orders.get(tx, key(1)) == row
    assert orders.get(tx, key(2)) is None


def test_an_order_is_of_one_deal_once(tx: Tx) -> None:
    row = order(tx)
    with pytest.raises(StorageError) as caught:
        orders.insert(tx, row)
    assert caught.value.code == "storage.conflict"


def test_a_vendors_references_are_its_own(tx: Tx) -> None:
    order(tx, 1, role="vendor", reference="RF18")
    assert orders.has_reference(tx, "RF18") and not orders.has_reference(tx, "RF19")
    # What other vendors told this customer may be anything.
    order(tx, 2, reference="RF18")
    order(tx, 3, reference="RF18")
    with pytest.raises(StorageError):
        order(tx, 4, role="vendor", reference="RF18")


def test_changes(tx: Tx) -> None:
    order(tx)
    orders.update(tx, key(1), updated=2000, status="shipped", payment="paid", due_by=None)
    found = orders.get(tx, key(1))
    assert found is not None
    assert (found.status, found.payment, found.updated) == ("shipped", "paid", 2000)
    with pytest.raises(TypeError):
        orders.update(tx, key(1), updated=1, role="vendor")  # type: ignore[call-arg]
    with pytest.raises(StorageError):
        orders.update(tx, key(9), updated=1, status="shipped")


def test_lists_begin_with_what_changed_last(tx: Tx) -> None:
    order(tx, 1)
    order(tx, 2, status="shipped")
    order(tx, 3, role="vendor")
    assert [row.deal for row in orders.list_orders(tx)] == [key(3), key(2), key(1)]
    assert [row.deal for row in orders.list_orders(tx, role="customer")] == [key(2), key(1)]
    assert [row.deal for row in orders.list_orders(tx, status="shipped")] == [key(2)]
    assert len(orders.list_orders(tx, limit=1)) == 1
    assert orders.count_by_status(tx, "customer") == {"placed": 1, "shipped": 1}


@pytest.mark.parametrize(
    ("status", "locked"), [("placed", 2), ("cancelling", 2), ("cancelled", 0), ("returned", 0)]
)
def test_ended_orders_hold_no_demand(tx: Tx, status: str, locked: int) -> None:
    order(tx, status=status)
    assert deals.locked_quantity(tx, key(300)) == locked
    assert deals.bought_quantity(tx, key(300)) == locked


def test_an_order_goes_with_its_deal(tx: Tx) -> None:
    order(tx)
    deals.forget(tx, key(1))
    assert orders.get(tx, key(1)) is None
