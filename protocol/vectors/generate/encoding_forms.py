"""Bytes that msgpack can decode or not, each wrong in one way; used by the encoding cases.

Each entry is (name, bytes, error code, comment).
"""

from __future__ import annotations

import struct

from .canonical import Pairs, Raw, array_header, map_header, nested_arrays, nested_maps, pack

Form = tuple[str, bytes, str, str]

NONCANONICAL = "encoding.noncanonical"
FORBIDDEN = "encoding.forbidden_type"
TRUNCATED = "encoding.truncated"
UTF8 = "encoding.invalid_utf8"


def long_integers() -> list[Form]:
    """Every integer form, holding a number that a shorter form could hold."""
    forms: list[Form] = []
    for head, fmt, name, values in (
        (0xCC, ">B", "uint8", (0, 127)),
        (0xCD, ">H", "uint16", (0, 127, 128, 255)),
        (0xCE, ">I", "uint32", (0, 255, 256, 65535)),
        (0xCF, ">Q", "uint64", (0, 65535, 65536, 2**32 - 1)),
        (0xD0, ">b", "int8", (-32, -1, 0, 127)),
        (0xD1, ">h", "int16", (-128, -1, 0, 127, 128, 32767)),
        (0xD2, ">i", "int32", (-32768, -1, 0, 65535, 2**31 - 1)),
        (0xD3, ">q", "int64", (-(2**31), -1, 0, 2**32 - 1, 2**63 - 1)),
    ):
        for value in values:
            sign = "minus-" if value < 0 else ""
            forms.append(
                (
                    f"{name}-holds-{sign}{abs(value)}",
                    bytes([head]) + struct.pack(fmt, value),
                    NONCANONICAL,
                    f"{value} written as {name}, though a shorter or the unsigned form holds it",
                )
            )
    return forms


def long_headers() -> list[Form]:
    """Strings, bytes, arrays and maps with a header longer than their length needs."""
    text31, text32, text255 = b"a" * 31, b"a" * 32, b"a" * 255
    nils, entries = b"\xc0" * 15, pack({f"{n:02}": None for n in range(15)})[1:]
    return [
        ("str8-of-0", b"\xd9\x00", NONCANONICAL, "the empty string has a one-byte header"),
        ("str8-of-31", b"\xd9\x1f" + text31, NONCANONICAL, "31 bytes fit the one-byte header"),
        ("str16-of-32", b"\xda\x00\x20" + text32, NONCANONICAL, "32 bytes fit str8"),
        ("str16-of-255", b"\xda\x00\xff" + text255, NONCANONICAL, "255 bytes fit str8"),
        ("str32-of-1", b"\xdb\x00\x00\x00\x01a", NONCANONICAL, "one byte fits the short header"),
        (
            "str32-of-256",
            b"\xdb\x00\x00\x01\x00" + b"a" * 256,
            NONCANONICAL,
            "256 bytes fit str16",
        ),
        ("bin16-of-0", b"\xc5\x00\x00", NONCANONICAL, "no bytes fit bin8"),
        ("bin16-of-255", b"\xc5\x00\xff" + bytes(255), NONCANONICAL, "255 bytes fit bin8"),
        ("bin32-of-1", b"\xc6\x00\x00\x00\x01\x00", NONCANONICAL, "one byte fits bin8"),
        ("bin32-of-256", b"\xc6\x00\x00\x01\x00" + bytes(256), NONCANONICAL, "256 bytes fit bin16"),
        ("array16-of-0", b"\xdc\x00\x00", NONCANONICAL, "the empty array has a one-byte header"),
        ("array16-of-15", b"\xdc\x00\x0f" + nils, NONCANONICAL, "15 items fit one byte"),
        ("array32-of-1", b"\xdd\x00\x00\x00\x01\xc0", NONCANONICAL, "one item fits one byte"),
        (
            "array32-of-16",
            b"\xdd\x00\x00\x00\x10" + b"\xc0" * 16,
            NONCANONICAL,
            "16 items fit array16",
        ),
        ("map16-of-0", b"\xde\x00\x00", NONCANONICAL, "the empty map has a one-byte header"),
        ("map16-of-15", b"\xde\x00\x0f" + entries, NONCANONICAL, "15 entries fit one byte"),
        ("map32-of-1", b"\xdf\x00\x00\x00\x01\xa1a\xc0", NONCANONICAL, "one entry fits one byte"),
        (
            "map16-inside-array",
            b"\x91\xde\x00\x01\xa1a\xc0",
            NONCANONICAL,
            "a long header deeper inside",
        ),
        ("str8-as-key", b"\x81\xd9\x01a\xc0", NONCANONICAL, "a long header on a key"),
    ]


