"""Texts of a deal: shown while they are kept, in clear nowhere, and gone with the deletion."""

from __future__ import annotations

import pytest

from tests.engine.disclosing import ANNA, deal_of, disclose, files_of, ready, secret_names
from tests.engine.disclosing import vendor_says_event as says
from tests.engine.rights import asked
from tests.engine.steps import CUSTOMER, VENDOR, command, first_offer, in_turn, offered, pass_on
from tests.engine.steps import told as written
from tests.engine.world import World
from vrmnode.engine.feedback import sealed_feedback
from vrmnode.engine.mail import mailroom, private_mail
from vrmnode.engine.negotiation import by_human, questions
from vrmnode.engine.records import load_deal, open_message
from vrmnode.storage import inbox_mail, messages
from vrmprotocol.message import SignedMessage, UninterpretedMessage

ASKED, ANSWERED = "Does it fit a stairlift of 1962?", "Yes, a stairlift of 1962 too."
SAID, WRITTEN = "The courier woke my ill husband.", "Please don't ring the bell, Zelda sleeps."
TEXTS = (ASKED, ANSWERED, SAID, WRITTEN)


def asks(world: World) -> str:
    offer = first_offer(world).digest.hex()
    shown = command(world, CUSTOMER, "offer.ask", offer=offer, text=ASKED)
    pass_on(world, CUSTOMER)
    assert isinstance(shown, dict)
    return str(shown["question"])


def with_texts(world: World) -> None:
    """A delivered order in which each kind of text was written, and came."""
    command(world, CUSTOMER, "contact.set", **ANNA)
    offered(world)
    question = asks(world)
    command(world, VENDOR, "vendor.reply", question=question, text=ANSWERED)
    pass_on(world, VENDOR)
    command(world, CUSTOMER, "offer.accept", offer=first_offer(world).digest.hex())
    asked.settled(world)
    deal = deal_of(world).hex()
    command(world, CUSTOMER, "feedback.give", deal=deal, sealed=True, rating=2, text=SAID)
    command(world, CUSTOMER, "relation.write", relation=deal, text=WRITTEN)
    asked.settled(world)
    says(world, "delivered")
    pass_on(world, VENDOR, CUSTOMER)


def shown(world: World) -> tuple[list[dict[str, object]], object]:
    """The questions and the sealed feedback that the shop's owner can read."""
    node = world.nodes[VENDOR]
    tx, vault = node.reader, node.machine.vault
    return questions.inbox(tx, vault, everything=True), sealed_feedback.sealed_list(tx, vault)


def in_clear(world: World) -> list[tuple[str, str]]:
    """Which texts stand as they are in a node's files, and whose."""
    return [
        (who, text)
        for who in (CUSTOMER, VENDOR)
        for text in TEXTS
        if text.encode() in files_of(world, who)
    ]


# SPEC 09: The node MUST keep nothing of what a text says in the clear.
def test_a_text_is_read_by_both_and_lies_in_clear_nowhere(world: World) -> None:
    with_texts(world)
    (read,), feedback = shown(world)
    assert (read["text"], read["answer"]) == (ASKED, ANSWERED)
    assert isinstance(feedback, dict)
    (said,) = feedback["sealed"]
    assert (said["rating"], said["text"]) == (2, SAID)
    assert in_clear(world) == []


# SPEC 09: The writer MUST erase with a deletion the texts of the deal.
def test_with_the_deletion_a_vendor_can_read_none(world: World) -> None:
    with_texts(world)
    disclose(world, "name")
    pass_on(world, CUSTOMER)
    assert len(secret_names(world, VENDOR)) == 5
    command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex())
    assert shown(world) == ([], {"sealed": []})
    assert secret_names(world, VENDOR) == set()
    node = world.nodes[VENDOR]
    kept = messages.list_messages(node.reader, deal_of(world))
    texts = [item for item in kept if item.kind in private_mail.TEXTS]
    assert {item.kind for item in texts} == private_mail.TEXTS
    for item in texts:
        assert isinstance(open_message(node.reader, node.machine.vault, item), UninterpretedMessage)
    assert load_deal(node.reader, deal_of(world)).state.state == "agreed"


