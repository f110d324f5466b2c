"""Text from strangers, made safe for a terminal.

A vendor's name could move the cursor, change the window's title, hide or reorder what stands
beside it. Whatever came over the network passes through here before a person sees it; JSON
output is pure ASCII, where nothing of this can happen.
"""

from __future__ import annotations

import json
import re
import unicodedata

# Whole escape sequences first, so that no parameters of them remain as text.
_ESCAPES = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"  # OSC, DCS…
    "|\x1b[ -/]*[0-~]?"
)
# ZWNJ and ZWJ are format characters that Persian and emoji need.
_JOINERS = "\u200c\u200d"
_MAX_MARKS = 3


def many_lines(value: object) -> str:
    """`value` as text without control, format and escape characters; newlines stay."""
    return "\n".join(one_line(line) for line in str(value).split("\n"))


def one_line(value: object) -> str:
    """`value` as one line of text without control, format and escape characters."""
    text = str(value)
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for char in _ESCAPES.sub("", text):
        category = unicodedata.category(char)
        # A pile of combining marks runs over the lines above and below.
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MAX_MARKS:
            kept.append(_shown(char, category))
    return "".join(kept)


def _shown(char: str, category: str) -> str:
    if category in ("Zl", "Zp", "Zs") or char in "\n\t\r":
        return " "
    if category[0] == "C" and char not in _JOINERS:
        return ""
    return char


def shortened(value: object, width: int) -> str:
    """One safe line of at most `width` characters; an ellipsis where something was cut."""
    line = one_line(value)
    return line if len(line) <= width else line[: max(width - 1, 0)] + "…"


def json_text(value: object, *, indent: int | None = None) -> str:
    """JSON in printable ASCII alone."""
    # json escapes everything but DEL.
    return json.dumps(value, indent=indent, ensure_ascii=True).replace("\x7f", "\\u007f")
