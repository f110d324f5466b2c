"""Disclosures beside their agreement: what stands, what counts, what reprs hide."""

from __future__ import annotations

import random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import local_code, refusal
from tests.protocol.deals import (
    CUSTOMER,
    DEAL,
    FEEDBACK,
    OFFER,
    STRANGER,
    agreement_body,
    customer,
    vendor,
)
from vrmprotocol import (
    agreement,
    bodies,
    commitment,
    contact,
    contact_state,
    disclosure,
    mail,
    negotiation,
)
from vrmprotocol.disclosure_body import (
    DisclosedField,
    Disclosure,
    FieldName,
    OpenedRelationship,
)
from vrmprotocol.keys import SigningKey
from vrmprotocol.message import SignedMessage
from vrmprotocol.negotiation import DealState

RELATIONSHIP = SigningKey(b"k" * 32)
VALUES: dict[str, str | None] = {
    "name": "Anna Muster",
    "street_address": "Musterstraße 1",
    "postal_code": "10115",
    "locality": "Berlin",
    "region": None,
    "country": "DE",
    "email": "anna@mail.example",
    "telephone": None,
}
NAMES = st.sampled_from(contact.NAMES)


def salt(name: str) -> bytes:
    return name.encode().ljust(32, b"-")


COMMITMENTS = {
    "relationship": commitment.commit(salt("relationship"), "relationship", RELATIONSHIP.public),
    **{name: commitment.commit(salt(name), name, value) for name, value in VALUES.items()},
}


class Deal:
    """An agreed deal, and a customer that discloses in it."""

    def __init__(self) -> None:
        self.seller, self.buyer = vendor(), customer()
        offer = self.seller.say("offer", OFFER)
        document = agreement.document(
            draft=OFFER.draft, offer=offer.digest, accepted_at=1, commitments=COMMITMENTS
        )
        self.accept = self.buyer.say(
            "accept",
            mail.Accept(
                offer=offer.raw,
                accepted_at=1,
                commitments=COMMITMENTS,
                feedback_key=FEEDBACK.public,
                signature=agreement.sign(document, CUSTOMER),
            ),
        )
        signed = self.seller.say("agreement", agreement_body(self.accept, offer))
        self.digest = agreement.document_digest(document)
        self.messages = [offer, self.accept, signed]

    @property
    def state(self) -> DealState:
        return negotiation.evaluate(self.messages)

    def tell(self, *fields: DisclosedField, opened: bool = False) -> SignedMessage:
        one = None
        if opened:
            signature = disclosure.sign_relationship(
                RELATIONSHIP, deal=DEAL, pseudonym=CUSTOMER.public
            )
            key = RELATIONSHIP.public
            one = OpenedRelationship(key=key, salt=salt("relationship"), signature=signature)
        body = Disclosure(agreement=self.digest, fields=fields, relationship=one)
        said = self.buyer.say("disclosure", body)
        self.messages.append(said)
        return said


def entry(name: str, value: str, *, salted: bool = False) -> DisclosedField:
    known: dict[str, FieldName] = {each: each for each in get_args(FieldName)}
    return DisclosedField(name=known[name], value=value, salt=salt(name) if salted else None)


def test_the_names_are_the_contact_fields() -> None:
    assert get_args(FieldName) == contact.NAMES


def test_all_that_was_committed_to_can_be_opened() -> None:
    deal = Deal()
    kept = {name: value for name, value in VALUES.items() if value is not None}
    told = deal.tell(*(entry(n, v, salted=True) for n, v in kept.items()), opened=True)
    disclosure.check(told, deal.state)
    found = contact_state.evaluate(deal.state, deal.messages)
    assert {name: one.value for name, one in found.fields.items()} == kept
    assert all(one.committed for one in found.fields.values())
    assert found.relationship == RELATIONSHIP.public


@given(name=NAMES, other=NAMES)
def test_no_other_opening_fits(name: str, other: str) -> None:
    deal = Deal()
    fits = {"country": "DE", "email": "b@mail.example", "telephone": "112"}
    value = fits.get(name, "Berta") if name != "country" else "AT"
    field = DisclosedField(name=entry(name, value).name, value=value, salt=salt(other))
    told = deal.tell(field)
    assert refusal(disclosure.check, told, deal.state).code == "disclosure.commitment"
    assert contact_state.evaluate(deal.state, deal.messages).fields == {}


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["name", "street_address", "locality"]), st.sampled_from("abc")),
        max_size=6,
    ),
    seed=st.integers(0, 2**16),
)
def test_the_last_that_was_said_counts_in_any_order(
    steps: list[tuple[str, str]], seed: int
) -> None:
    deal = Deal()
    last = {}
    for name, value in steps:
        deal.tell(entry(name, value))
        last[name] = value
    arranged = [*deal.messages, *deal.messages[3:]]
    random.Random(seed).shuffle(arranged)
    found = contact_state.evaluate(deal.state, arranged)
    assert {name: one.value for name, one in found.fields.items()} == last
    assert not any(one.committed for one in found.fields.values())


# SPEC 09: The writer MUST NOT disclose anything while the state of the deal isn't `agreed`.
def test_nothing_is_disclosed_before_or_after() -> None:
    deal = Deal()
    disclosure.check_allowed(deal.state)
    for early in (deal.messages[:1], deal.messages[:2]):
        state = negotiation.evaluate(early)
        assert local_code(disclosure.check_allowed, state) == "negotiation.illegal_move"
    told = deal.tell(entry("name", "Anna"))
    assert contact_state.evaluate(deal.state, deal.messages).fields
    taken_back = mail.WithdrawAccept(accept=deal.accept.digest, reason="changed_mind")
    deal.messages.append(deal.buyer.say("withdraw_accept", taken_back))
    assert deal.state.state == "cancelled"
    assert refusal(disclosure.check, told, deal.state).code == "disclosure.agreement"
    assert contact_state.evaluate(deal.state, deal.messages).fields == {}
    assert local_code(disclosure.check_allowed, deal.state) == "negotiation.illegal_move"


def test_another_authors_disclosure_counts_for_nothing() -> None:
    deal = Deal()
    body = Disclosure(agreement=deal.digest, fields=(entry("name", "Anna"),))
    forged = deal.buyer.say("disclosure", body, key=STRANGER)
    assert refusal(disclosure.check, forged, deal.state).code == "disclosure.agreement"
    assert not contact_state.counts(deal.accept, deal.state)


def test_neither_values_nor_salts_are_in_reprs_and_errors() -> None:
    deal = Deal()
    told = deal.tell(entry("name", "Anna Muster", salted=True), opened=True)
    shown = repr(told) + repr(contact_state.evaluate(deal.state, deal.messages))
    assert "Anna" not in shown
    assert "hidden" in shown
    assert salt("name")[:8].hex() not in shown
    assert repr(salt("name"))[2:12] not in shown
    wrong = deal.tell(entry("name", "Anna Müller", salted=True))
    assert "Anna" not in str(refusal(disclosure.check, wrong, deal.state))


@pytest.mark.parametrize("value", ["Anna\nMuster", "A" * 101])
def test_our_own_slips_are_refused_before_they_are_signed(value: str) -> None:
    body = Disclosure(agreement=bytes(32), fields=(entry("name", value),))
    assert local_code(bodies.check_own, body) == "message.body"
