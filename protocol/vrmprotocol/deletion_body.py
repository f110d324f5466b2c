"""The body of a deletion: which fields a vendor says it has deleted, when and why.

Implements the tables of `specs/09-relationship.md#deletion`. How it stands to the agreement is in
`deletion`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, get_args

from msgspec import Meta

from vrmprotocol.body_checks import refuse
from vrmprotocol.disclosure_body import FieldName
from vrmprotocol.fields import Body, Bytes32, Time

MAX_DELETIONS = 4
MAX_ATTEMPTS = 8
"""How often a deletion leaves: who erased the key of the deal's mail can't read that it came."""

DeletedName: TypeAlias = Literal[FieldName, "relationship"]
DeletionReason: TypeAlias = Literal["afterwards", "on_request", "cancelled", "unspecified"]

DELETED_NAMES: tuple[DeletedName, ...] = get_args(DeletedName)
DELETION_REASONS: tuple[DeletionReason, ...] = get_args(DeletionReason)


class Deletion(Body, frozen=True, kw_only=True):
    """What a vendor says that it has deleted; `deleted_at` in Unix seconds.

    `request` is the digest of the customer's request that it fulfils.
    """

    agreement: Bytes32
    fields: Annotated[tuple[DeletedName, ...], Meta(min_length=1, max_length=len(DELETED_NAMES))]
    deleted_at: Time
    reason: DeletionReason
    request: Bytes32 | None = None


# SPEC 09: The reader MUST refuse a deletion of a customer, and one that names no field or a field
# twice, or a request with another reason than `on_request`, with `message.body`.
#
# That it is a vendor's is checked in `coherence`.
def check(body: Deletion) -> None:
    """Refuse a deletion that breaks its table.

    Raises:
        RemoteError: `message.body`.
    """
    if len(set(body.fields)) != len(body.fields):
        raise refuse("fields", "each name at most once")
    if body.request is not None and body.reason != "on_request":
        raise refuse("request", "it only with the reason on_request")