def map_order() -> list[Form]:
    """Maps out of order, with duplicates, or with keys that aren't strings."""
    key_forms: list[Form] = [
        ("key-int", pack(Pairs([(1, None)])), "encoding.key_not_str", "an integer key"),
        ("key-bin", pack(Pairs([(b"a", None)])), "encoding.key_not_str", "a key of raw bytes"),
        ("key-nil", pack(Pairs([(None, None)])), "encoding.key_not_str", "nil as a key"),
        ("key-bool", pack(Pairs([(True, None)])), "encoding.key_not_str", "true as a key"),
        (
            "key-bin-nested",
            pack([{"a": Pairs([(b"b", 1)])}]),
            "encoding.key_not_str",
            "raw bytes as a key, two levels deep",
        ),
        (
            "key-array",
            pack(Pairs([([], None)])),
            "encoding.key_not_str",
            "an array as a key, which a decoder may be unable to hash",
        ),
        ("key-map", pack(Pairs([({}, None)])), "encoding.key_not_str", "a map as a key"),
    ]
    return key_forms + [
        ("unsorted", pack(Pairs([("b", 1), ("a", 2)])), NONCANONICAL, "b stands before a"),
        (
            "sorted-by-length",
            pack(Pairs([("b", 1), ("aa", 2)])),
            NONCANONICAL,
            "shorter keys first is another format's order; here aa comes before b",
        ),
        (
            "prefix-after-longer",
            pack(Pairs([("aa", 1), ("a", 2)])),
            NONCANONICAL,
            "a key comes before every longer key that starts with it",
        ),
        (
            "sorted-without-case",
            pack(Pairs([("a", 1), ("B", 2)])),
            NONCANONICAL,
            "upper case letters have lower bytes",
        ),
        (
            "sorted-by-utf16",
            pack(Pairs([("\U00010000", 1), ("\uff61", 2)])),
            NONCANONICAL,
            "UTF-16 order puts U+10000 before U+FF61, UTF-8 bytes put it after",
        ),
        (
            "unsorted-nested",
            pack([{"x": Pairs([("b", 1), ("a", 2)])}]),
            NONCANONICAL,
            "an unsorted map inside a sorted one",
        ),
        (
            "duplicate-key",
            pack(Pairs([("a", 1), ("a", 2)])),
            NONCANONICAL,
            "the same key twice with different values",
        ),
        (
            "duplicate-key-same-value",
            pack(Pairs([("a", 1), ("a", 1)])),
            NONCANONICAL,
            "the same entry twice",
        ),
        (
            "duplicate-key-apart",
            pack(Pairs([("a", 1), ("b", 2), ("a", 3)])),
            NONCANONICAL,
            "the same key twice, another between them",
        ),
    ]


