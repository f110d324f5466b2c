"""The reference library against the conformance vectors, case by case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.protocol.vector_adapters import ADAPTERS, Refused
from tests.protocol.vector_bodies import BODY_ADAPTERS
from tests.protocol.vector_breaches import BREACH_ADAPTERS
from tests.protocol.vector_deletions import DELETION_ADAPTERS
from tests.protocol.vector_demand import DEMAND_ADAPTERS
from tests.protocol.vector_disclosures import DISCLOSURE_ADAPTERS
from tests.protocol.vector_evidence import EVIDENCE_ADAPTERS
from tests.protocol.vector_history import HISTORY_ADAPTERS
from tests.protocol.vector_negotiation import NEGOTIATION_ADAPTERS
from tests.protocol.vector_orders import ORDER_ADAPTERS
from tests.protocol.vector_reach import REACH_ADAPTERS
from tests.protocol.vector_rights import RIGHTS_ADAPTERS
from tests.protocol.vector_terms import TERMS_ADAPTERS
from tests.protocol.vectors import Case, cases, value_of
from vrmprotocol.errors import ProtocolError

ALL_ADAPTERS = {
    **ADAPTERS,
    **BODY_ADAPTERS,
    **NEGOTIATION_ADAPTERS,
    **ORDER_ADAPTERS,
    **TERMS_ADAPTERS,
    **DISCLOSURE_ADAPTERS,
    **DELETION_ADAPTERS,
    **REACH_ADAPTERS,
    **DEMAND_ADAPTERS,
    **HISTORY_ADAPTERS,
    **BREACH_ADAPTERS,
    **EVIDENCE_ADAPTERS,
    **RIGHTS_ADAPTERS,
}
CASES = list(cases())
SPECS = Path(__file__).resolve().parents[2] / "specs"
WORDS = {"ok", "invalid", "none", "inert"}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.file}/{case.name}" for case in CASES])
def test_case(case: Case) -> None:
    code, found = outcome(case)
    assert code == case.expect
    for key, value in (case.output or {}).items():
        if key in found:
            assert found[key] == expected(value, found[key])


def outcome(case: Case) -> tuple[str, dict[str, Any]]:
    """`ok` and what came out, or the code with which it was refused."""
    try:
        return "ok", ALL_ADAPTERS[case.file, case.op](case)
    except Refused as refused:
        return refused.word, {}
    except ProtocolError as error:
        return error.code, {}


def expected(text: Any, found: Any) -> Any:
    """An output as a value: bare hex where bytes were found."""
    if isinstance(found, bytes) and isinstance(text, str):
        return bytes.fromhex(text)
    if isinstance(found, dict) and isinstance(text, dict) and "$hex" not in text:
        return {key: expected(item, found.get(key)) for key, item in text.items()}
    return value_of(text)


def test_every_error_code_has_a_case() -> None:
    table = (SPECS / "00-index.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z]+\.[a-z0-9_]+)` \| [0-9, ]+ \|", table, re.MULTILINE)
    codes = {row for row in rows if row not in ELSEWHERE}
    met = {case.expect for case in CASES}
    assert codes - met == set()
    assert met - codes - WORDS == set()


# Tested where a node decides: they need a clock and a draft, or what a peer reads and can keep.
ELSEWHERE = {"negotiation.expired", "submit.topic", "submit.not_kept"}


def test_every_case_cites_a_heading() -> None:
    for spec in {case.spec for case in CASES}:
        path, _, anchor = spec.partition("#")
        text = (SPECS.parent / path).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        anchors = {
            re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings
        }
        assert not anchor or anchor in anchors, spec


@pytest.mark.parametrize("name", sorted({case.file for case in CASES}))
def test_more_invalid_than_valid(name: str) -> None:
    own = [case.expect for case in CASES if case.file == name]
    assert own.count("ok") * 2 < len(own)


def test_names_are_unique() -> None:
    assert len({(case.file, case.name) for case in CASES}) == len(CASES)
