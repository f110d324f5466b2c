"""How the operations of rights.json are done with the reference library."""

from __future__ import annotations

import random
from typing import Any

from tests.protocol.vector_adapters import Adapter
from tests.protocol.vector_bodies import read_message
from tests.protocol.vectors import Case
from vrmprotocol import message, negotiation, rights, rights_answer
from vrmprotocol.rights_bodies import AnswerDigest


def _load(raw: str) -> message.SignedMessage:
    loaded = message.verify_and_load(bytes.fromhex(raw), expected_recipient=None)
    assert isinstance(loaded, message.SignedMessage)
    return loaded


def check(case: Case) -> dict[str, Any]:
    said = _load(case.given["raw"])
    deal = negotiation.evaluate([*map(_load, case.given["set"]), said])
    rights.check(said, deal)
    return {}


def state(case: Case) -> dict[str, Any]:
    messages = [_load(raw) for raw in case.given["set"]]
    random.Random(case.name).shuffle(messages)
    found = rights.evaluate(negotiation.evaluate(messages), messages)
    return {
        "requests": [
            {"request": one.digest.hex(), "state": one.state, "answerBy": one.answer_by}
            for one in found
        ]
    }


def assemble(case: Case) -> dict[str, Any]:
    known = case.given["known"]
    digest = bytes.fromhex(known["digest"])
    told = AnswerDigest(digest=digest, size=known["size"], parts=known["parts"])
    parts = [_load(raw) for raw in case.given["parts"]]
    return {"raw": rights_answer.assemble(told, case.hex("request"), parts)}


def answer(case: Case) -> dict[str, Any]:
    raw = case.hex("raw")
    assert rights_answer.write(rights_answer.read(raw)) == raw
    return {}


RIGHTS_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("rights", "read"): read_message,
    ("rights", "check"): check,
    ("rights", "state"): state,
    ("rights", "assemble"): assemble,
    ("rights", "answer"): answer,
}
