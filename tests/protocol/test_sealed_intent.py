"""The sealed intent against its header and against earlier ones of its deal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import local_code, remote_code
from tests.protocol.deals import DAY, INTENT, NOW, VENDOR, customer, make
from vrmprotocol import message, sealed_intent
from vrmprotocol.envelope import MARKET_LIFETIME_S, SKEW_S
from vrmprotocol.keys import SigningKey
from vrmprotocol.message import SignedMessage
from vrmprotocol.sealed_intent import MAX_SEALED_INTENT_BYTES, SealedIntent


def _said(**changes: Any) -> SignedMessage:
    body = SealedIntent(status="active", intent=make(INTENT, **changes))
    return customer().say("sealed_intent", body)


def _read(signed: SignedMessage, *, now: int | None) -> Any:
    return message.verify_and_load(
        signed.raw, expected_recipient=frozenset({VENDOR.public}), reader="vendor", now=now
    )


@given(st.integers(-DAY, MARKET_LIFETIME_S + DAY))
def test_it_stands_as_long_as_a_public_one_may(lives_s: int) -> None:
    signed = _said(valid_through=NOW + lives_s)
    read = _read(signed, now=NOW)
    assert isinstance(read, SignedMessage) == (lives_s <= MARKET_LIFETIME_S + SKEW_S)
    assert isinstance(_read(signed, now=None), SignedMessage), "read again from a store"


def test_nobody_signs_one_that_is_too_long() -> None:
    room = MAX_SEALED_INTENT_BYTES - len(_said(ext={"pad": bytes(9_000)}).raw) + 9_000
    assert len(_said(ext={"pad": bytes(room)}).raw) == MAX_SEALED_INTENT_BYTES
    assert local_code(_said, ext={"pad": bytes(room + 1)}) == "message.body"


@given(st.integers(0, 40), st.integers(0, 40), st.booleans())
def test_a_later_one_ends_no_earlier(first: int, second: int, later: bool) -> None:
    known = make(INTENT, valid_through=NOW + first * DAY)
    body = make(INTENT, valid_through=NOW + second * DAY)
    if later and second < first:
        code = remote_code(sealed_intent.check_replaces, body, known, later=later)
        assert code == "message.body"
    else:
        sealed_intent.check_replaces(body, known, later=later)


@pytest.mark.parametrize("changes", [{"reply_tag": bytes(16)}, {"reply_key": None}])
def test_answers_find_the_same_place(changes: dict[str, Any]) -> None:
    if "reply_key" in changes:
        changes = {"reply_key": make(INTENT.reply_key, key=bytes(32))}
    code = remote_code(sealed_intent.check_replaces, make(INTENT, **changes), INTENT, later=False)
    assert code == "message.body"


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_relationship_is_shown_in_one_deal_alone(seed: bytes, other: bytes) -> None:
    said = _said()
    shown = sealed_intent.show_relationship(SigningKey(seed), deal=said.deal, pseudonym=said.author)
    body = SealedIntent(status="active", intent=INTENT, relationship=shown)
    sealed_intent.check_relationship(body, deal=said.deal, pseudonym=said.author)
    for deal, pseudonym in ((other, said.author), (said.deal, other), (said.author, said.deal)):
        code = remote_code(sealed_intent.check_relationship, body, deal=deal, pseudonym=pseudonym)
        assert code == "recognition.signature"


def test_nobody_signs_one_with_a_relationship_of_another_deal() -> None:
    shown = sealed_intent.show_relationship(
        SigningKey(bytes(32)), deal=bytes(32), pseudonym=bytes(32)
    )
    body = SealedIntent(status="active", intent=INTENT, relationship=shown)
    assert local_code(customer().say, "sealed_intent", body) == "recognition.signature"
    assert bytes(32).hex() not in repr(body) and "hidden" in repr(shown)


def test_a_withdrawal_says_nothing_of_a_relationship() -> None:
    said = _said()
    shown = sealed_intent.show_relationship(
        SigningKey(bytes(32)), deal=said.deal, pseudonym=said.author
    )
    body = SealedIntent(status="withdrawn", intent=INTENT, relationship=shown)
    assert local_code(customer().say, "sealed_intent", body) == "message.body"
