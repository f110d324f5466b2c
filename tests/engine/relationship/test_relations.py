"""The customer sees all deals with a vendor as one relationship; the vendor what was opened."""

from __future__ import annotations

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.disclosing import deal_of, disclose
from tests.engine.relationship.keeping_in_touch import living, related, settle
from tests.engine.steps import CUSTOMER, VENDOR, agreed
from tests.engine.world import World
from vrmnode.engine.relationship import relation_views, relations
from vrmnode.errors import ServiceError
from vrmprotocol import keys


def listed(world: World, who: str, **given: object) -> list[dict[str, object]]:
    node = world.nodes[who]
    return relation_views.listed(node.reader, node.machine.vault, given)


def test_nobody_is_known_before_anything_is_agreed(world: World) -> None:
    assert listed(world, CUSTOMER) == []
    with pytest.raises(ServiceError) as caught:
        related(world, CUSTOMER, "ab" * 6)
    assert caught.value.code == "deal.not_found"


def test_two_deals_are_one_relationship_to_the_customer_alone(make_world: MakeWorld) -> None:
    world = make_world(stock=(5, 5))
    living(world, "name")
    first = deal_of(world)
    world.now += 60
    agreed(world)
    second = deal_of(world)
    settle(world)
    assert first != second
    (mine,) = listed(world, CUSTOMER)
    assert mine["deals"] == [second.hex(), first.hex()]
    assert (mine["role"], mine["opened"], mine["status"]) == ("customer", False, "active")
    theirs = listed(world, VENDOR)
    assert len(theirs) == 2
    disclose(world, "relationship")
    settle(world)
    assert len(listed(world, VENDOR)) == 2  # one of them was opened
    open_in(world, first)
    settle(world)
    (whole,) = listed(world, VENDOR)
    assert whole["opened"] is True
    assert whole["deals"] == [first.hex(), second.hex()]
    assert len(related(world, VENDOR, str(whole["customer"]))["deals"]) == 2
    assert listed(world, VENDOR, role="customer") == []


def open_in(world: World, deal: bytes) -> None:
    from tests.engine.steps import command

    command(world, CUSTOMER, "deal.disclose", deal=deal.hex(), fields=["relationship"])


def test_a_relationship_is_found_by_deal_and_by_vendor(world: World) -> None:
    living(world, "name")
    root = world.nodes[VENDOR].machine.identity.root
    for ref in (deal_of(world).hex()[:12], keys.to_did(root), root.hex()):
        assert related(world, CUSTOMER, ref)["vendor"] == keys.to_did(root)
    assert related(world, CUSTOMER)["deals"][0]["told"] == ["name"]
    (theirs,) = related(world, VENDOR)["deals"]
    assert theirs["disclosed"]["fields"]["name"]["value"] == "Anna Muster"
    with pytest.raises(ServiceError) as caught:
        related(world, CUSTOMER, keys.to_did(bytes([7]) * 32))
    assert caught.value.code == "relation.not_found"


def test_the_newest_deal_is_written_in_unless_one_is_named(make_world: MakeWorld) -> None:
    world = make_world(stock=(5, 5))
    living(world)
    first = deal_of(world)
    world.now += 60
    agreed(world)
    node = world.nodes[CUSTOMER]
    root = keys.to_did(world.nodes[VENDOR].machine.identity.root)
    found = relations.find(node.reader, node.machine.vault, root)
    assert relations.deal_of(found, root).deal == deal_of(world)
    assert relations.deal_of(found, first.hex()[:12]).deal == first
