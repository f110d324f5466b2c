"""Cases of encoding.json: what is canonical, and every way not to be."""

from __future__ import annotations

from . import encoding_forms
from .canonical import Pairs, nested_arrays, nested_maps, pack
from .cases import VectorFile
from .notation import notation

VALID: list[tuple[str, object, str]] = [
    ("nil", None, "nil"),
    ("false", False, "false"),
    ("true", True, "true"),
    ("int-0", 0, "zero"),
    ("int-127", 127, "the greatest number in one byte"),
    ("int-128", 128, "the least in uint8"),
    ("int-255", 255, "the greatest in uint8"),
    ("int-256", 256, "the least in uint16"),
    ("int-65535", 65535, "the greatest in uint16"),
    ("int-65536", 65536, "the least in uint32"),
    ("int-u32-max", 2**32 - 1, "the greatest in uint32"),
    ("int-2-32", 2**32, "the least in uint64"),
    ("int-2-63", 2**63, "beyond a signed 64-bit integer"),
    ("int-u64-max", 2**64 - 1, "the greatest integer there is"),
    ("int-minus-1", -1, "negative, in one byte"),
    ("int-minus-32", -32, "the least in one byte"),
    ("int-minus-33", -33, "the greatest in int8"),
    ("int-minus-128", -128, "the least in int8"),
    ("int-minus-129", -129, "the greatest in int16"),
    ("int-minus-32768", -32768, "the least in int16"),
    ("int-minus-32769", -32769, "the greatest in int32"),
    ("int-i32-min", -(2**31), "the least in int32"),
    ("int-below-i32", -(2**31) - 1, "the greatest in int64"),
    ("int-i64-min", -(2**63), "the least integer there is"),
    ("str-empty", "", "no characters"),
    ("str-31", "a" * 31, "the longest with a one-byte header"),
    ("str-32", "a" * 32, "the shortest str8"),
    ("str-255", "a" * 255, "the longest str8"),
    ("str-256", "a" * 256, "the shortest str16"),
    ("str-utf8", "Grüße, 東京 \U0001f600", "one to four bytes a character; length counts bytes"),
    ("str-nul", "a\0b", "control characters are the schemas' business, not the encoding's"),
    ("str-byte-order-mark", "\ufeffa", "a mark at the beginning is a character like any other"),
    ("str-not-normalised", "e\u0301", "no Unicode normalisation: e and a combining accent"),
    ("bin-empty", b"", "no bytes"),
    ("bin-255", bytes(range(255)), "the longest bin8"),
    ("bin-256", bytes(range(256)), "the shortest bin16"),
    ("array-empty", [], "no items"),
    ("array-15", [0] * 15, "the longest with a one-byte header"),
    ("array-16", [0] * 16, "the shortest array16"),
    ("array-4096", [None] * 4096, "as many items as an array may have"),
    ("map-empty", {}, "no entries"),
    ("map-15", {f"{n:02}": n for n in range(15)}, "the largest with a one-byte header"),
    ("map-16", {f"{n:02}": n for n in range(16)}, "the smallest map16"),
    ("map-256", {f"{n:03}": n for n in range(256)}, "as many entries as a map may have"),
    ("map-empty-key", {"": 1}, "the empty string is a key"),
    ("map-order", {"a": 2, "B": 1, "aa": 3, "b": 4, "é": 5}, "sorted by bytes: B, a, aa, b, é"),
    (
        "map-order-utf16",
        {"\uff61": 1, "\U00010000": 2},
        "UTF-8 order, where UTF-16 order would be the other way round",
    ),
    ("depth-16-arrays", nested_arrays(16), "as deep as arrays may be"),
    ("depth-16-maps", nested_maps(16), "as deep as maps may be"),
]

UNENCODABLE: list[tuple[str, object, str]] = [
    ("encode-float", 1.5, "there are no floats"),
    ("encode-float-whole", 1.0, "not even whole ones"),
    ("encode-float-nested", {"a": [0.0]}, "a float deeper inside"),
    ("encode-int-2-64", 2**64, "one more than the greatest integer"),
    ("encode-int-below-i64", -(2**63) - 1, "one less than the least integer"),
    ("encode-key-int", Pairs([(1, 2)]), "keys are strings"),
    ("encode-key-bin", Pairs([(b"a", 2)]), "keys are strings, not bytes"),
    ("encode-depth-17", nested_arrays(17), "deeper than a reader accepts"),
    ("encode-map-257", {f"{n:03}": None for n in range(257)}, "more entries than a reader accepts"),
    ("encode-array-4097", [None] * 4097, "more items than a reader accepts"),
]


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "encoding",
        "specs/01-encoding.md",
        "Canonical msgpack. `decode` reads bytes, at most `max_bytes` of them (65536 unless given);"
        " `encode` writes the value given in the notation of protocol/README.md.",
    )
    for name, value, comment in VALID:
        file.ok("decode", name, comment, {"raw": pack(value)}, {"value": notation(value)})
    for name, value, comment in UNENCODABLE:
        code = "encoding.unencodable"
        file.bad("encode", name, code, comment, {"value": notation(value)})
    for forms in (
        encoding_forms.long_integers(),
        encoding_forms.long_headers(),
        encoding_forms.map_order(),
        encoding_forms.forbidden_types(),
        encoding_forms.invalid_utf8(),
        encoding_forms.truncated(),
        encoding_forms.trailing(),
        encoding_forms.limits(),
    ):
        for name, raw, code, comment in forms:
            file.bad("decode", name, code, comment, {"raw": raw})
    _sizes(file)
    return file


def _sizes(file: VectorFile) -> None:
    at_limit, over = pack(b"x" * 6), pack(b"x" * 7)
    file.ok(
        "decode",
        "size-at-limit",
        "exactly as long as the caller allows",
        {"raw": at_limit, "max_bytes": 8},
        {"value": notation(b"x" * 6)},
    )
    code = "encoding.too_large"
    given: dict[str, object] = {"raw": over, "max_bytes": 8}
    file.bad("decode", "size-over-limit", code, "one byte longer than allowed", given)
    given = {"raw": b"\xc1" * 9, "max_bytes": 8}
    file.bad("decode", "size-before-syntax", code, "the length is looked at first", given)
    given = {"raw": b"\x00" * 65537}
    file.bad(
        "decode", "size-default", code, "the limit is 65,536 when the caller gives none", given
    )
