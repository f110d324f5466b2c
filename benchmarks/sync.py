"""Set reconciliation: rounds, bytes and time, beside a Negentropy in JavaScript on the same sets.

`make bench-sync`. One side lacks the newest thousand of a hundred thousand envelopes and asks; the
side that is asked is vrmprotocol both times, since the other library can only ask. Both must say
the same, byte for byte, and find every id.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import javascript
from benchmarks.report import load_words, middle, ratios, table
from vrmprotocol import reconciliation
from vrmprotocol.id_set import IdSet
from vrmprotocol.sync_frames import MAX_MESSAGE_BYTES

ITEMS, MISSING = 100_000, 1_000
BEGAN = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Figures:
    """One comparison: what was asked, what it came to, how long each side took."""

    asked: list[bytes]
    answered: list[bytes]
    needed: int
    asking_ms: float
    answering_ms: float

    @property
    def bytes(self) -> int:
        """Of all messages, both ways."""
        return sum(map(len, self.asked)) + sum(map(len, self.answered))


def _items(count: int) -> IdSet:
    return IdSet(
        (BEGAN + number, hashlib.sha256(number.to_bytes(4, "big")).digest())
        for number in range(count)
    )


def _answering(whole: IdSet, answered: list[bytes]) -> Callable[[bytes], float]:
    """Answers a message; how many milliseconds that took."""

    def answer(message: bytes) -> float:
        began = time.perf_counter()
        answered.append(reconciliation.respond(whole, message, max_bytes=MAX_MESSAGE_BYTES))
        return (time.perf_counter() - began) * 1000

    return answer


def _compare(part: IdSet, whole: IdSet) -> Figures:
    asked: list[bytes] = []
    answered: list[bytes] = []
    answer = _answering(whole, answered)
    needed: set[bytes] = set()
    answering_ms = 0.0
    began = time.perf_counter()
    message: bytes | None = reconciliation.initiate(part, max_bytes=MAX_MESSAGE_BYTES)
    while message is not None:
        asked.append(message)
        answering_ms += answer(message)
        outcome = reconciliation.conclude(part, answered[-1], max_bytes=MAX_MESSAGE_BYTES)
        needed.update(outcome.need)
        message = outcome.reply
    took_ms = (time.perf_counter() - began) * 1000
    return Figures(asked, answered, len(needed), took_ms - answering_ms, answering_ms)


def _in_javascript(whole: IdSet) -> Figures:
    asked: list[bytes] = []
    answered: list[bytes] = []
    answer = _answering(whole, answered)
    words = ["node", str(javascript.set_up() / "sync.mjs"), str(ITEMS - MISSING)]
    process = subprocess.Popen(
        [*words, str(MAX_MESSAGE_BYTES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    answering_ms = 0.0
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        while "message" in (told := json.loads(process.stdout.readline())):
            asked.append(bytes.fromhex(told["message"]))
            answering_ms += answer(asked[-1])
            process.stdin.write(answered[-1].hex() + "\n")
            process.stdin.flush()
    return Figures(asked, answered, told["needed"], told["ms"], answering_ms)


def main() -> None:
    """Measure, and print the table and the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    rounds = arguments.parse_args().rounds
    part, whole = _items(ITEMS - MISSING), _items(ITEMS)
    own, theirs = [], []
    for _ in range(rounds):
        own.append(_compare(part, whole))
        theirs.append(_in_javascript(whole))
    print(f"the newest {MISSING} of {ITEMS} missing; {load_words()}")
    rows = [
        [
            name,
            str(len(found[0].asked)),
            str(found[0].bytes),
            f"{found[0].bytes / MISSING:.1f}",
            f"{middle([each.asking_ms for each in found]):.1f}",
            f"{middle([each.answering_ms for each in found]):.1f}",
        ]
        for name, found in (("vrmprotocol asks", own), ("nostr-tools asks", theirs))
    ]
    print(table(["", "rounds", "bytes", "bytes/id", "asking ms", "answering ms"], rows))
    for each in [*own, *theirs]:
        if each.asked != own[0].asked or each.needed != MISSING:
            raise SystemExit("expected the same messages and every id found, came others")
    print(
        ratios(
            rounds=len(own[0].asked),
            bytes_per_id=own[0].bytes / MISSING,
            reconcile_ms=middle([each.asking_ms + each.answering_ms for each in own]),
            vs_js=middle([a.asking_ms / b.asking_ms for a, b in zip(theirs, own, strict=True)]),
        )
    )


if __name__ == "__main__":
    main()
