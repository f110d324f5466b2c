"""What is counted about a vendor, from one's own deals and from what others say, and what it shows.

Each count stands with what it was counted from and with its limits; nothing here makes one number
of several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from vrmnode.customer.opinion import EXPERIENCES
from vrmprotocol.feedback import Feedback
from vrmprotocol.order import Order
from vrmprotocol.order_bodies import Cancel
from vrmprotocol.rights import Request

MOST_EVIDENCE = 200
"""Ids that stand with a count, the first ones."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a count shows, and what it doesn't."""

    shows: str
    leaves_open: str


@dataclass(frozen=True, slots=True)
class Count:
    """How often something was so; `evidence` are the ids (hex) of what was counted."""

    name: str
    evidence: tuple[str, ...]
    limits: Limits


OWN: Mapping[str, Limits] = {
    "agreed": Limits(
        "your node has an agreement signed by this vendor for each",
        "that it was kept to",
    ),
    "delivered_on_time": Limits(
        "you said that it came by the day of the agreement, or the vendor did and you didn't deny",
        "when it came: the time is what one of you said",
    ),
    "delivered_late": Limits(
        "it came after the day of the agreement, by what you said, or the vendor",
        "whose fault that was: a carrier's delay counts, too",
    ),
    "not_delivered": Limits(
        "the day of the agreement is over, and neither of you said that it came",
        "that it didn't come: somebody may have forgotten to say so",
    ),
    "cancelled_by_vendor": Limits(
        "the vendor's signed cancel, for another reason than your wish", "whether it had to"
    ),
    "cancelled_by_customer": Limits(
        "your withdrawal, or the vendor's cancel at your wish", "why you wished it"
    ),
    "breaches": Limits(
        "a message signed by the vendor goes beyond the agreement that it signed",
        "what happened outside this network, where nobody signs",
    ),
    "suspicions": Limits(
        "somebody else wrote to a key that you gave to this vendor alone",
        "that the vendor gave it away: it may have been stolen",
    ),
    "rights_open": Limits(
        "you asked for a right, and nothing came back yet; there is time left",
        "whether it was read: a vendor's node may be away",
    ),
    "rights_in_progress": Limits(
        "the vendor signed that it works on your request, and by when it will have answered",
        "whether it does",
    ),
    "rights_fulfilled": Limits(
        "the vendor signed its answer to your request",
        "that the answer is whole, or that nothing else is held: that is its word",
    ),
    "rights_denied": Limits(
        "the vendor signed that it denies your request, and why", "whether it may"
    ),
    "rights_expired": Limits(
        "the time to answer your request is over, and no answer has come",
        "that there is none: it may be on its way",
    ),
    "rights_answered_in_time": Limits(
        "of those fulfilled or denied, the answer is dated before its time was over",
        "when it was made: the time is what the vendor says",
    ),
}
SAID = Limits(
    "as many keys said so to which the vendor attests an agreement",
    "that it is true, that they are as many people, and that they bought anything: a vendor can"
    " attest purchases by itself, and buy to speak ill of another",
)

CancelledBy = Literal["customer", "vendor"]


def cancelled_by(order: Order) -> CancelledBy | None:
    """Who brought it about that a vendor's order is over without goods; None if nobody did."""
    if order.flags.void:
        return "customer"
    said = order.cancel
    if said is None:
        return None
    by_vendor = order.side_of("vendor") == said.side
    asked = isinstance(said.body, Cancel) and said.body.reason == "requested"
    return "vendor" if by_vendor != asked else "customer"


def delivery(order: Order, now: int) -> str | None:
    """Which of the counts of deliveries an order belongs to; None if no day was agreed or is due.

    `now` is Unix seconds.
    """
    latest = order.draft.delivery_latest
    if latest is None or cancelled_by(order) is not None:
        return None
    came = order.came_at
    if came is None:
        return "not_delivered" if now > latest else None
    return "delivered_on_time" if came <= latest else "delivered_late"


def of_own(
    orders: Mapping[str, Order],
    breaches: Iterable[str],
    suspicions: Iterable[str],
    requests: Iterable[Request],
    now: int,
) -> list[Count]:
    """What one's own deals with a vendor come to, by their ids; `breaches` by those of records."""
    found: dict[str, list[str]] = {name: [] for name in OWN}
    for deal, order in orders.items():
        found["agreed"].append(deal)
        by, came = cancelled_by(order), delivery(order, now)
        if by is not None:
            found[f"cancelled_by_{by}"].append(deal)
        if came is not None:
            found[came].append(deal)
    found["breaches"] += breaches
    found["suspicions"] += suspicions
    for one in requests:
        found[f"rights_{one.shown_as(now)}"].append(one.digest.hex())
        if one.answered_at is not None and one.answered_at <= one.answer_by:
            found["rights_answered_in_time"].append(one.digest.hex())
    return [Count(name, tuple(ids), OWN[name]) for name, ids in found.items()]


def of_others(said: Mapping[str, Feedback]) -> list[Count]:
    """What others say about a vendor, by the keys of their feedback; what was taken back isn't."""
    standing = {key: body for key, body in said.items() if not body.is_empty}
    found = {"feedback": list(standing)}
    for name, words in EXPERIENCES.items():
        for word in words:
            found[f"{name}_{word}"] = [
                key
                for key, body in standing.items()
                if getattr(body.experience, name, None) == word
            ]
    return [Count(name, tuple(keys), SAID) for name, keys in found.items()]
