"""The messages that negotiation scripts are made of, each with a label."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from .deal_table import Event
from .envelope_file import intent_envelope
from .messages import (
    ACCEPTED_AT,
    Inner,
    accept,
    accept_body,
    agreement_body,
    from_customer,
    from_vendor,
    grant,
    offer,
    offer_body,
)
from .mutation import put
from .primitives import fixed
from .world import DAY, NOW, VENDOR_ROOT, certificate, intent_body


def _numbered(message: Inner, seq: int) -> Inner:
    """The message with a number; what came before it is a digest nobody needs here."""
    prev = fixed(f"previous {message.author.public.hex()} {seq}") if seq else None
    return replace(message, seq=seq, prev=prev)


def _vendor(label: str, kind: str, body: Any, seq: int, at: int, **more: Any) -> Event:
    return Event(label, _numbered(from_vendor(kind, body, created=NOW + at), seq), **more)


def _customer(label: str, kind: str, body: Any, seq: int, at: int, **more: Any) -> Event:
    return Event(label, _numbered(from_customer(kind, body, created=NOW + at), seq), **more)


@cache
def events() -> dict[str, Event]:
    """Every message by its label."""
    first = offer()
    cheaper = offer_body(
        draft=put(
            put(first.body["draft"], "priceSpecification.unitPrice", 4_490),
            "priceSpecification.total",
            9_475,
        )
    )
    second = _numbered(from_vendor("offer", cheaper, created=NOW + 60), 1)
    taken = accept()
    later = ACCEPTED_AT + 60 - NOW
    other = _numbered(from_customer("accept", accept_body(second), created=ACCEPTED_AT), 1)
    twin = from_customer("accept", accept_body(second), created=ACCEPTED_AT + 1)
    wrong = {**agreement_body(), "signature": bytes(64)}
    by_root = agreement_body(signer=VENDOR_ROOT)
    ungranted = {**agreement_body(), "feedbackGrant": grant(month="2027-03")}
    unknown = fixed("digest of nothing")
    asked = {"offer": first.digest, "text": "Which colour?"}
    less = {"offer": first.digest, "total": 9_000}
    countered = _numbered(from_customer("counter", less, created=NOW + 800), 9)
    question = _numbered(from_customer("question", asked, created=NOW + 700), 6)
    found = [
        Event("offer", first),
        Event("offer-2", second),
        Event("accept", taken, first),
        Event("accept-offer-2", other, second),
        Event("accept-twin", twin, second),
        _vendor("agreement", "agreement", agreement_body(), 1, later),
        _vendor("agreement-again", "agreement", agreement_body(), 2, later + 5),
        _vendor(
            "agreement-with-accept",
            "agreement",
            {**agreement_body(), "acceptMessage": taken.raw},
            11,
            later + 90,
            brings=Event("accept", taken, first),
        ),
        _vendor("agreement-offer-2", "agreement", agreement_body(other, second), 2, later),
        _vendor("agreement-twin", "agreement", agreement_body(twin, second), 2, later),
        _vendor("agreement-wrong-signature", "agreement", wrong, 2, later),
        _vendor("agreement-by-root", "agreement", by_root, 2, later),
        _vendor("agreement-wrong-grant", "agreement", ungranted, 2, later),
        _vendor(
            "agreement-unknown", "agreement", {**agreement_body(), "accept": unknown}, 2, later
        ),
        _vendor("decline-accept", "decline", _decline(taken.digest, "out_of_stock"), 3, later),
        _vendor("decline-accept-2", "decline", _decline(other.digest, "late"), 3, later + 1),
        _vendor("decline-intent", "decline", _first_decline(), 0, 10),
        _vendor("vendor-declines-offer", "decline", _decline(first.digest, "closed"), 4, later),
        _vendor("vendor-declines-unknown", "decline", _decline(unknown, "closed"), 4, later),
        _customer("decline-offer", "decline", _decline(first.digest, "terms"), 0, 500),
        _customer("decline-offer-2", "decline", _decline(second.digest, "terms"), 1, 501),
        _customer("decline-unknown", "decline", _decline(unknown, "terms"), 2, 502),
        _customer(
            "customer-declines-intent", "decline", _decline(intent_envelope().id, "terms"), 2, 503
        ),
        _customer("customer-declines-accept", "decline", _decline(taken.digest, "terms"), 2, later),
        _customer("withdraw", "withdraw_accept", _withdraw(taken.digest), 1, later),
        _customer("withdraw-offer-2", "withdraw_accept", _withdraw(other.digest), 2, later),
        _customer("withdraw-unknown", "withdraw_accept", _withdraw(unknown), 2, later),
        _vendor("vendor-ack", "ack", {}, 5, later),
        _customer("customer-ack", "ack", {}, 5, later),
        _customer("sealed-intent", "sealed_intent", _wanted(), 0, 0),
        _customer("extended", "sealed_intent", _wanted(validThrough=NOW + 40 * DAY), 10, 900),
        _customer("wanted-no-more", "sealed_intent", _wanted("withdrawn"), 10, 900),
        Event("question", question),
        Event("counter", countered),
        _vendor("decline-counter", "decline", _decline(countered.digest, "floor"), 9, 860),
        _customer("question-unknown", "question", {**asked, "offer": unknown}, 7, 701),
        _vendor("answer", "answer", {"question": question.digest, "text": "Red."}, 7, 760),
        _vendor("answer-unknown", "answer", {"question": unknown, "text": "Red."}, 8, 761),
        _customer("poem", "poem", {"text": "Roses are red."}, 8, 702, inert=True),
        _vendor(
            "offer-critical",
            "offer",
            {**first.body, "ext": {"x": 1}, "critical": ["x"]},
            6,
            800,
            inert=True,
        ),
        _customer(
            "withdraw-later-version",
            "withdraw_accept",
            _withdraw(taken.digest),
            7,
            later,
            inert=True,
        ),
    ]
    version = found[-1]
    found[-1] = replace(version, message=version.message.with_(v=2))
    return {event.label: event for event in found}


def _decline(what: bytes, reason: str) -> dict[str, object]:
    return {"of": what, "reason": reason}


def _first_decline() -> dict[str, object]:
    return {**_decline(intent_envelope().id, "closed"), "certificate": certificate()}


def _wanted(status: str = "active", **changes: object) -> dict[str, object]:
    return {"status": status, "intent": intent_body(**changes)}


def _withdraw(what: bytes) -> dict[str, object]:
    return {"accept": what, "reason": "unconfirmed"}
