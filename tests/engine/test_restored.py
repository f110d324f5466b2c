"""A node that was restored from a backup: what it says is heard, and it buys nothing twice."""

from __future__ import annotations

from pathlib import Path

from tests.engine.conftest import MakeWorld
from tests.engine.order_steps import settle
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    back_up,
    command,
    deal_with,
    event_types,
    offered,
    own_intent,
    pass_on,
    queued,
    stay_silent,
)
from tests.engine.world import World
from vrmnode.engine.customer.why import intent_why
from vrmnode.storage import messages


def _acknowledge(world: World, who: str, to: str) -> None:
    world.now += 3
    world.nodes[who].run_timers()
    pass_on(world, who, to)


def test_a_restored_vendor_is_heard_though_it_forgot_what_it_sent(
    world: World, tmp_path: Path
) -> None:
    offer = (offered(world).offer_digest or b"").hex()
    copy = back_up(world, VENDOR, tmp_path)
    command(world, CUSTOMER, "offer.ask", offer=offer, text="Is it new?")
    pass_on(world, CUSTOMER)
    _acknowledge(world, VENDOR, CUSTOMER)
    world.nodes[VENDOR].restore(copy)
    command(world, CUSTOMER, "offer.accept", offer=offer)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    row = deal_with(world, CUSTOMER, VENDOR)
    assert (row.state, deal_with(world, VENDOR, VENDOR).state) == ("agreed", "agreed")
    vendors = [m.seq for m in messages.list_messages(world.nodes[CUSTOMER].reader, row.deal)]
    assert sorted(seq for seq in vendors if seq > 2) == [8], "one after 0, with 7 left out"
    assert "node.restored" in event_types(world, VENDOR)


def test_only_the_first_start_after_a_restore_leaves_numbers_out(
    world: World, tmp_path: Path
) -> None:
    offered(world)
    node = world.nodes[VENDOR]
    node.restore(back_up(world, VENDOR, tmp_path))
    node.restart()
    assert deal_with(world, VENDOR, VENDOR).next_seq == 8


def test_a_vendor_restored_again_before_it_was_heard_is_heard(world: World, tmp_path: Path) -> None:
    offer = (offered(world).offer_digest or b"").hex()
    node = world.nodes[VENDOR]
    for _ in range(3):
        node.restore(back_up(world, VENDOR, tmp_path))
    command(world, CUSTOMER, "offer.accept", offer=offer)
    pass_on(world, CUSTOMER)
    (said,) = messages.list_messages(node.reader, deal_with(world, VENDOR, VENDOR).deal)[-1:]
    assert (said.kind, said.seq) == ("agreement", 22), "three times 7 are left out"
    for attempt in range(4):
        pass_on(world, VENDOR)
        assert deal_with(world, CUSTOMER, VENDOR).state == "accepted", attempt
        world.now += 60
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"
    settle(world)
    assert queued(world, VENDOR) == []


def test_a_vendor_restored_twice_from_one_copy_is_heard(world: World, tmp_path: Path) -> None:
    offer = (offered(world).offer_digest or b"").hex()
    copy = back_up(world, VENDOR, tmp_path)
    node = world.nodes[VENDOR]
    node.restore(copy)
    command(world, CUSTOMER, "offer.ask", offer=offer, text="Is it new?")
    pass_on(world, CUSTOMER)
    _acknowledge(world, VENDOR, CUSTOMER)
    node.restore(copy)
    command(world, CUSTOMER, "offer.accept", offer=offer)
    pass_on(world, CUSTOMER)
    for _ in range(5):
        pass_on(world, VENDOR)
        world.now += 60
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"
    assert deal_with(world, CUSTOMER, VENDOR).fault == "negotiation.equivocation", "8 is used twice"


def test_a_restored_customer_buys_nothing_by_itself_that_it_may_have_bought(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = make_world(stock=(3, 3))
    stay_silent(world, OTHER_VENDOR)
    world.publish(CUSTOMER, 1, automatic=True)
    copy = back_up(world, CUSTOMER, tmp_path)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "accepted"
    world.nodes[CUSTOMER].restore(copy)
    command(world, OTHER_VENDOR, "vendor.policy.set", reserve=True)
    world.nodes[OTHER_VENDOR].run_timers()
    pass_on(world, OTHER_VENDOR)
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "offered"
    shown = intent_why(world.nodes[CUSTOMER].reader, own_intent(world).intent_id.hex(), world.now)
    assert shown["decision"] == "manual: you accept offers yourself"
