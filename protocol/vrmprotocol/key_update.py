"""The key update: a vendor's root says which of its operational keys are void.

Implements `specs/03-messages.md#key_update`. Remembering the newest one of each root, and holding
certificates against it, is left to the node.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from vrmprotocol.body_checks import refuse
from vrmprotocol.fields import Body, Bytes32, Time, Wire

RevocationReason = Literal["compromised", "lost", "superseded", "ceased"]


class RevokedKey(Wire, frozen=True, kw_only=True):
    """An operational key that nobody should believe any more, and since when."""

    subject: Bytes32
    serial: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    since: Time
    reason: RevocationReason


class KeyUpdate(Body, frozen=True, kw_only=True):
    """All keys that a root has revoked; the envelope's author is the root."""

    v: Literal[1]
    seq: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    revoked: Annotated[tuple[RevokedKey, ...], Meta(min_length=1, max_length=32)]


def check_content(body: KeyUpdate) -> None:
    """Refuse an update that names a key twice.

    Raises:
        RemoteError: `message.body`.
    """
    # SPEC 03: The reader MUST refuse a key update that names a subject or a serial twice with
    # `message.body`.
    for name, values in (
        ("subject", {key.subject for key in body.revoked}),
        ("serial", {key.serial for key in body.revoked}),
    ):
        if len(values) < len(body.revoked):
            raise refuse(f"revoked.{name}", "each at most once")
