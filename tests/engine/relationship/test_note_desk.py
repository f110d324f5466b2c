"""Notes go both ways as far as the customer lets them, and what goes further is seen by both."""

from __future__ import annotations

import pytest

from tests.engine.disclosing import (
    customer_says,
    deal_of,
    document_digest,
    files_of,
    secret_names,
    vendor_says_event,
)
from tests.engine.relationship.keeping_in_touch import (
    living,
    notes,
    refused,
    related,
    say,
    settle,
    write,
)
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    command,
    event_types,
    hand_over,
    pass_on,
    vendor_says,
)
from tests.engine.world import World
from vrmnode.engine.mail import private_mail
from vrmnode.engine.records import load_deal
from vrmnode.storage import events, messages
from vrmprotocol import agreement
from vrmprotocol.reach_bodies import MAX_NOTES, Note

ORDER = {"purpose": "order"}
ADVERT = {"channels": ["message"], "purposes": ["marketing"]}


def test_both_write_and_both_read(world: World) -> None:
    living(world)
    first = write(world, VENDOR, "It leaves tomorrow.", **ORDER)
    settle(world)
    asked = write(world, CUSTOMER, "Could it be Saturday?", answers=first[:12])
    settle(world)
    write(world, VENDOR, "It can.", answers=asked[:12])
    settle(world)
    texts = ["It leaves tomorrow.", "Could it be Saturday?", "It can."]
    for who, sides in ((CUSTOMER, "vyv"), (VENDOR, "ycy")):
        found = notes(world, who)
        assert [text for _, text, _ in found] == texts
        assert [side[0] for side, _, _ in found] == list(sides)
        assert {code for _, _, code in found} == {None}


def test_texts_lie_sealed_and_in_no_log(world: World) -> None:
    living(world)
    write(world, CUSTOMER, "My doorbell is broken, please knock.")
    settle(world)
    for who in (CUSTOMER, VENDOR):
        assert b"doorbell" not in files_of(world, who)
        log = events.after(world.nodes[who].reader, 0, 500)
        assert not any("doorbell" in str(event.data) for event in log)


# SPEC 09: The vendor's node MUST refuse to write a note that is beyond reach, with the code of the
# table, before anything is signed.
@pytest.mark.parametrize(
    ("status", "code"), [("revoked", "reach.revoked"), ("paused", "reach.paused")]
)
def test_the_vendors_node_does_not_write_what_the_customer_took_back(
    world: World, status: str, code: str
) -> None:
    living(world)
    say(world, "reach", status=status, channels=["message"])
    settle(world)
    before = len(messages.list_messages(world.nodes[VENDOR].reader, deal_of(world)))
    assert refused(world, VENDOR, "Hello", **ORDER) == code
    assert refused(world, VENDOR, "Buy more", purpose="marketing") == code
    assert len(messages.list_messages(world.nodes[VENDOR].reader, deal_of(world))) == before


def test_the_vendors_node_does_not_write_what_the_terms_forbid(world: World) -> None:
    living(world)
    assert refused(world, VENDOR, "Buy more", purpose="marketing") == "reach.not_granted"
    assert refused(world, VENDOR, "A recall", purpose="product") == "reach.not_granted"
    say(world, "reach", status="granted", **ADVERT)
    settle(world)
    write(world, VENDOR, "Buy more", purpose="marketing")
    settle(world)
    assert notes(world, CUSTOMER) == [("vendor", "Buy more", None)]


# SPEC 09: The customer's node MUST answer a vendor's note that is beyond reach with a refusal, and
# show it as refused.
# SPEC 09: The node MUST NOT show a refused note among the others unless it says so.
def test_what_a_vendors_node_writes_all_the_same_is_refused_on_both_sides(world: World) -> None:
    living(world)
    say(world, "reach", status="revoked", **ADVERT)
    settle(world)
    vendor_writes_anyway(world, "Buy more")
    settle(world)
    for who, side in ((CUSTOMER, "vendor"), (VENDOR, "you")):
        assert notes(world, who) == [(side, "Buy more", "reach.revoked")]
        assert "note.refused" in event_types(world, who)
        (shown,) = related(world, who)["notes"]
        assert "revoked" in shown["words"]
    assert "note.received" not in event_types(world, CUSTOMER)


def vendor_writes_anyway(world: World, text: str, **given: object) -> None:
    """The vendor's node sends a note past its own check."""
    from vrmnode.engine.mail import mailroom

    deal = deal_of(world)
    about: dict[str, object] = {"purpose": "marketing", **given}
    body = Note(agreement=document_digest(world), text=text, **about)  # type: ignore[arg-type]
    world.nodes[VENDOR].turn(
        lambda ctx: mailroom.tell(ctx, load_deal(ctx.tx, deal), body, until=ctx.now + 10**6)
    )


def test_a_note_that_crosses_a_revocation_is_refused_and_nobody_is_to_blame(world: World) -> None:
    living(world)
    write(world, VENDOR, "It leaves tomorrow.", **ORDER)
    say(world, "reach", status="revoked", channels=["message"])
    pass_on(world, VENDOR, CUSTOMER)
    settle(world)
    assert notes(world, VENDOR) == [("you", "It leaves tomorrow.", "reach.revoked")]
    assert notes(world, CUSTOMER) == [("vendor", "It leaves tomorrow.", "reach.revoked")]


