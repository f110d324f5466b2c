"""How the operations of disclosure.json and contact_update.json are done."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from tests.protocol.vector_adapters import Adapter
from tests.protocol.vector_bodies import read_message
from tests.protocol.vectors import Case
from vrmprotocol import contact_state, disclosure, keys, message, negotiation
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
    contact_state.check(told, deal)
    assert contact_state.counts(told, deal)
    return {}


def disclosed(case: Case) -> dict[str, Any]:
    messages = _messages(case)
    found = contact_state.evaluate(negotiation.evaluate(messages), messages)
    for arranged in permutations(messages):
        deal = negotiation.evaluate(arranged)
        assert contact_state.evaluate(deal, [*arranged, *arranged]) == found
    fields = {
        name: {"value": told.value, "committed": told.committed}
        for name, told in found.fields.items()
    }
    key = found.relationship
    return {"fields": fields, "relationship": None if key is None else key}


def told(case: Case) -> dict[str, Any]:
    messages, now = _messages(case), case.given["now"]
    found = contact_state.evaluate(negotiation.evaluate(messages), messages, now=now)
    for arranged in permutations(messages):
        deal = negotiation.evaluate(arranged)
        again = contact_state.evaluate(deal, [*arranged, *arranged], now=now)
        assert again == found
    # What is superseded can go: it never counts again.
    over = {(one.message, one.name) for one in found.superseded}
    for later in (now, now + 10**6, now + 10**8):
        said = [
            one
            for message in messages
            if contact_state.counts(message, negotiation.evaluate(messages))
            for one in contact_state.statements(message)  # type: ignore[arg-type]
        ]
        rest = [one for one in said if (one.message, one.name) not in over]
        whole = contact_state.current(said, now=later)
        assert contact_state.current(rest, now=later).fields == whole.fields
        assert contact_state.current(rest, now=later).coming == whole.coming
    return {
        "fields": {name: one.value for name, one in found.fields.items()},
        "coming": {name: one.value for name, one in found.coming.items()},
        "superseded": [
            {"name": one.name, "message": one.message.hex()}
            for one in sorted(found.superseded, key=lambda each: (each.name, each.seq))
        ],
    }


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
    ("contact_update", "read"): read_message,
    ("contact_update", "check"): check,
    ("contact_update", "told"): told,
}
