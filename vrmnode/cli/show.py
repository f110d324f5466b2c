"""Small pieces of output: times, money, ids, aligned columns, nested values."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from vrmnode.cli import locales
from vrmnode.cli.safe_text import one_line, shortened

SHORT_ID_CHARS = 12
MEANING_CHARS = 8
DID_CHARS = 20
MAX_CELL_CHARS = 48
MAX_LAST_CHARS = 400


def moment(unix_s: object) -> str:
    """A time such as `2026-11-24 18:00 UTC`."""
    return locales.moment(unix_s) if isinstance(unix_s, int) else "-"


def second(unix_s: object) -> str:
    """A time such as `2026-11-24 18:00:07`, in UTC."""
    return locales.second(unix_s) if isinstance(unix_s, int) else "-"


def span(seconds: object) -> str:
    """Seconds as people write them: `1w`, `36h`."""
    if not isinstance(seconds, int) or seconds <= 0:
        return "-"
    from vrmnode.values.spans import format_span

    return format_span(seconds)


def counted(number: int, noun: str) -> str:
    """`1 offer`, `2 offers`."""
    ending = "es" if noun.endswith("s") else "s"
    return f"{number} {noun}" + ("" if number == 1 else ending)


def day(unix_s: object) -> str:
    """A day such as `2026-11-24`."""
    return locales.day(unix_s) if isinstance(unix_s, int) else "-"


def money(amount: object, currency: object) -> str:
    """Minor units as `45.00 EUR`."""
    if not isinstance(amount, int) or not isinstance(currency, str):
        return "-"
    return locales.money(amount, currency)


def short(identifier: object) -> str:
    """The beginning of an id, long enough to name it to the next command.

    The ids of envelopes begin with zeros, which are the work of their stamp; parties are told
    apart by what follows `did:key:z6Mk`.
    """
    text = one_line(identifier)
    if text.startswith("did:key:"):
        return text[:DID_CHARS]
    zeros = len(text) - len(text.lstrip("0"))
    return text[: max(SHORT_ID_CHARS, zeros + MEANING_CHARS)]


def short_did(did: object) -> str:
    """The beginning of a did:key, long enough to name the vendor to the next command."""
    return one_line(did).removeprefix("did:key:")[:SHORT_ID_CHARS]


def columns(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, whole_last: bool = False
) -> str:
    """Rows under a header, aligned; long cells are cut, but for the last with `whole_last`."""
    most = [MAX_CELL_CHARS] * (len(header) - 1) + [MAX_LAST_CHARS if whole_last else MAX_CELL_CHARS]
    cells = [
        [shortened("-" if v is None else v, at_most) for v, at_most in zip(row, most, strict=True)]
        for row in rows
    ]
    table = [list(header), *cells]
    widths = [max(_width(row[i]) for row in table) for i in range(len(header))]
    return "\n".join(_padded(row, widths) for row in table)


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    parts = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
    return "  ".join(parts).rstrip()


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def hanging(value: object, indent: str = "    ") -> str:
    """A text of several lines, those after the first indented.

    So a text of strangers stays in its place: no line of it looks like one of the command's own.
    """
    return f"\n{indent}".join(one_line(line) for line in str(value).split("\n"))


def nested(value: object, indent: str = "") -> str:
    """A JSON value for people: one `name: value` a line, deeper ones indented."""
    return "\n".join(_nested(value, indent))


def _nested(value: object, indent: str) -> list[str]:
    lines: list[str] = []
    if isinstance(value, Mapping):
        for name, item in value.items():
            entry = _entry(f"{indent}{one_line(name)}:", item, indent)
            lines += [entry[0] + _meaning(name, item, value), *entry[1:]]
    elif isinstance(value, list):
        for item in value:
            lines += _entry(f"{indent}-", item, indent)
    else:
        lines.append(f"{indent}{_scalar(value)}")
    return lines


# What is a number on the wire, under its names there and in the node's answers.
_TIMES = frozenset(
    {
        *("created", "updated", "at", "expires", "received", "acknowledged", "connected_at"),
        *("until", "next_at", "answer_by", "claimed_until"),
        *("added", "checked", "proved_at", "paused_until", "broken_at", "bought_at"),
        *("warranty_until", "used_at", "reported_at"),
        *("valid_through", "validThrough", "confirm_by", "confirmBy", "acceptedAt"),
        *("notBefore", "notAfter", "availabilityEnds", "delivery_earliest", "deliveryEarliest"),
        *("delivery_latest", "deliveryLatest", "asked_at", "answered_at", "disclosed_at"),
        *("effective_from", "effectiveFrom", "due_at"),
    }
)
_SPANS_S = frozenset({"pay_within", "payWithin", "wait_for", "every_s"})
_AMOUNTS = frozenset(
    {
        *("total", "price", "unitPrice", "unit_price", "deliveryCharge", "taxIncluded"),
        *("maxPrice", "max_price", "minPrice", "min_price", "deposit", "amount"),
    }
)


def is_time(name: object) -> bool:
    """Whether what stands under this name is a time."""
    return name in _TIMES


def _meaning(name: object, item: object, beside: Mapping[str, object]) -> str:
    """What a bare number means to people, in brackets."""
    if not isinstance(item, int) or isinstance(item, bool):
        return ""
    if is_time(name):
        return f" ({moment(item)})"
    if name in _SPANS_S and item >= 60:
        return f" ({span(item)})"
    if name == "taxRatePpm":
        return f" ({item / 10_000:g} %)"
    currency = beside.get("currency") or beside.get("priceCurrency")
    if name in _AMOUNTS and isinstance(currency, str):
        return f" ({money(item, currency)})"
    return ""


def _entry(label: str, item: object, indent: str) -> list[str]:
    if isinstance(item, (Mapping, list)) and item:
        if isinstance(item, list) and all(not isinstance(i, (Mapping, list)) for i in item):
            words = [_scalar(i) for i in item]
            # Sentences have commas of their own.
            if any(", " in each for each in words):
                return [label, *(f"{indent}  - {locales.sentence(each)}" for each in words)]
            return [f"{label} {', '.join(words)}"]
        return [label, *_nested(item, indent + "  ")]
    return [f"{label} {_scalar(item)}"]


def _scalar(value: object) -> str:
    if value is None or value == {} or value == []:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return one_line(value)


def hexdump(raw: bytes) -> str:
    """Every byte of `raw`: offset, sixteen in hex, the same as text."""
    lines = []
    for start in range(0, len(raw), 16):
        part = raw[start : start + 16]
        text = "".join(chr(b) if 32 <= b < 127 else "." for b in part)
        lines.append(f"{start:06x}  {part.hex(' '):<47}  {text}")
    return "\n".join(lines)


def entries(value: object, key: str) -> list[dict[str, object]]:
    """The rows of a list answer, which is a list or an object with the list under `key`."""
    rows = value.get(key, []) if isinstance(value, Mapping) else value
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def listed(value: object, between: str = ", ") -> str:
    """The entries of a list of texts, in one line."""
    return between.join(str(each) for each in value) if isinstance(value, list) else ""
