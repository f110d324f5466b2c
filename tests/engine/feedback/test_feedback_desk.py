"""Feedback between engines: waiting, published, answered, taken back; what others make of it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.disclosing import customer_says
from tests.engine.steps import (
    CUSTOMER,
    OTHER_CUSTOMER,
    VENDOR,
    accepted,
    agreed,
    command,
    event_types,
    hand_over,
    in_turn,
    pass_on,
    told,
)
from tests.engine.world import World
from vrmnode.customer.opinion import LONGEST_WAIT_S
from vrmnode.engine import inbound
from vrmnode.engine.feedback import feedback_desk, feedback_keys, kept_feedback, sealed_feedback
from vrmnode.engine.records import open_message
from vrmnode.errors import ServiceError
from vrmnode.storage import feedback
from vrmnode.storage.deals import Deal
from vrmprotocol import envelope, keys, market
from vrmprotocol import feedback as protocol
from vrmprotocol.feedback import SealedFeedback
from vrmprotocol.fields import DAY_S


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()


def give(world: World, deal: Deal, **said: object) -> dict[str, Any]:
    return command(world, CUSTOMER, "feedback.give", deal=deal.deal.hex(), **said)  # type: ignore[return-value]


def later(world: World, seconds: int) -> None:
    world.now += seconds
    world.nodes[CUSTOMER].run_timers()


def seen_by(world: World, who: str) -> list[dict[str, Any]]:
    vendor = keys.to_did(world.nodes[VENDOR].machine.identity.root)
    node = world.nodes[who]
    value = feedback_desk.feedback_list(
        node.reader, node.machine.vault, {"vendor": vendor}, world.now
    )
    return value["feedback"]  # type: ignore[return-value]


def told_alone(world: World) -> list[dict[str, Any]]:
    node = world.nodes[VENDOR]
    return sealed_feedback.sealed_list(node.reader, node.machine.vault)["sealed"]  # type: ignore[return-value]


def published(world: World, **said: object) -> dict[str, Any]:
    """Feedback about the vendor of an agreed deal, at all nodes."""
    told = give(world, agreed(world), now=True, **said)
    later(world, 1)
    pass_on(world, CUSTOMER)
    return told


def test_it_waits_and_then_everybody_can_read_it(world: World) -> None:
    deal = agreed(world)
    told = give(world, deal, rating=4, delivery="late", text="Slow.", language="en", product=True)
    assert world.now <= told["due_at"] <= world.now + LONGEST_WAIT_S
    later(world, told["due_at"] - world.now - 1)
    pass_on(world, CUSTOMER)
    assert seen_by(world, OTHER_CUSTOMER) == []
    later(world, 1)
    pass_on(world, CUSTOMER)
    (read,) = seen_by(world, OTHER_CUSTOMER)
    assert read["feedback"] == told["feedback"]
    assert (read["rating"], read["experience"], read["text"]) == (4, {"delivery": "late"}, "Slow.")
    assert read["item"]["gtin"] and read["reply"] is None
    assert "feedback.received" in event_types(world, VENDOR)
    other = world.nodes[OTHER_CUSTOMER]
    asked = {"gtin": read["item"]["gtin"]}
    found = feedback_desk.feedback_list(other.reader, other.machine.vault, asked, world.now)
    assert found["feedback"] == [read]
    assert found["note"] == kept_feedback.ATTESTED


def test_in_the_first_minutes_of_a_month_it_can_be_read(world: World) -> None:
    world.now = protocol.begins("2027-03") + 60
    published(world, rating=5)
    (read,) = seen_by(world, OTHER_CUSTOMER)
    assert read["month"] == "2027-03"


def test_a_restart_loses_nothing_that_waits(world: World) -> None:
    told = give(world, agreed(world), rating=5)
    world.nodes[CUSTOMER].restart()
    later(world, told["due_at"] - world.now)
    pass_on(world, CUSTOMER)
    assert [each["rating"] for each in seen_by(world, VENDOR)] == [5]


def test_nothing_in_it_names_deal_customer_or_intent(world: World) -> None:
    deal = agreed(world)
    told = give(world, deal, rating=1)
    node = world.nodes[CUSTOMER]
    row = feedback.own_of(node.reader, node.machine.vault, deal.deal)
    assert row is not None
    later(world, told["due_at"] - world.now)
    pass_on(world, CUSTOMER)
    kept = feedback.get(world.nodes[VENDOR].reader, row.key)
    assert kept is not None
    names = (deal.deal, deal.customer, deal.intent_id, deal.document or b"", deal.offer_digest)
    assert not any(name and name in kept.body for name in names)


def test_the_vendor_answers(world: World) -> None:
    told = published(world, rating=2, text="Broken.")
    answered = command(
        world, VENDOR, "feedback.reply", feedback=told["feedback"][:12], text="Send it back."
    )
    assert answered["reply"]["text"] == "Send it back."  # type: ignore[index]
    command(world, VENDOR, "feedback.reply", feedback=told["feedback"], text="We pay.")
    pass_on(world, VENDOR)
    (read,) = seen_by(world, OTHER_CUSTOMER)
    assert read["reply"]["text"] == "We pay."


def test_only_the_vendor_that_it_is_about_answers(world: World) -> None:
    told = published(world, rating=2)
    with pytest.raises(ServiceError) as caught:
        command(world, "vendor-2", "feedback.reply", feedback=told["feedback"], text="Ha.")
    assert caught.value.code == "feedback.not_ours"
    with pytest.raises(ServiceError) as caught:
        command(world, VENDOR, "feedback.reply", feedback="abcdef", text="Ha.")
    assert caught.value.code == "feedback.not_found"


# SPEC 14: The writer MUST set the `seq` of feedback above that of any earlier feedback under the
# same key.
def test_a_change_takes_the_place_of_what_was_said(world: World) -> None:
    deal = agreed(world)
    for rating in (1, 5, 3):
        give(world, deal, rating=rating, now=True)
        later(world, 1)
        pass_on(world, CUSTOMER)
        assert [each["rating"] for each in seen_by(world, VENDOR)] == [rating]
    give(world, deal, rating=2)
    give(world, deal, rating=4)
    later(world, LONGEST_WAIT_S)
    pass_on(world, CUSTOMER)
    assert [each["rating"] for each in seen_by(world, VENDOR)] == [4]
    counts = kept_feedback.counts(
        feedback.about_vendor(
            world.nodes[VENDOR].reader, world.nodes[VENDOR].machine.identity.root, world.now, 9
        )
    )
    assert counts["feedback"] == 1


def test_what_was_said_can_be_taken_back(world: World) -> None:
    deal = agreed(world)
    give(world, deal, rating=1)
    gone = command(world, CUSTOMER, "feedback.withdraw", deal=deal.deal.hex())
    assert gone["due_at"] is None  # type: ignore[index]
    later(world, LONGEST_WAIT_S)
    pass_on(world, CUSTOMER)
    assert seen_by(world, VENDOR) == []
    give(world, deal, rating=1, now=True)
    later(world, 1)
    pass_on(world, CUSTOMER)
    command(world, CUSTOMER, "feedback.withdraw", deal=deal.deal.hex(), now=True)
    later(world, 1)
    pass_on(world, CUSTOMER)
    (read,) = seen_by(world, VENDOR)
    assert (read["withdrawn"], read["rating"], read["text"]) == (True, None, None)


def test_it_needs_an_agreement(world: World) -> None:
    deal = accepted(world)
    with pytest.raises(ServiceError) as caught:
        give(world, deal, rating=1)
    assert caught.value.code == "feedback.not_agreed"
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "feedback.withdraw", deal=deal.deal.hex())
    assert caught.value.code == "feedback.not_agreed"


def test_it_needs_its_key(world: World) -> None:
    deal = agreed(world)
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "feedback.withdraw", deal=deal.deal.hex())
    assert caught.value.code == "feedback.not_found"
    in_turn(world, CUSTOMER, lambda ctx: ctx.tx.run("DELETE FROM secrets WHERE name = 'feedback'"))
    with pytest.raises(ServiceError) as caught:
        give(world, deal, rating=1)
    assert caught.value.code == "feedback.erased"


def test_a_product_has_to_be_one_that_can_be_found(world: World) -> None:
    deal = agreed(world)
    deal_draft = feedback_desk._draft(
        feedback_desk._agreed(world.nodes[CUSTOMER].reader, deal.deal.hex())
    )
    assert feedback_desk._item(deal_draft).gtin == deal_draft.item_offered.gtin
    nameless = deal_draft.item_offered.__replace__(gtin=None, brand=None)
    with pytest.raises(ServiceError) as caught:
        feedback_desk._item(deal_draft.__replace__(item_offered=nameless))
    assert caught.value.code == "feedback.no_product"


# SPEC 14: The writer MUST make a new feedback key from 16 new random bytes for every accept.
def test_every_deal_has_a_key_of_its_own(world: World) -> None:
    first = in_turn(world, CUSTOMER, lambda ctx: feedback_keys.new(ctx, b"1" * 32).public)
    second = in_turn(world, CUSTOMER, lambda ctx: feedback_keys.new(ctx, b"2" * 32).public)
    assert first != second
    again = in_turn(world, CUSTOMER, lambda ctx: feedback_keys.of_deal(ctx, b"1" * 32).public)  # type: ignore[union-attr]
    assert again == first


def test_the_vendor_alone_can_be_told(world: World) -> None:
    deal = agreed(world)
    assert give(world, deal, sealed=True, rating=3, text="Less plastic.")["sealed"] is True
    pass_on(world, CUSTOMER)
    (told,) = told_alone(world)
    assert (told["rating"], told["text"]) == (3, "Less plastic.")
    assert "feedback.sealed_received" in event_types(world, VENDOR)
    assert seen_by(world, OTHER_CUSTOMER) == []


def test_what_was_said_last_counts_in_whatever_order_it_comes(world: World) -> None:
    deal = agreed(world)
    give(world, deal, sealed=True, rating=1)
    give(world, deal, sealed=True, rating=2)
    said = [item for item in told(world, CUSTOMER) if item.kind == sealed_feedback.KIND]
    node = world.nodes[CUSTOMER]
    for item in reversed(said):
        whole = open_message(node.reader, node.machine.vault, item)
        hand_over(world, VENDOR, whole.raw, deal=deal.deal)
        world.now += 1
    assert [each["rating"] for each in told_alone(world)] == [2]


# SPEC 14: The writer MUST NOT send more than 8 sealed feedbacks in a deal.
# SPEC 14: The reader MUST NOT keep more than 8 sealed feedbacks of a deal.
def test_the_vendor_is_told_so_often_and_no_more(world: World) -> None:
    deal = agreed(world)
    for rating in (1, 2, 3, 4, 5, 1, 2, 3):
        give(world, deal, sealed=True, rating=rating)
    with pytest.raises(ServiceError) as caught:
        give(world, deal, sealed=True, rating=1)
    assert caught.value.code == "feedback.too_many"
    pass_on(world, CUSTOMER)
    (told,) = told_alone(world)
    assert told["rating"] == 3


def test_what_strangers_say_alone_hides_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = agreed(world)
    give(world, deal, sealed=True, rating=3)
    pass_on(world, CUSTOMER)
    monkeypatch.setattr(kept_feedback, "LISTED", 2)
    world.now += 60
    other = accepted(world)
    for seq in range(20, 24):
        body = SealedFeedback(agreement=bytes(32), rating_value=1)
        raw = customer_says(world, body, seq=seq)
        hand_over(world, VENDOR, raw, deal=other.deal)
    assert [each["rating"] for each in told_alone(world)] == [3]


# SPEC 14: The reader MUST show a reply only beside feedback whose certificate has the same root.
def test_a_reply_of_another_vendor_is_not_shown(world: World) -> None:
    told = published(world, rating=2)
    body = protocol.Reply(
        v=1,
        seq=0,
        certificate=world.nodes["vendor-2"].machine.identity.vendor_signing(world.now)[1],
        about=bytes.fromhex(told["feedback"]),
        text="Buy from us.",
    )
    created = envelope.quantise_time(world.now)
    key, _ = world.nodes["vendor-2"].machine.identity.vendor_signing(world.now)
    arrived = envelope.build(
        kind="reply",
        topic="/vrm/1/directory",
        tag=None,
        body=market.to_body(body),
        created=created,
        expires=created + DAY_S,
        signing_key=key,
        stamp=bytes(8),
    )
    world.nodes[OTHER_CUSTOMER].turn(partial(inbound.accept_envelope, arrived=arrived))
    (read,) = seen_by(world, OTHER_CUSTOMER)
    assert read["reply"] is None
