"""Counts about a vendor: from own deals and from feedback, each with its evidence."""

from __future__ import annotations

from typing import Any

from tests.engine.order_steps import delivered, ordered, say, settle
from tests.engine.relationship.keeping_in_touch import living
from tests.engine.relationship.keeping_in_touch import say as say_of_reach
from tests.engine.relationship.test_note_desk import ADVERT, vendor_writes_anyway
from tests.engine.rights.asked import BY_HAND, ask, settled, told
from tests.engine.steps import CUSTOMER, OTHER_CUSTOMER, VENDOR, agreed, command, pass_on
from tests.engine.world import World
from vrmnode.customer.vendor_counts import OWN, SAID
from vrmnode.engine.feedback import vendor_counts
from vrmprotocol import keys

DAY = 86_400


def counted(world: World, who: str = CUSTOMER) -> dict[str, dict[str, Any]]:
    """What is more than none, by source and name."""
    vendor = keys.to_did(world.nodes[VENDOR].machine.identity.root)
    value: dict[str, Any] = vendor_counts.counts(world.nodes[who].reader, vendor, world.now)
    assert "no score" in value["note"]
    return {
        source: {each["name"]: each for each in value[source] if each["count"]}
        for source in ("own", "others")
    }


def names(world: World, who: str = CUSTOMER) -> dict[str, int]:
    return {name: each["count"] for name, each in counted(world, who)["own"].items()}


def test_a_deal_is_counted_with_its_evidence(world: World) -> None:
    row = delivered(world)
    found = counted(world)["own"]
    assert {name: each["count"] for name, each in found.items()} == {
        "agreed": 1,
        "delivered_on_time": 1,
    }
    for name, each in found.items():
        assert each["evidence"] == [row.deal.hex()]
        assert (each["shows"], each["leaves_open"]) == (OWN[name].shows, OWN[name].leaves_open)


def test_what_comes_late_and_what_does_not_come(world: World) -> None:
    row = ordered(world)
    say(world, VENDOR, row, "paid")
    settle(world)
    assert names(world) == {"agreed": 1}
    world.now += 60 * DAY
    assert names(world) == {"agreed": 1, "not_delivered": 1}
    say(world, VENDOR, row, "delivered")
    settle(world)
    assert names(world) == {"agreed": 1, "delivered_late": 1}


def test_who_cancelled(world: World) -> None:
    row = ordered(world)
    say(world, VENDOR, row, "cancel", reason="out_of_stock")
    settle(world)
    assert names(world) == {"agreed": 1, "cancelled_by_vendor": 1}


def test_a_cancel_that_the_buyer_wished_is_the_customers(world: World) -> None:
    row = ordered(world)
    say(world, CUSTOMER, row, "cancel", reason="changed_mind")
    settle(world)
    settle(world)
    if "cancelled_by_customer" not in names(world):
        say(world, VENDOR, row, "cancel", reason="requested")
        settle(world)
    assert names(world) == {"agreed": 1, "cancelled_by_customer": 1}


def test_a_breach_is_counted_by_its_record(world: World) -> None:
    living(world)
    say_of_reach(world, "reach", status="revoked", **ADVERT)
    settle(world)
    vendor_writes_anyway(world, "Buy more")
    settle(world)
    found = counted(world)["own"]
    assert found["breaches"]["count"] == 1
    assert found["breaches"]["evidence"] != found["agreed"]["evidence"]


def test_rights_are_counted_by_what_became_of_them(world: World) -> None:
    told(world, "name", **BY_HAND)
    access, sale = (ask(world, right)["request"] for right in ("access", "sale:opt_out"))
    settled(world)
    assert requests(world) == {"rights_open": [access, sale]}
    later = world.now + 40 * DAY
    reply(world, "progress", access, days=40)
    reply(world, "deny", sale, reason="no_match")
    settled(world)
    assert requests(world) == {
        "rights_in_progress": [access],
        "rights_denied": [sale],
        "rights_answered_in_time": [sale],
    }
    world.now = later + 1
    assert requests(world)["rights_expired"] == [access]
    reply(world, "fulfil", access)
    settled(world)
    assert requests(world) == {
        "rights_fulfilled": [access],
        "rights_denied": [sale],
        "rights_answered_in_time": [sale],
    }


def reply(world: World, what: str, request: str, **params: object) -> None:
    command(world, VENDOR, f"vendor.rights.{what}", request=request, **params)


def requests(world: World) -> dict[str, list[str]]:
    found = counted(world)["own"]
    return {name: each["evidence"] for name, each in found.items() if name.startswith("rights_")}


def test_what_others_say_is_counted_apart(world: World) -> None:
    row = agreed(world)
    told = command(
        world, CUSTOMER, "feedback.give", deal=row.deal.hex(), rating=2, delivery="late", now=True
    )
    world.now += 1
    world.nodes[CUSTOMER].run_timers()
    pass_on(world, CUSTOMER)
    found = counted(world, OTHER_CUSTOMER)
    assert found["own"] == {}
    assert {name: each["count"] for name, each in found["others"].items()} == {
        "feedback": 1,
        "delivery_late": 1,
    }
    late = found["others"]["delivery_late"]
    assert late["evidence"] == [told["feedback"]]  # type: ignore[index]
    assert late["leaves_open"] == SAID.leaves_open
    command(world, CUSTOMER, "feedback.withdraw", deal=row.deal.hex(), now=True)
    world.now += 1
    world.nodes[CUSTOMER].run_timers()
    pass_on(world, CUSTOMER)
    assert counted(world, OTHER_CUSTOMER)["others"] == {}
