"""What a side may say about an order now: its status, what is named, times and limits.

Implements `specs/11-orders.md#moves`, `#times` and `#limits` for the writer. Time decides what may
be signed, never what an order is.
"""

from __future__ import annotations

from vrmprotocol.draft import Draft
from vrmprotocol.errors import LocalError
from vrmprotocol.moments import in_words
from vrmprotocol.negotiation import Role
from vrmprotocol.order import Order
from vrmprotocol.order_bodies import (
    BUYER_CANCEL_REASONS,
    SELLER_CANCEL_REASONS,
    STRUCTS,
    WINDOW_REASONS,
    Cancel,
    OrderBody,
    OrderEvent,
    ReturnAnswer,
    ReturnRequest,
    Side,
    written_by,
)
from vrmprotocol.order_rules import MOST, check_move, permitted
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_roster import levels_of

DAY_S = 86_400
KEPT_DAYS = 90
MOST_KEPT_DAYS = 3_650
_KINDS = {struct: kind for kind, struct in STRUCTS.items()}


def word_of(body: OrderBody) -> str:
    """The word of the table of moves that a body says: the event, or else the kind."""
    return body.event if isinstance(body, OrderEvent) else _KINDS[type(body)]


def check(order: Order, role: Role, body: OrderBody, *, now: int) -> None:
    """Refuse a statement that the state of the order, its limits or the time don't allow.

    Raises:
        LocalError: `order.illegal_move`, `order.too_early`, `order.too_late`.
    """
    # SPEC 11: The writer MUST name the agreement document that counts in every message of an order.
    if body.agreement != order.document:
        raise LocalError("order.illegal_move", "agreement: expected that of the deal, came another")
    side = order.side_of(role)
    if not written_by(body, side):
        expected, came = _of_side(body, side)
        raise LocalError("order.illegal_move", f"expected {expected} of the {side}, came {came}")
    check_move(side, order.status, word_of(body))
    _check_named(order, body)
    _check_most(order, side, _KINDS[type(body)])
    if isinstance(body, OrderEvent) and body.event == "payment_due":
        _check_payment_due(order, body)
    elif isinstance(body, Cancel) and body.reason == "unpaid":
        check_unpaid(order, now)
    elif isinstance(body, ReturnRequest):
        _check_return(order, body, now)


def _of_side(body: OrderBody, side: Side) -> tuple[str, str]:
    """What a side could have said, and what it said."""
    if isinstance(body, Cancel):
        reasons = SELLER_CANCEL_REASONS if side == "seller" else BUYER_CANCEL_REASONS
        return f"a reason ({', '.join(sorted(reasons))})", body.reason
    return "a word", word_of(body)


# SPEC 11: The writer MUST refuse to name in `of` or `request` a message that isn't there, or that
# its word isn't about, with `order.illegal_move`.
def _check_named(order: Order, body: OrderBody) -> None:
    named = body.request if isinstance(body, ReturnAnswer) else getattr(body, "of", None)
    if named is None:
        return
    word = word_of(body)
    if named not in nameable(order, word):
        raise LocalError(
            "order.illegal_move", f"expected a message that {word} can be about, came another"
        )


def can_say(order: Order, role: Role) -> tuple[str, ...]:
    """The words that a role may say now, if what they need is there, in alphabetical order."""
    words = permitted(order.side_of(role), order.status)
    naming = {word for word in words if word in _NAMING and not nameable(order, word)}
    if _left_to_return(order) < 1:
        naming.add("return_request")
    return tuple(sorted(words - naming))


_NAMING = frozenset(
    {"cancel_refused", "not_received", "return_answer", "return_sent", "return_received"}
)


def nameable(order: Order, word: str) -> tuple[bytes, ...]:
    """The digests of the messages that a word can be about now."""
    if word == "cancel_refused":
        return () if order.asked is None else (order.asked.digest,)
    if word == "not_received":
        denied = order.delivered if order.received is None else None
        return () if denied is None else (denied.digest,)
    wanted = {
        "return_answer": ("requested", "refused"),
        "return_sent": ("accepted",),
        "return_received": ("accepted", "sent"),
    }.get(word, ())
    return tuple(one.request.digest for one in order.returns if one.status in wanted)


