"""Cases of messagefile.json: envelopes that travel in a file."""

from __future__ import annotations

from .canonical import Pairs, Raw, array_header, pack
from .cases import VectorFile
from .envelope_file import intent_envelope, mail_draft, profile_draft
from .envelopes import Sealed
from .primitives import fixed
from .world import DIRECTORY, NOW

SECTION = "specs/02-envelope-and-keys.md#message-file"
SCHEMA = "file.schema"
MAX_ENVELOPE = 66_560


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "messagefile",
        SECTION,
        "`read` takes a file apart without looking into its envelopes. `judge` reads it at `now`, "
        "knowing the ids in `known`, and says of each envelope `ok` or the code that it gets.",
    )
    _read(file)
    _judge(file)
    return file


def _whole(*envelopes: object, **changes: object) -> dict[str, object]:
    return {"v": 1, "type": "vrm-messages", "envelopes": list(envelopes), **changes}


def _read(file: VectorFile) -> None:
    intent, mail = intent_envelope().raw, mail_draft().seal_off().raw
    for name, comment, inside in (
        ("one", "one envelope", [intent]),
        ("two", "an intent and a mail", [intent, mail]),
        ("twice", "the same envelope twice", [intent, intent]),
        ("rubbish", "what is inside is looked at later", [b"\0"]),
    ):
        raw = pack(_whole(*inside))
        file.ok("read", f"read-{name}", comment, {"raw": raw}, {"envelopes": inside})
    raw = pack(_whole(bytes(MAX_ENVELOPE)))
    file.ok("read", "read-largest", f"an envelope of {MAX_ENVELOPE} bytes", {"raw": raw})
    for name, comment, fields in (
        ("v-0", "version 0", _whole(intent, v=0)),
        ("v-2", "version 2", _whole(intent, v=2)),
        ("v-true", "true is not 1", _whole(intent, v=True)),
        ("type-agreement", "the type of an agreement", _whole(intent, type="vrm-agreement-file")),
        ("type-bin", "the type as bytes", _whole(intent, type=b"vrm-messages")),
        ("unknown-key", "a key that the table doesn't have", _whole(intent, note="hello")),
        ("empty", "no envelope", _whole()),
        ("envelopes-bin", "one envelope without an array", _whole(envelopes=intent)),
        ("envelope-str", "an envelope as text", _whole("a" * 64)),
        ("envelope-map", "an envelope as a map", _whole({"v": 1})),
        ("envelope-empty", "an envelope of no bytes", _whole(b"")),
        ("envelope-nil", "nil in place of an envelope", _whole(intent, None)),
        ("envelope-66561", "an envelope longer than any topic's", _whole(bytes(66_561))),
    ):
        file.bad("read", f"read-{name}", SCHEMA, comment, {"raw": pack(fields)})
    for key in ("v", "type", "envelopes"):
        fields = {name: value for name, value in _whole(intent).items() if name != key}
        comment = f"{key} is missing"
        file.bad("read", f"read-without-{key}", SCHEMA, comment, {"raw": pack(fields)})
    file.bad("read", "read-array", SCHEMA, "an array instead of a map", {"raw": pack([intent])})
    raw = pack(_whole(intent))
    many = Raw(array_header(4_097) + b"\xc4\x01\0" * 4_097)
    for name, code, comment, bad in (
        ("order", "noncanonical", "keys in another order", _reversed(_whole(intent))),
        ("trailing", "trailing_bytes", "a byte after the map", raw + b"\0"),
        ("truncated", "truncated", "the last byte is missing", raw[:-1]),
        ("nothing", "truncated", "no bytes at all", b""),
        ("envelopes-4097", "too_many_items", "4,097 envelopes", pack(_whole(envelopes=many))),
    ):
        file.bad("read", f"read-{name}", f"encoding.{code}", comment, {"raw": bad})


def _reversed(fields: dict[str, object]) -> bytes:
    return pack(Pairs(sorted(fields.items(), reverse=True)))


def _judge(file: VectorFile) -> None:
    intent, profile = intent_envelope(), profile_draft().seal_off()
    forged = intent.raw_with(sig=fixed("signature one") + fixed("signature two"))
    elsewhere = profile_draft().with_changes(topic="/vrm/1/market/0").seal_off()
    unstamped = profile_draft().seal_off(bytes(8))
    assert unstamped.id[0] != 0
    cases: list[tuple[str, str, list[bytes], list[Sealed], int, list[str]]] = [
        ("all-good", "each by itself", [intent.raw, profile.raw], [], 0, ["ok", "ok"]),
        (
            "known",
            "one is known already",
            [intent.raw, profile.raw],
            [intent],
            0,
            ["envelope.duplicate", "ok"],
        ),
        (
            "twice",
            "the second of two equal ones",
            [profile.raw, profile.raw],
            [],
            0,
            ["ok", "envelope.duplicate"],
        ),
        (
            "one-bad",
            "a forged one doesn't spoil the other",
            [forged, profile.raw],
            [],
            0,
            ["envelope.signature", "ok"],
        ),
        (
            "unstamped",
            "work is owed in a file too",
            [unstamped.raw],
            [],
            0,
            ["envelope.stamp"],
        ),
        (
            "topic",
            f"a profile that names the market and belongs in {DIRECTORY}",
            [elsewhere.raw],
            [],
            0,
            ["envelope.topic"],
        ),
        (
            "late",
            "read when one has expired",
            [profile.raw, intent.raw],
            [],
            8 * 86_400,
            ["envelope.expired", "ok"],
        ),
        (
            "early",
            "read before it was made",
            [intent.raw],
            [],
            -301,
            ["envelope.from_future"],
        ),
        (
            "rubbish",
            "bytes that are no envelope",
            [b"\x80", b"\xc1", intent.raw],
            [],
            0,
            ["envelope.schema", "encoding.forbidden_type", "ok"],
        ),
    ]
    for name, comment, inside, known, later, codes in cases:
        given = {
            "raw": pack(_whole(*inside)),
            "now": NOW + later,
            "known": [envelope.id for envelope in known],
        }
        file.ok("judge", f"judge-{name}", comment, given, {"codes": codes})
