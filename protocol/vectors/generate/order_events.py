"""The messages that scripts about orders are made of, each with a label."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from .canonical import pack
from .deal_table import Event
from .messages import (
    Inner,
    accept,
    accept_body,
    agreement,
    agreement_body,
    document_from,
    from_customer,
    from_vendor,
    offer,
    offer_body,
)
from .primitives import fixed, sha256
from .world import DAY, NOW, Body, altered

TOTAL, UNIT = 10_475, 4_990
AGREED_AT = NOW + 2 * 3_600
PAY_WITHIN = 7 * DAY
DUE_BY = AGREED_AT + PAY_WITHIN
CAME_AT = AGREED_AT + 3 * DAY
WAYS: list[Body] = [
    {
        "method": "bank_transfer",
        "payee": "Example Kettles GmbH",
        "account": "DE75512108001245126199",
    },
    {"method": "card", "url": "https://pay.kettles.example/7K3"},
]
DEPOSIT = 10_000
PREPAID = ("offer-prepaid", "accept-prepaid", "agreement-prepaid")
INVOICE = ("offer", "accept", "agreement")
SALE = ("offer-sale", "accept-sale", "agreement-sale")
LEASE = ("offer-lease", "accept-lease", "agreement-lease")


def _chained(message: Inner, seq: int) -> Inner:
    prev = fixed(f"previous {message.author.public.hex()} {seq}") if seq else None
    return replace(message, seq=seq, prev=prev)


@dataclass(frozen=True)
class Base:
    """The three messages that make an order, and the digest of its document."""

    offer: Inner
    accept: Inner
    agreement: Inner

    @property
    def document(self) -> bytes:
        """What every message of the order names."""
        return sha256(b"vrm/1 agreement\0", pack(document_from(self.accept, self.offer)))

    def events(self, name: str) -> list[Event]:
        """The three, labelled."""
        return [
            Event(f"offer-{name}", self.offer),
            Event(f"accept-{name}", self.accept, self.offer),
            Event(f"agreement-{name}", self.agreement),
        ]


def _base(**changes: object) -> Base:
    payment = {"method": ["bank_transfer", "card"], "due": "on_agreement", "payWithin": PAY_WITHIN}
    draft = altered({**offer_body()["draft"], "payment": payment}, changes)
    offered = from_vendor("offer", offer_body(draft=draft))
    accepted = from_customer("accept", accept_body(offered), created=NOW + 3_601)
    body = agreement_body(accepted, offered)
    agreed = from_vendor("agreement", body, seq=1, prev=offered.digest, created=AGREED_AT)
    return Base(offered, accepted, agreed)


@cache
def prepaid() -> Base:
    """An order that is paid for first."""
    return _base()


@cache
def sale() -> Base:
    """An order in which the vendor buys."""
    return _base(businessFunction="Buy")


@cache
def lease() -> Base:
    """An order of a thing that is leased, with a deposit."""
    return _base(businessFunction="LeaseOut", lease={"leaseLength": 14, "deposit": DEPOSIT})


INVOICED = Base(offer(), accept(), agreement())


class _Side:
    """Says things in the order of one author's numbers."""

    def __init__(self, vendor: bool, seq: int, base: Base) -> None:
        self.vendor, self.seq, self.base = vendor, seq, base
        self.found: dict[str, Event] = {}

    def say(
        self, label: str, kind: str, body: Body, *, inert: bool = False, header: Body | None = None
    ) -> bytes:
        write = from_vendor if self.vendor else from_customer
        told = {"created": AGREED_AT + 60 * self.seq, **(header or {})}
        whole = {"agreement": self.base.document, **body}
        message = _chained(write(kind, whole, **told), self.seq)
        self.seq += 1
        self.found[label] = Event(label, message, inert=inert)
        return message.digest

    def event(self, label: str, **body: Any) -> bytes:
        """An order event; its word is the label up to a dot."""
        word = label.partition(".")[0].replace("-", "_")
        inert, header = bool(body.pop("inert", False)), body.pop("header", None)
        happened = {"event": word, "at": CAME_AT, **body}
        return self.say(label, "order_event", happened, inert=inert, header=header)


