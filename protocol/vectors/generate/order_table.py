"""The state of an order, read from the tables of specs/11-orders.md.

The generator's own evaluator, as `deal_table` is for deals: it knows messages by what they are
made of and follows the words of the specification one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .canonical import pack
from .deal_table import Event, chosen
from .deal_table import state_of as deal_state
from .messages import document_from
from .order_duties import order_duties
from .primitives import sha256
from .world import CUSTOMER, Body

DELIVERY = (
    *("processing", "shipped", "in_transit", "pickup_ready", "collected", "failed_attempt"),
    *("delivered", "undeliverable", "returned_to_sender"),
)
LEFT = ("shipped", "in_transit", "failed_attempt", "delivered")
EVENTS = {
    "seller": (
        *DELIVERY,
        *("payment_due", "paid", "refunded", "cancel_refused", "return_received"),
    ),
    "buyer": ("payment_sent", "received", "not_received", "return_sent"),
}
KINDS = ("order_event", "cancel", "return_request", "return_answer", "receipt")
WORDS = (*EVENTS["seller"], *EVENTS["buyer"], *KINDS[1:])
CANCEL_REASONS = {
    "buyer": (
        *("changed_mind", "found_better", "too_late", "ordered_twice", "cannot_pay"),
        "unspecified",
    ),
    "seller": (
        *("requested", "unpaid", "out_of_stock", "cannot_deliver", "not_collected"),
        *("wrong_price", "unspecified"),
    ),
}
#         void ended received back fetched asked gone denied word unpaid
TABLE = (
    ("1*********", "cancelled"),
    ("010*******", "cancelled"),
    ("0**1******", "returned"),
    ("0**01*****", "collected"),
    ("0*100*****", "delivered"),
    ("0000010***", "cancelling"),
    ("00000*011*", "problem"),
    ("00000**01*", "WORD"),
    ("0000000001", "payment_due"),
)
STATUSES = (
    *("placed", "payment_due", "processing", "shipped", "in_transit", "pickup_ready"),
    *("collected", "failed_attempt", "undeliverable", "returned_to_sender", "delivered"),
    *("problem", "cancelling", "cancelled", "returned"),
)


def _moves() -> dict[tuple[str, str], set[str]]:
    """The table of moves, by side and status."""
    lines = (
        ("placed payment_due processing", "processing shipped pickup_ready collected delivered "
         "cancel", "cancel"),
        ("shipped in_transit failed_attempt", "in_transit pickup_ready failed_attempt delivered "
         "undeliverable returned_to_sender cancel", ""),
        ("pickup_ready", "collected delivered returned_to_sender cancel", "cancel"),
        ("collected", "processing shipped pickup_ready delivered cancel return_answer "
         "return_received", "cancel"),
        ("undeliverable returned_to_sender", "shipped pickup_ready delivered returned_to_sender "
         "cancel", "cancel"),
        ("delivered", "collected shipped return_answer return_received",
         "not_received return_request return_sent"),
        ("problem", "shipped in_transit pickup_ready delivered undeliverable returned_to_sender "
         "cancel", "cancel"),
        ("cancelling", "shipped delivered cancel cancel_refused", ""),
        ("cancelled", "shipped delivered", ""),
        ("returned", "", ""),
    )  # fmt: skip
    found: dict[tuple[str, str], set[str]] = {}
    for statuses, seller, buyer in lines:
        for status in statuses.split():
            found["seller", status] = {*seller.split(), "paid", "refunded", "receipt"}
            found["buyer", status] = {*buyer.split(), "payment_sent"}
            if status not in ("cancelled", "returned"):
                found["seller", status].add("payment_due")
                found["buyer", status].add("received")
    return found


MOVES = _moves()


@dataclass(frozen=True)
class State:
    """What a set of messages says about its order."""

    status: str
    payment: str
    owed: int
    came: int
    went: int
    due_by: int | None
    returns: list[Body]
    timeline: list[str]
    duties: list[Body]


def state_of(events: Iterable[Event]) -> State | None:
    """The state of the order; None without an agreement."""
    live = [event for event in events if not event.inert]
    accept, agreed = chosen(live)
    if agreed is None or accept is None or accept.embedded is None:
        return None
    document = sha256(b"vrm/1 agreement\0", pack(document_from(accept.message, accept.embedded)))
    unique = {event.message.digest: event for event in live}
    counting = [
        event
        for event in sorted(unique.values(), key=lambda e: (e.message.seq, e.message.digest))
        if event.message.kind in KINDS and event.message.body["agreement"] == document
    ]
    draft = accept.embedded.body["draft"]
    counting = [event for event in counting if _side_of(event, draft) in _may_say(event)]
    void = deal_state(live) == "cancelled"
    told = [agreed, *counting, *_withdrawals(live, accept)]
    state = _state(counting, draft, void=void)
    duties = order_duties(state, counting, draft, agreed.message.created)
    return replace(state, timeline=_timeline(told, draft), duties=duties)


def _withdrawals(live: Sequence[Event], accept: Event) -> list[Event]:
    return [
        event
        for event in live
        if event.message.kind == "withdraw_accept"
        and event.message.body["accept"] == accept.message.digest
    ][:1]


def _timeline(told: Sequence[Event], draft: Body) -> list[str]:
    """The labels in the order in which both sides show them."""
    ordered = sorted(told, key=lambda e: (e.message.seq, e.message.digest))
    left = {side: [e for e in ordered if _side_of(e, draft) == side] for side in EVENTS}
    seen: dict[str, set[bytes]] = {"buyer": set(), "seller": set()}
    found = []
    while left["buyer"] and left["seller"]:
        waits = {}
        for side, other in (("buyer", "seller"), ("seller", "buyer")):
            known = seen[side] | set(left[side][0].message.received)
            waits[side] = any(e.message.digest in known for e in left[other])
        first = min(("buyer", "seller"), key=lambda side: (waits[side], _created(left[side])))
        event = left[first].pop(0)
        seen[first] |= set(event.message.received)
        found.append(event.label)
    return [*found, *(e.label for side in ("buyer", "seller") for e in left[side])]


def _created(queue: Sequence[Event]) -> int:
    return queue[0].message.created


def _side_of(event: Event, draft: Body) -> str:
    customers = "seller" if draft["businessFunction"] == "Buy" else "buyer"
    others = {"seller": "buyer", "buyer": "seller"}[customers]
    return customers if event.message.author is CUSTOMER else others


def _may_say(event: Event) -> set[str]:
    """The sides whose word and reason a message has."""
    body, kind = event.message.body, event.message.kind
    if kind == "order_event":
        return {side for side, words in EVENTS.items() if body["event"] in words}
    if kind == "cancel":
        return {side for side, words in CANCEL_REASONS.items() if body["reason"] in words}
    return {"buyer"} if kind == "return_request" else {"seller"}


def _state(counting: Sequence[Event], draft: Body, *, void: bool) -> State:
    deliveries = _events(counting, *DELIVERY)
    word = deliveries[-1].message.body["event"] if deliveries else ""
    cancels = [e for e in counting if e.message.kind == "cancel"]
    ended = any(_side_of(e, draft) == "seller" for e in cancels)
    refused = {e.message.body["of"] for e in _events(counting, "cancel_refused")}
    asked = any(_side_of(e, draft) == "buyer" and e.message.digest not in refused for e in cancels)
    received = bool(_events(counting, "received"))
    returns = _returns(counting, draft["eligibleQuantity"])
    back = [one for one in returns if one["status"] == "received"]
    total = draft["priceSpecification"]["total"]
    presents = [e.message.body for e in _events(counting, "refunded")]
    goodwill = sum(body["amount"] for body in presents if body["reason"] == "goodwill")
    owed = max(0, total - sum(one["refund"] for one in back) - goodwill)
    all_back = sum(one["quantity"] for one in back) == draft["eligibleQuantity"]
    fetched = word == "collected" and any(e.message.body["event"] in LEFT for e in deliveries)
    if not (all_back or fetched):
        owed += draft.get("lease", {}).get("deposit", 0)
    if void or (ended and not received):
        owed = 0
    payment, came, went = _payment(counting, owed)
    denials = {e.message.body["of"] for e in _events(counting, "not_received")}
    denied = word == "delivered" and deliveries[-1].message.digest in denials
    flags = (
        void,
        ended,
        received,
        all_back,
        fetched,
        asked,
        word in LEFT and not denied,
        denied,
        word != "",
        draft["payment"]["due"] == "on_agreement"
        and payment in ("none", "due", "sent", "partly_paid")
        and owed > 0,
    )
    dues = _events(counting, "payment_due")
    due_by = dues[-1].message.body.get("dueBy") if dues else None
    status = _status(flags, word)
    return State(status, payment, owed, came, went, due_by, returns, [], [])


def _status(flags: Sequence[bool], word: str) -> str:
    pattern = "".join("1" if flag else "0" for flag in flags)
    for row, status in TABLE:
        if all(want in ("*", have) for want, have in zip(row, pattern, strict=True)):
            return word if status == "WORD" else status
    return "placed"


def _events(counting: Sequence[Event], *words: str) -> list[Event]:
    return [
        event
        for event in counting
        if event.message.kind == "order_event" and event.message.body["event"] in words
    ]


def _payment(counting: Sequence[Event], owed: int) -> tuple[str, int, int]:
    came = sum(e.message.body["amount"] for e in _events(counting, "paid"))
    went = sum(e.message.body["amount"] for e in _events(counting, "refunded"))
    if came - went > owed:
        return "refund_due", came, went
    if went > 0:
        return "refunded", came, went
    if came > 0:
        return ("paid" if came >= owed else "partly_paid"), came, went
    if _events(counting, "payment_sent"):
        return "sent", came, went
    if _events(counting, "payment_due") and owed > 0:
        return "due", came, went
    return "none", came, went


def _returns(counting: Sequence[Event], agreed: int) -> list[Body]:
    found: list[Body] = []
    taken = 0
    sent = {e.message.body["of"] for e in _events(counting, "return_sent")}
    here = {e.message.body["of"] for e in _events(counting, "return_received")}
    for request in (e.message for e in counting if e.message.kind == "return_request"):
        if taken + request.body["quantity"] > agreed:
            continue
        answers = [
            e.message.body
            for e in counting
            if e.message.kind == "return_answer" and e.message.body["request"] == request.digest
        ]
        yes = [answer for answer in answers if answer["accepted"]]
        status = "requested"
        if request.digest in here:
            status = "received"
        elif yes:
            status = "sent" if request.digest in sent else "accepted"
        elif answers:
            status = "refused"
        if status != "refused":
            taken += request.body["quantity"]
        refund = yes[0]["refund"] if yes else 0
        one = {"quantity": request.body["quantity"], "status": status, "refund": refund}
        found.append(one)
    return found
