"""Cases of peers.json: what nodes ask one another about peers, and answer."""

from __future__ import annotations

from .canonical import Pairs, Raw, pack
from .cases import VectorFile
from .invitation_cases import EIGHT, LATER, NAMED, ONE, SIX, P

CODE = "peers.schema"
SIXTEEN = [f"/ip4/192.0.2.{100 + n}/tcp/4101/p2p/{P[n % 9]}" for n in range(16)]


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "peers",
        "specs/07-gossip.md#peer-exchange",
        "`question` and `answer` read the bytes of one, without the length before it; an answer "
        "gives all `peers` in it, and those of known forms (`known`).",
    )
    for name, port in (("port", 4101), ("port-least", 1), ("port-greatest", 65535)):
        raw = pack({"port": port})
        file.ok("question", f"question-{name}", "it listens", {"raw": raw}, {"port": port})
    file.ok("question", "question-empty", "it doesn't listen", {"raw": pack({})}, {"port": None})
    for name, comment, raw in QUESTIONS:
        file.bad("question", f"question-{name}", CODE, comment, {"raw": raw})
    for name, comment, peers, known in ANSWERS:
        output = {"peers": peers, "known": known}
        file.ok("answer", f"answer-{name}", comment, {"raw": pack({"peers": peers})}, output)
    for name, comment, raw in BROKEN:
        file.bad("answer", f"answer-{name}", CODE, comment, {"raw": raw})
    for name, code, comment, raw in BYTES:
        file.bad("question", f"question-{name}", code, comment, {"raw": raw})
        file.bad("answer", f"answer-{name}", code, comment, {"raw": raw})
    large = pack({"peers": ["/" + "a" * 255] * 33})
    file.bad("answer", "answer-large", "encoding.too_large", "over 8,192 bytes", {"raw": large})
    raw = pack({"port": 4101, "name": "a" * 64})
    file.bad("question", "question-large", "encoding.too_large", "over 64 bytes", {"raw": raw})
    return file


QUESTIONS = [
    ("port-zero", "no port", pack({"port": 0})),
    ("port-high", "65535 is the last", pack({"port": 65536})),
    ("port-negative", "a negative number", pack({"port": -1})),
    ("port-text", "text instead of a number", pack({"port": "4101"})),
    ("port-true", "a truth value", pack({"port": True})),
    ("port-nil", "nil instead of nothing", pack({"port": None})),
    ("unknown-field", "a field too many", pack({"port": 4101, "want": 16})),
    ("array", "an array", pack([4101])),
    ("answer", "an answer", pack({"peers": []})),
]
ANSWERS: list[tuple[str, str, list[str], list[str]]] = [
    ("one", "one peer", [ONE], [ONE]),
    ("none", "no peers", [], []),
    ("two-forms", "both forms", [ONE, SIX], [ONE, SIX]),
    ("eight", "eight peers", EIGHT, EIGHT),
    ("sixteen", "as many as there may be", SIXTEEN, SIXTEEN),
    ("later-form", "one of an unknown form", [LATER, ONE], [ONE]),
    ("name", "a name isn't known here", [NAMED, ONE], [ONE]),
]
BROKEN = [
    ("no-peers", "the field is missing", pack({})),
    ("peers-text", "an address instead of a list", pack({"peers": ONE})),
    ("peers-nil", "nil", pack({"peers": None})),
    ("peers-many", "seventeen peers", pack({"peers": [*SIXTEEN, ONE]})),
    ("peers-twice", "one address twice", pack({"peers": [ONE, ONE]})),
    ("peer-bytes", "bytes instead of text", pack({"peers": [ONE.encode()]})),
    ("peer-no-slash", "no address", pack({"peers": ["example.org"]})),
    ("peer-space", "a space", pack({"peers": ["/ip4 /192.0.2.7"]})),
    ("peer-long", "257 characters", pack({"peers": ["/" + "a" * 256]})),
    ("unknown-field", "a field too many", pack({"peers": [], "more": True})),
    ("question", "a question", pack({"port": 4101})),
    ("array", "an array", pack([ONE])),
]
BYTES = [
    ("nothing", "encoding.truncated", "no bytes", b""),
    ("trailing", "encoding.trailing_bytes", "a byte too many", pack({}) + b"\0"),
    (
        "long-form",
        "encoding.noncanonical",
        "an integer in a longer form",
        pack({"port": Raw(b"\xcd\0\x50")}),
    ),
    (
        "twice",
        "encoding.noncanonical",
        "a key twice",
        pack(Pairs([("port", 1), ("port", 1)])),
    ),
]
