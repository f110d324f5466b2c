"""What a vendor, or somebody in its name, sends about requests that a node of ours wouldn't."""

from __future__ import annotations

from tests.engine.disclosing import deal_of, document_digest
from tests.engine.rights.asked import BY_HAND, ask, row, told
from tests.engine.steps import CUSTOMER, event_types, hand_over, pass_on, vendor_says
from tests.engine.world import World
from vrmnode.storage import messages
from vrmprotocol.rights_bodies import RightsData, RightsStatus


def test_a_forged_status_changes_nothing(world: World) -> None:
    """A customer's node takes no answer from somebody else, and none about another agreement."""
    told(world, **BY_HAND)
    request = bytes.fromhex(ask(world, "access")["request"])
    pass_on(world, CUSTOMER)
    other = RightsStatus(agreement=bytes(32), request=request, status="denied", reason="no_match")
    hand_over(world, CUSTOMER, vendor_says(world, other, seq=40).raw, deal=deal_of(world))
    assert row(world, CUSTOMER)["state"] == "open"
    about = bytes(31) + b"\1"
    named = document_digest(world)
    unasked = RightsStatus(agreement=named, request=about, status="denied", reason="no_match")
    hand_over(world, CUSTOMER, vendor_says(world, unasked, seq=41).raw, deal=deal_of(world))
    assert row(world, CUSTOMER)["state"] == "open"
    assert "rights.denied" not in event_types(world, CUSTOMER)


# SPEC 15: The reader MUST NOT keep more than 24 rights statuses of a deal.
# SPEC 15: The reader MUST NOT keep more than 96 parts of answers of a deal.
def test_only_so_much_is_kept_of_a_vendor(world: World) -> None:
    told(world, **BY_HAND)
    request = bytes.fromhex(ask(world, "access")["request"])
    named = document_digest(world)
    for number in range(30):
        said = RightsStatus(
            agreement=named, request=request, status="in_progress", expected_by=world.now + number
        )
        raw = vendor_says(world, said, seq=100 + number).raw
        hand_over(world, CUSTOMER, raw, deal=deal_of(world))
    for number in range(100):
        part = RightsData(agreement=named, request=request, part=number % 48, data=bytes([number]))
        raw = vendor_says(world, part, seq=200 + number).raw
        hand_over(world, CUSTOMER, raw, deal=deal_of(world))
    stored = messages.list_messages(world.nodes[CUSTOMER].reader, deal_of(world))
    count = {
        kind: sum(1 for one in stored if one.kind == kind)
        for kind in ("rights_status", "rights_data")
    }
    assert count == {"rights_status": 24, "rights_data": 96}
