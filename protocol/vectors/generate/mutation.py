"""Changing one field of a nested body, and every way in which a field of some type can be wrong."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from .canonical import Raw
from .world import Body

DROP = object()
FLOAT = Raw(b"\xcb" + struct.pack(">d", 1.5))
NIL = Raw(b"\xc0")
CONTROLS = ("\0", "\t", "\r", "\x1f", "\x7f", "\x80", "\x85", "\x9f")
Wrong = tuple[str, Any, str]


def put(body: Body, path: str, value: object) -> Body:
    """A copy of `body` with the field at the dotted `path` replaced, added, or (DROP) removed."""
    head, _, rest = path.partition(".")
    copy = dict(body)
    if rest:
        copy[head] = put(copy.get(head, {}), rest, value)
    elif value is DROP:
        del copy[head]
    else:
        copy[head] = value
    return copy


def wrong_values(kind: str, limit: int = 0, low: int = 0) -> Iterator[Wrong]:
    """(suffix, value, comment) for every way to get a field of this type wrong.

    `limit` is the greatest length, number of entries or value, `low` the least.
    """
    yield "nil", NIL, "nil; an absent field is left out"
    if kind in TABLES:
        yield from TABLES[kind]
    elif kind == "text":
        yield from _wrong_text(limit)
    elif kind == "bin":
        yield "short", bytes(limit - 1), f"{limit - 1} bytes instead of {limit}"
        yield "long", bytes(limit + 1), f"{limit + 1} bytes instead of {limit}"
        yield "str", "a" * limit, "text instead of bytes"
    elif kind == "int":
        yield "low", low - 1, f"less than {low}"
        yield "high", limit + 1, f"more than {limit}"
        yield "str", str(low), "text instead of an integer"
        yield "bool", True, "a truth value is no integer"
        yield "float", FLOAT, "a float"
    elif kind == "amount":
        yield from wrong_integers(0, 10**12)
    elif kind == "time":
        yield from wrong_integers(0, 2**32 - 1)
    elif kind == "category":
        yield from wrong_integers(0, 2**31 - 1)
    else:
        raise ValueError(f"no such type of field: {kind}")


def edge_values(kind: str, limit: int = 0, low: int = 0) -> Iterator[Wrong]:
    """(suffix, value, comment) for the ends of the range of a text or a number, which are right."""
    if kind == "text":
        # One character that has four bytes in UTF-8 and two units in UTF-16.
        yield "longest", "a" * (limit - 1) + "\U00010348", f"{limit} characters"
    elif kind in RANGES or kind == "int":
        least, most = RANGES.get(kind, (low, limit))
        yield "least", least, f"{least}"
        yield "most", most, f"{most}"


RANGES = {"amount": (0, 10**12), "time": (0, 2**32 - 1), "category": (0, 2**31 - 1)}


def wrong_integers(low: int, high: int) -> Iterator[Wrong]:
    """Out of range at both ends, and not an integer."""
    yield "low", low - 1, f"less than {low}"
    yield "high", high + 1, f"more than {high}"
    yield "str", "1", "text instead of an integer"
    yield "bool", True, "a truth value is no integer"


def _wrong_text(limit: int) -> Iterator[Wrong]:
    control = CONTROLS[limit // 4 % len(CONTROLS)]
    yield "empty", "", "no characters"
    yield "long", "a" * (limit + 1), f"{limit + 1} characters"
    yield "control", f"a{control}b", f"the control character U+{ord(control):04X}"
    yield "bin", b"abc", "bytes instead of text"


def wrong_choices(good: list[Any], limit: int | None, *, may_be_empty: bool) -> Iterator[Wrong]:
    """An array of choices: twice the same, too many, none, not an array."""
    yield "twice", [good[0], good[0]], "the same entry twice"
    yield "not-array", good[0], "one value instead of an array"
    if not may_be_empty:
        yield "empty", [], "no entries"
    if limit is not None and len(good) > limit:
        yield "many", good[: limit + 1], f"more than {limit} entries"


def wrong_recipient_key(path: str) -> Iterator[tuple[str, Any, str]]:
    """Paths below a recipient key, with what is wrong there."""
    yield f"{path}.suite", DROP, "no suite"
    yield f"{path}.suite", "a" * 65, "a suite of 65 characters"
    yield f"{path}.suite", 1, "a suite that isn't text"
    yield f"{path}.key", DROP, "no key"
    yield f"{path}.key", bytes(31), "31 bytes for X25519"
    yield f"{path}.key", bytes(33), "33 bytes for X25519"
    yield f"{path}.key", "a" * 32, "a key as text"


TABLES: dict[str, list[Wrong]] = {
    "currency": [
        ("lower", "eur", "lower case"),
        ("short", "EU", "two letters"),
        ("long", "EURO", "four letters"),
        ("digit", "E1R", "a digit"),
        ("newline", "EUR\n", "a line feed at the end"),
        ("number", 978, "the numeric code"),
    ],
    "country": [
        ("lower", "de", "lower case"),
        ("long", "DEU", "three letters"),
        ("short", "D", "one letter"),
        ("umlaut", "DÄ", "a letter beyond A to Z"),
    ],
    "lang": [
        ("short", "d", "one letter"),
        ("underscore", "de_DE", "an underscore"),
        ("hyphen-last", "de-", "nothing after the hyphen"),
        ("long", "en-" + "-".join(["abcdefgh"] * 4), "38 characters"),
        ("newline", "de\n", "a line feed at the end"),
        ("empty", "", "no characters"),
    ],
    "gtin": [
        ("check-digit", "4006381333932", "a wrong check digit"),
        ("ten-digits", "0306406152", "ten digits"),
        ("letters", "40063813339EA", "letters"),
        ("int", 4006381333931, "an integer"),
        ("empty", "", "no characters"),
    ],
    "terms": [
        ("lower", "sd-base", "lower case"),
        ("empty", "", "no characters"),
        ("long", "A" * 33, "33 characters"),
        ("underscore", "SD_BASE", "an underscore"),
    ],
    "function": [
        ("unknown", "Lend", "no such function"),
        ("lower", "sell", "lower case"),
        ("iri", "http://purl.org/goodrelations/v1#Sell", "the IRI instead of the name"),
    ],
    "condition": [
        ("unknown", "OldCondition", "no such condition"),
        ("lower", "newcondition", "lower case"),
    ],
    "delivery": [("unknown", "teleport", "no such method"), ("upper", "Ship", "a capital")],
    "payment": [
        ("upper", "Invoice", "a capital"),
        ("empty", "", "no characters"),
        ("long", "a" * 33, "33 characters"),
        ("digit-first", "3d_secure", "a digit first"),
        ("hyphen", "bank-transfer", "a hyphen"),
    ],
    "bool": [("int", 1, "an integer"), ("str", "true", "text")],
    "map": [("array", [], "an array instead of a map"), ("str", "x", "text instead of a map")],
}
