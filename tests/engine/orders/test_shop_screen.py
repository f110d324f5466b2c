"""The shop's screen: what to do next in every open order, and the address in its stage."""

from __future__ import annotations

from typing import Any

from tests.engine.conftest import MakeWorld
from tests.engine.disclosing import ANNA, deal_of
from tests.engine.order_steps import PREPAID, ordered, say, settle
from tests.engine.steps import CUSTOMER, VENDOR, command
from tests.engine.world import World
from vrmnode.engine.orders import shop_screen
from vrmprotocol import keys


def orders(world: World, **params: object) -> list[dict[str, Any]]:
    node = world.nodes[VENDOR]
    return shop_screen.order_list(node.reader, node.machine.vault, params, world.now)


def shown(world: World, who: str) -> dict[str, Any]:
    node, params = world.nodes[who], {"deal": deal_of(world).hex()}
    return shop_screen.order_show(node.reader, node.machine.vault, params, world.now)


def steps(world: World) -> list[tuple[bool, str]]:
    return [(row["to_do"], row["next"]) for row in orders(world)]


def test_from_payment_to_delivery(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    root = world.nodes[VENDOR].machine.identity.root
    command(world, CUSTOMER, "trust.add", vendor=keys.to_did(root))
    row = ordered(world, PREPAID)
    total = f"{(row.total or 0) // 100}.{(row.total or 0) % 100:02} EUR"
    assert steps(world) == [(False, f"wait for the payment of {total}")]
    (listed,) = orders(world)
    label = shown(world, VENDOR)["label"]
    assert listed["reference"] == label["reference"]
    assert label["lines"] == ["10115 Berlin", "GERMANY"]
    assert "mark the order as processing" in label["words"]
    say(world, VENDOR, row, "paid", amount=total)
    assert steps(world) == [(True, "begin: say processing")]
    say(world, VENDOR, row, "processing")
    assert steps(world) == [(False, "wait for name, street_address")]
    settle(world)
    assert steps(world) == [(True, "ship it")]
    assert shown(world, VENDOR)["label"]["lines"] == [
        "Anna Muster", "Musterstraße 1", "3. Stock", "10115 Berlin", "GERMANY",
    ]  # fmt: skip
    say(world, VENDOR, row, "shipped")
    assert steps(world) == [(False, "wait until it is delivered")]
    say(world, VENDOR, row, "delivered")
    assert steps(world) == []
    assert [each["next"] for each in orders(world, all=True)] == ["nothing"]


def test_a_return_of_a_settled_order_is_open_again(make_world: MakeWorld) -> None:
    world = make_world()
    row = ordered(world, PREPAID)
    say(world, VENDOR, row, "paid", amount=f"{(row.total or 0) / 100:.2f} EUR")
    say(world, VENDOR, row, "delivered")
    settle(world)
    assert steps(world) == []
    say(world, CUSTOMER, row, "return_request", reason="defective", quantity=1)
    settle(world)
    assert steps(world) == [(True, "answer the wish to give back")]


def test_the_customer_sees_what_the_vendor_needs_and_no_label(world: World) -> None:
    command(world, CUSTOMER, "contact.set", country="DE", locality="Berlin")
    ordered(world, PREPAID)
    mine = shown(world, CUSTOMER)
    assert "label" not in mine
    assert [(each["fields"], each["missing"]) for each in mine["wanted"]] == [
        (["locality", "country"], ["postal_code"])
    ]
    assert orders(world)[0]["role"] == "vendor"
    node = world.nodes[CUSTOMER]
    assert shop_screen.order_list(node.reader, node.machine.vault, {}, world.now) == []
