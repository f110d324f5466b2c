"""How vectors write values in JSON.

Plain JSON wherever it is exact. An object with one key that starts with `$` stands for what JSON
can't say: `{"$hex": …}` bytes, `{"$int": …}` an integer beyond 2^53, `{"$float": …}` a float and
`{"$pairs": [[key, value], …]}` a map that isn't one of text keys. Any other object is a map.
"""

from __future__ import annotations

import json

from .canonical import Pairs

JSON_EXACT = 2**53


def notation(value: object) -> object:
    """`value` as the JSON that protocol/README.md describes."""
    if isinstance(value, bytes):
        return {"$hex": value.hex()}
    if isinstance(value, float):
        return {"$float": repr(value)}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= JSON_EXACT:
        return {"$int": str(value)}
    if isinstance(value, Pairs):
        return {"$pairs": [[notation(key), notation(item)] for key, item in value]}
    if isinstance(value, list | tuple):
        return [notation(item) for item in value]
    if isinstance(value, dict):
        if any(str(key).startswith("$") for key in value):
            raise ValueError("a map key that starts with $ has no notation")
        return {key: notation(item) for key, item in value.items()}
    return value


def plain(value: object) -> object:
    """A field of a case as JSON: bytes become bare hex, since the field's name says the type."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def document(content: dict[str, object], cases: list[dict[str, object]]) -> str:
    """The text of one vector file: one line for every field of a case."""
    lines = ["{"]
    lines += [f"  {_json(key)}: {_json(value)}," for key, value in content.items()]
    lines.append('  "cases": [')
    for number, case in enumerate(cases):
        fields = [f"      {_json(key)}: {_json(value)}" for key, value in case.items()]
        end = "    }" if number == len(cases) - 1 else "    },"
        lines += ["    {", ",\n".join(fields), end]
    lines += ["  ]", "}"]
    return "\n".join(lines) + "\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
