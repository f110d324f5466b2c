"""How a disclosure stands to the agreement of its deal, and how a relationship is signed.

Implements `specs/09-relationship.md#disclosure`. What counts of several is in `contact_state`.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmprotocol import agreement, commitment, ed25519, keys
from vrmprotocol.body_checks import RELATIONSHIP_COMMITMENT
from vrmprotocol.disclosure_body import Disclosure, OpenedRelationship
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.inner import SignedMessage
from vrmprotocol.mail import Accept
from vrmprotocol.negotiation import DealState

_SIGNATURE_CONTEXT = b"vrm/1 relationship\0"


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
    accepted = check_agreement(message, body.agreement, deal)
    _check_openings(body, accepted.commitments)
    if body.relationship is not None:
        _check_signature(message, body.relationship)


def check_agreement(message: SignedMessage, named: bytes, deal: DealState) -> Accept:
    """The accept of the agreed deal whose document a customer's message names.

    Raises:
        RemoteError: `disclosure.agreement`.
    """
    if deal.state != "agreed" or deal.document is None or deal.accept is None:
        raise RemoteError("disclosure.agreement", f"expected an agreed deal, came a {deal.state}")
    if named != agreement.document_digest(deal.document):
        raise RemoteError(
            "disclosure.agreement", "expected the agreement of the deal, came another"
        )
    if message.author != deal.accept.author:
        raise RemoteError("disclosure.agreement", "expected the author of the accept, came another")
    assert isinstance(deal.accept.body, Accept)
    return deal.accept.body


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
    if not ed25519.verify(opened.key, signed, opened.signature):
        raise RemoteError(
            "disclosure.relationship", "expected the key's signature over deal and pseudonym"
        )
