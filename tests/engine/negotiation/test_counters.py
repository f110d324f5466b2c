"""Counters between engines: to an agreement, to a refusal, and never beyond the bounds."""

from __future__ import annotations

import json

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    command,
    deal_with,
    event_types,
    first_offer,
    hand_over,
    kinds,
    offered,
    pass_on,
    set_shop_policy,
    told,
    vendor_says,
)
from tests.engine.world import World
from vrmnode.engine import exports, views
from vrmnode.engine.mail import mailroom
from vrmnode.engine.mail.mailroom import offer_of
from vrmnode.engine.records import load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, messages, reservations
from vrmnode.values.reasons import VENDOR_DECLINE
from vrmprotocol import message
from vrmprotocol.mail import Counter, Decline

YIELDING = {"rounds": 3, "most_percent": 10, "step_percent": 5}


@pytest.fixture
def yielding(make_world: MakeWorld) -> World:
    return make_world(counter=YIELDING)


def _total(world: World) -> int:
    """The least total that the customer is offered."""
    record = load_deal(world.nodes[CUSTOMER].reader, deal_with(world, CUSTOMER, VENDOR).deal)
    offers = record.state.offers.values()
    return min(offer_of(each).draft.price_specification.total for each in offers)


def _counter(world: World, cents: int) -> dict[str, object]:
    offer = first_offer(world).digest.hex()
    total = f"{cents // 100}.{cents % 100:02} EUR"
    shown = command(world, CUSTOMER, "offer.counter", offer=offer, total=total)
    assert isinstance(shown, dict)
    assert json.loads(json.dumps(shown)) == shown
    return shown


def _round(world: World, cents: int) -> None:
    _counter(world, cents)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)


def _named(world: World) -> list[dict[str, object]]:
    """The customer's counters, as its list of offers shows them."""
    found: list[dict[str, object]] = []
    for row in views.offer_list(world.nodes[CUSTOMER].reader, None, world.now):
        assert isinstance(row["counters"], list)
        found += row["counters"]
    return found


