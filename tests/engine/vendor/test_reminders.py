"""A customer that was restored from a backup is told of the accept that it has forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine import order_steps
from tests.engine.order_steps import settle
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    back_up,
    command,
    deal_with,
    offered,
    pass_on,
    queued,
)
from tests.engine.world import World
from vrmnode.storage import messages
from vrmnode.storage.messages import StoredMessage


def _forgetful(world: World, folder: Path, *, withdrawn: bool = False) -> str:
    """A customer that has accepted, heard of the vendor's yes, and was restored from before."""
    offer = (offered(world, vendors=(VENDOR, OTHER_VENDOR)).offer_digest or b"").hex()
    copy = back_up(world, CUSTOMER, folder)
    command(world, CUSTOMER, "offer.accept", offer=offer)
    if withdrawn:
        deal = deal_with(world, CUSTOMER, VENDOR).deal.hex()
        command(world, CUSTOMER, "deal.withdraw", deal=deal)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    settle(world)
    world.nodes[CUSTOMER].restore(copy)
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"
    return offer


def _same_end(world: World, state: str) -> None:
    mine, theirs = (deal_with(world, who, VENDOR) for who in (CUSTOMER, VENDOR))
    assert (mine.state, theirs.state) == (state, state)
    assert mine.document == theirs.document
    assert queued(world, VENDOR) == queued(world, CUSTOMER) == []


@pytest.mark.parametrize("said", ["offer.accept", "offer.decline", "offer.ask"])
def test_a_customer_that_forgot_its_accept_is_told(world: World, tmp_path: Path, said: str) -> None:
    offer = _forgetful(world, tmp_path)
    fields = {"offer.ask": {"text": "Is it new?"}, "offer.decline": {"reason": "terms"}}
    command(world, CUSTOMER, said, offer=offer, **fields.get(said, {}))
    for _ in range(4):
        settle(world)
    _same_end(world, "agreed")
    row = deal_with(world, CUSTOMER, VENDOR)
    assert row.document is not None and row.quantity == 1
    assert len(_said(world, VENDOR, "agreement")) == 2, "the second has the accept in it"
    assert order_steps.both(world, row) is not None


def test_a_customer_that_bought_elsewhere_meanwhile_withdraws_what_it_forgot(
    world: World, tmp_path: Path
) -> None:
    offer = _forgetful(world, tmp_path)
    command(world, CUSTOMER, "offer.accept", offer=offer)
    deal = deal_with(world, CUSTOMER, VENDOR).deal.hex()
    command(world, CUSTOMER, "deal.withdraw", deal=deal)
    other = (deal_with(world, CUSTOMER, OTHER_VENDOR).offer_digest or b"").hex()
    command(world, CUSTOMER, "offer.accept", offer=other)
    for _ in range(4):
        settle(world)
    _same_end(world, "cancelled")
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "agreed"
    assert order_steps.locked(world) == 1


def test_an_accept_after_one_that_was_withdrawn_and_forgotten_is_declined(
    world: World, tmp_path: Path
) -> None:
    offer = _forgetful(world, tmp_path, withdrawn=True)
    command(world, CUSTOMER, "offer.accept", offer=offer)
    for _ in range(4):
        settle(world)
    assert deal_with(world, CUSTOMER, VENDOR).state == "declined"
    assert deal_with(world, VENDOR, VENDOR).state in ("withdrawn", "cancelled")


def _said(world: World, who: str, kind: str) -> list[StoredMessage]:
    """A node's own messages of that kind in its newest deal."""
    stored = messages.list_messages(world.nodes[who].reader, deal_with(world, who, VENDOR).deal)
    return [item for item in stored if item.own and item.kind == kind]
