"""Salted commitments to values that may be disclosed later (specs/03-messages.md#accept).

An agreement carries commitments only, so that showing it to anybody shows no personal data; who
later opens one reveals the salt, the name and the value.
"""

from __future__ import annotations

import hashlib

from vrmprotocol import encoding
from vrmprotocol.encoding import Value
from vrmprotocol.errors import LocalError

SALT_BYTES = 32
_DOMAIN = b"vrm/1 commitment\0"


def commit(salt: bytes, name: str, value: Value) -> bytes:
    """The 32-byte commitment to a named value under a fresh random salt of 32 bytes.

    Raises:
        LocalError: `commitment.salt` for another length of the salt.
    """
    if len(salt) != SALT_BYTES:
        raise LocalError("commitment.salt", f"expected {SALT_BYTES} bytes, came {len(salt)}")
    return hashlib.sha256(_DOMAIN + salt + encoding.encode({"name": name, "value": value})).digest()


def opens(commitment: bytes, salt: bytes, name: str, value: Value) -> bool:
    """Whether salt, name and value are those that were committed to."""
    return len(salt) == SALT_BYTES and commit(salt, name, value) == commitment
