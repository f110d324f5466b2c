"""What a vendor writes beyond its agreement is refused, recorded once, and shown to others."""

from __future__ import annotations

import base64

import pytest

from tests.engine.disclosing import deal_of, document_digest, files_of, vendor_says_event
from tests.engine.relationship.keeping_in_touch import living, notes, say, settle, write
from tests.engine.relationship.test_note_desk import ADVERT, ORDER, vendor_writes_anyway
from tests.engine.steps import CUSTOMER, VENDOR, event_types, hand_over, vendor_says
from tests.engine.world import World
from vrmnode.engine.relationship import breach_desk
from vrmnode.errors import ServiceError
from vrmnode.storage import breaches, events
from vrmprotocol import breach_file, message
from vrmprotocol.keys import SigningKey
from vrmprotocol.reach_bodies import Note

STRANGER = SigningKey(b"somebody else" + bytes(19))


def listed(world: World) -> list[dict[str, object]]:
    return breach_desk.listed(world.nodes[CUSTOMER].reader, {})


def shown(world: World, breach: object) -> dict[str, object]:
    node = world.nodes[CUSTOMER]
    return breach_desk.show(node.reader, node.machine.vault, {"breach": breach}, world.now)


def exported(world: World, breach: object) -> bytes:
    node = world.nodes[CUSTOMER]
    asked = {"breach": breach}
    answer = breach_desk.export(node.reader, node.machine.vault, asked, world.now)
    return base64.b64decode(str(answer["file"]))


# SPEC 16: The customer's node MUST refuse a breach like any note that is beyond reach, keep it, and
# tell its owner.
def test_a_promotion_that_the_terms_forbid_is_refused_recorded_and_shown(world: World) -> None:
    living(world)
    vendor_writes_anyway(world, "Buy more")
    settle(world)
    assert notes(world, CUSTOMER) == [("vendor", "Buy more", "reach.not_granted")]
    (row,) = listed(world)
    assert (row["evidence"], row["ground"], row["purpose"]) == ("proven", "terms", "marketing")
    assert event_types(world, CUSTOMER).count("breach.recorded") == 1
    found = shown(world, row["breach"])
    assert (found["text"], found["record"]) == ("Buy more", True)
    report = breach_file.verify(exported(world, str(row["breach"])[:12]))
    assert report.ok
    assert "Buy more" in next(check.words for check in report.checks if check.name == "text")


def test_its_text_lies_sealed_and_in_no_log(world: World) -> None:
    living(world)
    vendor_writes_anyway(world, "Buy more doorbells")
    settle(world)
    assert listed(world)
    assert b"doorbells" not in files_of(world, CUSTOMER)
    log = events.after(world.nodes[CUSTOMER].reader, 0, 500)
    assert not any("doorbells" in str(event.data) for event in log)


@pytest.mark.parametrize("status", ["revoked", "paused"])
def test_what_was_taken_back_and_acknowledged_is_shown_with_both(world: World, status: str) -> None:
    living(world)
    say(world, "reach", status=status, channels=["message"])
    settle(world)
    vendor_writes_anyway(world, "It leaves tomorrow.", **ORDER)
    settle(world)
    (row,) = listed(world)
    assert row["ground"] == status
    report = breach_file.verify(exported(world, row["breach"]))
    assert report.ok
    assert {"beyond", "known"} <= {check.name for check in report.checks}


def test_a_grant_that_was_taken_back_is_one_too(world: World) -> None:
    living(world)
    say(world, "reach", status="granted", **ADVERT)
    settle(world)
    write(world, VENDOR, "Buy more", purpose="marketing")
    settle(world)
    assert listed(world) == []
    say(world, "reach", status="agreed", **ADVERT)
    settle(world)
    vendor_writes_anyway(world, "Buy much more")
    settle(world)
    (row,) = listed(world)
    assert (row["ground"], shown(world, row["breach"])["text"]) == ("terms", "Buy much more")
    assert breach_file.verify(exported(world, row["breach"])).ok


