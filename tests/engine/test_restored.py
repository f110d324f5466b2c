"""A node that was restored from a backup: what it says is heard, and it buys nothing twice."""

from __future__ import annotations

from pathlib import Path

from tests.engine.conftest import MakeWorld
from tests.engine.order_steps import settle
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    agreed,
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


MISSED = 30


def _notes(world: World, who: str, count: int) -> None:
    """So many notes of the customer, each acknowledged."""
    deal = deal_with(world, CUSTOMER, VENDOR).deal.hex()
    for number in range(count):
        command(world, who, "relation.write", relation=deal, text=f"Note {number}.")
        pass_on(world, CUSTOMER)
        _acknowledge(world, VENDOR, CUSTOMER)


def _received(world: World, who: str) -> int:
    """The highest number that a node has of the other side."""
    deal = deal_with(world, who, VENDOR).deal
    kept = messages.list_messages(world.nodes[who].reader, deal)
    return max(item.seq for item in kept if not item.own)


# SPEC 06: After its database was restored from a backup, the reader MUST watch attempts 0 and 3 of
# every `seq` up to 64 above the highest it has as well, in every deal whose tags it watches.
def test_who_was_restored_from_an_old_backup_reads_what_comes_next(
    world: World, tmp_path: Path
) -> None:
    agreed(world)
    copy = back_up(world, VENDOR, tmp_path)
    _notes(world, CUSTOMER, MISSED)
    known = _received(world, VENDOR)
    world.nodes[VENDOR].restore(copy)
    world.nodes[VENDOR].run_timers()
    assert _received(world, VENDOR) <= known - MISSED
    deal = deal_with(world, CUSTOMER, VENDOR).deal.hex()
    command(world, CUSTOMER, "relation.write", relation=deal, text="Are you there?")
    pass_on(world, CUSTOMER)
    assert _received(world, VENDOR) == known + 1
    # From then on it is as if nothing had been: the next one is read at once.
    command(world, CUSTOMER, "relation.write", relation=deal, text="Good.")
    pass_on(world, CUSTOMER)
    assert _received(world, VENDOR) == known + 2


# SPEC 06: The writer MUST send attempts 6, 10, 14 and so on of a message that stands behind numbers
# left out to the tags at attempt 3 of the numbers 8, 16, 24 … 64 above its own, one after the
# other.
def test_who_was_restored_from_an_old_backup_is_heard(world: World, tmp_path: Path) -> None:
    agreed(world)
    copy = back_up(world, CUSTOMER, tmp_path)
    _notes(world, CUSTOMER, MISSED)
    known = _received(world, VENDOR)
    world.nodes[CUSTOMER].restore(copy)
    world.nodes[CUSTOMER].run_timers()
    deal = deal_with(world, CUSTOMER, VENDOR).deal
    said = command(world, CUSTOMER, "relation.write", relation=deal.hex(), text="I was restored.")
    assert isinstance(said, dict)
    node, digest = world.nodes[VENDOR], bytes.fromhex(str(said["note"]))
    written = messages.get(world.nodes[CUSTOMER].reader, digest)
    assert written is not None and written.seq < known
    for _ in range(4 + 4 * MISSED // 8):
        pass_on(world, CUSTOMER)
        world.now += 3 * 3_600
    assert messages.get(node.reader, digest) is not None
    _acknowledge(world, VENDOR, CUSTOMER)
    assert queued(world, CUSTOMER) == []
