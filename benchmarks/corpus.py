"""Envelopes with real stamps, made once and kept: what the benchmarks send.

Market envelopes of a kind that nobody knows, which every node checks, relays and stores, with 512
bytes of body. An envelope costs 2^18 hashes; `grind.c` makes a thousand a minute and more.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from vrmprotocol import envelope, keys, topics
from vrmprotocol.envelope import required_bits

FOLDER = Path(__file__).parent / ".corpus"
KIND = "bench"
BODY_BYTES = 512
LIFETIME_S = 60 * 86_400
FRESH_S = 30 * 86_400
"""A corpus that ends sooner than this is made anew."""
_SLICE = 500
_WIDTH = 1_024


def load(count: int) -> list[bytes]:
    """As many valid envelopes, from the ones kept; missing ones are made, which takes minutes."""
    FOLDER.mkdir(exist_ok=True)
    found: list[bytes] = []
    slice_ = 0
    while len(found) < count:
        path = FOLDER / f"{slice_:03}.bin"
        if not _is_fresh(path):
            _make(path)
            print(f"corpus: {len(found) + _SLICE} of {count}", file=sys.stderr)
        found += _read(path)
        slice_ += 1
    return found[:count]


def _read(path: Path) -> list[bytes]:
    data = path.read_bytes()
    found = []
    for at in range(0, len(data), _WIDTH):
        size = int.from_bytes(data[at : at + 2], "big")
        found.append(data[at + 2 : at + 2 + size])
    return found


def _is_fresh(path: Path) -> bool:
    if not path.exists():
        return False
    last = envelope.verify_stored(_read(path)[-1])
    return last.expires > time.time() + FRESH_S


def _make(path: Path) -> None:
    created = envelope.quantise_time(int(time.time()) - 1_200)
    # Each has an author of its own, as pseudonyms and one-time keys do.
    drafts: list[dict[str, Any]] = [
        {
            "kind": KIND,
            "topic": topics.market_topic("", None),
            "tag": None,
            "body": secrets.token_bytes(BODY_BYTES),
            "created": created,
            "expires": created + LIFETIME_S,
        }
        for _ in range(_SLICE)
    ]
    authors = [keys.SigningKey(secrets.token_bytes(32)) for _ in drafts]
    cores = [
        envelope.core_digest(**draft, author=author.public)
        for draft, author in zip(drafts, authors, strict=True)
    ]
    stamps = _stamps(cores, required_bits(KIND, BODY_BYTES))
    rows = []
    for draft, author, found in zip(drafts, authors, stamps, strict=True):
        raw = envelope.build(**draft, signing_key=author, stamp=found).raw
        rows.append((len(raw).to_bytes(2, "big") + raw).ljust(_WIDTH, b"\0"))
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(b"".join(rows))
    unfinished.replace(path)


def _stamps(cores: list[bytes], bits: int) -> list[bytes]:
    """The stamps of these core digests, found on all processors."""
    program = FOLDER / "grind"
    source = Path(__file__).with_name("grind.c")
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["cc", "-O3", "-o", program, source, "-ldl"], check=True)
    parts = os.cpu_count() or 1
    size = -(-len(cores) // parts)

    def ground(part: int) -> bytes:
        given = b"".join(cores[part * size : (part + 1) * size])
        return subprocess.run(
            [program, str(bits)], input=given, stdout=subprocess.PIPE, check=True
        ).stdout

    with ThreadPoolExecutor(parts) as pool:
        found = b"".join(pool.map(ground, range(parts)))
    return [found[at : at + 8] for at in range(0, len(found), 8)]
