"""Proof of work for the vectors, remembered in `stamps.json` so that regeneration takes seconds.

Implements specs/02-envelope-and-keys.md. The search always starts at zero, so the stamp of a core
digest is the same with and without the file.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

CACHE_FILE = Path(__file__).with_name("stamps.json")
BASE_BITS = {"mail": 16}
MARKET_BITS = 18
UNIT = 4096


def required_bits(kind: str, body_bytes: int) -> int:
    """The leading zero bits that an envelope of this kind and body size owes."""
    units = -(-body_bytes // UNIT)
    extra = 0
    while 2**extra < units:
        extra += 1
    return BASE_BITS.get(kind, MARKET_BITS) + extra


def leading_zero_bits(digest: bytes) -> int:
    """How many bits are zero before the first one."""
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()


def envelope_id(core: bytes, stamp: bytes) -> bytes:
    """The id that `stamp` gives to an envelope."""
    return hashlib.sha256(b"vrm/1 envelope id\0" + core + stamp).digest()


class Stamps:
    """Stamps by core digest and number of bits; `save` writes those that were asked for."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._used: dict[str, str] = {}
        if CACHE_FILE.exists():
            self._known = json.loads(CACHE_FILE.read_text())

    def find(self, core: bytes, bits: int, *, exactly: bool = False) -> bytes:
        """The first stamp from zero on with at least (or `exactly`) `bits` leading zero bits."""
        name = f"{core.hex()} {bits}{' exactly' if exactly else ''}"
        if name not in self._known:
            self._known[name] = _search(core, bits, exactly).hex()
        stamp = bytes.fromhex(self._known[name])
        if leading_zero_bits(envelope_id(core, stamp)) < bits:
            raise ValueError(f"{CACHE_FILE.name} has a wrong stamp for {name}")
        self._used[name] = stamp.hex()
        return stamp

    def save(self) -> None:
        """Keep the stamps that this run used, and no others."""
        CACHE_FILE.write_text(json.dumps(dict(sorted(self._used.items())), indent=0) + "\n")


def _search(core: bytes, bits: int, exactly: bool) -> bytes:
    start = hashlib.sha256(b"vrm/1 envelope id\0" + core)
    counter = 0
    while True:
        stamp = counter.to_bytes(8, "big")
        attempt = start.copy()
        attempt.update(stamp)
        zeros = leading_zero_bits(attempt.digest())
        if zeros == bits or (zeros > bits and not exactly):
            return stamp
        counter += 1


STAMPS = Stamps()
