"""Answers to a customer's requests for access: shown, compared with what was told, exported.

Implements the reader's side of specs/15-rights.md#the-answer.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping

from vrmnode.engine.disclosure import deletions, statements
from vrmnode.engine.failures import conflict
from vrmnode.engine.records import DealRecord
from vrmnode.engine.rights import requests
from vrmnode.engine.rights.requests import RightsRecord
from vrmnode.storage import deals, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmprotocol import agreement, keys, rights_answer
from vrmprotocol.errors import RemoteError
from vrmprotocol.rights_answer import Answer, HeldField

Json = dict[str, object]
Params = Mapping[str, object]

SUFFIX = ".jsonld"


def show(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """One request; to its customer with the answer, and how that stands to what it told.

    Raises:
        ServiceError: `request.*`.
    """
    found = requests.find(tx, str(params.get("request") or ""))
    shown = requests.shown(found, now)
    if found.request.right != "access" or found.role != deals.CUSTOMER:
        return shown
    try:
        told = _read(tx, vault, found)
    except RemoteError as error:
        return {**shown, "held": None, "differs": [], "refused": error.detail}
    if told is None:
        return {**shown, "held": None, "differs": [], "refused": _lost(tx, found)}
    raw, answer = told
    return {
        **shown,
        "held": json.loads(raw),
        "differs": differences(tx, vault, found.record, answer, found.request.answered_at or now),
        "refused": None,
    }


def _lost(tx: Connection, found: RightsRecord) -> str | None:
    """Why an answer that was given will never be whole."""
    if found.request.state != "fulfilled" or not deletions.standing(tx, found.record):
        return None
    return "the vendor has deleted your data before all parts of the answer had come"


def export(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """The file of an answer: JSON-LD, byte for byte as its vendor signed for it.

    Raises:
        ServiceError: `request.*`, `rights.no_answer`.
        RemoteError: `rights.answer`.
    """
    found = requests.find(tx, str(params.get("request") or ""))
    try:
        told = _read(tx, vault, found)
    except RemoteError as error:
        raise conflict(error.code, error.detail) from error
    if told is None:
        words = f"expected a request that was answered, came one that is {found.request.state}"
        raise conflict("rights.no_answer", words)
    name = f"answer-{found.request.digest.hex()[:12]}{SUFFIX}"
    return {"file": base64.b64encode(told[0]).decode(), "name": name}


def _read(tx: Connection, vault: Vault, found: RightsRecord) -> tuple[bytes, Answer] | None:
    raw = requests.answer_of(tx, vault, found)
    if raw is None:
        return None
    answer = rights_answer.read(raw)
    row, state = found.record.row, found.record.state
    assert state.document is not None
    expected = {
        "deal": row.deal.hex(),
        "agreement": agreement.document_digest(state.document).hex(),
        "request": found.request.digest.hex(),
        "controller": keys.to_did(row.vendor_root),
        "subject": keys.to_did(row.customer),
    }
    rights_answer.check(answer, expected=expected)
    return raw, answer


def _how(held: HeldField, ever: Collection[tuple[str, str | None]]) -> str:
    if held.name not in {name for name, _ in ever}:
        return "never told"
    older = (held.name, held.value) in ever
    return "an older value than you told last" if older else "another value than you told"


# SPEC 15: The customer's node MUST say where the answer differs from what it knows to have told the
# vendor.
def differences(
    tx: Connection, vault: Vault, record: DealRecord, answer: Answer, answered_at: int
) -> list[Json]:
    """What the vendor held otherwise than this node had told it, or what isn't known here."""
    kept = statements.of_deal(tx, vault, record, own=True)
    told = statements.current(kept, answered_at)
    ever = {(one.name, one.value) for each in kept.values() for one in each.said}
    last = {(one.name, one.value) for one in (*told.fields.values(), *told.coming.values())}
    found: list[Json] = []
    for held in answer.contact:
        if (held.name, held.value) not in last:
            found.append({"what": held.name, "how": _how(held, ever)})
    missing = set(told.fields) - {one.name for one in answer.contact}
    found += [{"what": name, "how": "told, and not held"} for name in sorted(missing)]
    key = None if told.relationship is None else keys.to_did(told.relationship)
    if answer.relationship not in (None, key):
        found.append({"what": "relationship", "how": "another key than yours"})
    known = {item.digest.hex() for item in messages.list_messages(tx, record.deal)}
    foreign = [one for one in answer.messages if one.digest not in known]
    found += [{"what": f"{one.kind} {one.digest[:12]}", "how": "unknown here"} for one in foreign]
    return found
