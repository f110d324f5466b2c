"""What two sides have of a deal, looked at from outside both."""

from __future__ import annotations

from tests.engine.steps import CUSTOMER, OTHER_CUSTOMER, OTHER_VENDOR, VENDOR
from tests.engine.world import World
from vrmnode.engine.disclosure import disclosed
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.relationship import reach_state
from vrmnode.storage import deals
from vrmnode.storage.deals import Deal
from vrmprotocol.reach import Conversation, Reachable

CUSTOMERS, VENDORS = (CUSTOMER, OTHER_CUSTOMER), (VENDOR, OTHER_VENDOR)


def deals_of(world: World, who: str) -> list[Deal]:
    """The agreed deals of a node, the oldest first."""
    return deals.list_deals(world.nodes[who].reader, state="agreed")[::-1]


def buyer_of(world: World, deal: bytes) -> str:
    """The customer of a deal."""
    return next(who for who in CUSTOMERS if deals.get(world.nodes[who].reader, deal))


def seller_of(world: World, deal: bytes) -> str:
    """The vendor of a deal."""
    row = deals.get(world.nodes[buyer_of(world, deal)].reader, deal)
    assert row is not None
    return next(w for w in VENDORS if world.nodes[w].machine.identity.root == row.vendor_root)


def record_of(world: World, who: str, deal: bytes) -> DealRecord:
    """A deal as a node has it."""
    return load_deal(world.nodes[who].reader, deal)


def reachable(world: World, who: str, deal: bytes) -> Reachable:
    """What a node holds that the vendor may write first."""
    return reach_state.of_deal(world.nodes[who].reader, record_of(world, who, deal))


def conversation(world: World, who: str, deal: bytes) -> Conversation:
    """The notes of a deal as a node has them."""
    node = world.nodes[who]
    return reach_state.conversation(node.reader, node.machine.vault, record_of(world, who, deal))


def known_to(world: World, who: str, deal: bytes) -> dict[str, str]:
    """What a vendor's node holds of a deal's customer, whatever it shows of it."""
    node = world.nodes[who]
    record = record_of(world, who, deal)
    found = disclosed.of_deal(node.reader, node.machine.vault, record, world.now).fields
    return {name: one.value for name, one in found.items() if one.value is not None}