@cache
def events() -> dict[str, Event]:
    """Every message by its label."""
    buyer, seller = _Side(False, 1, prepaid()), _Side(True, 2, prepaid())
    named = _buyer(buyer)
    _seller(seller, buyer, named)
    # A customer whose clock is a day late answers what it has seen.
    late: Body = {"created": AGREED_AT - DAY}
    seen = seller.found["payment-due"].message.digest
    seller.event("refunded.goodwill", amount=500, reason="goodwill")
    seller.event("delivered.before", at=AGREED_AT - 40 * DAY)
    buyer.event("payment-sent.late", amount=TOTAL, header=late)
    buyer.event("payment-sent.seen", amount=TOTAL, header={**late, "received": (seen,)})
    first = [
        Event("offer", INVOICED.offer),
        Event("accept", INVOICED.accept, INVOICED.offer),
        Event("agreement", INVOICED.agreement),
        *prepaid().events("prepaid"),
        *sale().events("sale"),
        *lease().events("lease"),
        Event("withdraw", _withdrawal()),
    ]
    found = {event.label: event for event in first} | buyer.found | seller.found
    return found | _invoice() | _sale() | _lease()


def _withdrawal() -> Inner:
    body = {"accept": prepaid().accept.digest, "reason": "unconfirmed"}
    return _chained(from_customer("withdraw_accept", body, created=AGREED_AT), 40)


def _invoice() -> dict[str, Event]:
    """Statements about the order that is paid for later."""
    buyer, seller = _Side(False, 20, INVOICED), _Side(True, 50, INVOICED)
    seller.event("shipped.invoice")
    due = {"amount": TOTAL, "instructions": [{"method": "invoice"}], "dueBy": CAME_AT + 14 * DAY}
    seller.event("payment-due.invoice", **due)
    buyer.event("received.invoice")
    buyer.say("cancel-buyer.invoice", "cancel", {"reason": "found_better"})
    return buyer.found | seller.found


def _sale() -> dict[str, Event]:
    """A customer sells: who says what is turned round."""
    seller, buyer = _Side(False, 24, sale()), _Side(True, 52, sale())
    due = {"amount": TOTAL, "instructions": WAYS[:1], "dueBy": DUE_BY}
    seller.event("payment-due.sale", **due)
    seller.event("shipped.sale", carrier="Post")
    seller.event("paid.sale", amount=TOTAL)
    seller.say("cancel-seller.sale", "cancel", {"reason": "unpaid"})
    seller.event("received.sale-customer")
    buyer.event("payment-sent.sale", amount=TOTAL)
    buyer.event("received.sale")
    buyer.say("cancel-buyer.sale", "cancel", {"reason": "changed_mind"})
    buyer.event("shipped.sale-vendor")
    return buyer.found | seller.found


def _lease() -> dict[str, Event]:
    buyer, seller = _Side(False, 29, lease()), _Side(True, 56, lease())
    seller.event("paid.lease", amount=TOTAL + DEPOSIT)
    seller.event("paid.lease-rent", amount=TOTAL)
    seller.event("delivered.lease")
    seller.event("collected.lease")
    seller.event("refunded.lease", amount=DEPOSIT, reason="returned")
    over = {"reason": "lease_over", "quantity": 2}
    digest = buyer.say("return-lease", "return_request", over)
    answer = {"request": digest, "accepted": True, "refund": 0}
    seller.say("accepts-lease", "return_answer", answer)
    seller.event("return-received.lease", of=digest)
    return buyer.found | seller.found


_ACCEPTED = {"accepted": True, "instructions": "Kesselweg 1\n10115 Berlin"}


