"""What the cases of breach.json are made of: notes, words, acknowledgements, records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .agreement_cases import signed
from .canonical import pack
from .cases import VectorFile
from .disclosure_cases import AGREED
from .messages import (
    Inner,
    accept,
    document_from,
    from_customer,
    from_vendor,
    offer,
)
from .primitives import fixed
from .reach_cases import WRITTEN_AT, entry, note, reach, refusal
from .world import Body

SECTION = "specs/16-breach.md#breaches"
RECORD = "specs/16-breach.md#the-record"
SCHEMA, AUTHOR, NAMED = "breach.schema", "breach.author", "breach.agreement"
WITHIN, UNKNOWN = "breach.within", "breach.not_acknowledged"
ORDER, ADVERT = ("message", "order"), ("message", "marketing")


def ack(*of: Inner, seq: int, by_customer: bool = False, kind: str = "ack") -> Inner:
    """A message that acknowledges others and says nothing else."""
    write = from_customer if by_customer else from_vendor
    header = {"seq": seq, "prev": fixed(f"message {seq - 1}"), "created": WRITTEN_AT + seq}
    return write(kind, {}, **header, received=tuple(each.digest for each in of))


def hearing(of: Inner, *, seq: int) -> Inner:
    """The customer's refusal of a note, which acknowledges it."""
    return replace(refusal(of, seq=seq), received=(of.digest,))


REVOKED = reach(entry(*ORDER, "revoked"))
GRANTED = reach(entry(*ADVERT, "granted"))
LATE_REVOKED = reach(entry(*ADVERT, "revoked"), seq=2)
HEARD = ack(REVOKED, seq=2)
AFTER = note(seq=3, purpose="order")
SPAM = note("Buy more.", seq=3, purpose="marketing")
KNOWING = replace(AFTER, received=(REVOKED.digest,))


def found(of: Inner, ground: str, word: Inner | None = None, known: Inner | None = None) -> Body:
    """What is expected of one breach."""
    digests = {"word": word, "known": known}
    return {
        "note": of.digest,
        "ground": ground,
        **{name: None if each is None else each.digest for name, each in digests.items()},
    }


def set_of(*messages: Inner, deal: tuple[Inner, ...] = AGREED) -> Body:
    return {"set": [each.raw for each in (*deal, *messages)]}


AGREEMENT = pack(signed(document_from(accept(), offer())))


def record(of: Inner, word: Inner | None = None, known: Inner | None = None) -> Body:
    """The record of a note, as its map."""
    fields: Body = {"v": 1, "type": "vrm-breach-record", "agreement": AGREEMENT, "note": of.raw}
    fields |= {} if word is None else {"reach": word.raw}
    return fields | ({} if known is None else {"acknowledgement": known.raw})


def turned(raw: Any) -> bytes:
    place = len(raw) // 2
    return bytes(raw[:place]) + bytes([raw[place] ^ 1]) + bytes(raw[place + 1 :])


Said = tuple[Inner, ...]


def add_found(file: VectorFile, rows: Iterable[tuple[str, str, Said, Body]]) -> None:
    """Cases of one breach: name, comment, what was said after the agreement, what is found."""
    for name, comment, said, expected in rows:
        file.ok("breaches", f"found-{name}", comment, set_of(*said), {"breaches": [expected]})


def add_none(file: VectorFile, rows: Iterable[tuple[str, str, Said]]) -> None:
    """Cases of no breach: name, comment, what was said after the agreement."""
    for name, comment, said in rows:
        file.ok("breaches", f"none-{name}", comment, set_of(*said), {"breaches": []})


def add_made(file: VectorFile, rows: Iterable[tuple[str, str, Said, Body]]) -> None:
    """Records that are made of what was said, and verify: name, comment, messages, record."""
    for name, comment, said, value in rows:
        given: Body = {"agreement": AGREEMENT, **set_of(*said)}
        file.ok("make", f"record-make-{name}", comment, given, {"raw": pack(value)})
        file.ok("verify", f"record-{name}", comment, {"raw": pack(value)})


def add_refused(file: VectorFile, rows: Iterable[tuple[str, str, str, Any]]) -> None:
    """Records that are refused: name, code, comment, record."""
    for name, code, comment, value in rows:
        file.bad("verify", f"record-{name}", code, comment, {"raw": pack(value)})
