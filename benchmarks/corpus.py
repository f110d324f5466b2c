"""Envelopes with real stamps, made once and kept: what the benchmarks send.

Two sorts. `MARKET`: of a kind that nobody knows, which every node checks, relays and stores, with
512 bytes of body. `MAIL`: mail of the smallest size class to tags that nobody watches, which is
what most of a network's traffic is. A market envelope costs 2^18 hashes, mail a fourth of that;
`grind.c` finds 50 to 150 stamps of a market envelope a second and processor.

Kept are the stamps; all else of an envelope is drawn from a seed beside it. To make many ahead:
`python -m benchmarks.corpus --sort mail COUNT`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vrmprotocol import envelope, keys, topics
from vrmprotocol.envelope import required_bits

FOLDER = Path(__file__).parent / ".corpus"
_SLICE = 2_000
_SEED, _STAMP, _TIME = 32, 8, 8


@dataclass(frozen=True, slots=True)
class Sort:
    """What envelopes of a corpus have in common. One that ends in less than `fresh_s` is redone."""

    kind: str
    body_bytes: int
    lifetime_s: int
    fresh_s: int
    is_mail: bool = False


MARKET = Sort("bench", 512, lifetime_s=60 * 86_400, fresh_s=30 * 86_400)
MAIL = Sort(
    "mail",
    envelope.MAIL_BODY_BYTES[0],
    lifetime_s=envelope.MAIL_LIFETIME_S,
    fresh_s=86_400,
    is_mail=True,
)
BODY_BYTES = MARKET.body_bytes


def load(count: int, sort: Sort = MARKET) -> list[bytes]:
    """As many valid envelopes, from the ones kept; missing ones are made, which takes minutes."""
    return list(each_of(count, sort))


def each_of(count: int, sort: Sort = MARKET) -> Iterator[bytes]:
    """The same one by one, for more than would fit into memory."""
    for number in range(-(-count // _SLICE)):
        for row in _rows(_prepared(number, sort))[: count - number * _SLICE]:
            yield _drawn(sort, *row)


def prepare(count: int, sort: Sort) -> None:
    """Make as many as are missing."""
    for number in range(-(-count // _SLICE)):
        _prepared(number, sort)


def _prepared(number: int, sort: Sort) -> Path:
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{sort.kind}-{number:04}.bin"
    if not path.exists() or _rows(path)[0][0] + sort.lifetime_s <= time.time() + sort.fresh_s:
        _make(path, sort)
        print(f"corpus: {(number + 1) * _SLICE} of {sort.kind}", file=sys.stderr)
    return path


def _rows(path: Path) -> list[tuple[int, bytes, bytes]]:
    """The time, the seed and the stamp of each envelope of a slice."""
    data = path.read_bytes()
    created = int.from_bytes(data[:_TIME], "big")
    width = _SEED + _STAMP
    return [
        (created, data[at : at + _SEED], data[at + _SEED : at + width])
        for at in range(_TIME, len(data), width)
    ]


def _make(path: Path, sort: Sort) -> None:
    created = envelope.quantise_time(int(time.time()) - 1_200)
    seeds = [secrets.token_bytes(_SEED) for _ in range(_SLICE)]
    cores = []
    for seed in seeds:
        fields, author = _fields(sort, created, seed)
        cores.append(envelope.core_digest(**fields, author=author.public))
    found = stamps(cores, required_bits(sort.kind, sort.body_bytes))
    rows = [seed + stamp for seed, stamp in zip(seeds, found, strict=True)]
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(created.to_bytes(_TIME, "big") + b"".join(rows))
    unfinished.replace(path)


def _drawn(sort: Sort, created: int, seed: bytes, stamp: bytes) -> bytes:
    fields, author = _fields(sort, created, seed)
    return envelope.build(**fields, signing_key=author, stamp=stamp).raw


def _fields(sort: Sort, created: int, seed: bytes) -> tuple[dict[str, Any], keys.SigningKey]:
    """What a seed gives. Each has an author of its own, as pseudonyms and one-time keys do."""
    drawn = hashlib.shake_256(seed).digest(32 + 16 + sort.body_bytes)
    tag = drawn[32:48] if sort.is_mail else None
    fields = {
        "kind": sort.kind,
        "topic": topics.market_topic("", None) if tag is None else topics.mail_topic(tag),
        "tag": tag,
        "body": drawn[48:],
        "created": created,
        "expires": created + sort.lifetime_s,
    }
    return fields, keys.SigningKey(drawn[:32])


def stamps(cores: list[bytes], bits: int) -> list[bytes]:
    """The stamps of these core digests, found on all processors."""
    FOLDER.mkdir(exist_ok=True)
    program = FOLDER / "grind"
    source = Path(__file__).with_name("grind.c")
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["cc", "-O3", "-march=native", "-o", program, source], check=True)
    parts = os.cpu_count() or 1
    size = -(-len(cores) // parts)

    def ground(part: int) -> bytes:
        given = b"".join(cores[part * size : (part + 1) * size])
        return subprocess.run(
            [program, str(bits)], input=given, stdout=subprocess.PIPE, check=True
        ).stdout

    with ThreadPoolExecutor(parts) as pool:
        found = b"".join(pool.map(ground, range(parts)))
    return [found[at : at + _STAMP] for at in range(0, len(found), _STAMP)]


def main() -> None:
    """Make envelopes ahead."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sort", choices=("market", "mail"), default="market")
    arguments.add_argument("count", type=int)
    given = arguments.parse_args()
    prepare(given.count, MAIL if given.sort == "mail" else MARKET)


if __name__ == "__main__":
    main()
