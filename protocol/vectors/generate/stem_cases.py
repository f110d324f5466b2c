"""Cases of stem.json: what nodes hand to one another before it is spread."""

from __future__ import annotations

from .canonical import Pairs, Raw, pack
from .cases import VectorFile

CODE = "stem.frame"
MARKET = "/vrm/1/market/0"
GOOD = {"envelope": b"\x81\xa1v\x01", "topic": MARKET}


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "stem",
        "specs/07-gossip.md#stem",
        "`frame` reads the bytes of one, without the length before it. The envelope in it isn't "
        "looked at yet.",
    )
    for name, comment, fields in FRAMES:
        output = {"envelope": fields["envelope"], "topic": fields["topic"]}
        file.ok("frame", f"frame-{name}", comment, {"raw": pack(fields)}, output)
    for name, comment, broken in BROKEN:
        file.bad("frame", f"frame-{name}", CODE, comment, {"raw": pack(broken)})
    for name, code, comment, raw in BYTES:
        file.bad("frame", f"frame-{name}", code, comment, {"raw": raw})
    return file


FRAMES = [
    ("market", "a market message's way", GOOD),
    ("mail", "a mail's way", {**GOOD, "topic": "/vrm/1/mail/0"}),
    ("least", "one byte, one character", {"envelope": b"\0", "topic": "t"}),
    ("longest-topic", "64 characters", {**GOOD, "topic": "/" * 64}),
]
BROKEN = [
    ("no-envelope", "no envelope", {"topic": MARKET}),
    ("no-topic", "no topic", {"envelope": b"\0"}),
    ("empty-envelope", "an envelope without bytes", {**GOOD, "envelope": b""}),
    ("empty-topic", "a topic without characters", {**GOOD, "topic": ""}),
    ("topic-long", "65 characters", {**GOOD, "topic": "/" * 65}),
    ("topic-bytes", "bytes instead of text", {**GOOD, "topic": MARKET.encode()}),
    ("topic-nil", "nil instead of text", {**GOOD, "topic": None}),
    ("envelope-text", "text instead of bytes", {**GOOD, "envelope": "envelope"}),
    ("envelope-map", "the envelope as a map", {**GOOD, "envelope": {"v": 1}}),
    ("envelopes", "several envelopes", {**GOOD, "envelope": [b"\0", b"\1"]}),
    ("envelope-long", "66,561 bytes", {**GOOD, "envelope": bytes(66_561)}),
    ("hops", "how far it has come is nobody's business", {**GOOD, "hops": 1}),
    ("array", "an array", [b"\0", MARKET]),
    ("bytes", "the envelope alone", b"\x81\xa1v\x01"),
]
BYTES = [
    ("nothing", "encoding.truncated", "no bytes", b""),
    ("trailing", "encoding.trailing_bytes", "a byte too many", pack(GOOD) + b"\0"),
    (
        "unsorted",
        "encoding.noncanonical",
        "the topic first",
        pack(Pairs([("topic", MARKET), ("envelope", b"\0")])),
    ),
    (
        "long-form",
        "encoding.noncanonical",
        "bytes in a longer form",
        pack({**GOOD, "envelope": Raw(b"\xc5\x00\x01\x00")}),
    ),
    ("large", "encoding.too_large", "over 66,688 bytes", pack({**GOOD, "x": bytes(66_700)})),
]
