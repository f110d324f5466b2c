"""Bodies of what follows an agreement: order events, cancel, returns, receipt.

Implements the messages of `specs/11-orders.md`. What a set of them amounts to is in `order`.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, TypeAlias, get_args

from msgspec import Meta

from vrmprotocol.body_checks import refuse
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import (
    Amount,
    Body,
    Bytes32,
    Language,
    PaymentMethod,
    Text64,
    Text128,
    Text256,
    Text500,
    Text1000,
    Time,
    Wire,
)

SellerEvent = Literal[
    "processing",
    "shipped",
    "in_transit",
    "pickup_ready",
    "collected",
    "failed_attempt",
    "delivered",
    "undeliverable",
    "returned_to_sender",
    "payment_due",
    "paid",
    "refunded",
    "cancel_refused",
    "return_received",
]
BuyerEvent = Literal["payment_sent", "received", "not_received", "return_sent"]
DeliveryReason = Literal[
    "nobody_home", "bad_address", "refused", "not_collected", "damaged", "lost", "unspecified"
]
RefundReason = Literal["cancelled", "returned", "overpaid", "goodwill", "unspecified"]
CancelRefusal = Literal["begun", "made_to_order", "under_way", "unspecified"]
BuyerCancelReason = Literal[
    "changed_mind", "found_better", "too_late", "ordered_twice", "cannot_pay", "unspecified"
]
SellerCancelReason = Literal[
    "requested",
    "unpaid",
    "out_of_stock",
    "cannot_deliver",
    "not_collected",
    "wrong_price",
    "unspecified",
]
ReturnReason = Literal[
    "defective",
    "not_as_described",
    "wrong_item",
    "incomplete",
    "changed_mind",
    "arrived_late",
    "lease_over",
    "unspecified",
]
ReturnRefusal = Literal["too_late", "used", "not_returnable", "not_ours", "unspecified"]
WINDOW_REASONS: frozenset[str] = frozenset({"changed_mind", "arrived_late", "unspecified"})
"""Reasons to give goods back that hold only for the days agreed."""

Side: TypeAlias = Literal["seller", "buyer"]

SELLER_EVENTS: frozenset[str] = frozenset(get_args(SellerEvent))
BUYER_EVENTS: frozenset[str] = frozenset(get_args(BuyerEvent))
BUYER_CANCEL_REASONS: frozenset[str] = frozenset(get_args(BuyerCancelReason))
SELLER_CANCEL_REASONS: frozenset[str] = frozenset(get_args(SellerCancelReason))

PositiveAmount = Annotated[int, Meta(ge=1, le=10**12)]


class Statement(Body, frozen=True, kw_only=True):
    """What every body of an order has; `agreement` is the digest of the agreement document."""

    agreement: Bytes32
    note: Text500 | None = None
    in_language: Language | None = None


class WayToPay(Wire, frozen=True, kw_only=True):
    """One way to pay the seller; `account` is an IBAN, for example. Nobody opens the url."""

    method: PaymentMethod
    payee: Text128 | None = None
    account: Text64 | None = None
    url: Text256 | None = None


class OrderEvent(Statement, frozen=True, kw_only=True):
    """Something happened, says its author; amounts are in the agreement's currency."""

    event: SellerEvent | BuyerEvent
    at: Time
    of: Bytes32 | None = None
    reason: DeliveryReason | RefundReason | CancelRefusal | None = None
    carrier: Text64 | None = None
    tracking: Text64 | None = None
    amount: PositiveAmount | None = None
    method: PaymentMethod | None = None
    due_by: Time | None = None
    reference: Text64 | None = None
    instructions: Annotated[tuple[WayToPay, ...], Meta(max_length=4)] = ()

    def __repr__(self) -> str:
        return f"OrderEvent(event={self.event}, at={self.at})"


class Cancel(Statement, frozen=True, kw_only=True):
    """The seller ends the order; the buyer asks for it."""

    reason: BuyerCancelReason | SellerCancelReason


class ReturnRequest(Statement, frozen=True, kw_only=True):
    """The buyer wants to give some of the pieces back."""

    reason: ReturnReason
    quantity: Annotated[int, Meta(ge=1, le=10_000)]


class ReturnAnswer(Statement, frozen=True, kw_only=True):
    """The seller takes goods back, and for what refund; or doesn't, and why."""

    request: Bytes32
    accepted: bool
    refund: Amount | None = None
    instructions: Text1000 | None = None
    reason: ReturnRefusal | None = None


