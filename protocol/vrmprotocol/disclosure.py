"""What a customer has disclosed in a deal: a function of the set of its verified messages.

Implements `specs/09-relationship.md#disclosure`. A disclosure counts if it stands to the agreement
as the specification says; of several that name a field the last counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vrmprotocol import agreement, commitment, keys
from vrmprotocol.body_checks import RELATIONSHIP_COMMITMENT
from vrmprotocol.disclosure_body import Disclosure, OpenedRelationship
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.inner import SignedMessage
from vrmprotocol.mail import Accept
from vrmprotocol.negotiation import DealState, Message

_SIGNATURE_CONTEXT = b"vrm/1 relationship\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A field as it counts: its value, and whether the agreement committed to it.

    `message` is the digest of the disclosure (32 bytes), `at` when it says that it was written.
    """

    value: str = field(repr=False)
    committed: bool
    message: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Disclosed:
    """All that counts; `relationship` is the public key (32 bytes), None while it isn't opened."""

    fields: Mapping[str, Told]
    relationship: bytes | None


def sign_relationship(key: keys.SigningKey, *, deal: bytes, pseudonym: bytes) -> bytes:
    """The signature (64 bytes) by which a relationship key calls a pseudonym its own."""
    return key.sign(_SIGNATURE_CONTEXT + deal + pseudonym)


def check_allowed(deal: DealState) -> None:
    """Refuse to disclose in a deal that isn't agreed, before anything is signed.

    Raises:
        LocalError: `negotiation.illegal_move`.
    """
    # SPEC 09: The writer MUST NOT disclose anything while the state of the deal isn't `agreed`.
    if deal.state != "agreed":
        raise LocalError(
            "negotiation.illegal_move",
            f"expected a deal that is agreed to disclose anything in it, came one that is"
            f" {deal.state}",
        )


def check(message: SignedMessage, deal: DealState) -> None:
    """Refuse a disclosure that doesn't fit the agreement of its deal.

    Raises:
        RemoteError: `disclosure.agreement`, `.commitment`, `.relationship`.
    """
    body = message.body
    assert isinstance(body, Disclosure)
    # SPEC 09: The reader MUST refuse a disclosure that doesn't name the agreement document of a
    # deal whose state is `agreed` with `disclosure.agreement`.
    if deal.state != "agreed" or deal.document is None or deal.accept is None:
        raise RemoteError("disclosure.agreement", f"expected an agreed deal, came a {deal.state}")
    if body.agreement != agreement.document_digest(deal.document):
        raise RemoteError(
            "disclosure.agreement", "expected the agreement of the deal, came another"
        )
    if message.author != deal.accept.author:
        raise RemoteError("disclosure.agreement", "expected the author of the accept, came another")
    assert isinstance(deal.accept.body, Accept)
    _check_openings(body, deal.accept.body.commitments)
    if body.relationship is not None:
        _check_signature(message, body.relationship)


# SPEC 09: The reader MUST refuse a disclosure with a field that doesn't open its commitment, or a
# relationship key that doesn't open its own, with `disclosure.commitment`.
def _check_openings(body: Disclosure, commitments: Mapping[str, bytes]) -> None:
    opened = [(each.name, each.value, each.salt) for each in body.fields if each.salt is not None]
    for name, value, salt in opened:
        if not commitment.opens(commitments.get(name, b""), salt, name, value):
            raise RemoteError("disclosure.commitment", f"{name}: expected what was committed to")
    one, own = body.relationship, RELATIONSHIP_COMMITMENT
    if one is not None and not commitment.opens(commitments[own], one.salt, own, one.key):
        raise RemoteError("disclosure.commitment", f"{own}: expected what was committed to")


# SPEC 09: The reader MUST refuse a disclosure whose relationship key didn't sign deal and pseudonym
# with `disclosure.relationship`.
def _check_signature(message: SignedMessage, opened: OpenedRelationship) -> None:
    signed = _SIGNATURE_CONTEXT + message.deal + message.author
    if not keys.verify(opened.key, signed, opened.signature):
        raise RemoteError(
            "disclosure.relationship", "expected the key's signature over deal and pseudonym"
        )


def counts(message: Message, deal: DealState) -> bool:
    """Whether a message is a disclosure that stands."""
    if not isinstance(message, SignedMessage) or not isinstance(message.body, Disclosure):
        return False
    try:
        check(message, deal)
    except RemoteError:
        return False
    return True


def evaluate(deal: DealState, messages: Iterable[Message]) -> Disclosed:
    """What these verified messages of a deal have disclosed, in whatever order they come."""
    fields: dict[str, Told] = {}
    relationship = None
    for message in sorted(messages, key=lambda each: (each.seq, each.digest)):
        if not counts(message, deal):
            continue
        assert isinstance(message, SignedMessage)
        assert isinstance(message.body, Disclosure)
        for one in message.body.fields:
            fields[one.name] = Told(
                value=one.value,
                committed=one.salt is not None,
                message=message.digest,
                at=message.created,
            )
        if message.body.relationship is not None:
            relationship = message.body.relationship.key
    return Disclosed(fields, relationship)
