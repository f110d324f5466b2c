"""Questions and answers between engines: bounded, once, and without any effect on the deal."""

from __future__ import annotations

import json

import pytest

from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    agreed,
    command,
    deal_with,
    event_types,
    first_offer,
    hand_over,
    in_turn,
    kinds,
    offered,
    pass_on,
    vendor_says,
)
from tests.engine.world import World
from vrmnode.engine import exports, views
from vrmnode.engine.mail import mailroom
from vrmnode.engine.negotiation import questions
from vrmnode.engine.records import load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import messages
from vrmprotocol import message
from vrmprotocol.mail import Answer, Question
from vrmprotocol.message import SignedMessage

DAY = 86_400
TEXT, ANSWER = "Is it the second edition?", "Yes,\nof 1988. ✓"


def _ask(world: World, text: str = TEXT) -> dict[str, object]:
    offer = first_offer(world).digest.hex()
    shown = command(world, CUSTOMER, "offer.ask", offer=offer, text=text)
    assert isinstance(shown, dict)
    assert json.loads(json.dumps(shown)) == shown
    return shown


def _reply(world: World, question: object, text: str = ANSWER) -> dict[str, object]:
    shown = command(world, VENDOR, "vendor.reply", question=question, text=text)
    assert isinstance(shown, dict)
    return shown


def _inbox(world: World, *, everything: bool = False) -> list[dict[str, object]]:
    node = world.nodes[VENDOR]
    return questions.inbox(node.reader, node.machine.vault, everything=everything)


def _seen_by_customer(world: World) -> list[dict[str, object]]:
    node, offer = world.nodes[CUSTOMER], first_offer(world).digest.hex()
    shown = views.offer_show(node.reader, node.machine.vault, offer, world.now)["questions"]
    assert isinstance(shown, list)
    return shown


def test_asked_and_answered(world: World) -> None:
    offered(world)
    asked = _ask(world)
    pass_on(world, CUSTOMER)
    (waiting,) = _inbox(world)
    assert (waiting["question"], waiting["text"]) == (asked["question"], TEXT)
    assert waiting["item_name"] == "The C Programming Language"
    _reply(world, waiting["question"])
    assert _inbox(world) == []
    pass_on(world, VENDOR)
    (shown,) = _seen_by_customer(world)
    assert (shown["text"], shown["answer"]) == (TEXT, ANSWER)
    assert shown["acknowledged"] == world.now
    assert [each["answer"] for each in _inbox(world, everything=True)] == [ANSWER]
    assert event_types(world, VENDOR)[-2:] == ["question.received", "question.answered"]
    assert event_types(world, CUSTOMER)[-2:] == ["question.asked", "answer.received"]


def test_no_state_changes_and_the_deal_goes_on(world: World) -> None:
    row = offered(world)
    question = _ask(world)["question"]
    pass_on(world, CUSTOMER)
    _reply(world, question)
    pass_on(world, VENDOR)
    for who in (CUSTOMER, VENDOR):
        assert deal_with(world, who, VENDOR).state == "offered"
    offer = (row.offer_digest or b"").hex()
    command(world, CUSTOMER, "offer.accept", offer=offer)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    for who in (CUSTOMER, VENDOR):
        assert deal_with(world, who, VENDOR).state == "agreed"
    files = {
        json.dumps(exports.deal_export(world.nodes[who].reader, row.deal.hex()))
        for who in (CUSTOMER, VENDOR)
    }
    assert len(files) == 1
    assert kinds(world, CUSTOMER)[:2] == ["question", "accept"]


def test_the_answer_acknowledges_the_question(world: World) -> None:
    offered(world)
    question = _ask(world)["question"]
    pass_on(world, CUSTOMER)
    assert _seen_by_customer(world)[0]["acknowledged"] is None
    _reply(world, question)
    pass_on(world, VENDOR)
    assert _seen_by_customer(world)[0]["acknowledged"] == world.now


def test_eight_questions_and_no_more(world: World) -> None:
    offered(world)
    for number in range(mailroom.MAX_QUESTIONS_PER_DEAL):
        _ask(world, f"{TEXT} {number}")
    with pytest.raises(ServiceError) as raised:
        _ask(world, "And one more?")
    assert raised.value.code == "question.too_many"
    pass_on(world, CUSTOMER)
    assert len(_inbox(world)) == 8


def test_a_customer_who_asks_without_end_isnt_kept(world: World) -> None:
    row = offered(world)
    node, offer = world.nodes[CUSTOMER], first_offer(world)

    def flood(ctx: object) -> None:
        own = ctx.tx.value("SELECT key_context FROM pseudonyms")  # type: ignore[attr-defined]
        for seq in range(12):
            signed = message.sign(
                kind="question",
                deal=row.deal,
                seq=seq,
                prev=bytes(32) if seq else None,
                key=node.machine.identity.pseudonym(own),
                recipient=offer.author,
                created=world.now,
                received=(),
                body=Question(offer=offer.digest, text=f"{TEXT} {seq}"),
            )
            hand_over(world, VENDOR, signed.raw, deal=row.deal)

    in_turn(world, CUSTOMER, flood)
    assert len(_inbox(world)) == mailroom.MAX_QUESTIONS_PER_DEAL


