"""The offers to an own intent, and what they are held against."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    command,
    deal_with,
    own_intent,
    pass_on,
    set_shop_policy,
    stay_silent,
)
from tests.engine.world import START, World
from vrmnode.customer.request import read_request
from vrmnode.engine import views
from vrmnode.engine.customer import intent_desk, offers, standing
from vrmnode.storage import deals, market
from vrmnode.values.fields import FieldError
from vrmnode.values.money import Money


def _answered(world: World, *, automatic: bool, **asked: Any) -> str:
    """The state of the deal after one vendor saw the intent."""
    stay_silent(world, *(name for name in world.vendors if name != VENDOR))
    world.publish(CUSTOMER, 1, automatic=automatic, **asked)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    return deal_with(world, CUSTOMER, VENDOR).state


@pytest.mark.parametrize(
    ("maximum", "state"), [("50.00 EUR", "accepted"), ("39.99 EUR", "offered")]
)
def test_a_private_maximum_bounds_what_is_accepted(world: World, maximum: str, state: str) -> None:
    assert _answered(world, automatic=True, private_maximum=maximum) == state
    own, reader = own_intent(world), world.nodes[CUSTOMER].reader
    most = offers.private_maximum(own)
    assert str(most) == maximum
    assert offers.limit_of(own) == most
    (found,) = offers.ranked(reader, own, now=world.now)
    codes = [problem.code for problem in found.problems]
    assert codes == ([] if state == "accepted" else ["over_private_maximum"])
    shown = views.intent_show(reader, own.intent_id.hex(), world.now)
    assert shown["private_maximum"] == maximum


def test_a_private_maximum_never_leaves_the_node(world: World) -> None:
    _answered(world, automatic=False, private_maximum="49.99 EUR")
    (seen,) = market.list_intents(world.nodes[VENDOR].reader, world.now, limit=9)
    # 4999 as a canonical integer.
    assert bytes.fromhex("cd1387") not in seen.body


def test_without_a_private_maximum_the_budget_is_the_limit(world: World) -> None:
    _answered(world, automatic=False, budget="45 EUR")
    assert offers.limit_of(own_intent(world)) == Money(4500, "EUR")
    assert offers.private_maximum(own_intent(world)) is None


def test_a_vendor_of_another_currency_refuses_and_the_customer_reads_why(world: World) -> None:
    assert _answered(world, automatic=False, budget="6000 JPY") == "refused"
    (row,) = deals.list_deals(world.nodes[CUSTOMER].reader, role="customer")
    shown = views.intent_show(world.nodes[CUSTOMER].reader, row.intent_id.hex(), world.now)[
        "refused"
    ]
    assert isinstance(shown, list)
    assert shown[0]["reason"] == "currency"
    assert shown[0]["note"] == "we sell in EUR, not in JPY"


def test_a_counter_is_in_the_currency_of_the_offer(world: World) -> None:
    _answered(world, automatic=False)
    offer = (deal_with(world, CUSTOMER, VENDOR).offer_digest or b"").hex()
    with pytest.raises(Exception) as caught:
        command(world, CUSTOMER, "offer.counter", offer=offer, total="30.00 USD")
    assert getattr(caught.value, "code", None) == "counter.currency"


def test_a_vendor_that_changed_its_currency_goes_no_lower(world: World) -> None:
    """The floor is in another currency than the offer by then."""
    set_shop_policy(world, VENDOR, counter={"most_percent": 50, "step_percent": 50})
    _answered(world, automatic=False)
    row = deal_with(world, CUSTOMER, VENDOR)
    set_shop_policy(world, VENDOR, currency="JPY", counter={"most_percent": 50})
    offer = (row.offer_digest or b"").hex()
    command(world, CUSTOMER, "offer.counter", offer=offer, total="30.00 EUR")
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).total == row.total


def test_a_maximum_in_another_currency_than_the_intent_is_refused(world: World) -> None:
    request = read_request({"gtin": "9780131103627", "country": "NL", "currency": "USD"})
    node = world.nodes[CUSTOMER].machine
    with pytest.raises(FieldError) as caught:
        intent_desk.prepare(
            request,
            {"mode": "automatic", "max_total": "45.00 EUR"},
            identity=node.identity,
            shard=0,
            now=START,
            random=world.rng.randbytes,
            grind=lambda core, bits: bytes(8),
        )
    assert caught.value.field == "max_total"
    assert caught.value.expected == "an amount in USD, as the intent's"


def test_a_maximum_of_the_node_in_another_currency_is_warned_of(world: World) -> None:
    command(world, CUSTOMER, "policy.set", mode="automatic", max_total="45.00 EUR", vendors="any")
    reader = world.nodes[CUSTOMER].reader
    (told,) = standing.unlikely(reader, {}, "USD")
    assert "up to 45.00 EUR, but this intent is in USD" in told
    assert standing.unlikely(reader, {}, "EUR") == []
    assert standing.unlikely(reader, {}, None) == []
