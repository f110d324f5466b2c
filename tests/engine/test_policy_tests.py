"""What the policies would do, without doing it."""

from __future__ import annotations

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import CUSTOMER, VENDOR, command, offered, own_intent, set_shop_policy
from tests.engine.vendor.test_inbox import publish
from tests.engine.world import World
from vrmnode.engine.policy_tests import policy_test, vendor_policy_test
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, outbox

BOOK = {"gtin": "9780131103627", "country": "NL"}


def _vendor(world: World, **params: object) -> dict[str, object]:
    before = outbox.pending_count(world.nodes[VENDOR].reader)
    shown = vendor_policy_test(
        world.nodes[VENDOR].reader, world.nodes[VENDOR].machine.vault, params, world.now
    )
    assert outbox.pending_count(world.nodes[VENDOR].reader) == before
    return shown


def test_an_example_gets_an_offer_and_nothing_is_sent(world: World) -> None:
    shown = _vendor(world, request=BOOK)
    assert shown["answer"] == "offer" and str(shown["why"]).startswith("B-1 found by gtin")
    assert isinstance(shown["proposals"], list) and len(shown["proposals"]) == 1
    assert deals.list_deals(world.nodes[VENDOR].reader) == []


@pytest.mark.parametrize(
    ("policy", "request_", "answer", "why"),
    [
        ({"inbox": {"everything": True}}, BOOK, "human", "everything is left to a human"),
        ({}, {**BOOK, "quantity": 99}, "refuse", "we can't supply that many"),
        ({"refuse_near_misses": False}, {**BOOK, "quantity": 99}, "silence", "we can't supply"),
        ({}, {"name": "garden hose", "country": "NL"}, "silence", "nothing in the catalogue"),
        ({"answer": False}, BOOK, "silence", "answer is off in the policy"),
    ],
)
def test_what_else_it_would_be(
    world: World, policy: dict[str, object], request_: dict[str, object], answer: str, why: str
) -> None:
    set_shop_policy(world, VENDOR, **policy)
    shown = _vendor(world, request=request_)
    assert shown["answer"] == answer and str(shown["why"]).startswith(why)


def test_a_stored_intent_and_a_pause(make_world: MakeWorld) -> None:
    world = make_world()
    intent = publish(world)
    assert _vendor(world, intent=intent[:12])["answer"] == "offer"
    command(world, VENDOR, "vendor.pause")
    assert _vendor(world, intent=intent)["why"] == "the shop pauses"
    for params in ({}, {"intent": intent, "request": BOOK}, {"intent": 7}):
        with pytest.raises(ServiceError) as raised:
            _vendor(world, **params)
        assert raised.value.code == "request.invalid"


def test_the_customers_policy_with_an_intent_and_an_offer(world: World) -> None:
    row = offered(world)
    reader, offer = world.nodes[CUSTOMER].reader, (row.offer_digest or b"").hex()
    intent = own_intent(world).intent_id.hex()
    for reference in (intent, offer):
        shown = policy_test(reader, reference, world.now)
        assert (shown["intent"], shown["action"]) == (intent, "none")
        assert shown["rule"] == "manual: you accept offers yourself"
        assert isinstance(shown["offers"], list)
        (only,) = shown["offers"]
        assert (only["offer"], only["objection"]) == (offer, "the vendor isn't trusted")
    with pytest.raises(ServiceError) as raised:
        policy_test(reader, "abcdef", world.now)
    assert raised.value.code == "intent.not_found"
