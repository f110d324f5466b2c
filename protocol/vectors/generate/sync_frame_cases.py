"""Cases of sync.json: the frames that carry a comparison, and the envelopes after it."""

from __future__ import annotations

from .canonical import Pairs, pack
from .cases import VectorFile

CODE = "sync.frame"
TOPIC = "/vrm/1/market/0"
AT = 1_800_000_000
IDS = [number.to_bytes(32, "big") for number in range(1, 258)]


def add(file: VectorFile) -> None:
    """Add the cases to the file."""
    file.at("specs/08-sync.md#asking")
    for name, comment, fields in REQUESTS:
        file.ok("request", f"request-{name}", comment, {"raw": pack(fields)})
    for name, comment, fields in BROKEN_REQUESTS:
        file.bad("request", f"request-{name}", CODE, comment, {"raw": pack(fields)})
    for name, comment, fields in ANSWERS:
        file.ok("answer", f"answer-{name}", comment, {"raw": pack(fields)})
    for name, comment, fields in BROKEN_ANSWERS:
        file.bad("answer", f"answer-{name}", CODE, comment, {"raw": pack(fields)})
    for name, code, comment, raw in BYTES:
        file.bad("request", f"request-{name}", code, comment, {"raw": raw})
        file.bad("answer", f"answer-{name}", code, comment, {"raw": raw})


BEGIN: dict[str, object] = {"topic": TOPIC, "at": AT, "message": b"\x61"}
REQUESTS: list[tuple[str, str, object]] = [
    ("begin", "a topic, a time and a message", BEGIN),
    ("go-on", "a further message", {"message": b"\x61\0\0\0"}),
    ("longest", "a message of 32,768 bytes", {"message": b"\x61" * 32_768}),
    ("fetch", "one id", {"fetch": IDS[:1]}),
    ("fetch-most", "256 ids", {"fetch": IDS[:256]}),
]
BROKEN_REQUESTS: list[tuple[str, str, object]] = [
    ("nothing", "no fields", {}),
    ("topic-alone", "no message", {"topic": TOPIC, "at": AT}),
    ("no-time", "a topic without a time", {"topic": TOPIC, "message": b"\x61"}),
    ("no-topic", "a time without a topic", {"at": AT, "message": b"\x61"}),
    ("topic-empty", "an empty topic", {**BEGIN, "topic": ""}),
    ("topic-long", "65 characters", {**BEGIN, "topic": "/" * 65}),
    ("time-negative", "a negative time", {**BEGIN, "at": -1}),
    ("time-large", "2^32", {**BEGIN, "at": 2**32}),
    ("time-text", "text instead of a time", {**BEGIN, "at": str(AT)}),
    ("time-true", "a truth value is no integer", {**BEGIN, "at": True}),
    ("message-empty", "an empty message", {**BEGIN, "message": b""}),
    ("message-long", "a message of 32,769 bytes", {"message": b"\x61" * 32_769}),
    ("message-text", "text", {"message": "a"}),
    ("both", "a message and ids", {"message": b"\x61", "fetch": IDS[:1]}),
    ("begin-fetch", "ids beside a topic", {"topic": TOPIC, "at": AT, "fetch": IDS[:1]}),
    ("fetch-none", "no ids", {"fetch": []}),
    ("fetch-many", "257 ids", {"fetch": IDS[:257]}),
    ("fetch-twice", "an id twice", {"fetch": [IDS[0], IDS[0]]}),
    ("fetch-short", "31 bytes", {"fetch": [bytes(31)]}),
    ("unknown-field", "a field too many", {**BEGIN, "since": 0}),
    ("array", "an array", [b"\x61"]),
]
ANSWERS: list[tuple[str, str, object]] = [
    ("message", "a message", {"message": b"\x61"}),
    ("envelopes", "two envelopes", {"envelopes": [b"one", b"two"]}),
    ("envelopes-none", "none of those asked for", {"envelopes": []}),
    ("envelopes-more", "others follow", {"envelopes": [b"one"], "more": True}),
    ("envelope-longest", "66,560 bytes", {"envelopes": [bytes(66_560)]}),
    ("refused-topic", "a topic that it doesn't read", {"refused": "topic"}),
    ("refused-clock", "another time", {"refused": "clock"}),
    ("refused-busy", "too often", {"refused": "busy"}),
]
BROKEN_ANSWERS: list[tuple[str, str, object]] = [
    ("nothing", "no fields", {}),
    ("two", "a message and envelopes", {"message": b"\x61", "envelopes": []}),
    ("refused-word", "an unknown word", {"refused": "later"}),
    ("refused-and-message", "both", {"refused": "busy", "message": b"\x61"}),
    ("more-alone", "nothing before what follows", {"more": True}),
    ("more-message", "more beside a message", {"message": b"\x61", "more": True}),
    ("more-false", "false is left out", {"envelopes": [], "more": False}),
    ("envelope-empty", "an empty envelope", {"envelopes": [b""]}),
    ("envelope-long", "66,561 bytes", {"envelopes": [bytes(66_561)]}),
    ("envelopes-many", "257 envelopes", {"envelopes": [b"x"] * 257}),
    ("envelopes-map", "a map", {"envelopes": {}}),
    ("message-empty", "an empty message", {"message": b""}),
    ("unknown-field", "a field too many", {"message": b"\x61", "at": AT}),
]
BYTES = [
    ("no-bytes", "encoding.truncated", "no bytes", b""),
    ("trailing", "encoding.trailing_bytes", "a byte too many", pack({"message": b"\x61"}) + b"\0"),
    (
        "twice",
        "encoding.noncanonical",
        "a key twice",
        pack(Pairs([("message", b"\x61"), ("message", b"\x61")])),
    ),
]
