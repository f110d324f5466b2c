"""Cases of submit.json: what is answered to envelopes that were handed over."""

from __future__ import annotations

from .canonical import Pairs, pack
from .cases import VectorFile

CODE = "submit.frame"


def build() -> VectorFile:
    """The file with all its cases."""
    file = VectorFile(
        "submit",
        "specs/13-submit.md#frames",
        "What the side that takes envelopes answers.",
    )
    for name, comment, fields in ANSWERS:
        file.ok("answer", f"answer-{name}", comment, {"raw": pack(fields)})
    for name, comment, fields in BROKEN:
        file.bad("answer", f"answer-{name}", CODE, comment, {"raw": pack(fields)})
    for name, code, comment, raw in BYTES:
        file.bad("answer", f"answer-{name}", code, comment, {"raw": raw})
    return file


ANSWERS: list[tuple[str, str, object]] = [
    ("kept", "one result", {"results": ["kept"]}),
    ("several", "the results of three", {"results": ["kept", "envelope.duplicate", "kept"]}),
    ("most", "256 results", {"results": ["kept"] * 256}),
    ("refusals", "codes", {"results": ["submit.topic", "submit.not_kept", "envelope.stamp"]}),
    ("unknown-code", "a code of a later version", {"results": ["weather.too_wet"]}),
    ("longest-code", "31 characters twice", {"results": ["a" * 31 + "." + "_" * 31]}),
    ("busy", "nothing is taken", {"refused": "busy"}),
]
BROKEN: list[tuple[str, str, object]] = [
    ("nothing", "no fields", {}),
    ("both", "results and a refusal", {"results": ["kept"], "refused": "busy"}),
    ("results-none", "no results", {"results": []}),
    ("results-many", "257 results", {"results": ["kept"] * 257}),
    ("results-text", "a str for the array", {"results": "kept"}),
    ("result-number", "a number", {"results": [0]}),
    ("result-bin", "bytes", {"results": [b"kept"]}),
    ("result-empty", "an empty result", {"results": [""]}),
    ("result-word", "one word other than kept", {"results": ["stored"]}),
    ("result-capital", "a capital", {"results": ["Envelope.stamp"]}),
    ("result-line", "a line break at the end", {"results": ["kept\n"]}),
    ("result-three", "three words", {"results": ["a.b.c"]}),
    ("result-long", "32 characters before the dot", {"results": ["a" * 32 + ".b"]}),
    ("refused-word", "an unknown word", {"refused": "later"}),
    ("unknown-field", "a field too many", {"results": ["kept"], "at": 0}),
    ("array", "an array", ["kept"]),
]
BYTES = [
    ("no-bytes", "encoding.truncated", "no bytes", b""),
    ("trailing", "encoding.trailing_bytes", "a byte too many", pack({"refused": "busy"}) + b"\0"),
    (
        "twice",
        "encoding.noncanonical",
        "a key twice",
        pack(Pairs([("refused", "busy"), ("refused", "busy")])),
    ),
    (
        "too-large",
        "encoding.too_large",
        "over 32,768 bytes",
        pack({"results": ["a" * 31 + "." + "b" * 31] * 520}),
    ),
]
