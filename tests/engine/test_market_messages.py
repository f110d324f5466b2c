"""Own market messages: until they are spread, this node treats them as ones it never met."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.engine.steps import CUSTOMER, VENDOR, agreed, command, event_types, in_turn
from tests.engine.world import World
from vrmnode.engine import inbound
from vrmnode.engine.mail import dispatch
from vrmnode.engine.mail.dispatch import Parcel
from vrmnode.storage import envelopes, outbox, seen
from vrmprotocol import envelope
from vrmprotocol.envelope import Envelope


def _intent(world: World) -> str:
    world.publish(CUSTOMER, 1, automatic=False)
    return CUSTOMER


def _profile(world: World) -> str:
    command(world, VENDOR, "vendor.profile.set", name="Books", area_served=["NL"])
    return VENDOR


def _revocation(world: World) -> str:
    command(world, VENDOR, "vendor.key.rotate")
    command(world, VENDOR, "vendor.key.revoke", serial=0)
    return VENDOR


def _feedback(world: World) -> str:
    deal = agreed(world).deal
    command(world, CUSTOMER, "feedback.give", deal=deal.hex(), rating=2, now=True)
    world.nodes[CUSTOMER].run_timers()
    return CUSTOMER


def _waiting(world: World, who: str) -> tuple[Parcel, Envelope]:
    """The newest own market message that hasn't left."""
    found = in_turn(world, who, dispatch.parcels)
    assert isinstance(found, list)
    parcel = [each for each in found if not each.is_mail][-1]
    return parcel, envelope.unsecure_load(parcel.raw)


# SPEC 07: A node MUST treat an envelope of its own that isn't spread yet as one that it doesn't
# know, whichever way it comes: by gossip, by sync or by submit.
@pytest.mark.parametrize("write", [_intent, _profile, _revocation, _feedback])
def test_an_own_message_is_new_to_its_author_until_it_is_spread(
    world: World, write: Callable[[World], str]
) -> None:
    # Whoever gets it along the stem could hand it back and ask who has it on disk already.
    who = write(world)
    node = world.nodes[who]
    parcel, own = _waiting(world, who)
    assert not seen.contains(node.reader, own.id)
    happened = event_types(world, who)

    back = partial(inbound.accept_envelope, arrived=own)
    assert node.turn(back) is True, "kept, as any other node would say"
    assert seen.contains(node.reader, own.id)
    assert node.turn(back) is False
    assert event_types(world, who) == happened, "nothing of it is news to its author"
    kept = envelopes.get(node.reader, own.id)
    assert kept is not None and kept.own
    assert kept.named_from == world.now, "it has come by gossip: everybody names it now"

    in_turn(world, who, partial(dispatch.sent, parcel=parcel, raw=b"", peers=1, spread=50))
    row = outbox.get(node.reader, parcel.row)
    assert row is not None and row.done_at is not None


# SPEC 02: The node MUST remember the ids of its own envelopes as it does those of accepted ones.
def test_an_own_message_is_known_once_it_is_spread(world: World) -> None:
    node = world.nodes[_intent(world)]
    parcel, own = _waiting(world, CUSTOMER)
    sent = partial(dispatch.sent, parcel=parcel, raw=b"", spread=50)
    in_turn(world, CUSTOMER, partial(sent, peers=0))
    assert not seen.contains(node.reader, own.id), "nobody has it"
    in_turn(world, CUSTOMER, partial(sent, peers=1))
    assert seen.contains(node.reader, own.id)
    assert node.turn(partial(inbound.accept_envelope, arrived=own)) is False