def forbidden_types() -> list[Form]:
    """Floats, extensions and the byte that msgpack never uses."""
    float64, float32 = struct.pack(">d", 1.5), struct.pack(">f", 1.5)
    forms: list[Form] = [
        ("float64", b"\xcb" + float64, FORBIDDEN, "a float"),
        ("float32", b"\xca" + float32, FORBIDDEN, "a float of single precision"),
        ("float64-whole", b"\xcb" + struct.pack(">d", 1.0), FORBIDDEN, "1.0 is no integer"),
        ("float64-nan", b"\xcb\x7f\xf8" + bytes(6), FORBIDDEN, "not a number"),
        (
            "float64-in-map",
            pack({"a": Raw(b"\xcb" + float64)}),
            FORBIDDEN,
            "a float as the value of a map",
        ),
        ("float32-in-array", pack([Raw(b"\xca" + float32)]), FORBIDDEN, "a float in an array"),
        ("timestamp32", b"\xd6\xff" + bytes(4), FORBIDDEN, "the timestamp extension, 32 bits"),
        ("timestamp64", b"\xd7\xff" + bytes(8), FORBIDDEN, "the timestamp extension, 64 bits"),
        (
            "timestamp96",
            b"\xc7\x0c\xff" + bytes(12),
            FORBIDDEN,
            "the timestamp extension, 96 bits",
        ),
        (
            "timestamp-malformed",
            b"\xc7\x03\xff" + bytes(3),
            FORBIDDEN,
            "a timestamp of a length that no timestamp has",
        ),
        ("ext-in-map", pack({"a": Raw(b"\xd4\x01\x00")}), FORBIDDEN, "an extension inside a map"),
        ("never-used", b"\xc1", FORBIDDEN, "0xc1 means nothing in msgpack"),
        ("never-used-in-array", b"\x92\x01\xc1", FORBIDDEN, "0xc1 as the second item"),
    ]
    for head, size in ((0xD4, 1), (0xD5, 2), (0xD6, 4), (0xD7, 8), (0xD8, 16)):
        raw = bytes([head, 5]) + bytes(size)
        forms.append((f"fixext{size}", raw, FORBIDDEN, f"an extension of {size} bytes"))
    for head, width, name in ((0xC7, 1, "ext8"), (0xC8, 2, "ext16"), (0xC9, 4, "ext32")):
        raw = bytes([head]) + (3).to_bytes(width, "big") + b"\x05abc"
        forms.append((name, raw, FORBIDDEN, f"an extension with an {name} header"))
    return forms


def invalid_utf8() -> list[Form]:
    """Strings whose bytes aren't UTF-8."""
    forms: list[Form] = []
    for name, raw, comment in (
        ("continuation-alone", b"\x80", "a continuation byte with nothing before it"),
        ("never-valid-byte", b"\xff", "0xff never occurs"),
        ("cut-2", b"\xc3", "a two-byte sequence cut short"),
        ("cut-3", b"\xe2\x82", "a three-byte sequence cut short"),
        ("cut-4", b"\xf0\x9f\x98", "a four-byte sequence cut short"),
        ("overlong-2", b"\xc0\x80", "NUL in two bytes"),
        ("overlong-slash", b"\xc0\xaf", "a slash in two bytes"),
        ("overlong-3", b"\xe0\x80\xaf", "a slash in three bytes"),
        ("overlong-4", b"\xf0\x80\x80\xaf", "a slash in four bytes"),
        ("surrogate-high", b"\xed\xa0\x80", "U+D800 encoded as if it were a character"),
        ("surrogate-low", b"\xed\xbf\xbf", "U+DFFF encoded as if it were a character"),
        (
            "surrogate-pair",
            b"\xed\xa0\xbd\xed\xb8\x80",
            "an emoji as two encoded surrogates (CESU-8)",
        ),
        ("beyond-unicode", b"\xf4\x90\x80\x80", "U+110000"),
        ("five-bytes", b"\xf8\x88\x80\x80\x80", "a five-byte sequence"),
        ("latin-1", b"caf\xe9", "Latin-1 text"),
    ):
        forms.append((f"utf8-{name}", bytes([0xA0 | len(raw)]) + raw, UTF8, comment))
    bad = Raw(b"\xa1\xff")
    forms.append(("utf8-in-key", pack(Pairs([(bad, None)])), UTF8, "in the key of a map"))
    forms.append(("utf8-in-value", pack({"a": [bad]}), UTF8, "in an array in a map"))
    return forms


