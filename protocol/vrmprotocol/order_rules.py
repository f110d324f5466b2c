"""The tables of an order: which flags give which status, who may say what in it, how often.

Implements the tables of `specs/11-orders.md`; `order` fills the flags.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

from vrmprotocol.errors import LocalError
from vrmprotocol.order_bodies import Side

DeliveryWord = Literal[
    "processing",
    "shipped",
    "in_transit",
    "pickup_ready",
    "collected",
    "failed_attempt",
    "delivered",
    "undeliverable",
    "returned_to_sender",
]
Status = Literal[
    "placed",
    "payment_due",
    "processing",
    "shipped",
    "in_transit",
    "pickup_ready",
    "collected",
    "failed_attempt",
    "undeliverable",
    "returned_to_sender",
    "delivered",
    "problem",
    "cancelling",
    "cancelled",
    "returned",
]
PaymentStatus: TypeAlias = Literal[
    "none", "due", "sent", "partly_paid", "paid", "refund_due", "refunded"
]

DELIVERY_WORDS: tuple[DeliveryWord, ...] = get_args(DeliveryWord)
STATUSES: tuple[Status, ...] = get_args(Status)
PAYMENT_STATUSES: tuple[PaymentStatus, ...] = get_args(PaymentStatus)
UNDER_WAY: frozenset[str] = frozenset({"shipped", "in_transit", "failed_attempt", "delivered"})
"""After these words the goods have left the seller."""

ENDED: frozenset[Status] = frozenset({"cancelled", "returned"})
"""In these the buyer has no goods and expects none: they may be bought elsewhere."""


class Flags(NamedTuple):
    """What a set of messages says about an order; see the spec for the meaning of each."""

    void: bool
    ended: bool
    received: bool
    back: bool
    fetched: bool
    asked: bool
    gone: bool
    denied: bool
    word: bool
    unpaid: bool


class Rule(NamedTuple):
    """A row of the table of statuses; None stands for either value.

    `status` None: the last delivery word is the status.
    """

    void: bool | None
    ended: bool | None
    received: bool | None
    back: bool | None
    fetched: bool | None
    asked: bool | None
    gone: bool | None
    denied: bool | None
    word: bool | None
    unpaid: bool | None
    status: Status | None

    def fits(self, flags: Flags) -> bool:
        """Whether the flags are those of this row."""
        return all(want is None or want == flag for want, flag in zip(self, flags, strict=False))


_: None = None
# fmt: off
RULES: tuple[Rule, ...] = (
    #    void   ended  received back  fetched asked gone  denied word  unpaid
    Rule(True,  _,     _,     _,     _,     _,     _,     _,     _,     _,     "cancelled"),
    Rule(False, True,  False, _,     _,     _,     _,     _,     _,     _,     "cancelled"),
    Rule(False, _,     _,     True,  _,     _,     _,     _,     _,     _,     "returned"),
    Rule(False, _,     _,     False, True,  _,     _,     _,     _,     _,     "collected"),
    Rule(False, _,     True,  False, False, _,     _,     _,     _,     _,     "delivered"),
    Rule(False, False, False, False, False, True,  False, _,     _,     _,     "cancelling"),
    Rule(False, False, False, False, False, _,     False, True,  True,  _,     "problem"),
    Rule(False, False, False, False, False, _,     _,     False, True,  _,     None),
    Rule(False, False, False, False, False, False, False, False, False, True,  "payment_due"),
    Rule(_,     _,     _,     _,     _,     _,     _,     _,     _,     _,     "placed"),
)
# fmt: on


# SPEC 11: The reader MUST take the status of an order from the first row of the table that fits the
# flags.
def status_of(flags: Flags, word: DeliveryWord | None) -> Status:
    """The status that the table gives; `word` is the last delivery word."""
    status = next(rule.status for rule in RULES if rule.fits(flags))
    if status is not None:
        return status
    assert word is not None
    return word


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BEFORE = _words("processing shipped pickup_ready collected delivered cancel")
_MOVING = _words(
    "in_transit pickup_ready failed_attempt delivered undeliverable returned_to_sender cancel"
)
_STRANDED = _words("shipped pickup_ready delivered returned_to_sender cancel")
_CANCEL = _words("cancel")
_SELLER: dict[Status, frozenset[str]] = {
    "placed": _BEFORE,
    "payment_due": _BEFORE,
    "processing": _BEFORE,
    "shipped": _MOVING,
    "in_transit": _MOVING,
    "failed_attempt": _MOVING,
    "pickup_ready": _words("collected delivered returned_to_sender cancel"),
    "collected": _words(
        "processing shipped pickup_ready delivered cancel return_answer return_received"
    ),
    "undeliverable": _STRANDED,
    "returned_to_sender": _STRANDED,
    "delivered": _words("collected shipped return_answer return_received"),
    "problem": _words(
        "shipped in_transit pickup_ready delivered undeliverable returned_to_sender cancel"
    ),
    "cancelling": _words("shipped delivered cancel cancel_refused"),
    "cancelled": _words("shipped delivered"),
    "returned": frozenset(),
}
_BUYER: dict[Status, frozenset[str]] = {
    "placed": _CANCEL,
    "payment_due": _CANCEL,
    "processing": _CANCEL,
    "pickup_ready": _CANCEL,
    "collected": _CANCEL,
    "undeliverable": _CANCEL,
    "returned_to_sender": _CANCEL,
    "problem": _CANCEL,
    "delivered": _words("not_received return_request return_sent"),
}


def permitted(side: Side, status: Status) -> frozenset[str]:
    """The words that a side may say in a status: events, and kinds that are no event."""
    if side == "seller":
        words = _SELLER[status] | {"paid", "refunded", "receipt"}
        more = "payment_due"
    else:
        words = _BUYER.get(status, frozenset()) | {"payment_sent"}
        more = "received"
    return words if status in ENDED else words | {more}


# SPEC 11: The writer MUST refuse a command that the table of moves of an order doesn't allow with
# `order.illegal_move`, before anything is signed.
def check_move(side: Side, status: Status, word: str) -> None:
    """Refuse a command before anything is signed.

    Raises:
        LocalError: `order.illegal_move`.
    """
    allowed = permitted(side, status)
    if word not in allowed:
        raise LocalError(
            "order.illegal_move",
            f"expected one of {', '.join(sorted(allowed))} from the {side} while the order is "
            f"{status}, came {word}",
        )


MOST: dict[str, int] = {
    "order_event": 64,
    "cancel": 4,
    "return_request": 8,
    "return_answer": 16,
    "receipt": 16,
}
"""Messages of one kind that an order keeps of each side."""
