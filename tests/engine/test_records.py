"""Deals as the engine sees them: their state is that of their messages, worked out once."""

from __future__ import annotations

import pytest

from tests.engine.steps import CUSTOMER, VENDOR, agreed, command, offered
from tests.engine.world import World
from vrmnode.engine import records
from vrmnode.engine.orders import order_records
from vrmnode.engine.records import evaluate, load_deal, message_set
from vrmnode.errors import ServiceError
from vrmnode.storage import messages
from vrmprotocol import negotiation


def test_an_unknown_deal_is_told(world: World) -> None:
    with pytest.raises(ServiceError) as error:
        load_deal(world.nodes[CUSTOMER].reader, bytes(32))
    assert error.value.code == "deal.not_found"


def test_the_state_of_the_same_messages_is_worked_out_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = agreed(world)
    reader = world.nodes[CUSTOMER].reader
    before = load_deal(reader, row.deal)

    def again(*_: object) -> None:
        raise AssertionError("worked out again")

    monkeypatch.setattr(negotiation, "evaluate", again)
    assert load_deal(reader, row.deal).state is before.state
    one, other = (order_records.load_order(reader, row.deal) for _ in range(2))
    assert one.record.state is before.state
    assert one.order is other.order


def test_one_message_more_is_another_set(world: World) -> None:
    row = offered(world)
    reader = world.nodes[CUSTOMER].reader
    assert load_deal(reader, row.deal).state.state == "offered"
    command(world, CUSTOMER, "offer.accept", offer=(row.offer_digest or b"").hex())
    assert load_deal(reader, row.deal).state.state == "accepted"


def test_the_state_is_that_of_the_messages_in_any_order(world: World) -> None:
    row = agreed(world)
    for who in (CUSTOMER, VENDOR):
        raws = messages.raws(world.nodes[who].reader, row.deal)
        assert len(raws) > 2
        fresh = negotiation.evaluate(records.load_message(raw) for raw in raws)
        assert evaluate(raws) == evaluate(raws[::-1]) == fresh


def test_sets_are_equal_by_every_byte_and_where_each_message_ends(world: World) -> None:
    row = agreed(world)
    raws = messages.raws(world.nodes[CUSTOMER].reader, row.deal)
    one, other, *rest = raws
    assert message_set(raws) == message_set(tuple(raws))
    assert message_set([one + other[:1], other[1:], *rest]) != message_set(raws)
    assert message_set(raws[:-1]) != message_set(raws)
