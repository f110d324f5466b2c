"""The messages that scripts about orders are made of, each with a label."""

from __future__ import annotations

from dataclasses import replace
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
from .mutation import put
from .primitives import fixed, sha256
from .world import DAY, NOW, Body

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
PREPAID = ("offer-prepaid", "accept-prepaid", "agreement-prepaid")
INVOICE = ("offer", "accept", "agreement")


def _chained(message: Inner, seq: int) -> Inner:
    prev = fixed(f"previous {message.author.public.hex()} {seq}") if seq else None
    return replace(message, seq=seq, prev=prev)


@cache
def prepaid() -> tuple[Inner, Inner, Inner]:
    """Offer, accept and agreement of an order that is paid for first."""
    payment = {"method": ["bank_transfer", "card"], "due": "on_agreement", "payWithin": PAY_WITHIN}
    draft = put(offer_body()["draft"], "payment", payment)
    offered = from_vendor("offer", offer_body(draft=draft))
    accepted = from_customer("accept", accept_body(offered), created=NOW + 3_601)
    body = agreement_body(accepted, offered)
    agreed = from_vendor("agreement", body, seq=1, prev=offered.digest, created=AGREED_AT)
    return offered, accepted, agreed


def document_digest(accepted: Inner, offered: Inner) -> bytes:
    """The digest that every message of an order names."""
    return sha256(b"vrm/1 agreement\0", pack(document_from(accepted, offered)))


@cache
def document() -> bytes:
    """The digest of the prepaid order's document."""
    offered, accepted, _ = prepaid()
    return document_digest(accepted, offered)


class _Side:
    """Says things in the order of one author's numbers."""

    def __init__(self, vendor: bool, seq: int) -> None:
        self.vendor, self.seq, self.found = vendor, seq, dict[str, Event]()

    def say(self, label: str, kind: str, body: Body, *, inert: bool = False) -> bytes:
        write = from_vendor if self.vendor else from_customer
        created = AGREED_AT + 60 * self.seq
        message = _chained(
            write(kind, {"agreement": document(), **body}, created=created), self.seq
        )
        self.seq += 1
        self.found[label] = Event(label, message, inert=inert)
        return message.digest

    def event(self, label: str, **body: Any) -> bytes:
        """An order event; its word is the label up to a dot."""
        word = label.partition(".")[0].replace("-", "_")
        inert = bool(body.pop("inert", False))
        happened = {"event": word, "at": CAME_AT, **body}
        return self.say(label, "order_event", happened, inert=inert)


@cache
def events() -> dict[str, Event]:
    """Every message by its label."""
    offered, accepted, agreed = prepaid()
    customer, vendor = _Side(False, 1), _Side(True, 2)
    named = _customer(customer)
    _vendor(vendor, customer, named)
    void = {"accept": accepted.digest, "reason": "unconfirmed"}
    customer.say("withdraw", "withdraw_accept", {}, inert=True)
    withdrawal = replace(customer.found["withdraw"].message, body=void)
    first = [
        Event("offer", offer()),
        Event("accept", accept(), offer()),
        Event("agreement", agreement()),
        Event("offer-prepaid", offered),
        Event("accept-prepaid", accepted, offered),
        Event("agreement-prepaid", agreed),
    ]
    found = {event.label: event for event in first} | customer.found | vendor.found
    found["withdraw"] = Event("withdraw", withdrawal)
    for label in ("shipped", "received", "cancel-customer", "payment-due"):
        found[f"{label}.invoice"] = _of_invoice(found[label])
    return found


def _of_invoice(event: Event) -> Event:
    """The same statement about the order of the other document."""
    body = {**event.message.body, "agreement": document_digest(accept(), offer())}
    label = f"{event.label}.invoice"
    return Event(label, replace(event.message, body=body), inert=event.inert)


def _customer(say: _Side) -> dict[str, bytes]:
    found = {
        "cancel": say.say("cancel-customer", "cancel", {"reason": "changed_mind"}),
        "again": say.say("cancel-customer-again", "cancel", {"reason": "found_better"}),
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
    # What only a vendor says is refused, and changes nothing.
    say.event("shipped.customer", inert=True)
    say.say("receipt.customer", "receipt", _receipt(), inert=True)
    say.event("payment-sent.critical", amount=1, ext={"x": 1}, critical=["x"], inert=True)
    return found


def _receipt() -> Body:
    return {"number": "RF18-1", "amount": TOTAL, "paidAt": AGREED_AT + DAY}


def _vendor(say: _Side, customer: _Side, named: dict[str, bytes]) -> None:
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
    customer.event("not-received", of=delivered)
    say.event("collected")
    say.event("delivered.again")
    say.event("paid", amount=TOTAL, method="bank_transfer")
    say.event("paid.part", amount=5_000)
    say.event("paid.rest", amount=TOTAL - 5_000)
    say.event("paid.more", amount=100)
    say.event("refunded", amount=TOTAL, reason="cancelled")
    say.event("refunded.part", amount=UNIT, reason="returned")
    say.event("refunded.more", amount=100, reason="overpaid")
    say.say("cancel-vendor", "cancel", {"reason": "requested"})
    say.say("cancel-vendor-again", "cancel", {"reason": "unpaid"})
    say.event("cancel-refused", of=named["cancel"], reason="made_to_order")
    say.event("cancel-refused.again", of=named["again"], reason="under_way")
    say.event("cancel-refused.unknown", of=fixed("digest of nothing"), reason="begun")
    accepted = {"accepted": True, "instructions": "Kesselweg 1\n10115 Berlin"}
    refused = {"accepted": False, "reason": "used"}
    say.say("refuses-one", "return_answer", {"request": named["one"], **refused})
    say.say("accepts-one", "return_answer", {"request": named["one"], **accepted, "refund": UNIT})
    say.say(
        "accepts-one-again", "return_answer", {"request": named["one"], **accepted, "refund": 1}
    )
    say.say(
        "accepts-both", "return_answer", {"request": named["both"], **accepted, "refund": TOTAL}
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
    # What only a customer says.
    say.event("received.vendor", inert=True)
    say.say("cancel.vendor", "cancel", {"reason": "changed_mind"}, inert=True)
