"""Signatures, right ones and wrong ones."""

from __future__ import annotations

from vrmnode.signatures.requests import Signed
from vrmprotocol.keys import SigningKey


def signed(number: int, *, right: bool = True) -> Signed:
    """A signature over a message of 8 bytes."""
    key = SigningKey((number + 1).to_bytes(32, "big"))
    message = number.to_bytes(8, "big")
    signature = key.sign(message)
    if not right:
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    return Signed(key.public, message, signature)
