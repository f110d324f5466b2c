"""Commitments of an accept: the same names always, salts of their own, openings that fit."""

from __future__ import annotations

from tests.engine.steps import CUSTOMER, OTHER_VENDOR, VENDOR, command, deal_with, in_turn, offered
from tests.engine.world import World
from vrmnode.engine.disclosure import openings
from vrmnode.engine.disclosure.openings import Opening
from vrmnode.engine.records import load_deal
from vrmprotocol import commitment, contact
from vrmprotocol.mail import Accept

BOTH = (VENDOR, OTHER_VENDOR)
NAMES = {"relationship", *contact.NAMES}


def committed(world: World, vendor: str) -> dict[str, bytes]:
    row = deal_with(world, CUSTOMER, vendor)
    command(world, CUSTOMER, "offer.accept", offer=(row.offer_digest or b"").hex())
    accept = load_deal(world.nodes[CUSTOMER].reader, row.deal).state.accept
    assert accept is not None and isinstance(accept.body, Accept)
    return dict(accept.body.commitments)


def kept(world: World, vendor: str) -> dict[str, Opening]:
    deal = deal_with(world, CUSTOMER, vendor).deal
    found = in_turn(world, CUSTOMER, lambda ctx: openings.of_deal(ctx, deal))
    assert isinstance(found, dict)
    return found


# SPEC 09: The writer MUST commit in every accept to `relationship` and to all contact fields, and
# to nothing else, with nil as the value of a field that it doesn't have.
def test_the_names_say_nothing_about_what_is_stored(world: World) -> None:
    offered(world, quantity=2, vendors=BOTH)
    nothing = committed(world, VENDOR)
    stored = [each.value for name, each in kept(world, VENDOR).items() if name in contact.NAMES]
    assert stored == [None] * len(contact.NAMES)
    command(world, CUSTOMER, "deal.withdraw", deal=deal_with(world, CUSTOMER, VENDOR).deal.hex())
    command(world, CUSTOMER, "contact.set", name="Anna", country="DE")
    something = committed(world, OTHER_VENDOR)
    assert set(nothing) == set(something) == NAMES
    assert not set(nothing.values()) & set(something.values())


def test_the_openings_are_those_of_the_acceptance(world: World) -> None:
    offered(world)
    command(world, CUSTOMER, "contact.set", name="Anna", country="DE")
    commitments = committed(world, VENDOR)
    command(world, CUSTOMER, "contact.set", name="Berta")
    found = kept(world, VENDOR)
    assert found["name"].value == "Anna"
    assert found["email"].value is None
    for name, one in found.items():
        assert commitment.opens(commitments[name], one.salt, name, one.value)
    assert len({one.salt for one in found.values()}) == len(NAMES)
    assert "Anna" not in repr(found)


def test_erased_openings_are_gone(world: World) -> None:
    offered(world)
    committed(world, VENDOR)
    deal = deal_with(world, CUSTOMER, VENDOR).deal
    in_turn(world, CUSTOMER, lambda ctx: openings.erase(ctx, deal))
    assert kept(world, VENDOR) == {}
    assert deal_with(world, CUSTOMER, VENDOR).state == "accepted"


# SPEC 09: The writer MUST use the same relationship key in all its deals with one vendor root, and
# another for each vendor root.
def test_a_key_for_each_vendor_and_the_same_next_time(world: World) -> None:
    keys = []
    for _ in range(2):
        offered(world, vendors=BOTH)
        for vendor in BOTH:
            committed(world, vendor)
            keys.append(kept(world, vendor)["relationship"].value)
            deal = deal_with(world, CUSTOMER, vendor).deal
            command(world, CUSTOMER, "deal.withdraw", deal=deal.hex())
        world.now += 1
    assert keys[:2] == keys[2:]
    assert keys[0] != keys[1]
