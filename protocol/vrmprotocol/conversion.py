"""From decoded fields to an instance of a struct, safely when two threads ask for it first.

msgspec (0.22) finds out what it has to know about a class when the class is first converted to, and
keeps that with the class before it is complete. Another thread that converts to the same class
meanwhile follows pointers that aren't there yet, and the process is gone with a segmentation fault.
So each class is made known under a lock, before anybody converts to it. Everything converts here;
`tests/protocol/test_conversion.py` fails once msgspec no longer needs it.
"""

from __future__ import annotations

import threading
from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)

# Without this, msgspec would read a str as base64 where bytes are expected.
_AS_THEY_ARE = (bytes,)

_LOCK = threading.Lock()
_known: set[type[msgspec.Struct]] = set()


def convert(fields: object, struct: type[T]) -> T:
    """The instance that a decoded map stands for.

    Raises:
        msgspec.ValidationError: the map doesn't fit the struct.
    """
    if struct not in _known:
        _make_known(struct)
    return msgspec.convert(fields, struct, builtin_types=_AS_THEY_ARE)


def _make_known(struct: type[msgspec.Struct]) -> None:
    with _LOCK:
        # A decoder finds out about a class and all that is in it, and reads nothing.
        msgspec.msgpack.Decoder(struct)
        _known.add(struct)
