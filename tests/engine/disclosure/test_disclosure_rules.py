"""Stages on a node: what goes by itself, what is asked, what waits for the vendor to begin."""

from __future__ import annotations

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.disclosing import ANNA, code_of, deal_of, disclose, values, vendor_says_event
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    agreed,
    command,
    in_turn,
    pass_on,
    told,
)
from tests.engine.world import World
from vrmnode.engine.disclosure import disclosure_desk, disclosure_rules
from vrmnode.engine.orders import shop_screen
from vrmnode.engine.trust import domain_check
from vrmnode.storage import events
from vrmprotocol import keys

PLACE = {"postal_code", "locality", "country"}
DELIVERY = {"name", "street_address"}


def trust(world: World) -> None:
    root = world.nodes[VENDOR].machine.identity.root
    command(world, CUSTOMER, "trust.add", vendor=keys.to_did(root))


def asked(world: World) -> list[dict[str, object]]:
    found = events.after(world.nodes[CUSTOMER].reader, 0, 500)
    return [dict(event.data) for event in found if event.type == "disclosure.wanted"]


def begin(world: World, event: str = "processing") -> None:
    vendor_says_event(world, event)
    pass_on(world, VENDOR, CUSTOMER)


def names(world: World) -> set[str]:
    pass_on(world, CUSTOMER, VENDOR)
    return set(values(world))


def test_a_trusted_vendor_is_told_stage_by_stage(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    trust(world)
    agreed(world)
    assert names(world) == PLACE
    begin(world)
    assert names(world) == PLACE | DELIVERY
    begin(world, "shipped")
    assert names(world) == PLACE | DELIVERY
    assert asked(world) == []
    rules = [row["rule"] for row in disclosure_desk.list_disclosures(reader(world), None)]
    assert rules == [
        "automatic: delivery, to vendors trusted or proved",
        "automatic: place, to vendors trusted or proved",
    ]


def reader(world: World):
    return world.nodes[CUSTOMER].reader


def test_of_a_stranger_the_owner_is_asked_once_a_stage(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    agreed(world)
    assert names(world) == set()
    begin(world)
    begin(world, "shipped")
    assert names(world) == set()
    assert [(each["stage"], each["fields"]) for each in asked(world)] == [
        ("place", "postal_code, locality, country"),
        ("delivery", "name, street_address"),
    ]
    assert "Anna" not in str(asked(world))


def test_by_hand_what_is_due_goes_to_whomever(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    agreed(world)
    answer = command(world, CUSTOMER, "deal.disclose", deal=deal_of(world).hex())
    assert isinstance(answer, dict)
    assert set(answer["fields"]) == PLACE
    assert names(world) == PLACE
    assert code_of(world, "deal.disclose", deal=deal_of(world).hex()) == "disclosure.nothing_due"
    disclose(world, "name")
    assert names(world) == PLACE | {"name"}
    begin(world)
    command(world, CUSTOMER, "deal.disclose", deal=deal_of(world).hex())
    assert names(world) == PLACE | DELIVERY


def test_trust_comes_later_and_what_is_due_goes_then(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    agreed(world)
    assert names(world) == set()
    trust(world)
    assert names(world) == PLACE


def test_a_proof_of_the_domain_is_enough_by_default(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    agreed(world)
    root = world.nodes[VENDOR].machine.identity.root
    in_turn(world, CUSTOMER, lambda ctx: domain_check.record(ctx, root, "a.example", "proved"))
    assert names(world) == PLACE


def test_contact_data_that_was_missing_goes_when_it_is_set(world: World) -> None:
    trust(world)
    command(world, CUSTOMER, "contact.set", country="DE")
    agreed(world)
    assert names(world) == {"country"}
    assert [each["missing"] for each in asked(world)] == ["postal_code, locality"]
    command(world, CUSTOMER, "contact.set", **ANNA)
    assert names(world) == PLACE


def test_a_change_of_data_is_told_unless_the_owner_says_otherwise(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    trust(world)
    agreed(world)
    assert names(world) == PLACE
    command(world, CUSTOMER, "contact.set", locality="Potsdam", tell=False)
    names(world)
    assert values(world)["locality"] == "Berlin"
    command(world, CUSTOMER, "contact.set", locality="Cottbus")
    names(world)
    assert values(world)["locality"] == "Cottbus"


def test_the_policy_of_the_owner_decides(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    command(world, CUSTOMER, "contact.policy.set", place="nobody", delivery="nobody")
    trust(world)
    agreed(world)
    begin(world)
    assert names(world) == set()
    command(world, CUSTOMER, "contact.policy.set", place="any", relationship="trusted")
    assert names(world) == PLACE | DELIVERY
    assert disclosure_rules.stored_policy(reader(world)).place == "any"
    (row,) = (r for r in disclosure_desk.list_disclosures(reader(world), None)
              if r["fields"] == ["relationship"])  # fmt: skip
    assert row["rule"] == "automatic: relationship, to trusted vendors"


def test_what_is_picked_up_needs_no_place(make_world: MakeWorld) -> None:
    world = make_world(
        delivery={"NL": [{"method": "pickup", "charge": "0.00 EUR", "days": [1, 2]}]}
    )
    command(world, CUSTOMER, "contact.set", **ANNA)
    trust(world)
    agreed(world)
    begin(world, "pickup_ready")
    assert names(world) == set()
    assert asked(world) == []
    assert code_of(world, "deal.disclose", deal=deal_of(world).hex()) == "disclosure.nothing_due"
    disclose(world, "email")
    assert names(world) == {"email"}


@pytest.mark.parametrize("event", ["processing", "shipped", "pickup_ready"])
def test_nothing_more_is_told_of_an_order_that_the_vendor_cancelled(
    world: World, event: str
) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    agreed(world)
    vendor_says_event(world, event)
    vendor_says_event(world, "cancel")
    pass_on(world, VENDOR, CUSTOMER)
    trust(world)
    assert names(world) == set()
    assert code_of(world, "deal.disclose", deal=deal_of(world).hex()) == "disclosure.nothing_due"


def test_automatic_ones_leave_room_for_corrections(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    agreed(world)
    for _ in range(12):
        disclose(world, "email")
    trust(world)
    assert names(world) == {"email"}
    disclose(world, "country")
    assert names(world) == {"email", "country"}


def test_the_first_disclosure_takes_the_place_of_the_acknowledgement(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    trust(world)
    agreed(world)
    before = [item.kind for item in told(world, CUSTOMER)]
    assert before == ["accept", "disclosure"]
    world.now += 10
    world.nodes[CUSTOMER].run_timers()
    assert [item.kind for item in told(world, CUSTOMER)] == before


def test_the_customers_deal_shows_what_is_wanted(world: World) -> None:
    command(world, CUSTOMER, "contact.set", country="DE", name="Anna")
    agreed(world)
    node, params = world.nodes[CUSTOMER], {"deal": deal_of(world).hex()}
    shown = shop_screen.deal_show(node.reader, node.machine.vault, params, world.now)
    assert shown["wanted"] == [
        {
            "stage": "place",
            "fields": ["country"],
            "missing": ["postal_code", "locality"],
            "rule": "ask: place is told without asking only to vendors trusted or proved",
        }
    ]
