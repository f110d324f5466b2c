"""A purchase history between engines: what a verifier learns, and what it can't."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.engine.order_steps import ordered, say, settle
from tests.engine.steps import CUSTOMER, VENDOR, agreed, command, deal_with
from tests.engine.world import World
from vrmnode.errors import ServiceError
from vrmnode.storage import deals
from vrmnode.storage.deals import Deal
from vrmprotocol import feedback, keys, purchase_history
from vrmprotocol.errors import RemoteError
from vrmprotocol.purchase_history import History

NONCE, WHO = b"n" * 32, "Housing association"


def make(world: World, **how: object) -> dict[str, Any]:
    return command(world, CUSTOMER, "history.make", verifier=WHO, nonce=NONCE.hex(), **how)  # type: ignore[return-value]


def raw_of(world: World, **how: object) -> bytes:
    return base64.b64decode(make(world, **how)["file"])


def read(raw: bytes) -> History:
    return purchase_history.verify(raw, verifier=WHO, nonce=NONCE)


def code(world: World, **how: object) -> str:
    with pytest.raises(ServiceError) as caught:
        make(world, **how)
    return caught.value.code


def later(world: World) -> Deal:
    """Another agreed deal, a while after the first."""
    world.now += 60
    return agreed(world)


def test_a_verifier_learns_vendor_and_month_and_no_more(world: World) -> None:
    rows = [agreed(world), later(world)]
    assert rows[0].deal != rows[1].deal
    raw = raw_of(world)
    found = read(raw)
    root = world.nodes[VENDOR].machine.identity.root
    assert {one.certificate.root for one in found.purchases} == {root}
    assert [one.month for one in found.purchases] == [feedback.month_of(world.now)] * 2
    assert {(one.category, one.total) for one in found.purchases} == {(None, None)}
    for row in rows:
        names = (row.deal, row.customer, row.intent_id, row.offer_digest or row.deal)
        assert not any(name in raw for name in names)


def test_it_is_for_one_verifier_and_one_nonce(world: World) -> None:
    agreed(world)
    raw = raw_of(world)
    for verifier, nonce in ((WHO, b"o" * 32), ("Bank", NONCE)):
        with pytest.raises(RemoteError) as caught:
            purchase_history.verify(raw, verifier=verifier, nonce=nonce)
        assert caught.value.code == "history.nonce"


def test_details_are_asserted_in_bands(world: World) -> None:
    agreed(world)
    (one,) = read(raw_of(world, details=True)).purchases
    row = deal_with(world, CUSTOMER, VENDOR)
    assert one.total is not None and row.total is not None
    assert one.total.least <= row.total < one.total.below
    assert one.total.price_currency == row.currency


def test_what_has_public_feedback_stays_out_unless_it_is_wanted(world: World) -> None:
    first = agreed(world)
    command(world, CUSTOMER, "feedback.give", deal=first.deal.hex(), rating=3)
    assert code(world) == "history.nothing"
    later(world)
    assert make(world)["purchases"] == 1
    assert make(world, published=True)["purchases"] == 2


def test_cancelled_orders_stay_out(world: World) -> None:
    row = ordered(world)
    assert make(world)["purchases"] == 1
    say(world, VENDOR, row, "cancel", reason="out_of_stock")
    settle(world)
    assert code(world) == "history.nothing"


def test_vendors_and_years_narrow_it_down(world: World) -> None:
    agreed(world)
    own, other = (
        keys.to_did(world.nodes[who].machine.identity.root) for who in (VENDOR, "vendor-2")
    )
    year = int(feedback.month_of(world.now)[:4])
    assert make(world, vendor=own, year=year)["vendors"] == [own]
    assert code(world, year=year + 1) == "history.nothing"
    assert code(world, vendor=other) in {"history.nothing", "vendor.not_found"}
    assert len(deals.list_deals(world.nodes[CUSTOMER].reader, state="agreed")) == 1


def test_what_is_wrong_is_said(world: World) -> None:
    for how in ({"nonce": "ab"}, {"verifier": ""}, {"year": 1}, {"pseudonym": "x"}):
        asked = {"verifier": WHO, "nonce": NONCE.hex(), **how}
        with pytest.raises(ServiceError) as caught:
            command(world, CUSTOMER, "history.make", **asked)
        assert caught.value.code.startswith("request.")
