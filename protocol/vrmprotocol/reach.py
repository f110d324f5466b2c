"""What a vendor may write first, and which notes are within that: a function of messages.

Implements `specs/09-relationship.md#reach` and `#note`. The customer's last word about a channel
and a purpose counts; without one the terms of the agreement do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from vrmprotocol import agreement as agreements
from vrmprotocol.draft import Draft
from vrmprotocol.errors import LocalError
from vrmprotocol.inner import SignedMessage
from vrmprotocol.mail import Offer
from vrmprotocol.negotiation import DealState, Message
from vrmprotocol.order import Order
from vrmprotocol.reach_bodies import (
    CHANNELS,
    PURPOSES,
    Channel,
    Grant,
    Note,
    NoteRefusal,
    Purpose,
    Reach,
    Refused,
)
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_roster import levels_of

ReachStatus: TypeAlias = Literal["granted", "paused", "revoked", "not_granted"]
RelationshipStatus: TypeAlias = Literal["active", "paused", "ended"]

Cell: TypeAlias = tuple[Channel, Purpose]
CELLS: tuple[Cell, ...] = tuple((channel, purpose) for channel in CHANNELS for purpose in PURPOSES)

CODES: Mapping[ReachStatus, Refused] = {
    "not_granted": "reach.not_granted",
    "paused": "reach.paused",
    "revoked": "reach.revoked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """The customer's last word about a cell; `message` is the digest (32 bytes) of its message."""

    status: Grant
    message: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """What a vendor may write first, cell by cell.

    `words` are the customer's, `agreed` the cells that the terms permit.
    """

    words: Mapping[Cell, Word]
    agreed: frozenset[Cell]

    def status(self, channel: Channel, purpose: Purpose) -> ReachStatus:
        """Whether the vendor may write first on a channel about something."""
        word = self.words.get((channel, purpose))
        if word is None or word.status == "agreed":
            return "granted" if (channel, purpose) in self.agreed else "not_granted"
        return word.status

    def of_channel(self, channel: Channel) -> ReachStatus:
        """What holds for a channel as a whole: what is granted, else paused, else revoked."""
        found = {self.status(channel, purpose) for purpose in PURPOSES}
        order: tuple[ReachStatus, ...] = ("granted", "paused", "revoked")
        return next((one for one in order if one in found), "not_granted")

    @property
    def relationship(self) -> RelationshipStatus:
        """Whether the relationship goes on in this deal."""
        words = [self.words[cell].status if cell in self.words else None for cell in CELLS]
        if all(word == "revoked" for word in words):
            return "ended"
        granted = any(self.status(*cell) == "granted" for cell in CELLS)
        return "paused" if "paused" in words and not granted else "active"


# SPEC 09: The reader MUST take what the terms of the agreement permit where the customer has said
# nothing, or `agreed`.
def by_terms(draft: Draft, *, complete: bool) -> frozenset[Cell]:
    """The cells that the terms of a draft permit; `complete`: its order is (`#by-the-terms`)."""
    if unknown(draft.choice):
        return frozenset()
    levels = levels_of(draft.terms, draft.addendum)
    reach, marketing = levels["reach"], levels["marketing"]
    assert isinstance(marketing, tuple)
    purposes: set[Purpose] = set()
    if reach in ("product", "any"):
        purposes |= {"order", "product"}
    elif reach == "order" and not complete:
        purposes.add("order")
    if reach == "any":
        purposes.add("other")
    advertising: set[Cell] = {
        (channel, "marketing") for channel in CHANNELS if channel in marketing
    }
    return frozenset({cell for cell in CELLS if cell[1] in purposes} | advertising)


def is_complete(order: Order) -> bool:
    """Whether an order is performed and paid, or came to an end, as far as its messages say."""
    over = order.status in ("delivered", "returned", "cancelled")
    return over and not order.payment.missing and not order.payment.refund_due


