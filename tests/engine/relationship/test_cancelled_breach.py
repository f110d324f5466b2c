"""A deal that was agreed and cancelled: what its vendor wrote beyond it is shown to others."""

from __future__ import annotations

from functools import partial

import pytest

from tests.engine import dishonest
from tests.engine.disclosing import deal_of
from tests.engine.relationship.keeping_in_touch import living, say, settle
from tests.engine.relationship.test_breach_desk import exported, listed, shown
from tests.engine.relationship.test_note_desk import ORDER, vendor_writes_anyway
from tests.engine.steps import CUSTOMER, VENDOR, deal_with, event_types, in_turn
from tests.engine.world import World
from vrmprotocol import breach_file


def withdraw(world: World) -> None:
    """The customer takes its accept back, as if it didn't know the agreement yet."""
    sign = partial(dishonest.sign, deal=deal_of(world), body_of=dishonest.withdrawal)
    in_turn(world, CUSTOMER, sign)
    assert deal_with(world, CUSTOMER, VENDOR).state == "cancelled"


# SPEC 16: The customer's node MUST keep a breach that comes in a cancelled deal and tell its owner,
# and answer nothing.
def test_who_writes_after_a_cancellation_that_it_knows_of_is_shown_with_it(world: World) -> None:
    living(world)
    withdraw(world)
    settle(world)
    assert deal_with(world, VENDOR, VENDOR).state == "cancelled"
    vendor_writes_anyway(world, "Where are you?", **ORDER)
    settle(world)
    (row,) = listed(world)
    assert (row["evidence"], row["ground"], row["purpose"]) == ("proven", "cancelled", "order")
    assert "withdrawn" in str(row["words"])
    found = shown(world, row["breach"])
    assert (found["text"], found["record"]) == ("Where are you?", True)
    report = breach_file.verify(exported(world, row["breach"]))
    assert report.ok
    words = {check.name: check.words for check in report.checks}
    assert "had withdrawn from this agreement" in words["beyond"]
    assert event_types(world, CUSTOMER).count("breach.recorded") == 1
    assert "note.refused" not in event_types(world, CUSTOMER)


def test_a_note_that_crossed_the_cancellation_is_none(world: World) -> None:
    living(world)
    withdraw(world)
    vendor_writes_anyway(world, "It leaves tomorrow.", **ORDER)
    settle(world)
    assert listed(world) == []


@pytest.mark.parametrize("ground", ["terms", "revoked"])
def test_a_breach_outlives_its_deal(world: World, ground: str) -> None:
    living(world)
    about: dict[str, str] = {}
    if ground == "revoked":
        say(world, "reach", status="revoked", channels=["message"])
        settle(world)
        about = ORDER
    vendor_writes_anyway(world, "Buy more.", **about)
    settle(world)
    withdraw(world)
    settle(world)
    (row,) = listed(world)
    assert row["ground"] == ground
    assert breach_file.verify(exported(world, row["breach"])).ok
