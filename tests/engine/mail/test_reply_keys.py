"""Reply keys live as long as mail may come, and no longer."""

from __future__ import annotations

from functools import partial

from tests.engine.steps import CUSTOMER, VENDOR, accepted, agreed, deal_with, pseudonym
from tests.engine.world import World
from vrmnode.engine import clockwork
from vrmnode.engine.mail.mailroom import TAG_LIFETIME_S
from vrmnode.engine.records import load_deal
from vrmprotocol import order_moves

DAY = 86_400


def has_key(world: World, who: str, kind: str, owner: bytes) -> bool:
    rows = world.nodes[who].reader.rows(
        "SELECT 1 FROM secrets WHERE owner_kind = ? AND owner_id = ? AND name = 'reply'",
        (kind, owner),
    )
    return bool(rows)


def tidy(world: World) -> None:
    for node in world.nodes.values():
        node.turn(partial(clockwork.tidy, max_store_bytes=1 << 30))


# SPEC 11: The node MUST keep the reply key of an agreed deal, unless it deletes what was disclosed,
# and watch its tags for 90 days, `returns.days` and `leaseLength` days after the later of its last
# message and `deliveryLatest`, or for `retentionOrder` days but at most 3,650 if that is longer.
def test_both_sides_can_be_told_until_nothing_can_come_back(world: World) -> None:
    row = agreed(world)
    name = pseudonym(world).pseudonym
    draft = load_deal(world.nodes[CUSTOMER].reader, row.deal).state.accepted_offer
    until = order_moves.keep_until(draft.body.draft, world.now)  # type: ignore[union-attr]
    world.now = until
    tidy(world)
    assert has_key(world, VENDOR, "deal", row.deal)
    assert has_key(world, CUSTOMER, "intent", name)
    world.now = until + TAG_LIFETIME_S + 1
    tidy(world)
    assert not has_key(world, VENDOR, "deal", row.deal)
    assert not has_key(world, CUSTOMER, "intent", name)
    # What was agreed is there all the same.
    assert deal_with(world, CUSTOMER, VENDOR).document is not None
    assert load_deal(world.nodes[VENDOR].reader, row.deal).state.state == "agreed"


def test_what_came_to_nothing_is_closed_earlier(world: World) -> None:
    row = accepted(world)
    name = pseudonym(world).pseudonym
    world.now += 30 * DAY
    tidy(world)
    assert not has_key(world, VENDOR, "deal", row.deal)
    assert not has_key(world, CUSTOMER, "intent", name)