def evaluate(deal: DealState, messages: Iterable[Message], *, complete: bool) -> Reachable:
    """What these verified messages of a deal permit, in whatever order they come.

    `complete` says whether the order that follows from the same messages is.
    """
    words: dict[Cell, Word] = {}
    standing = [each for each in messages if names_agreement(each, deal)]
    for message in sorted(standing, key=lambda each: (each.seq, each.digest)):
        if isinstance(message, SignedMessage) and isinstance(message.body, Reach):
            for one in message.body.reach:
                words[one.channel, one.purpose] = Word(status=one.status, message=message.digest)
    if deal.state != "agreed" or deal.accepted_offer is None:
        return Reachable(words={}, agreed=frozenset())
    offer = deal.accepted_offer.body
    assert isinstance(offer, Offer)
    return Reachable(words=words, agreed=by_terms(offer.draft, complete=complete))


# SPEC 09: The reader MUST let a reach message, a note or a refusal that doesn't name the agreement
# document of a deal whose state is `agreed` change nothing.
def names_agreement(message: Message, deal: DealState) -> bool:
    """Whether a message about reach is of its writer's and names the agreement of the deal."""
    return deal.state == "agreed" and names_document(message, deal)


def names_document(message: Message, deal: DealState) -> bool:
    """The same, whether the vendor's agreement has come by now or is still to come."""
    if not isinstance(message, SignedMessage) or deal.document is None:
        return False
    body = message.body
    if not isinstance(body, Reach | Note | NoteRefusal):
        return False
    assert deal.accept is not None
    by_customer = message.author == deal.accept.author
    if isinstance(body, Reach | NoteRefusal) and not by_customer:
        return False
    return body.agreement == agreements.document_digest(deal.document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The notes of a deal in the order of their writers' numbers, and what was refused of them."""

    notes: tuple[SignedMessage, ...]
    refused: Mapping[bytes, Refused]


def conversation(deal: DealState, messages: Iterable[Message]) -> Conversation:
    """What both sides of a deal have written one another, in whatever order it comes."""
    unique = {each.digest: each for each in messages if names_agreement(each, deal)}
    standing = sorted(unique.values(), key=lambda each: (each.created, each.seq, each.digest))
    spoken = [each for each in standing if isinstance(each, SignedMessage)]
    refusals = [each.body for each in spoken if isinstance(each.body, NoteRefusal)]
    return Conversation(
        notes=tuple(each for each in spoken if isinstance(each.body, Note)),
        refused={body.note: body.code for body in reversed(refusals)},
    )


def refusal(
    note: SignedMessage, reach: Reachable, deal: DealState, held: Conversation
) -> Refused | None:
    """Why a vendor's note is beyond reach; None where it is within.

    `held` are the notes that the judge has, with or without this one.
    """
    body = note.body
    assert isinstance(body, Note)
    if body.purpose is not None:
        status = reach.status("message", body.purpose)
        return None if status == "granted" else CODES[status]
    return None if _answers(note, body, deal, held) else "reach.not_granted"


def _answers(note: SignedMessage, body: Note, deal: DealState, held: Conversation) -> bool:
    """Whether a note is the first answer to a note of the customer's."""
    assert deal.accept is not None
    asked = {each.digest for each in held.notes if each.author == deal.accept.author}
    if body.answers not in asked:
        return False
    others = [
        each
        for each in held.notes
        if isinstance(each.body, Note)
        and each.body.answers == body.answers
        and each.author == note.author
    ]
    first = min([*others, note], key=lambda each: (each.seq, each.digest))
    return first.digest == note.digest


# SPEC 09: The vendor's node MUST refuse to write a note that is beyond reach, with the code of the
# table, before anything is signed.
def check_purpose(reach: Reachable, purpose: Purpose) -> None:
    """Refuse to write first about something, before anything is signed.

    Raises:
        LocalError: `reach.not_granted`, `reach.paused`, `reach.revoked`.
    """
    status = reach.status("message", purpose)
    if status != "granted":
        words = {
            "not_granted": f"the terms don't let you write first about {purpose}",
            "paused": f"the customer has paused messages about {purpose}",
            "revoked": f"the customer has revoked messages about {purpose}",
        }
        raise LocalError(CODES[status], f"expected a message within reach, but {words[status]}")
