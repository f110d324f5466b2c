"""Two threads that convert to a class for the first time, at the same time."""

from __future__ import annotations

import ast
import inspect
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import vrmnode
import vrmprotocol

# Each round has classes of its own, since only the first conversion to a class is dangerous.
RACE = """
import sys
import threading
from typing import Annotated

import msgspec
from vrmprotocol import conversion

CLASSES = '''
class Inner{0}(msgspec.Struct, frozen=True):
    number: Annotated[int, msgspec.Meta(ge=0)]
    words: tuple[str, ...]

class Outer{0}(msgspec.Struct, frozen=True):
    text: Annotated[str, msgspec.Meta(max_length=9)]
    one: Inner{0}
    many: tuple[Inner{0}, ...] = ()
'''
INNER = {"number": 1, "words": ["a"]}
FIELDS = {"text": "b", "one": INNER, "many": [INNER]}
convert = {"msgspec": msgspec.convert, "ours": conversion.convert}[sys.argv[1]]
sys.setswitchinterval(1e-6)
converted = []
for number in range(int(sys.argv[2])):
    exec(CLASSES.format(number))
    start = threading.Barrier(8)

    def first(fields, struct):
        start.wait()
        converted.append(convert(fields, struct))

    pairs = [(FIELDS, globals()[f"Outer{number}"]), (INNER, globals()[f"Inner{number}"])] * 4
    threads = [threading.Thread(target=first, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(len(converted))
"""


def race(convert: str, rounds: int) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", RACE, convert, str(rounds)]
    return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)


def test_all_of_them_get_their_instance() -> None:
    done = race("ours", 300)
    assert (done.returncode, done.stdout.strip()) == (0, str(300 * 8)), done.stderr[-2_000:]


def test_msgspec_still_needs_the_lock() -> None:
    """Where this fails, msgspec has mended it, and `conversion` may be `msgspec.convert` alone."""
    assert race("msgspec", 20_000).returncode == -signal.SIGSEGV


@pytest.mark.parametrize("package", [vrmprotocol, vrmnode], ids=["protocol", "node"])
def test_nothing_converts_elsewhere(package: ModuleType) -> None:
    """Decoders that a module makes as it is imported are made once, under the import's own lock."""
    found = set()
    for path in Path(inspect.getfile(package)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            found |= {(path.name, name) for name in _calls(node) if inside or name == "convert"}
    allowed = {("conversion.py", "convert"), ("conversion.py", "Decoder")}
    assert found <= allowed


def _calls(node: ast.AST) -> set[str]:
    """Which of msgspec's ways to read a class are used somewhere in it."""
    return {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute)
        and each.attr in ("convert", "Decoder", "decode")
        and ast.unparse(each.value).startswith("msgspec")
    }
