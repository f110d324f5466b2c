"""What still arrives once a vendor has erased the key of a deal's mail, and what doesn't."""

from __future__ import annotations

from tests.engine.disclosing import deal_of, values
from tests.engine.rights.asked import ask, rows, settled, show, told
from tests.engine.steps import CUSTOMER, VENDOR, command, pass_on
from tests.engine.world import World
from vrmnode.storage import outbox
from vrmprotocol.deletion_body import MAX_ATTEMPTS


# SPEC 15: After a deletion the vendor's node MUST still send the rights statuses that it made
# before and that aren't acknowledged.
# SPEC 15: After a deletion the vendor's node MUST NOT send a rights status more than 8 times.
def test_what_was_answered_before_a_deletion_still_arrives(world: World) -> None:
    told(world)
    ask(world, "sale:opt_out")
    pass_on(world, CUSTOMER)
    ask(world, "deletion")
    pass_on(world, CUSTOMER)
    assert values(world) == {}
    reader, sent = world.nodes[VENDOR].reader, []
    while pending := outbox.pending(reader, world.now):
        world.now = max(world.now, pending[0].next_at)
        sent += world.nodes[VENDOR].pump()
    for kind in (b"rights_status", b"deletion"):
        assert sum(1 for one in sent if kind in one.raw) == MAX_ATTEMPTS
    for flight in sent:
        world.nodes[CUSTOMER].deliver(flight)
    assert {one["state"] for one in rows(world, CUSTOMER)} == {"fulfilled"}


def test_an_answer_that_the_deletion_overtook_is_said_to_be_lost(world: World) -> None:
    told(world)
    request = ask(world, "access")["request"]
    pass_on(world, CUSTOMER)
    command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex())
    settled(world)
    shown = show(world, request)
    assert (shown["state"], shown["held"]) == ("fulfilled", None)
    assert shown["refused"].startswith("the vendor has deleted your data before all parts")