# SPEC 15: The vendor's node MUST erase the texts of the deal when it denies a request for deletion
# with `no_match`.
def test_who_says_that_it_holds_nothing_holds_nothing(world: World) -> None:
    with_texts(world)
    assert len(secret_names(world, VENDOR)) == 4
    asked.ask(world, "deletion")
    asked.settled(world)
    found = asked.row(world, CUSTOMER)
    assert (found["state"], found["reason"]) == ("denied", "no_match")
    assert shown(world) == ([], {"sealed": []})
    assert secret_names(world, VENDOR) == set()


# SPEC 09: The vendor's node MUST erase the texts of a deal when it becomes `cancelled`.
def test_a_cancelled_deal_keeps_none(world: World) -> None:
    offered(world)
    asks(world)
    command(world, CUSTOMER, "offer.accept", offer=first_offer(world).digest.hex())
    pass_on(world, CUSTOMER)
    command(world, CUSTOMER, "deal.withdraw", deal=deal_of(world).hex())
    pass_on(world, CUSTOMER, VENDOR)
    state = load_deal(world.nodes[VENDOR].reader, deal_of(world)).state.state
    assert (state, shown(world)) == ("cancelled", ([], {"sealed": []}))
    assert secret_names(world, VENDOR) == set()


def test_a_text_that_comes_again_after_its_deletion_stays_erased(world: World) -> None:
    with_texts(world)
    node = world.nodes[CUSTOMER]
    (sent,) = [item for item in written(world, CUSTOMER) if item.kind == sealed_feedback.KIND]
    again = open_message(node.reader, node.machine.vault, sent)
    assert isinstance(again, SignedMessage)
    command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex())
    assert in_turn(world, VENDOR, lambda ctx: mailroom.keep(ctx, again)) is False
    assert shown(world) == ([], {"sealed": []})


def test_an_erased_question_waits_for_nobody(world: World) -> None:
    offered(world)
    question = bytes.fromhex(asks(world))
    node = world.nodes[VENDOR]

    def waiting() -> list[dict[str, object]]:
        return by_human.inbox_list(node.reader, node.machine.vault, {}, world.now)

    assert [row["id"] for row in waiting()] == [question.hex()]
    command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex())
    assert waiting() == []
    in_turn(world, VENDOR, lambda ctx: by_human.timed_out(ctx, question))
    assert inbox_mail.count(node.reader) == 0


@pytest.mark.parametrize("kind", sorted(private_mail.AS_THEY_COME))
def test_what_cannot_be_read_leaves_its_header_alone(world: World, kind: str) -> None:
    ready(world)
    unread = UninterpretedMessage(
        kind=kind,
        deal=deal_of(world),
        seq=40,
        prev=bytes(32),
        author=load_deal(world.nodes[CUSTOMER].reader, deal_of(world)).row.customer,
        recipient=bytes(32),
        created=world.now,
        received=(),
        digest=b"d" * 32,
        raw=b"a stairlift of 1962",
        code="message.body",
        detail="",
    )
    assert in_turn(world, VENDOR, lambda ctx: mailroom.keep(ctx, unread)) is True
    assert b"stairlift" not in files_of(world, VENDOR)
    assert secret_names(world, VENDOR) == set()


def test_feedback_that_waits_lies_sealed_and_is_gone_when_it_is_taken_back(world: World) -> None:
    ready(world)
    deal = deal_of(world).hex()
    command(world, CUSTOMER, "feedback.give", deal=deal, rating=1, text=SAID)
    assert SAID.encode() not in files_of(world, CUSTOMER)
    command(world, CUSTOMER, "feedback.withdraw", deal=deal)
    reader = world.nodes[CUSTOMER].reader
    assert reader.value("SELECT count(*) FROM own_feedback") == 0
    sql = "SELECT count(*) FROM secrets WHERE owner_kind = 'own_feedback'"
    assert reader.value(sql) == 0