def test_a_vendor_who_answers_without_end_isnt_kept(world: World) -> None:
    row = offered(world)
    digest = bytes.fromhex(str(_ask(world)["question"]))
    for seq in range(1, 13):
        said = vendor_says(world, Answer(question=digest, text=f"Maybe {seq}."), seq=seq)
        hand_over(world, CUSTOMER, said.raw, deal=row.deal)
    kept = messages.list_messages(world.nodes[CUSTOMER].reader, row.deal)
    assert sum(item.kind == "answer" for item in kept) == mailroom.MAX_QUESTIONS_PER_DEAL
    (shown,) = _seen_by_customer(world)
    assert shown["answer"] == "Maybe 1."
    assert event_types(world, CUSTOMER).count("answer.received") == 1


def test_a_question_is_answered_once(world: World) -> None:
    offered(world)
    question = _ask(world)["question"]
    pass_on(world, CUSTOMER)
    _reply(world, question)
    with pytest.raises(ServiceError) as raised:
        _reply(world, question, "No.")
    assert raised.value.code == "question.answered"
    pass_on(world, VENDOR)
    assert _seen_by_customer(world)[0]["answer"] == ANSWER


def test_about_nothing_is_kept_and_not_shown(world: World) -> None:
    row = offered(world)
    said = vendor_says(world, Answer(question=bytes(32), text="Black."), seq=1)
    hand_over(world, CUSTOMER, said.raw, deal=row.deal)
    assert "answer.received" not in event_types(world, CUSTOMER)
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"
    assert _seen_by_customer(world) == []


def test_a_stray_question_is_not_answered(world: World) -> None:
    row = offered(world)
    node = world.nodes[CUSTOMER]
    record = load_deal(node.reader, row.deal)
    asked = node.turn(
        lambda ctx: mailroom.tell(
            ctx, record, Question(offer=bytes(32), text="And?"), until=ctx.now + 60
        )
    )
    assert isinstance(asked, SignedMessage)
    pass_on(world, CUSTOMER)
    with pytest.raises(ServiceError) as raised:
        _reply(world, asked.digest.hex())
    assert raised.value.code == "question.stray"


def test_a_vendor_whose_clock_went_back_by_a_year_cannot_sign(world: World) -> None:
    world.now += 400 * DAY
    offered(world)
    question = _ask(world)["question"]
    pass_on(world, CUSTOMER)
    world.now -= 400 * DAY
    with pytest.raises(ServiceError) as raised:
        _reply(world, question)
    assert raised.value.code == "deal.no_keys"


def test_own_questions_have_no_answer_of_ours(world: World) -> None:
    offered(world)
    question = _ask(world)["question"]
    with pytest.raises(ServiceError) as raised:
        command(world, CUSTOMER, "vendor.reply", question=question, text="So.")
    assert raised.value.code == "question.not_found"


@pytest.mark.parametrize("bring", [accepted, agreed])
def test_after_accepting_nobody_asks(world: World, bring: object) -> None:
    bring(world)  # type: ignore[operator]
    with pytest.raises(ServiceError) as raised:
        _ask(world)
    assert raised.value.code == "negotiation.illegal_move"


def test_a_question_that_crossed_the_end_is_not_answered(world: World) -> None:
    row = offered(world)
    question = _ask(world)["question"]
    offer = (row.offer_digest or b"").hex()
    command(world, CUSTOMER, "offer.decline", offer=offer, reason="terms")
    pass_on(world, CUSTOMER)
    assert _inbox(world) == []
    assert len(_inbox(world, everything=True)) == 1
    with pytest.raises(ServiceError) as raised:
        _reply(world, question)
    assert raised.value.code == "negotiation.illegal_move"


def test_a_declined_or_lapsed_offer_is_not_asked_about(world: World) -> None:
    row = offered(world)
    world.now = (row.valid_through or 0) + 1
    with pytest.raises(ServiceError) as raised:
        _ask(world)
    assert raised.value.code == "negotiation.expired"


@pytest.mark.parametrize("text", ["", "a" * 501, "bell\x07"])
def test_a_text_that_the_vendor_would_refuse_isnt_sent(world: World, text: str) -> None:
    offered(world)
    with pytest.raises(ServiceError) as raised:
        _ask(world, text)
    assert raised.value.code == "message.body"
    assert "question" not in kinds(world, CUSTOMER)


def test_a_link_that_loses_and_repeats(world: World) -> None:
    offered(world)
    question = _ask(world)["question"]
    world.pump(CUSTOMER)
    world.lose(0)
    for _ in range(6):
        world.now += 60
        world.pump(CUSTOMER)
        while world.link:
            world.deliver(0, keep=False)
    (waiting,) = _inbox(world)
    assert waiting["question"] == question
    assert event_types(world, VENDOR).count("question.received") == 1


def test_question_and_answer_say_their_language(world: World) -> None:
    offered(world)
    offer = first_offer(world).digest.hex()
    asked = command(world, CUSTOMER, "offer.ask", offer=offer, text="Ist es neu?", language="de")
    assert isinstance(asked, dict)
    pass_on(world, CUSTOMER)
    (found,) = _inbox(world)
    assert (found["text"], found["in_language"]) == ("Ist es neu?", "de")
    command(world, VENDOR, "vendor.reply", question=asked["question"], text="Ja.", language="de-CH")
    pass_on(world, VENDOR)
    (told,) = _seen_by_customer(world)
    assert (told["in_language"], told["answer_in_language"]) == ("de", "de-CH")


def test_a_language_that_is_none_sends_nothing(world: World) -> None:
    offered(world)
    offer = first_offer(world).digest.hex()
    with pytest.raises(ServiceError, match="language: expected a language such as"):
        command(world, CUSTOMER, "offer.ask", offer=offer, text="Ist es neu?", language="German")
    assert kinds(world, CUSTOMER) == []
