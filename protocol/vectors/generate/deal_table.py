"""The state of a deal, read from the table of specs/04-negotiation.md.

The generator's own evaluator: it knows messages by what they are made of (`Inner`), not by
reading bytes, and follows the words of the specification one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .envelope_file import intent_envelope
from .messages import Inner, document_from, document_signature, grant, month_of
from .world import CUSTOMER, VENDOR, Body

FLAGS = ("agreement", "withdraw", "vdecline", "accept", "cdecline", "offer", "refused")
TABLE = (
    ("11*1***", "cancelled"),
    ("10*1***", "agreed"),
    ("0*11***", "declined"),
    ("0101***", "withdrawn"),
    ("0001***", "accepted"),
    ("000011*", "declined"),
    ("000001*", "offered"),
    ("0000001", "refused"),
)
STATES = (
    "none",
    "refused",
    "offered",
    "accepted",
    "agreed",
    "declined",
    "withdrawn",
    "cancelled",
)
MOVES = {
    ("vendor", "none"): {"offer", "decline"},
    ("vendor", "refused"): {"offer"},
    ("vendor", "offered"): {"offer", "answer", "decline"},
    ("vendor", "accepted"): {"agreement", "decline"},
    ("customer", "none"): {"sealed_intent"},
    ("customer", "refused"): {"sealed_intent"},
    ("customer", "offered"): {"sealed_intent", "accept", "decline", "question", "counter"},
    ("customer", "accepted"): {"withdraw_accept"},
}


@dataclass(frozen=True)
class Event:
    """A message with its label, the offer that an accept embeds, the accept in an agreement."""

    label: str
    message: Inner
    embedded: Inner | None = None
    inert: bool = False
    brings: Event | None = None


def state_of(events: Iterable[Event]) -> str:
    """The state of a set of messages."""
    flags = flags_of(list(events))
    pattern = "".join("1" if flags[name] else "0" for name in FLAGS)
    for row, state in TABLE:
        if all(want in ("*", have) for want, have in zip(row, pattern, strict=True)):
            return state
    return "none"


def flags_of(events: list[Event]) -> dict[str, bool]:
    """The seven flags of a set."""
    live = whole(events)
    offers = {event.message.digest for event in live if event.message.kind == "offer"}
    offers |= {event.embedded.digest for event in live if event.embedded}
    accept, agreement = chosen(live)
    vendors = _declined(live, VENDOR.public)
    declined_offers = offers & _declined(live, CUSTOMER.public)
    name = accept.message.digest if accept else b""
    return {
        "offer": bool(offers),
        "cdecline": bool(offers) and declined_offers == offers,
        "accept": accept is not None,
        "vdecline": name in vendors,
        "refused": intent_envelope().id in vendors,
        "agreement": agreement is not None,
        "withdraw": any(
            event.message.body["accept"] == name
            for event in live
            if event.message.kind == "withdraw_accept" and event.message.author is CUSTOMER
        ),
    }


def whole(events: list[Event]) -> list[Event]:
    """What counts of a set, with the accepts that only an agreement brings."""
    live = [event for event in events if not event.inert]
    known = {event.message.digest for event in live}
    brought = {event.brings.message.digest: event.brings for event in live if event.brings}
    return live + [accept for digest, accept in brought.items() if digest not in known]


def chosen(live: list[Event]) -> tuple[Event | None, Event | None]:
    """The accept that counts and the agreement, if there are any."""
    accepts = sorted((e for e in live if e.message.kind == "accept"), key=_rank)
    by_digest = {event.message.digest: event for event in accepts}
    for event in sorted((e for e in live if e.message.kind == "agreement"), key=_rank):
        accept = by_digest.get(event.message.body["accept"])
        if accept and _countersigns(event.message.body, accept):
            return accept, event
    return (accepts[0] if accepts else None), None


def _countersigns(body: Body, accept: Event) -> bool:
    asked = accept.message.body
    granted = grant(key=asked["feedbackKey"], month=month_of(asked["acceptedAt"]))
    right = {"signature": countersignature(accept), "feedbackGrant": granted}
    return all(body[name] == value for name, value in right.items())


def countersignature(accept: Event) -> bytes:
    """The vendor's right signature over the document of an accept."""
    if accept.embedded is None:
        raise ValueError("an accept embeds its offer")
    return document_signature(VENDOR, document_from(accept.message, accept.embedded))


def has_fault(events: list[Event]) -> bool:
    """Whether somebody told two stories, or did what excludes another thing it did."""
    numbers = [(event.message.author.public, event.message.seq) for event in events]
    agreement = chosen(whole(events))[1]
    both = agreement is not None and flags_of(events)["vdecline"]
    accepts = [event for event in whole(events) if event.message.kind == "accept"]
    return len(set(numbers)) < len(numbers) or len(accepts) > 1 or both


def _declined(live: list[Event], author: bytes) -> set[bytes]:
    return {
        event.message.body["of"]
        for event in live
        if event.message.kind == "decline" and event.message.author.public == author
    }


def _rank(event: Event) -> tuple[int, bytes]:
    return event.message.seq, event.message.digest
