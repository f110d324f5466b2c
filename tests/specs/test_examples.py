"""The worked examples of the specs are the vectors that they name, byte for byte."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPECS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "specs").glob("*.md")}
VECTORS = {
    path.stem: {case["name"]: case for case in json.loads(path.read_text("utf-8"))["cases"]}
    for path in (ROOT / "protocol" / "vectors").glob("*.json")
}

_NAMED = re.compile(r"`([a-z_]+)/([a-z0-9_*-]+)`")
_TABLE_ROW = re.compile(r"^\| `([a-z_]+)/([a-z0-9_-]+)` \| `([0-9a-f]+)` \|", re.MULTILINE)
# A fence that follows the paragraph which names its vector.
_BLOCK = re.compile(r"[Vv]ector `([a-z_]+)/([a-z0-9_-]+)`[^\n]*\n\n```\n(.*?)```", re.DOTALL)
_HEX_FIRST = re.compile(r"^\s*([0-9a-f]{2,})(?=\s|$)")


def named():
    return sorted(
        (spec, file, case)
        for spec, text in SPECS.items()
        for file, case in _NAMED.findall(text)
        if file in VECTORS
    )


def shown():
    """Each example made of bytes alone: spec, vector file, case and the bytes in hex."""
    for spec, text in SPECS.items():
        for file, case, digits in _TABLE_ROW.findall(text):
            yield spec, file, case, digits
        for file, case, block in _BLOCK.findall(text):
            lines = block.splitlines()
            found = [line[1] for line in map(_HEX_FIRST.match, lines) if line]
            if len(found) == len(lines):
                yield spec, file, case, "".join(found)


@pytest.mark.parametrize(("spec", "file", "case"), named())
def test_a_named_vector_exists(spec, file, case):
    assert any(fnmatch(name, case) for name in VECTORS[file])


@pytest.mark.parametrize(("spec", "file", "case", "digits"), sorted(shown()))
def test_shown_bytes_are_those_of_the_vector(spec, file, case, digits):
    assert digits in json.dumps(VECTORS[file][case])


def test_the_specs_show_bytes():
    assert {spec for spec, *_ in shown()} >= {
        "01-encoding.md",
        "02-envelope-and-keys.md",
        "03-messages.md",
        "06-sealing-and-mail.md",
    }