def _buyer(say: _Side) -> dict[str, bytes]:
    found = {
        "cancel": say.say("cancel-buyer", "cancel", {"reason": "changed_mind"}),
        "again": say.say("cancel-buyer-again", "cancel", {"reason": "found_better"}),
    }
    say.event("payment-sent", amount=TOTAL, method="bank_transfer")
    say.event("received", note="All there.", inLanguage="en")
    request = {"reason": "defective", "quantity": 1}
    found["one"] = say.say("return-one", "return_request", request)
    found["other"] = say.say("return-other", "return_request", request)
    found["both"] = say.say(
        "return-both", "return_request", {"reason": "changed_mind", "quantity": 2}
    )
    say.event("return-sent.one", of=found["one"], carrier="Post", tracking="RR123456785DE")
    say.event("return-sent.both", of=found["both"])
    say.event("return-sent.unknown", of=fixed("digest of nothing"))
    say.event("not-received.unknown", of=fixed("digest of nothing"))
    # What only a seller says changes nothing.
    say.event("shipped.buyer")
    say.say("receipt.buyer", "receipt", _receipt())
    say.say(
        "accepts-one.buyer", "return_answer", {"request": found["one"], **_ACCEPTED, "refund": 1}
    )
    say.event("payment-sent.critical", amount=1, ext={"x": 1}, critical=["x"], inert=True)
    return found


def _receipt() -> Body:
    return {"number": "RF18-1", "amount": TOTAL, "paidAt": AGREED_AT + DAY}


def _seller(say: _Side, buyer: _Side, named: dict[str, bytes]) -> None:
    due = {"amount": TOTAL, "instructions": WAYS, "reference": "RF18539007547034"}
    say.event("payment-due", **due, dueBy=DUE_BY)
    say.event("processing")
    say.event("collected.first")
    say.event("pickup-ready")
    say.event("shipped", carrier="Post", tracking="00340434161094015902")
    say.event("in-transit")
    say.event("failed-attempt", reason="nobody_home")
    say.event("undeliverable", reason="bad_address")
    say.event("returned-to-sender", reason="not_collected")
    say.event("shipped.again")
    delivered = say.event("delivered")
    buyer.event("not-received", of=delivered)
    say.event("collected")
    say.event("delivered.again")
    say.event("paid", amount=TOTAL, method="bank_transfer")
    say.event("paid.part", amount=5_000)
    say.event("paid.rest", amount=TOTAL - 5_000)
    say.event("paid.more", amount=100)
    say.event("refunded", amount=TOTAL, reason="cancelled")
    say.event("refunded.part", amount=UNIT, reason="returned")
    say.event("refunded.more", amount=100, reason="overpaid")
    say.say("cancel-seller", "cancel", {"reason": "requested"})
    say.say("cancel-seller-again", "cancel", {"reason": "unpaid"})
    say.event("cancel-refused", of=named["cancel"], reason="made_to_order")
    say.event("cancel-refused.again", of=named["again"], reason="under_way")
    say.event("cancel-refused.unknown", of=fixed("digest of nothing"), reason="begun")
    refused = {"accepted": False, "reason": "used"}
    say.say("refuses-one", "return_answer", {"request": named["one"], **refused})
    say.say("accepts-one", "return_answer", {"request": named["one"], **_ACCEPTED, "refund": UNIT})
    say.say(
        "accepts-one-again", "return_answer", {"request": named["one"], **_ACCEPTED, "refund": 1}
    )
    say.say(
        "accepts-both", "return_answer", {"request": named["both"], **_ACCEPTED, "refund": TOTAL}
    )
    say.event("return-received.one", of=named["one"])
    say.event("return-received.both", of=named["both"])
    say.event("return-received.unknown", of=fixed("digest of nothing"))
    say.say("receipt", "receipt", _receipt())
    say.event("payment-due.later", **due, dueBy=DUE_BY + DAY)
    say.event("payment-due.early", **due, dueBy=DUE_BY - 1)
    cash = {**due, "instructions": [{"method": "cash"}]}
    say.event("payment-due.cash", **cash, dueBy=DUE_BY)
    say.event("payment-due.open", **due)
    # What only a buyer says.
    say.event("received.seller")
    say.say("cancel.seller", "cancel", {"reason": "changed_mind"})
    say.say("return.seller", "return_request", {"reason": "defective", "quantity": 1})
