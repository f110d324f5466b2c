"""Reading the conformance vectors, and the notation in which they write values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "protocol" / "vectors"


@dataclass(frozen=True)
class Case:
    """One case of one file; `head` is what all cases of the file share."""

    file: str
    name: str
    op: str
    given: dict[str, Any]
    expect: str
    output: Any
    spec: str
    head: dict[str, Any]

    def hex(self, name: str) -> bytes:
        """An input field that is written in hex."""
        return bytes.fromhex(self.given[name])


def files() -> list[Path]:
    """Every vector file."""
    return sorted(FOLDER.glob("*.json"))


def cases() -> Iterator[Case]:
    """Every case of every file."""
    for path in files():
        content = json.loads(path.read_text(encoding="utf-8"))
        head = {key: value for key, value in content.items() if key != "cases"}
        for case in content["cases"]:
            yield Case(
                path.stem,
                case["name"],
                case["op"],
                case["input"],
                case["expect"],
                case.get("output"),
                case["spec"],
                head,
            )


def value_of(text: Any) -> Any:
    """The value that a piece of JSON in the vectors' notation stands for."""
    if isinstance(text, list):
        return [value_of(item) for item in text]
    if not isinstance(text, dict):
        return text
    if len(text) == 1:
        ((mark, inner),) = text.items()
        if mark == "$hex":
            return bytes.fromhex(inner)
        if mark == "$int":
            return int(inner)
        if mark == "$float":
            return float(inner)
        if mark == "$pairs":
            return {value_of(key): value_of(item) for key, item in inner}
    return {key: value_of(item) for key, item in text.items()}
