"""Names of things as an owner types them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.steps import CUSTOMER, VENDOR, in_turn, offered, own_intent
from tests.engine.world import World
from vrmnode.engine import references
from vrmnode.engine.references import find_deal, find_intent, find_offer
from vrmnode.errors import ServiceError
from vrmnode.storage import deals
from vrmnode.storage.connection import Connection

FINDERS = {"intent": find_intent, "offer": find_offer, "deal": find_deal}


def _refused(tx: Connection, what: str, reference: str) -> tuple[str, int]:
    with pytest.raises(ServiceError) as caught:
        FINDERS[what](tx, reference)
    return caught.value.code, caught.value.status


@pytest.mark.parametrize("digits", [6, 7, 20, 64])
def test_a_beginning_names_a_thing(world: World, digits: int) -> None:
    row, tx = offered(world), world.nodes[CUSTOMER].reader
    assert find_deal(tx, row.deal.hex()[:digits]) == row.deal
    assert find_deal(tx, f" {row.deal.hex()[:digits].upper()} ") == row.deal
    assert find_offer(tx, (row.offer_digest or b"").hex()[:digits]) == row.offer_digest
    assert find_intent(tx, own_intent(world).intent_id.hex()[:digits]) == own_intent(world)


@pytest.mark.parametrize("what", FINDERS)
@pytest.mark.parametrize("reference", ["", "abcde", "xyzxyz", "a" * 65, "abc%de", "ﬀﬀﬀﬀﬀﬀ"])
def test_what_is_no_id_is_told(world: World, what: str, reference: str) -> None:
    assert _refused(world.nodes[CUSTOMER].reader, what, reference) == ("request.id", 400)


@pytest.mark.parametrize("what", FINDERS)
def test_an_unknown_id_is_told(world: World, what: str) -> None:
    found = _refused(world.nodes[CUSTOMER].reader, what, "abcdef")
    assert found == (f"{what}.not_found", 404)


def test_an_own_offer_is_not_one_received(world: World) -> None:
    row, tx = offered(world), world.nodes[VENDOR].reader
    assert _refused(tx, "offer", (row.offer_digest or b"").hex()) == ("offer.not_found", 404)


def test_an_ambiguous_beginning_is_told(world: World) -> None:
    row = offered(world)
    deal = row.deal
    twin = deal[:3] + bytes(29)
    in_turn(
        world,
        CUSTOMER,
        lambda ctx: deals.insert(ctx.tx, replace(row, deal=twin, vendor_root=bytes(32))),
    )
    tx = world.nodes[CUSTOMER].reader
    assert _refused(tx, "deal", deal.hex()[:6]) == ("deal.ambiguous", 409)
    assert find_deal(tx, deal.hex()) == deal


def test_the_shortest_beginning_has_six_digits() -> None:
    assert references.SHORTEST_PREFIX == 6
