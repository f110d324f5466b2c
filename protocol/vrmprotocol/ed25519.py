"""Whether an Ed25519 signature (RFC 8032) is right, by the one rule for all of this protocol.

Implements `specs/02-envelope-and-keys.md#signing`. Imports nothing else of this package, so that
a process which does nothing but this stays small. `keys` signs.
"""

from __future__ import annotations

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature (64 bytes) by this public key (32 bytes) is right.

    A public key of small order or in a non-canonical form is never right: with such keys one
    signature would fit many messages.
    """
    if len(public) != 32 or len(signature) != 64:
        return False
    # SPEC 02: The reader MUST refuse a signature whose S isn't below the order of the group, or
    # whose A or R is a point of small order or isn't encoded canonically.
    # SPEC 02: The reader MUST check that the encoding of `S·B − h·A` equals R byte by byte, without
    # multiplying by the cofactor.
    try:
        VerifyKey(public).verify(message, signature)
    except BadSignatureError:
        return False
    return True
