"""What a vendor may write first is said by the customer, and held the same on both sides."""

from __future__ import annotations

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.disclosing import customer_says, deal_of, document_digest
from tests.engine.relationship.keeping_in_touch import cell, living, related, say, settle
from tests.engine.steps import CUSTOMER, VENDOR, command, event_types, hand_over
from tests.engine.world import World
from vrmnode.errors import ServiceError
from vrmnode.storage import messages, outbox
from vrmprotocol.reach import CELLS
from vrmprotocol.reach_bodies import MAX_LOOSE_REACH, MAX_REACH, Reach, ReachEntry

ADVERT = {"channels": ["message"], "purposes": ["marketing"]}


def both(world: World, channel: str, purpose: str) -> str:
    """What both sides hold; they have to be of one mind."""
    mine, theirs = (cell(world, who, channel, purpose) for who in (CUSTOMER, VENDOR))
    assert mine == theirs
    return mine


def test_without_a_word_the_terms_hold(world: World) -> None:
    living(world)
    assert both(world, "message", "order") == "granted"
    assert both(world, "email", "order") == "granted"
    assert both(world, "message", "product") == "not_granted"
    assert both(world, "message", "marketing") == "not_granted"


@pytest.mark.parametrize("status", ["granted", "paused", "revoked", "agreed"])
def test_the_last_word_holds_on_both_sides(world: World, status: str) -> None:
    living(world)
    say(world, "reach", status="granted", **ADVERT)
    settle(world)
    assert both(world, "message", "marketing") == "granted"
    say(world, "reach", status=status, **ADVERT)
    settle(world)
    expected = "not_granted" if status == "agreed" else status
    assert both(world, "message", "marketing") == expected
    assert both(world, "email", "marketing") == "not_granted"
    assert event_types(world, VENDOR).count("reach.received") == (1 if status == "granted" else 2)


def test_what_holds_already_is_not_said_again(world: World) -> None:
    living(world)
    for _ in range(3):
        say(world, "reach", status="revoked", **ADVERT)
    assert event_types(world, CUSTOMER).count("reach.sent") == 1


def test_a_pause_and_its_end(world: World) -> None:
    living(world)
    assert related(world, CUSTOMER)["status"] == "active"
    assert say(world, "pause")["status"] == "paused"
    settle(world)
    assert related(world, VENDOR)["status"] == "paused"
    assert both(world, "message", "order") == "paused"
    assert both(world, "message", "marketing") == "not_granted"
    assert say(world, "resume")["status"] == "active"
    settle(world)
    assert both(world, "message", "order") == "granted"


def test_an_end_is_the_end_on_both_sides(world: World) -> None:
    living(world)
    assert say(world, "end")["status"] == "ended"
    settle(world)
    assert related(world, VENDOR)["status"] == "ended"
    assert both(world, "phone", "other") == "revoked"


def test_an_end_ends_what_is_told_of_changes(world: World) -> None:
    living(world, "name", "email")
    say(world, "pause")
    assert told(world, name="Anna Müller") == []
    say(world, "resume")
    answer = command(world, CUSTOMER, "contact.tell")
    assert isinstance(answer, dict)
    assert [each["fields"] for each in answer["told"]] == [["name"]]
    say(world, "reach", status="revoked", channels=["email"])
    assert told(world, email="neu@mail.example") == []
    say(world, "end")
    assert told(world, name="Berta Beispiel") == []


def told(world: World, **given: object) -> list[object]:
    answer = command(world, CUSTOMER, "contact.set", **given)
    assert isinstance(answer, dict)
    found = answer["told"]
    assert isinstance(found, list)
    return found


# SPEC 09: The writer MUST send a reach message again until it is acknowledged, for 180 days.
def test_a_word_is_repeated_until_it_is_known(world: World) -> None:
    living(world)
    say(world, "end")
    (row,) = [
        item
        for item in messages.list_messages(world.nodes[CUSTOMER].reader, deal_of(world))
        if item.kind == "reach"
    ]
    late = world.now + 179 * 86_400
    assert outbox.is_pending(world.nodes[CUSTOMER].reader, row.digest, late)
    assert not outbox.is_pending(world.nodes[CUSTOMER].reader, row.digest, late + 2 * 86_400)
    settle(world)
    assert not outbox.is_pending(world.nodes[CUSTOMER].reader, row.digest, world.now)


# SPEC 09: The writer MUST NOT send more than 64 reach messages in a deal, and after 48 only ones
# that revoke.
def test_there_is_always_room_to_revoke(world: World) -> None:
    living(world)
    for number in range(MAX_LOOSE_REACH):
        say(world, "reach", status="granted" if number % 2 else "paused", **ADVERT)
    with pytest.raises(ServiceError) as caught:
        say(world, "pause")
    assert caught.value.code == "reach.too_many"
    assert say(world, "end")["status"] == "ended"
    settle(world)
    assert related(world, VENDOR)["status"] == "ended"


# SPEC 09: The reader MUST NOT keep more than 64 reach messages of a deal.
def test_a_customer_cannot_fill_the_vendors_disk_with_words(world: World) -> None:
    living(world)
    entry = ReachEntry(channel="message", purpose="marketing", status="granted")
    for seq in range(30, 30 + MAX_REACH + 6):
        body = Reach(agreement=document_digest(world), reach=(entry,))
        hand_over(world, VENDOR, customer_says(world, body, seq=seq), deal=deal_of(world))
    stored = messages.list_messages(world.nodes[VENDOR].reader, deal_of(world))
    assert sum(item.kind == "reach" for item in stored) == MAX_REACH


def test_a_vendor_has_no_say_in_it(world: World) -> None:
    living(world)
    with pytest.raises(ServiceError) as caught:
        command(world, VENDOR, "relation.end", relation=deal_of(world).hex())
    assert caught.value.code == "reach.role"


@pytest.mark.parametrize(
    "given", [{"status": "allowed"}, {}, {"status": "revoked", "channels": ["fax"]}]
)
def test_a_word_has_to_be_one(world: World, given: dict[str, object]) -> None:
    living(world)
    with pytest.raises(ServiceError) as caught:
        say(world, "reach", **given)
    assert caught.value.code == "request.invalid"


def test_a_completed_order_is_spoken_of_no_more(make_world: MakeWorld) -> None:
    world = make_world()
    living(world)
    deal = deal_of(world).hex()
    command(world, VENDOR, "order.say", deal=deal, word="paid")
    command(world, VENDOR, "order.say", deal=deal, word="delivered")
    settle(world)
    assert both(world, "message", "order") == "not_granted"


# SPEC 09: The writer MUST NOT send the 64th reach message of a deal unless everything is revoked
# after it.
def test_everything_can_be_revoked_whatever_was_used_up(world: World) -> None:
    living(world)
    one = {"channels": ["message"], "purposes": ["order"]}
    for number in range(MAX_LOOSE_REACH):
        say(world, "reach", status=("granted", "paused")[number % 2], **one)
    cells = list(CELLS)
    for channel, purpose in cells[: MAX_REACH - MAX_LOOSE_REACH - 1]:
        say(world, "reach", status="revoked", channels=[channel], purposes=[purpose])
    channel, purpose = cells[-1]
    with pytest.raises(ServiceError) as caught:
        say(world, "reach", status="revoked", channels=[channel], purposes=[purpose])
    assert caught.value.code == "reach.too_many"
    assert "vrm relation end" in caught.value.message
    assert say(world, "end")["status"] == "ended"
    assert say(world, "end")["status"] == "ended", "nothing is left to say"