class Receipt(Statement, frozen=True, kw_only=True):
    """The seller's receipt for money that came."""

    number: Text64
    amount: PositiveAmount
    tax_included: Amount | None = None
    tax_rate_ppm: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    paid_at: Time


OrderBody: TypeAlias = OrderEvent | Cancel | ReturnRequest | ReturnAnswer | Receipt

STRUCTS: dict[str, type[OrderBody]] = {
    "order_event": OrderEvent,
    "cancel": Cancel,
    "return_request": ReturnRequest,
    "return_answer": ReturnAnswer,
    "receipt": Receipt,
}


class Fields(NamedTuple):
    """Which fields an event has beside those that all have."""

    needed: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()


def _fields(needed: str = "", optional: str = "", reasons: object = None) -> Fields:
    words = frozenset(get_args(reasons)) if reasons is not None else frozenset()
    return Fields(frozenset(needed.split()), frozenset(optional.split()), words)


_PLAIN = _fields()
_CARRIED = _fields(optional="carrier tracking")
_FAILED = _fields("reason", reasons=DeliveryReason)
FIELDS: dict[str, Fields] = {
    "processing": _PLAIN,
    "shipped": _CARRIED,
    "in_transit": _CARRIED,
    "pickup_ready": _PLAIN,
    "collected": _PLAIN,
    "failed_attempt": _FAILED,
    "delivered": _PLAIN,
    "undeliverable": _FAILED,
    "returned_to_sender": _FAILED,
    "payment_due": _fields("amount instructions", "reference due_by"),
    "paid": _fields("amount", "method"),
    "refunded": _fields("amount reason", "method", RefundReason),
    "cancel_refused": _fields("of reason", reasons=CancelRefusal),
    "return_received": _fields("of"),
    "payment_sent": _fields("amount", "method"),
    "received": _PLAIN,
    "not_received": _fields("of"),
    "return_sent": _fields("of", "carrier tracking"),
}
_VARYING = (
    *("of", "reason", "carrier", "tracking"),
    *("amount", "method", "due_by", "reference", "instructions"),
)


def check(body: OrderBody) -> None:
    """Refuse what the tables of the spec forbid beyond types.

    Raises:
        RemoteError: `message.body`.
    """
    if body.in_language is not None and body.note is None:
        raise refuse("inLanguage", "none without a note")
    if isinstance(body, OrderEvent):
        _check_event(body)
    elif isinstance(body, ReturnAnswer):
        _check_answer(body)


# SPEC 11: The reader MUST refuse an order event that lacks a field of its row, or has one of
# another row, with `message.body`.
def _check_event(body: OrderEvent) -> None:
    row = FIELDS[body.event]
    for name in _VARYING:
        present = (
            bool(getattr(body, name))
            if name == "instructions"
            else (getattr(body, name) is not None)
        )
        if name in row.needed and not present:
            raise _beside(name, f"it with {body.event}")
        if present and name not in row.needed | row.optional:
            raise _beside(name, f"none with {body.event}")
    if body.reason is not None and body.reason not in row.reasons:
        raise refuse("reason", f"one of {body.event}")
    methods = [way.method for way in body.instructions]
    if len(set(methods)) != len(methods):
        raise refuse("instructions", "each method once")


# SPEC 11: The reader MUST refuse a return answer that lacks a field of its kind of answer, or has
# one of the other, with `message.body`.
def _check_answer(body: ReturnAnswer) -> None:
    if (body.refund is not None) != body.accepted:
        raise refuse("refund", "it exactly when accepted")
    if (body.reason is None) != body.accepted:
        raise refuse("reason", "it exactly when refused")
    if body.instructions is not None and not body.accepted:
        raise refuse("instructions", "none when refused")


def _beside(name: str, expected: str) -> RemoteError:
    return refuse("dueBy" if name == "due_by" else name, expected)


def written_by(body: OrderBody, side: Side) -> bool:
    """Whether the word and the reason of a body are those of a side."""
    seller = side == "seller"
    if isinstance(body, OrderEvent):
        return body.event in (SELLER_EVENTS if seller else BUYER_EVENTS)
    if isinstance(body, Cancel):
        return body.reason in (SELLER_CANCEL_REASONS if seller else BUYER_CANCEL_REASONS)
    return isinstance(body, ReturnRequest) != seller
