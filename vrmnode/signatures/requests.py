"""What the node and the process that checks signatures say to each other.

A request: the number of signatures and the length of what each signs (4 bytes each, little-endian),
then for each the public key (32 bytes), the signature (64 bytes) and what it signs. The answer: for
each one byte, 1 where it is right.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

PUBLIC_BYTES, SIGNATURE_BYTES = 32, 64
HEADER = struct.Struct("<II")


class Signed(NamedTuple):
    """A signature (64 bytes) over a message that a public key (32 bytes) is said to have made."""

    public: bytes
    message: bytes
    signature: bytes


def write(some: list[Signed]) -> bytes:
    """A request about some signatures over messages of the same length.

    Raises:
        ValueError: a length is another, by which the process would misread all that follow.
    """
    size = len(some[0].message)
    parts = [HEADER.pack(len(some), size)]
    for each in some:
        if len(each.message) != size:
            raise ValueError(f"expected messages of {size} bytes, came {len(each.message)}")
        if (len(each.public), len(each.signature)) != (PUBLIC_BYTES, SIGNATURE_BYTES):
            raise ValueError(
                f"expected a key of {PUBLIC_BYTES} and a signature of {SIGNATURE_BYTES} bytes, "
                f"came {len(each.public)} and {len(each.signature)}"
            )
        parts += (each.public, each.signature, each.message)
    return b"".join(parts)


def body_bytes(count: int, message_bytes: int) -> int:
    """The length of what follows a header."""
    return count * (PUBLIC_BYTES + SIGNATURE_BYTES + message_bytes)


def read_body(body: bytes, message_bytes: int) -> Iterator[Signed]:
    """The signatures of a request, from what follows its header."""
    row = PUBLIC_BYTES + SIGNATURE_BYTES
    for at in range(0, len(body), row + message_bytes):
        yield Signed(
            public=body[at : at + PUBLIC_BYTES],
            signature=body[at + PUBLIC_BYTES : at + row],
            message=body[at + row : at + row + message_bytes],
        )


def answer(found: Iterable[bool]) -> bytes:
    """The answer to a request."""
    return bytes(found)
