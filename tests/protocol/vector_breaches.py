"""How the operations of breach.json are done with the reference library."""

from __future__ import annotations

from typing import Any

from tests.protocol.vector_adapters import Adapter, Refused
from tests.protocol.vector_reach import arranged, messages_of
from tests.protocol.vectors import Case
from vrmprotocol import breach, breach_file, negotiation
from vrmprotocol.breach import Breach
from vrmprotocol.inner import Header
from vrmprotocol.negotiation import Message


def _evaluated(messages: list[Message]) -> tuple[Breach, ...]:
    return breach.evaluate(negotiation.evaluate(messages), messages)


def _hex(one: Header | None) -> str | None:
    return None if one is None else one.digest.hex()


def breaches(case: Case) -> dict[str, Any]:
    messages = messages_of(case)
    found = _evaluated(messages)
    for each in arranged(messages):
        assert _evaluated(each) == found
    return {
        "breaches": [
            {
                "note": each.note.digest.hex(),
                "ground": each.ground,
                "word": _hex(each.word),
                "known": _hex(each.known),
            }
            for each in found
        ]
    }


def make(case: Case) -> dict[str, Any]:
    (found,) = _evaluated(messages_of(case))
    return {"raw": breach_file.make(case.hex("agreement"), found)}


def verify(case: Case) -> dict[str, Any]:
    report = breach_file.verify(case.hex("raw"))
    assert report.ok == (not report.failed)
    if report.failed:
        raise Refused(report.failed[0].code or "")
    return {}


BREACH_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("breach", "breaches"): breaches,
    ("breach", "make"): make,
    ("breach", "verify"): verify,
}
