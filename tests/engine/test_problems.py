"""Each problem that the customer's node finds with an offer arises from its cause, in words.

`tests/specs/test_reasons.py` checks that no code of the node is missing here.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    command,
    deal_with,
    offered,
    only_does,
    own_intent,
    pass_on,
    stay_silent,
)
from tests.engine.world import GTIN, World
from vrmnode.engine.customer.why import intent_why
from vrmnode.engine.vendor import shop
from vrmnode.vendor import responder
from vrmnode.vendor.responder import Plan, Refusal
from vrmprotocol.market import DemandedItem, Intent

Reply = tuple[Plan, ...] | Refusal | None
OTHER_GTIN = "9780441172719"


def _misread(**changes: object) -> Callable[..., Reply]:
    """A vendor that answers another intent than the one that came."""

    def answer(intent: Intent, *args: object, **others: object) -> Reply:
        asked = msgspec.structs.replace(intent, **changes)
        return responder.answer(asked, *args, **others)  # type: ignore[arg-type]

    return answer


# fmt: off
CARELESS: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    # The problem, what was asked for, and what the vendor reads in its place.
    "item": ({"gtin": OTHER_GTIN}, {"item_offered": DemandedItem(gtin=GTIN[1:])}),
    "condition": ({"condition": ["used"]}, {"item_condition": ()}),
    "constraint": ({"must": ["sku=OTHER"]}, {"must": ()}),
    "currency": ({"budget": "90.00 USD"}, {"price_specification": None}),
    "over_budget": ({"budget": "10.00 EUR"}, {"price_specification": None}),
    "over_private_maximum": ({"private_maximum": "10.00 EUR"}, {}),
    "terms": ({"terms": ["SD-BASE-A"]}, {"accepted_terms": ("SD-BASE",)}),
    "payment": ({"payment": ["cash"]}, {"payment_method": ()}),
    "quantity": ({"quantity": 3}, {"eligible_quantity": 2}),
    "delivery": ({"delivery": ["pickup"]}, {"delivery_method": ()}),
    "language": ({"language": ["fr"]}, {"in_language": ()}),
    "late": ({"by": "2027-01-16"}, {"availability_ends": None}),
}
# fmt: on


def _expired(world: World) -> None:
    world.now = (offered(world).valid_through or 0) + 1


def _declined(world: World) -> None:
    offer = (offered(world).offer_digest or b"").hex()
    command(world, CUSTOMER, "offer.decline", offer=offer)


def _key_revoked(world: World) -> None:
    offered(world)
    command(world, VENDOR, "vendor.key.revoke", serial=0)
    pass_on(world, VENDOR)


OF_TIME: dict[str, Callable[[World], None]] = {
    "expired": _expired,
    "declined": _declined,
    "key_revoked": _key_revoked,
}


# fmt: off
OF_FUNCTION: dict[str, tuple[str, dict[str, object], dict[str, object]]] = {
    # What the vendor does with its product, what was asked for, and what it reads in its place.
    "lease": ("LeaseOut", {"function": "LeaseOut", "lease_days": 14}, {"lease_length": 7}),
    "below_minimum": (
        "Buy", {"function": "Buy", "min_price": "90.00 EUR"}, {"price_specification": None},
    ),
}
# fmt: on


@pytest.mark.parametrize("code", OF_FUNCTION)
def test_a_careless_vendor_that_does_more_than_sell(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    function, asked, read = OF_FUNCTION[code]

    only_does(world, function)
    monkeypatch.setattr(shop, "answer", _misread(**read))
    offered(world, **asked)  # type: ignore[arg-type]
    assert _problems(world) == [code]


@pytest.mark.parametrize("code", CARELESS)
def test_a_careless_vendors_offer_shows_its_problem(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    asked, read = CARELESS[code]
    monkeypatch.setattr(shop, "answer", _misread(**read))
    offered(world, **asked)  # type: ignore[arg-type]
    assert _problems(world) == [code]


@pytest.mark.parametrize("code", OF_TIME)
def test_an_offer_gets_a_problem_later(world: World, code: str) -> None:
    OF_TIME[code](world)
    assert _problems(world) == [code]


def test_an_offer_over_the_private_maximum_isnt_bought_by_itself(make_world: MakeWorld) -> None:
    for maximum, state in (("10.00 EUR", "offered"), ("90.00 EUR", "agreed")):
        world = make_world()
        world.publish(CUSTOMER, 1, automatic=True, private_maximum=maximum)
        pass_on(world, CUSTOMER)
        stay_silent(world, "vendor-2")
        for who in (VENDOR, CUSTOMER, VENDOR):
            pass_on(world, who)
        assert deal_with(world, CUSTOMER, VENDOR).state == state


def _problems(world: World) -> list[str]:
    """What speaks against the only offer, by code; each of them also in words."""
    reader = world.nodes[CUSTOMER].reader
    shown = intent_why(reader, own_intent(world).intent_id.hex(), world.now)
    offers = shown["offers"]
    assert isinstance(offers, list)
    (offer,) = offers
    assert all(" " in problem["words"] for problem in offer["problems"])
    return [problem["code"] for problem in offer["problems"]]