# SPEC 11: The writer MUST NOT send more messages of an order of one kind than the table of limits
# says.
def _check_most(order: Order, side: Side, kind: str) -> None:
    most = MOST[kind]
    if len(order.spoken(side, kind)) >= most:
        raise LocalError("order.illegal_move", f"expected at most {most} {kind} of the {side}")


def earliest_due(order: Order) -> int:
    """The earliest time until which the seller may want its money (Unix seconds)."""
    return order.agreed_at + (order.draft.payment.pay_within or 0)


def _check_payment_due(order: Order, body: OrderEvent) -> None:
    # SPEC 11: The writer MUST ask for payment only by methods that the agreement names.
    agreed = order.draft.payment.method
    for way in body.instructions:
        if way.method not in agreed:
            raise LocalError(
                "order.illegal_move",
                f"expected a method of the agreement ({', '.join(agreed)}), came {way.method}",
            )
    # SPEC 11: The writer MUST NOT set a `dueBy` that is earlier than `created` of the agreement
    # message plus `payWithin`.
    earliest = earliest_due(order)
    if body.due_by is not None and body.due_by < earliest:
        raise LocalError(
            "order.too_early",
            f"dueBy: expected {in_words(earliest)} or later, came {in_words(body.due_by)}",
        )


# SPEC 11: The writer MUST refuse to cancel an order as `unpaid` until the `dueBy` of its last
# `payment_due` is over, or without one, with `order.too_early`.
def check_unpaid(order: Order, now: int) -> None:
    """Refuse to cancel as unpaid while the buyer may still pay.

    Raises:
        LocalError: `order.too_early`.
    """
    due_by = None if order.payment.due is None else order.payment.due.due_by
    if due_by is None:
        raise LocalError("order.too_early", "expected a payment_due with dueBy, came none")
    if now <= due_by:
        raise LocalError(
            "order.too_early", f"expected to wait until {in_words(due_by)}, came {in_words(now)}"
        )


def return_until(order: Order) -> int | None:
    """Until when goods may be given back for any reason (Unix seconds); None: they haven't come."""
    return None if order.came_at is None else return_window_end(order.draft, order.came_at)


def return_window_end(draft: Draft, came_at: int) -> int:
    """The same, for goods that came at that time."""
    return came_at + draft.returns.days * DAY_S


# SPEC 11: The writer MUST refuse a return request for `changed_mind`, `arrived_late` or
# `unspecified` more than `returns.days` days after the goods came with `order.too_late`.
def _check_return(order: Order, body: ReturnRequest, now: int) -> None:
    until = return_until(order)
    if until is not None and now > until and body.reason in WINDOW_REASONS:
        raise LocalError(
            "order.too_late", f"expected a request by {in_words(until)}, came {in_words(now)}"
        )
    left = _left_to_return(order)
    if left < 1:
        raise LocalError(
            "order.illegal_move",
            "expected goods to give back, came an order of which all is asked for",
        )
    if body.quantity > left:
        raise LocalError(
            "order.illegal_move", f"quantity: expected at most {left}, came {body.quantity}"
        )


def _left_to_return(order: Order) -> int:
    taken = sum(one.quantity for one in order.returns if one.status != "refused")
    return order.draft.eligible_quantity - taken


def spoken_until(draft: Draft, last: int) -> int:
    """Until when an order is spoken of, after its last message at `last` (Unix seconds)."""
    days = KEPT_DAYS + draft.returns.days
    days += 0 if draft.lease is None else draft.lease.lease_length
    return max(last, draft.delivery_latest or 0) + days * DAY_S


# SPEC 11: The node MUST keep the reply key of an agreed deal, unless it deletes what was disclosed,
# and watch its tags for 90 days, `returns.days` and `leaseLength` days after the later of its last
# message and `deliveryLatest`, or for `retentionOrder` days but at most 3,650 if that is longer.
def keep_until(draft: Draft, last: int) -> int:
    """Until when both sides listen: as long as the vendor may keep data of the order."""
    kept = 0 if unknown(draft.choice) else levels_of(draft.terms, draft.addendum)["retentionOrder"]
    assert isinstance(kept, int)
    listened = max(last, draft.delivery_latest or 0) + min(kept, MOST_KEPT_DAYS) * DAY_S
    return max(spoken_until(draft, last), listened)
