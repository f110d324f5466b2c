"""The label that a shop's node shows of an order, stage by stage."""

from __future__ import annotations

import pytest

from tests.engine.disclosing import ANNA, deal_of, disclose, ready, vendor_says_event
from tests.engine.steps import CUSTOMER, VENDOR, command, offered, pass_on
from tests.engine.world import World
from vrmnode.engine.orders import labels
from vrmnode.errors import ServiceError


def label(world: World, who: str = VENDOR) -> dict[str, object]:
    node = world.nodes[who]
    params = {"deal": deal_of(world).hex()}
    return labels.show(node.reader, node.machine.vault, params, world.now)


def test_it_fills_stage_by_stage(world: World) -> None:
    ready(world)
    empty = label(world)
    assert (empty["lines"], empty["status"]) == ([], "placed")
    assert str(empty["words"]).startswith("nothing was disclosed yet")
    command(world, CUSTOMER, "deal.disclose", deal=deal_of(world).hex())
    pass_on(world, CUSTOMER)
    place = label(world)
    assert place["lines"] == ["10115 Berlin", "GERMANY"]
    assert place["missing"] == ["name", "street_address"]
    assert "mark the order as processing" in str(place["words"])
    vendor_says_event(world, "processing")
    pass_on(world, VENDOR, CUSTOMER)
    command(world, CUSTOMER, "contact.set", name="Anna Müller")
    command(world, CUSTOMER, "deal.disclose", deal=deal_of(world).hex())
    pass_on(world, CUSTOMER)
    whole = label(world)
    assert whole["lines"] == [
        "Anna Müller", "Musterstraße 1", "3. Stock", "10115 Berlin", "GERMANY",
    ]  # fmt: skip
    assert (whole["missing"], whole["given_later"]) == ([], ["name"])
    assert whole["status"] == "processing"
    assert whole["quantity"] == 1
    assert whole["sender"] == ["Shop"]
    assert "email" not in str(whole) and ANNA["email"] not in str(whole)


def test_no_label_without_an_agreement_or_for_the_customer(world: World) -> None:
    offered(world)
    with pytest.raises(ServiceError) as caught:
        label(world)
    assert caught.value.code == "order.none"
    ready(world)
    with pytest.raises(ServiceError) as caught:
        label(world, CUSTOMER)
    assert caught.value.code == "deal.role"


def test_what_is_forgotten_is_on_no_label(world: World) -> None:
    ready(world)
    disclose(world, *ANNA)
    pass_on(world, CUSTOMER)
    assert label(world)["missing"] == []
    command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex(), anyway=True)
    erased = label(world)
    assert (erased["lines"], erased["missing"]) == ([], [])
    assert "erased" in str(erased["words"])
