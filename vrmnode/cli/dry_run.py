"""What each audience would see of an intent, byte for byte."""

from __future__ import annotations

from vrmnode.cli.locales import sentence
from vrmnode.cli.show import entries, hexdump, nested

NOTHING_HAPPENED = "Dry run: nothing was sent or stored."


def dry_run_words(value: dict[str, object], begin: str = NOTHING_HAPPENED) -> str:
    """The dry run for people: each audience with the fields and the bytes it gets."""
    parts = [begin]
    parts += [_audience(each) for each in entries(value, "audiences")]
    pages = [str(each.get("text")) for each in entries(value, "terms")]
    parts += [f"== terms you proffer, {at}. choice\n{text}" for at, text in enumerate(pages, 1)]
    warnings = value.get("warnings")
    for warning in warnings if isinstance(warnings, list) else []:
        parts.append(f"Note: {sentence(warning)}")
    return "\n\n".join(parts)


def _audience(each: dict[str, object]) -> str:
    name = str(each.get("audience", ""))
    raw = _raw(each.get("bytes_hex"))
    size = f" ({len(raw)} bytes)" if raw else ""
    lines = [f"== {name}{size}"]
    decoded = each.get("decoded")
    lines.append(nested(decoded, "  ") if decoded else "  nothing")
    if raw:
        lines += ["  the bytes:", *(f"  {line}" for line in hexdump(raw).split("\n"))]
    return "\n".join(lines)


def _raw(text: object) -> bytes:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return b""
