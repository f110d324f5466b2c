"""Which deletions of a deal stand: a function of the set of its verified messages.

Implements `specs/09-relationship.md#deletion`. A deletion names fields, never values, and changes
no state.
"""

from __future__ import annotations

from collections.abc import Iterable

from vrmprotocol import agreement
from vrmprotocol.deletion_body import Deletion
from vrmprotocol.errors import RemoteError, passes
from vrmprotocol.inner import SignedMessage
from vrmprotocol.negotiation import DealState, Message


def check(message: SignedMessage, deal: DealState) -> None:
    """Refuse a deletion that doesn't fit the agreement of its deal.

    Raises:
        RemoteError: `deletion.agreement`.
    """
    body = message.body
    assert isinstance(body, Deletion)
    # SPEC 09: The reader MUST refuse a deletion that doesn't name the agreement document of a deal
    # that was agreed with `deletion.agreement`.
    if deal.agreement is None or deal.document is None:
        raise RemoteError("deletion.agreement", f"expected an agreed deal, came a {deal.state}")
    if body.agreement != agreement.document_digest(deal.document):
        raise RemoteError("deletion.agreement", "expected the agreement of the deal, came another")
    if message.author != deal.agreement.author:
        raise RemoteError("deletion.agreement", "expected who countersigned, came another")


def standing(deal: DealState, messages: Iterable[Message]) -> tuple[SignedMessage, ...]:
    """The deletions among these messages that stand, in the order in which they were signed."""
    return tuple(
        message
        for message in sorted(messages, key=lambda each: (each.seq, each.digest))
        if isinstance(message, SignedMessage)
        and isinstance(message.body, Deletion)
        and passes(check, message, deal)
    )
