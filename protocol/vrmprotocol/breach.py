"""Which notes of a vendor were beyond what it knew it may write: a function of a deal's messages.

Implements `specs/16-breach.md#breaches`. A note that only crossed a word of the customer's is
none. The file that shows one to others is in `breach_file`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from vrmprotocol import reach
from vrmprotocol.draft import Draft
from vrmprotocol.inner import Header, SignedMessage
from vrmprotocol.mail import Offer, WithdrawAccept
from vrmprotocol.negotiation import DealState, Message
from vrmprotocol.reach_bodies import Channel, Grant, Note, Purpose, Reach
from vrmprotocol.terms_matching import unknown

Ground: TypeAlias = Literal["cancelled", "terms", "paused", "revoked"]

CHANNEL: Channel = "message"
"""The one on which a vendor's own signature says what it wrote, and about what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A note beyond reach, and what shows that its vendor knew.

    `ground` says what forbade it. Where that is a word of the customer's, or that it withdrew,
    `word` is the message that says it and `known` the vendor's that acknowledges it, which may be
    the note itself. `countersignature` is the vendor's agreement that was withdrawn from.
    """

    note: SignedMessage
    purpose: Purpose
    ground: Ground
    word: SignedMessage | None = None
    known: Header | None = None
    countersignature: SignedMessage | None = None


@dataclass(frozen=True, slots=True)
class _Word:
    """What a message of the customer's says about writing first for a purpose."""

    grant: Grant
    message: SignedMessage


def evaluate(deal: DealState, messages: Iterable[Message]) -> tuple[Breach, ...]:
    """The breaches among these verified messages of a deal, in whatever order they come."""
    unique = {each.digest: each for each in messages}.values()
    everything = sorted(unique, key=lambda each: (each.seq, each.digest))
    found = (_judge(each, deal, everything) for each in everything)
    return tuple(each for each in found if each is not None)


def _judge(note: Message, deal: DealState, everything: Sequence[Message]) -> Breach | None:
    if not isinstance(note, SignedMessage) or not reach.names_document(note, deal):
        return None
    body = note.body
    if not isinstance(body, Note) or body.purpose is None or deal.agreement is None:
        return None
    withdrawn = _after_withdrawal(note, body.purpose, deal, everything)
    if withdrawn is not None:
        return withdrawn
    assert deal.accepted_offer is not None
    offer = deal.accepted_offer.body
    assert isinstance(offer, Offer)
    permits = permitted(offer.draft, body.purpose)
    words = _words_before(note, body.purpose, deal, everything)
    if permits is False and all(word.grant != "granted" for word in words):
        return Breach(note=note, purpose=body.purpose, ground="terms")
    return _beyond_a_word(note, body.purpose, permits, words, everything)


def _after_withdrawal(
    note: SignedMessage, purpose: Purpose, deal: DealState, everything: Sequence[Message]
) -> Breach | None:
    """The breach of a note whose vendor knew that its customer had withdrawn."""
    assert deal.accept is not None
    for each in everything:
        if not _withdraws(each, deal.accept):
            continue
        assert isinstance(each, SignedMessage)
        known = _known(each, note, everything)
        if known is not None:
            return Breach(
                note=note,
                purpose=purpose,
                ground="cancelled",
                word=each,
                known=known,
                countersignature=deal.agreement,
            )
    return None


def _withdraws(message: Message, accept: SignedMessage) -> bool:
    """Whether a message is the customer's that takes an accept back."""
    body = message.body if isinstance(message, SignedMessage) else None
    if not isinstance(body, WithdrawAccept) or message.author != accept.author:
        return False
    return body.accept == accept.digest


def permitted(draft: Draft, purpose: Purpose) -> bool | None:
    """Whether the terms ever let the vendor write first about a purpose; None: they aren't known.

    As before the order is complete, for its end may have crossed the note.
    """
    if unknown(draft.choice):
        return None
    return (CHANNEL, purpose) in reach.by_terms(draft, complete=False)


def forbids(grant: Grant, permits: bool | None) -> bool:
    """Whether a word of the customer's leaves nothing to write, under such terms."""
    return grant in ("paused", "revoked") or (grant == "agreed" and permits is False)


def _words_before(
    note: SignedMessage, purpose: Purpose, deal: DealState, everything: Sequence[Message]
) -> list[_Word]:
    """The customer's words about a purpose that it said before it acknowledged the note."""
    assert deal.accept is not None
    customer = deal.accept.author
    heard = (each.seq for each in everything if _acknowledges(each, note, customer))
    until = next(heard, None)
    return [
        _Word(one.status, each)
        for each in everything
        if isinstance(each, SignedMessage)
        and isinstance(each.body, Reach)
        and reach.names_document(each, deal)
        and (until is None or each.seq < until)
        for one in each.body.reach
        if (one.channel, one.purpose) == (CHANNEL, purpose)
    ]


def _acknowledges(message: Message, of: Header, author: bytes) -> bool:
    return message.author == author and of.digest in message.received


def _beyond_a_word(
    note: SignedMessage,
    purpose: Purpose,
    permits: bool | None,
    words: Sequence[_Word],
    everything: Sequence[Message],
) -> Breach | None:
    """The breach of the last word that the vendor had acknowledged, if no later one may permit."""
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        if not forbids(word.grant, permits):
            return None
        known = _known(word.message, note, everything)
        if known is not None:
            ground = _GROUNDS[word.grant]
            return Breach(note=note, purpose=purpose, ground=ground, word=word.message, known=known)
    return None


_GROUNDS: Mapping[Grant, Ground] = {"agreed": "terms", "paused": "paused", "revoked": "revoked"}


def _known(
    word: SignedMessage, note: SignedMessage, everything: Sequence[Message]
) -> Header | None:
    """The vendor's message, not after the note, that acknowledges a word; the barest there is."""
    found = [
        each
        for each in everything
        if _acknowledges(each, word, note.author)
        and (each.digest == note.digest or each.seq < note.seq)
    ]
    # SPEC 16: The writer MUST NOT put another acknowledgement into a record where the note or an
    # `ack` acknowledges the word.
    return min(
        found,
        key=lambda each: (each.digest != note.digest, each.kind != "ack", each.seq),
        default=None,
    )
