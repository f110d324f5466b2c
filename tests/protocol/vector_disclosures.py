"""How the operations of disclosure.json are done with the reference library."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from tests.protocol.vector_adapters import Adapter
from tests.protocol.vector_bodies import read_message
from tests.protocol.vectors import Case
from vrmprotocol import disclosure, keys, message, negotiation
from vrmprotocol.negotiation import Message


def _messages(case: Case) -> list[Message]:
    return [
        message.verify_and_load(bytes.fromhex(raw), expected_recipient=None)
        for raw in case.given["set"]
    ]


def check(case: Case) -> dict[str, Any]:
    told = message.verify_and_load(case.hex("raw"), expected_recipient=None)
    assert isinstance(told, message.SignedMessage)
    deal = negotiation.evaluate([*_messages(case), told])
    disclosure.check(told, deal)
    assert disclosure.counts(told, deal)
    return {}


def disclosed(case: Case) -> dict[str, Any]:
    messages = _messages(case)
    found = disclosure.evaluate(negotiation.evaluate(messages), messages)
    for arranged in permutations(messages):
        deal = negotiation.evaluate(arranged)
        assert disclosure.evaluate(deal, [*arranged, *arranged]) == found
    fields = {
        name: {"value": told.value, "committed": told.committed}
        for name, told in found.fields.items()
    }
    key = found.relationship
    return {"fields": fields, "relationship": None if key is None else key}


def sign(case: Case) -> dict[str, Any]:
    key = keys.SigningKey(case.hex("secret"))
    signature = disclosure.sign_relationship(
        key, deal=case.hex("deal"), pseudonym=case.hex("pseudonym")
    )
    return {"signature": signature}


DISCLOSURE_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("disclosure", "read"): read_message,
    ("disclosure", "check"): check,
    ("disclosure", "disclosed"): disclosed,
    ("disclosure", "sign"): sign,
}