def test_to_an_agreement(yielding: World) -> None:
    world = yielding
    row = offered(world)
    was = _total(world)
    _round(world, was * 97 // 100)
    assert _total(world) == was * 97 // 100
    (best, *_) = views.offer_list(world.nodes[CUSTOMER].reader, None, world.now)
    assert best["total"] == was * 97 // 100
    assert [(each["total"], each["declined"]) for each in _named(world)] == [
        (was * 97 // 100, None)
    ]
    command(world, CUSTOMER, "offer.accept", offer=best["offer"])
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    files = set()
    for who in (CUSTOMER, VENDOR):
        deal = deal_with(world, who, VENDOR)
        assert (deal.state, deal.total) == ("agreed", was * 97 // 100)
        files.add(json.dumps(exports.deal_export(world.nodes[who].reader, row.deal.hex())))
    assert len(files) == 1
    assert "counter.answered" in event_types(world, VENDOR)


def test_to_a_refusal_that_leaves_the_offer_open(world: World) -> None:
    offered(world)
    was = _total(world)
    _round(world, was - 1)
    assert _total(world) == was
    assert event_types(world, CUSTOMER)[-1] == "counter.declined"
    for who in (CUSTOMER, VENDOR):
        assert deal_with(world, who, VENDOR).state == "offered"
    assert kinds(world, VENDOR)[-1] == "decline"
    (named,) = _named(world)
    assert named["declined"] == {
        "reason": "floor", "words": VENDOR_DECLINE["floor"], "note": None, "in_language": None,
    }  # fmt: skip
    offer = first_offer(world).digest.hex()
    command(world, CUSTOMER, "offer.accept", offer=offer)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"


def test_rounds_are_bounded_and_the_floor_holds(make_world: MakeWorld) -> None:
    world = make_world(counter=YIELDING, prices=[{"floor": "38.50 EUR"}])
    offered(world)
    was, seen = _total(world), []
    for _ in range(4):
        _round(world, 100)
        seen.append(_total(world))
    assert seen == sorted(seen, reverse=True)
    assert seen[0] < was and seen[2] == seen[3]
    assert seen[-1] >= max(3850, was * 90 // 100)
    with pytest.raises(ServiceError) as raised:
        _counter(world, 100)
    assert raised.value.code == "counter.too_many"
    assert kinds(world, VENDOR).count("offer") <= 4
    assert kinds(world, VENDOR)[-1] == "decline"


def test_later_offers_keep_channel_and_reservation(yielding: World) -> None:
    world = yielding
    row = offered(world)
    before = reservations.available(world.nodes[VENDOR].reader, "B-1", world.now)
    _round(world, 100)
    state = load_deal(world.nodes[CUSTOMER].reader, row.deal).state
    bodies = [offer_of(each) for each in state.offers.values()]
    assert len(bodies) == 2
    assert len({(body.secret, body.reply_key.key, body.shard) for body in bodies}) == 1
    assert len({body.draft.confirm_by for body in bodies}) == 1
    assert reservations.available(world.nodes[VENDOR].reader, "B-1", world.now) == before


@pytest.mark.parametrize(
    ("total", "code"),
    [
        ("9999.00 EUR", "counter.not_lower"),
        ("30.00 USD", "counter.currency"),
        ("cheap", "request.invalid"),
    ],
)
def test_what_makes_no_sense_isnt_sent(world: World, total: str, code: str) -> None:
    offered(world)
    offer = first_offer(world).digest.hex()
    with pytest.raises(ServiceError) as raised:
        command(world, CUSTOMER, "offer.counter", offer=offer, total=total)
    assert raised.value.code == code
    assert "counter" not in kinds(world, CUSTOMER)


def test_after_accepting_nobody_counters(world: World) -> None:
    accepted(world)
    with pytest.raises(ServiceError) as raised:
        _counter(world, 100)
    assert raised.value.code == "negotiation.illegal_move"


def test_a_lapsed_offer_isnt_countered(world: World) -> None:
    row = offered(world)
    world.now = (row.valid_through or 0) + 1
    with pytest.raises(ServiceError) as raised:
        _counter(world, 100)
    assert raised.value.code == "negotiation.expired"


def test_a_counter_that_crosses_the_end_changes_nothing(yielding: World) -> None:
    world = yielding
    offered(world)
    _counter(world, 100)
    offer = first_offer(world).digest.hex()
    command(world, CUSTOMER, "offer.decline", offer=offer, reason="too_expensive")
    world.pump(CUSTOMER)
    while world.link:
        world.deliver(len(world.link) - 1, keep=False)
    assert deal_with(world, VENDOR, VENDOR).state == "declined"
    assert kinds(world, VENDOR).count("offer") == 1


def test_a_closed_shop_goes_no_lower(yielding: World) -> None:
    world = yielding
    offered(world)
    set_shop_policy(world, VENDOR, answer=False, counter=YIELDING)
    was = _total(world)
    _round(world, 100)
    assert _total(world) == was


def test_a_customer_who_counters_without_end_finds_no_floor(yielding: World) -> None:
    world = yielding
    row, offer = offered(world), first_offer(world)
    node = world.nodes[CUSTOMER]
    context = node.reader.value("SELECT key_context FROM pseudonyms")
    for seq in range(12):
        signed = message.sign(
            kind="counter",
            deal=row.deal,
            seq=seq,
            prev=bytes(32) if seq else None,
            key=node.machine.identity.pseudonym(context),
            recipient=offer.author,
            created=world.now,
            received=(),
            body=Counter(offer=offer.digest, total=1 + seq),
        )
        hand_over(world, VENDOR, signed.raw, deal=row.deal)
    kept = messages.list_messages(world.nodes[VENDOR].reader, row.deal)
    assert sum(item.kind == "counter" for item in kept) == mailroom.MAX_COUNTERS_PER_DEAL
    assert sum(item.kind == "offer" for item in told(world, VENDOR)) == 1 + YIELDING["rounds"]


def test_a_decline_of_nothing_tells_nothing(world: World) -> None:
    row = offered(world)
    said = vendor_says(world, Decline(of=bytes(32), reason="floor"), seq=1)
    hand_over(world, CUSTOMER, said.raw, deal=row.deal)
    assert "counter.declined" not in event_types(world, CUSTOMER)
    (kept,) = deals.list_deals(world.nodes[CUSTOMER].reader)
    assert kept.state == "offered"
