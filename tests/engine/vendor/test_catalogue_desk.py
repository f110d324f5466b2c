"""The catalogue as its owner changes it, while offers of its products are open."""

from __future__ import annotations

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    command,
    deal_with,
    event_types,
    interpreted,
    offered,
    pass_on,
    set_shop_policy,
    told,
)
from tests.engine.world import SKU, World
from vrmnode.errors import NodeError
from vrmnode.storage import catalogue, timers
from vrmprotocol.errors import LocalError
from vrmprotocol.mail import Decline


def _change(world: World, **changes: object) -> dict[str, object]:
    shown = command(world, VENDOR, "catalogue.change", sku=SKU, changes=changes)
    assert isinstance(shown, dict)
    return shown


def _code(world: World, name: str, **params: object) -> str:
    with pytest.raises((NodeError, LocalError)) as raised:
        command(world, VENDOR, name, **params)
    return str(raised.value.code)  # type: ignore[attr-defined]


def test_price_and_stock(world: World) -> None:
    offered(world)
    shown = _change(world, price="24.90", stock="7", properties={"format": "hardcover"})
    assert (shown["price"], shown["currency"], shown["stock"]) == (2490, "EUR", 7)
    assert shown["available"] == 6
    product = catalogue.get(world.nodes[VENDOR].reader, SKU)
    assert product is not None
    assert (product.price, product.stock, product.properties) == (2490, 7, {"format": "hardcover"})
    assert event_types(world, VENDOR)[-1] == "product.changed"
    assert timers.next_at(world.nodes[VENDOR].reader) is not None


def test_a_field_is_taken_away(world: World) -> None:
    _change(world, properties={"format": "hardcover", "pages": "272"}, price="20 USD")
    shown = _change(world, stock=None, properties={"pages": None})
    assert "stock" not in shown and shown["available"] is None
    assert shown["properties"] == {"format": "hardcover"}
    assert shown["currency"] == "USD"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"stock": "-1"}, "product.invalid"),
        ({"stock": "many"}, "product.invalid"),
        ({"price": "cheap"}, "product.invalid"),
        ({"price": None}, "product.invalid"),
        ({"name": None}, "product.invalid"),
        ({"sku": "B-2"}, "product.invalid"),
        ({"colour": "red"}, "product.unknown_field"),
    ],
)
def test_what_makes_no_product_changes_nothing(
    world: World, changes: dict[str, object], code: str
) -> None:
    before = catalogue.get(world.nodes[VENDOR].reader, SKU)
    assert _code(world, "catalogue.change", sku=SKU, changes=changes) == code
    assert catalogue.get(world.nodes[VENDOR].reader, SKU) == before


def test_unknown_products(world: World) -> None:
    assert _code(world, "catalogue.change", sku="no", changes={"stock": 1}) == "product.not_found"
    assert _code(world, "catalogue.remove", skus=[SKU, "no"]) == "product.not_found"
    assert catalogue.count(world.nodes[VENDOR].reader) == 1


@pytest.mark.parametrize("gone", ["removed", "stock 0"])
def test_what_is_reserved_is_sold_as_offered(world: World, gone: str) -> None:
    accepted(world)
    if gone == "removed":
        shown = command(world, VENDOR, "catalogue.remove", skus=[SKU])
        assert shown == {"removed": [SKU], "count": 0}
    else:
        assert _change(world, stock=0)["available"] == 0
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"
    product = catalogue.get(world.nodes[VENDOR].reader, SKU)
    assert (product and product.stock) == (None if gone == "removed" else 0)


def test_what_is_subject_to_stock_is_declined(make_world: MakeWorld) -> None:
    world = make_world(reserve=False)
    accepted(world)
    command(world, VENDOR, "catalogue.remove", skus=[SKU])
    pass_on(world, CUSTOMER)
    body = interpreted(told(world, VENDOR)[-1]).body
    assert isinstance(body, Decline) and body.reason == "withdrawn"


def test_after_the_reservation_the_stock_decides(world: World) -> None:
    row = accepted(world)
    _change(world, stock=0)
    world.now = row.confirm_by or 0
    pass_on(world, CUSTOMER)
    body = interpreted(told(world, VENDOR)[-1]).body
    assert isinstance(body, Decline) and body.reason == "out_of_stock"


def test_a_removed_product_gets_no_lower_price(world: World) -> None:
    set_shop_policy(world, VENDOR, counter={})
    offered(world)
    command(world, VENDOR, "catalogue.remove", skus=[SKU])
    offer = (deal_with(world, CUSTOMER, VENDOR).offer_digest or b"").hex()
    command(world, CUSTOMER, "offer.counter", offer=offer, total="1 EUR")
    pass_on(world, CUSTOMER)
    assert event_types(world, VENDOR)[-1] == "counter.declined"