# SPEC 16: The node MUST NOT call a note a breach that may have crossed what forbids it.
def test_what_crossed_a_revocation_is_refused_and_nobody_is_accused(world: World) -> None:
    living(world)
    write(world, VENDOR, "It leaves tomorrow.", **ORDER)
    say(world, "reach", status="revoked", channels=["message"])
    settle(world)
    settle(world)
    assert notes(world, CUSTOMER) == [("vendor", "It leaves tomorrow.", "reach.revoked")]
    assert listed(world) == []
    assert "breach.recorded" not in event_types(world, CUSTOMER)


def test_what_is_about_an_order_that_ended_meanwhile_is_none(world: World) -> None:
    living(world)
    vendor_says_event(world, "delivered")
    settle(world)
    vendor_writes_anyway(world, "How do you like it?", **ORDER)
    settle(world)
    assert listed(world) == []


def test_a_grant_after_the_fact_takes_nothing_back(world: World) -> None:
    living(world)
    vendor_writes_anyway(world, "Buy more")
    settle(world)
    say(world, "reach", status="granted", **ADVERT)
    settle(world)
    write(world, VENDOR, "Buy more, now that I may", purpose="marketing")
    settle(world)
    (row,) = listed(world)
    assert breach_file.verify(exported(world, row["breach"])).ok


def strange(world: World, *, seq: int = 9, text: str = "Psst") -> bytes:
    """A note into the deal by somebody who knows of it and isn't its vendor."""
    own = vendor_says(
        world, Note(agreement=document_digest(world), text=text, purpose="order"), seq=seq
    )
    return message.sign(
        kind="note",
        deal=own.deal,
        seq=seq,
        prev=bytes(32),
        key=STRANGER,
        recipient=own.recipient,
        created=world.now,
        received=(),
        body=own.body,
    ).raw


# SPEC 16: The customer's node MUST tell its owner of such a message as a suspicion, and not as a
# breach.
def test_who_else_writes_to_the_alias_is_a_suspicion_and_no_breach(world: World) -> None:
    living(world)
    hand_over(world, CUSTOMER, strange(world), deal=deal_of(world))
    (row,) = listed(world)
    assert (row["evidence"], row["ground"], row["purpose"]) == ("suspected", "alias", None)
    types = event_types(world, CUSTOMER)
    assert "breach.suspected" in types and "breach.recorded" not in types
    assert notes(world, CUSTOMER) == []
    found = shown(world, row["breach"])
    assert (found["text"], found["record"]) == (None, False)
    with pytest.raises(ServiceError) as caught:
        exported(world, row["breach"])
    assert caught.value.code == "breach.no_record"
    assert b"Psst" not in files_of(world, CUSTOMER)


# SPEC 16: The node MUST NOT keep more than 8 suspicions of a deal, and nothing of a message but its
# digest, its author and the time.
def test_strangers_cannot_fill_the_disk_with_suspicions(world: World) -> None:
    living(world)
    for seq in range(9, 25):
        hand_over(world, CUSTOMER, strange(world, seq=seq), deal=deal_of(world))
    hand_over(world, CUSTOMER, strange(world, seq=9), deal=deal_of(world))
    assert len(listed(world)) == breach_desk.MAX_SUSPICIONS
    deal = deal_of(world)
    assert len(breaches.every(world.nodes[CUSTOMER].reader, deal)) == breach_desk.MAX_SUSPICIONS


def test_a_forged_or_foreign_message_is_not_even_a_suspicion(world: World) -> None:
    living(world)
    raw = bytearray(strange(world))
    raw[-1] ^= 1
    hand_over(world, CUSTOMER, bytes(raw), deal=deal_of(world))
    hand_over(world, CUSTOMER, b"\x80", deal=deal_of(world))
    assert listed(world) == []


def test_the_vendor_records_nothing_of_its_customer(world: World) -> None:
    living(world)
    vendor_writes_anyway(world, "Buy more")
    settle(world)
    assert breach_desk.listed(world.nodes[VENDOR].reader, {}) == []


def test_an_unknown_one_is_not_found(world: World) -> None:
    living(world)
    with pytest.raises(ServiceError) as caught:
        shown(world, "ab" * 32)
    assert caught.value.code == "breach.not_found"
    assert breach_desk.listed(world.nodes[CUSTOMER].reader, {"deal": deal_of(world).hex()}) == []
