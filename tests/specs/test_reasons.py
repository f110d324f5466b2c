"""Every coded reason has words, and a test in which it arises from its cause.

The codes are read from the tables of the specs and from the source, so that a new one without
words or without a cause fails here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.engine import test_problems as problems
from tests.engine import test_reasons as causes
from tests.engine.disclosure import test_disclosed as disclosures
from tests.engine.disclosure import test_forgetting as deletions
from tests.engine.orders import test_order_reasons as of_orders
from tests.engine.rights import test_answering as rights
from vrmnode.cli.commands import deal, offer, order_say, vendor_rights
from vrmnode.values import reasons

ROOT = Path(__file__).parents[2]


def _section(file: str, title: str) -> str:
    """The text below a heading, up to the next one of its level or above."""
    text = (ROOT / "specs" / file).read_text(encoding="utf-8")
    marks, _, _ = title.partition(" ")
    _, _, rest = text.partition(f"\n{title}\n")
    assert rest, f"expected a section {title} in {file}"
    return re.split(rf"\n#{{1,{len(marks)}}} ", rest)[0]


def _codes(section: str, row: str) -> list[str]:
    """The codes in the last cell of the table row whose first cell is `row`."""
    lines = [line for line in section.splitlines() if line.startswith(f"| {row} |")]
    return re.findall("`([a-z_]+)`", lines[-1].rstrip("| ").rpartition("|")[2])


DECLINE = _section("03-messages.md", "### decline")
WITHDRAW = _section("03-messages.md", "### withdraw_accept")
EVENT = _section("11-orders.md", "### order_event")
CANCEL = _section("11-orders.md", "### cancel")
RETURN_REQUEST = _section("11-orders.md", "### return_request")
RETURN_ANSWER = _section("11-orders.md", "### return_answer")
DELETION = _section("09-relationship.md", "## deletion").partition("| Reason |")[2]
DISCLOSURE = _section("09-relationship.md", "## disclosure")
RIGHTS = _section("15-rights.md", "## rights_status").partition("| `reason` of")[2]
FAILED = "`failed_attempt`, `undeliverable`, `returned_to_sender`"

Table = tuple[list[str], Mapping[str, str], Mapping[str, object]]
# What the spec lists, the words for it, and the test's causes.
# fmt: off
TABLES: dict[str, Table] = {
    "vendor's decline": (
        _codes(DECLINE, "vendor"), reasons.VENDOR_DECLINE, causes.VENDOR_DECLINE,
    ),
    "customer's decline": (
        _codes(DECLINE, "customer"), reasons.CUSTOMER_DECLINE, causes.CUSTOMER_DECLINE,
    ),
    "withdrawal": (_codes(WITHDRAW, "`reason`"), reasons.WITHDRAWAL, causes.WITHDRAWAL),
    "delivery": (_codes(EVENT, FAILED), reasons.DELIVERY, of_orders.DELIVERY),
    "refund": (_codes(EVENT, "`refunded`"), reasons.REFUND, of_orders.REFUND),
    "refused cancel": (
        _codes(EVENT, "`cancel_refused`"), reasons.CANCEL_REFUSAL, of_orders.CANCEL_REFUSAL,
    ),
    "buyer's cancel": (_codes(CANCEL, "buyer"), reasons.BUYER_CANCEL, of_orders.BUYER_CANCEL),
    "seller's cancel": (_codes(CANCEL, "seller"), reasons.SELLER_CANCEL, of_orders.SELLER_CANCEL),
    "return": (
        re.findall("`([a-z_]+)`", RETURN_REQUEST.partition("`reason` is one of")[2].split("\n")[0]),
        reasons.RETURN,
        of_orders.RETURN,
    ),
    "refused return": (
        _codes(RETURN_ANSWER, "`reason?`"), reasons.RETURN_REFUSAL, of_orders.RETURN_REFUSAL,
    ),
    "refused disclosure": (
        list(dict.fromkeys(re.findall(r"with `([a-z]+\.[a-z]+)`\.", DISCLOSURE))),
        reasons.DISCLOSURE,
        disclosures.CAUSES,
    ),
    "deletion": (
        re.findall(r"^\| `([a-z_]+)` \| [a-z ,']+ \|$", DELETION, re.MULTILINE),
        reasons.DELETION,
        deletions.CAUSES,
    ),
    "right": (
        ["order_open", *re.findall(r"^\| `([a-z_]+)` \| [a-z ,']+ \|$", RIGHTS, re.MULTILINE)],
        reasons.RIGHTS,
        rights.CAUSES,
    ),
}
# fmt: on


@pytest.mark.parametrize("name", TABLES)
def test_every_code_of_the_spec_has_words_and_a_cause(name: str) -> None:
    listed, words, caused = TABLES[name]
    assert len(listed) > 2
    assert listed == list(words) == list(caused)
    assert all(" " in text for text in words.values())


def test_the_commands_offer_the_codes_of_the_spec() -> None:
    def listed(*names: str) -> list[str]:
        return list(dict.fromkeys(code for name in names for code in TABLES[name][0]))

    assert list(offer.REASONS) == listed("customer's decline")
    assert list(deal.WITHDRAWALS) == listed("withdrawal")
    assert set(order_say.REASONS) == set(listed("delivery", "refused cancel"))
    assert list(order_say.REFUNDS) == listed("refund")
    assert set(order_say.CANCELS) == set(listed("buyer's cancel", "seller's cancel"))
    assert set(order_say.RETURNS) == set(listed("return"))
    assert list(order_say.REFUSALS) == listed("refused return")
    assert list(vendor_rights.REASONS) == listed("right")[1:]


def test_no_table_of_reasons_is_missing_here() -> None:
    """A new kind with reasons has to be entered above."""
    found = {
        path.name: len(re.findall(r"^\| `reason\??` \|", path.read_text("utf-8"), re.MULTILINE))
        for path in (ROOT / "specs").glob("*.md")
    }
    # decline, withdraw_accept; deletion; order_event, cancel, return_request, return_answer;
    # rights_status.
    expected = {
        "03-messages.md": 2,
        "09-relationship.md": 1,
        "11-orders.md": 4,
        "15-rights.md": 1,
    }
    assert {name: count for name, count in found.items() if count} == expected


def test_every_problem_of_an_offer_has_a_cause() -> None:
    found = {code for _, code in _arguments("Problem", "vrmnode/customer")}
    assert found == {*problems.CARELESS, *problems.OF_FUNCTION, *problems.OF_TIME}


ERRORS = (
    *("conflict", "invalid", "usage", "ServiceError", "LocalError", "FieldError"),
    *("BackupError", "ConfigError", "ImageError", "KeystoreError", "LockError", "NetworkError"),
    *("StorageError", "WellKnownError"),
)


def test_every_error_that_a_command_can_meet_has_a_test() -> None:
    files = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    named = "\n".join(path.read_text(encoding="utf-8") for path in files)
    found = [
        *((path, f"{code}.not_found") for path, code in _arguments("not_found", "vrmnode")),
        *_arguments("CommandError", "vrmnode", place=1),
        *_arguments("LocalError", "protocol/vrmprotocol"),
    ]
    for raised in ERRORS:
        found += _arguments(raised, "vrmnode")
    assert len({code for _, code in found}) > 150
    for path, code in found:
        tested = f'"{code}"' in named or f"[{code}]" in named
        assert tested, f"{path.name}: no test raises {code}"


def _arguments(function: str, folder: str, place: int = 0) -> Iterator[tuple[Path, str]]:
    """An argument of each call of a function below a folder, where it is a literal."""
    for path, name, args in _calls(folder):
        at = args[place] if len(args) > place else None
        if name == function and isinstance(at, ast.Constant):
            yield path, str(at.value)


@cache
def _calls(folder: str) -> list[tuple[Path, str, list[ast.expr]]]:
    """The calls of functions by their names below a folder, with their arguments."""
    return [
        (path, node.func.id, node.args)
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
