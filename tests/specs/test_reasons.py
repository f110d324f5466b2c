"""Every coded reason has words, and a test in which it arises from its cause.

The codes are read from the tables of the specs and from the source, so that a new one without
words or without a cause fails here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.engine import test_problems as problems
from tests.engine import test_reasons as causes
from vrmnode.cli.commands import deal, offer
from vrmnode.values import reasons

ROOT = Path(__file__).parents[2]
MESSAGES = (ROOT / "specs/03-messages.md").read_text(encoding="utf-8")


def _section(name: str) -> str:
    _, _, rest = MESSAGES.partition(f"\n### {name}\n")
    assert rest, f"expected a section {name} in spec 03"
    return rest.partition("\n### ")[0]


def _codes(section: str, row: str) -> list[str]:
    """The codes in the last cell of the table row whose first cell is `row`."""
    line = next(line for line in _section(section).splitlines() if line.startswith(f"| {row} |"))
    return re.findall("`([a-z_]+)`", line.rstrip("| ").rpartition("|")[2])


Table = tuple[list[str], Mapping[str, str], Mapping[str, object]]
# What the spec lists, the words for it, and the test's causes.
TABLES: dict[str, Table] = {
    "vendor's decline": (
        _codes("decline", "vendor"),
        reasons.VENDOR_DECLINE,
        causes.VENDOR_DECLINE,
    ),
    "customer's decline": (
        _codes("decline", "customer"),
        reasons.CUSTOMER_DECLINE,
        causes.CUSTOMER_DECLINE,
    ),
    "withdrawal": (
        _codes("withdraw_accept", "`reason`"),
        reasons.WITHDRAWAL,
        causes.WITHDRAWAL,
    ),
}

# Nothing brings these about yet; the list only gets shorter.
WITHOUT_CAUSE = {"function", "below_minimum", "counter.not_higher"}


@pytest.mark.parametrize("name", TABLES)
def test_every_code_of_the_spec_has_words_and_a_cause(name: str) -> None:
    listed, words, caused = TABLES[name]
    assert len(listed) > 2 and listed == list(words)
    assert [code for code in listed if code not in WITHOUT_CAUSE] == list(caused)
    assert all(" " in text for text in words.values())


def test_the_commands_offer_the_codes_of_the_spec() -> None:
    assert list(offer.REASONS) == TABLES["customer's decline"][0]
    assert list(deal.WITHDRAWALS) == TABLES["withdrawal"][0]


def test_no_table_of_reasons_is_missing_here() -> None:
    """A new kind with reasons has to be entered above."""
    rows = re.findall(r"^\| `reason\??` \|", MESSAGES, re.MULTILINE)
    assert len(rows) == 2, "decline and withdraw_accept"


def test_every_problem_of_an_offer_has_a_cause() -> None:
    found = {code for _, code in _first_arguments("Problem", "vrmnode/customer")}
    assert found == {*problems.CARELESS, *problems.OF_FUNCTION, *problems.OF_TIME}


def test_every_error_of_the_engine_has_a_test() -> None:
    tests = [*(ROOT / "tests/engine").rglob("*.py"), *(ROOT / "tests/node").glob("*.py")]
    named = "\n".join(path.read_text(encoding="utf-8") for path in tests)
    for function in ("conflict", "invalid", "ServiceError"):
        for path, code in _first_arguments(function, "vrmnode/engine"):
            tested = f'"{code}"' in named or code in WITHOUT_CAUSE
            assert tested, f"{path.name}: no test raises {code}"


def _first_arguments(function: str, folder: str) -> Iterator[tuple[Path, str]]:
    """The literal first argument of each call of a function below a folder."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[0] if node.args else None
                if node.func.id == function and isinstance(first, ast.Constant):
                    yield path, str(first.value)
