"""How the operations of evidence.json are done with the reference library."""

from __future__ import annotations

from typing import Any

from tests.protocol.vector_adapters import Adapter, Refused
from tests.protocol.vectors import Case
from vrmprotocol import agreement, agreement_graph, credential, keys


def linked_data(case: Case) -> dict[str, Any]:
    raw = case.hex("raw")
    return {"text": agreement_graph.linked_data(raw, agreement.read_file(raw)).decode()}


def issue(case: Case) -> dict[str, Any]:
    made = credential.make(case.hex("raw"), keys.SigningKey(case.hex("secret")))
    return {"text": made.decode()}


def verify_credential(case: Case) -> dict[str, Any]:
    report = credential.verify(case.given["text"].encode())
    if report.failed:
        raise Refused(report.failed[0].code or "")
    return {}


EVIDENCE_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("evidence", "linked_data"): linked_data,
    ("evidence", "issue"): issue,
    ("evidence", "verify_credential"): verify_credential,
}