def truncated() -> list[Form]:
    """Valid values cut off, once at each kind of place."""
    forms: list[Form] = [("empty", b"", TRUNCATED, "no bytes at all")]
    for name, raw, comment in (
        ("uint8", b"\xcc", "no number after the header"),
        ("uint16", b"\xcd\x01", "half of the number"),
        ("uint32", b"\xce\x00\x01\x00", "three of four bytes"),
        ("uint64", b"\xcf" + bytes(7), "seven of eight bytes"),
        ("int8", b"\xd0", "no number after the header"),
        ("int16", b"\xd1\xff", "half of the number"),
        ("int32", b"\xd2\xff\x00\x00", "three of four bytes"),
        ("int64", b"\xd3" + bytes(7), "seven of eight bytes"),
        ("fixstr", b"\xa2a", "one of two characters"),
        ("str8-length", b"\xd9", "no length"),
        ("str8", b"\xd9\x20" + b"a" * 31, "31 of 32 bytes"),
        ("str16-length", b"\xda\x01", "half of the length"),
        ("str32-length", b"\xdb\x00\x01\x00", "three bytes of the length"),
        ("bin8-length", b"\xc4", "no length"),
        ("bin8", b"\xc4\x02\x00", "one of two bytes"),
        ("bin16-length", b"\xc5\x01", "half of the length"),
        ("bin32-huge", b"\xc6\xff\xff\xff\xff", "a length of 4 GiB and nothing after it"),
        ("str32-huge", b"\xdb\xff\xff\xff\xff" + b"a", "a length of 4 GiB and one byte after it"),
        ("fixarray", b"\x92\x01", "one of two items"),
        ("array16-length", b"\xdc\x00", "half of the length"),
        ("array32-length", b"\xdd\x00\x00\x00", "three bytes of the length"),
        ("array16", b"\xdc\x00\x10" + b"\xc0" * 15, "15 of 16 items"),
        ("fixmap-key", b"\x81", "a map of one entry without it"),
        ("fixmap-inside-key", b"\x81\xa2a", "the key cut short"),
        ("fixmap-value", b"\x81\xa1a", "a key without a value"),
        ("fixmap-second", b"\x82\xa1a\xc0", "one of two entries"),
        ("map16-length", b"\xde\x00", "half of the length"),
        ("map32-length", b"\xdf\x00\x00\x00", "three bytes of the length"),
        ("nested", b"\x81\xa1a\x92\x01", "an array inside a map lacks an item"),
        ("header-of-last-item", b"\x91\xd9", "the last item's header lacks its length"),
    ):
        forms.append((f"truncated-{name}", raw, TRUNCATED, comment))
    return forms


def trailing() -> list[Form]:
    """A whole value, then more."""
    code = "encoding.trailing_bytes"
    return [
        ("trailing-nil", b"\xc0\xc0", code, "a second value"),
        ("trailing-zero", b"\x80\x00", code, "a zero byte after a map"),
        ("trailing-newline", b"\x01\n", code, "a line feed after an integer"),
        ("trailing-half", b"\x90\xcd\x01", code, "the first bytes of a second value"),
    ]


def limits() -> list[Form]:
    """Too deep and too many, by one."""
    deep, many = "encoding.too_deep", "encoding.too_many_items"
    return [
        ("depth-17-arrays", pack(nested_arrays(17)), deep, "seventeen arrays in one another"),
        ("depth-17-maps", pack(nested_maps(17)), deep, "seventeen maps in one another"),
        (
            "depth-17-scalar",
            b"\x91" * 17 + b"\xc0",
            deep,
            "a scalar inside seventeen arrays",
        ),
        ("depth-2000", b"\x91" * 2000 + b"\xc0", deep, "two thousand arrays in one another"),
        (
            "map-of-257",
            map_header(257) + pack({f"{n:03}": None for n in range(257)})[3:],
            many,
            "one entry more than a map may have",
        ),
        (
            "array-of-4097",
            array_header(4097) + b"\xc0" * 4097,
            many,
            "one item more than an array may have",
        ),
        (
            "map-of-257-nested",
            pack([{f"{n:03}": None for n in range(257)}]),
            many,
            "one entry too many, in a map inside an array",
        ),
    ]