def test_who_is_asked_may_answer_once_whatever_is_revoked(world: World) -> None:
    living(world)
    say(world, "end")
    asked = write(world, CUSTOMER, "Where is it?")
    settle(world)
    write(world, VENDOR, "Here.", answers=asked)
    assert refused(world, VENDOR, "And here.", answers=asked) == "reach.not_granted"
    settle(world)
    assert [code for _, _, code in notes(world, CUSTOMER)] == [None, None]
    vendor_writes_anyway(world, "And here.", purpose=None, answers=bytes.fromhex(asked))
    settle(world)
    assert notes(world, CUSTOMER)[-1] == ("vendor", "And here.", "reach.not_granted")


def test_a_note_says_what_it_is_about_or_what_it_answers(world: World) -> None:
    living(world)
    assert refused(world, VENDOR, "Hello") == "note.purpose"
    assert refused(world, CUSTOMER, "Hello", **ORDER) == "note.purpose"
    assert refused(world, VENDOR, "Hello", answers="ab" * 6) == "note.not_found"
    assert refused(world, CUSTOMER, "") == "request.invalid"
    assert refused(world, CUSTOMER, "a" * 1_001) == "request.invalid"


# SPEC 09: The writer MUST NOT send more than 64 notes in a deal.
# SPEC 09: The reader MUST NOT keep more than 64 notes of a deal and side.
# SPEC 09: The reader MUST NOT keep more than 64 refusals of a deal.
def test_notes_have_a_bound_on_both_sides(world: World) -> None:
    living(world)
    for number in range(MAX_NOTES):
        write(world, CUSTOMER, f"note {number}")
    assert refused(world, CUSTOMER, "one more") == "note.too_many"
    for _ in range(12):
        settle(world)  # a few at a time: so many numbers are watched for
    for seq in range(200, 210):
        raw = customer_says(world, Note(agreement=document_digest(world), text="x"), seq=seq)
        hand_over(world, VENDOR, raw, deal=deal_of(world))
    settle(world)
    stored = messages.list_messages(world.nodes[VENDOR].reader, deal_of(world))
    assert sum(item.kind == "note" for item in stored) == MAX_NOTES


# SPEC 09: The reader MUST let a reach message, a note or a refusal that doesn't name the agreement
# document of a deal whose state is `agreed` change nothing.
def test_a_note_under_another_agreement_is_nothing(world: World) -> None:
    living(world)
    signed = vendor_says(world, Note(agreement=bytes(32), text="Psst", purpose="order"), seq=40)
    hand_over(world, CUSTOMER, signed.raw, deal=deal_of(world))
    assert notes(world, CUSTOMER) == []
    assert b"Psst" not in files_of(world, CUSTOMER)
    assert "note.refused" not in event_types(world, CUSTOMER)
    node = world.nodes[CUSTOMER]
    kept = private_mail.content(node.reader, node.machine.vault, deal_of(world), signed.digest)
    assert kept is None


def test_a_forgotten_customer_leaves_no_notes(world: World) -> None:
    living(world)
    write(world, CUSTOMER, "My doorbell is broken.")
    settle(world)
    assert secret_names(world, VENDOR)
    vendor_says_event(world, "delivered")
    settle(world)
    command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex())
    assert secret_names(world, VENDOR) == set()
    assert notes(world, VENDOR) == []


# SPEC 09: The customer's node MUST keep a note that comes before the agreement that it names, and
# take it as if it had just come when the state of the deal becomes `agreed`.
@pytest.mark.parametrize("purpose", ["order", "marketing"])
def test_a_note_that_overtakes_the_agreement_isnt_lost(world: World, purpose: str) -> None:
    accepted(world)
    pass_on(world, CUSTOMER)
    record = load_deal(world.nodes[VENDOR].reader, deal_of(world))
    assert record.state.document is not None
    digest = agreement.document_digest(record.state.document)
    first = vendor_says(
        world,
        Note(agreement=digest, text="Out at noon.", purpose=purpose),  # type: ignore[arg-type]
        seq=40,
    )
    alien = vendor_says(world, Note(agreement=bytes(32), text="Psst", purpose="order"), seq=41)
    # Nothing was asked yet; each of these is refused once.
    answers = [
        vendor_says(world, Note(agreement=digest, text="Yes", answers=bytes(32)), seq=seq)
        for seq in (42, 43)
    ]
    for each in (first, alien, *answers):
        hand_over(world, CUSTOMER, each.raw, deal=deal_of(world))
    assert not {"note.received", "note.refused"} & set(event_types(world, CUSTOMER))

    pass_on(world, VENDOR)
    code = None if purpose == "order" else "reach.not_granted"
    beyond = [("vendor", "Yes", "reach.not_granted")] * 2
    assert notes(world, CUSTOMER) == [("vendor", "Out at noon.", code), *beyond]
    happened = event_types(world, CUSTOMER)
    assert happened.count("note.received") == (code is None)
    assert happened.count("note.refused") == (2 if code is None else 3)
    hand_over(world, CUSTOMER, first.raw, deal=deal_of(world))
    assert event_types(world, CUSTOMER) == happened
    assert len(secret_names(world, CUSTOMER)) == 3, "of what names another agreement nothing"


def test_who_answers_backwards_has_answered_once_all_the_same(world: World) -> None:
    living(world)
    say(world, "end")
    asked = write(world, CUSTOMER, "Where is it?")
    settle(world)
    for seq in (53, 51, 52, 50):
        body = Note(
            agreement=document_digest(world), text=f"answer {seq}", answers=bytes.fromhex(asked)
        )
        signed = vendor_says(world, body, seq=seq)
        hand_over(world, CUSTOMER, signed.raw, deal=deal_of(world))
    found = {text: code for _, text, code in notes(world, CUSTOMER) if text.startswith("answer")}
    assert found.pop("answer 50") is None
    assert set(found.values()) == {"reach.not_granted"}
    assert event_types(world, CUSTOMER).count("note.refused") == 3
