"""How the operations of reach.json are done with the reference library."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, permutations
from typing import Any

from tests.protocol.vector_adapters import Adapter, Refused
from tests.protocol.vector_bodies import read_message
from tests.protocol.vectors import Case
from vrmprotocol import message, negotiation, order, reach
from vrmprotocol.negotiation import Message
from vrmprotocol.reach import Reachable
from vrmprotocol.reach_bodies import CHANNELS, PURPOSES


def messages_of(case: Case) -> list[Message]:
    """The messages of a case's set."""
    return [
        message.verify_and_load(bytes.fromhex(raw), expected_recipient=None)
        for raw in case.given["set"]
    ]


def arranged(messages: list[Message]) -> Iterator[list[Message]]:
    """Some of the orders in which they can come, each message twice."""
    yield [*messages, *reversed(messages)]
    for each in islice(permutations(messages), 1, 200, 7):
        yield [*each, *each]


def _evaluated(messages: list[Message]) -> Reachable:
    deal = negotiation.evaluate(messages)
    found = order.of_deal(deal, messages)
    return reach.evaluate(deal, messages, complete=found is None or reach.is_complete(found))


def reachable(case: Case) -> dict[str, Any]:
    messages = messages_of(case)
    found = _evaluated(messages)
    for each in arranged(messages):
        assert _evaluated(each) == found
    return {
        "reach": {c: {p: found.status(c, p) for p in PURPOSES} for c in CHANNELS},
        "relationship": found.relationship,
    }


def note(case: Case) -> dict[str, Any]:
    messages = messages_of(case)
    read = message.verify_and_load(case.hex("raw"), expected_recipient=None)
    assert isinstance(read, message.SignedMessage)
    codes = set()
    for each in (messages, [*messages, read], *arranged([read, *messages])):
        deal = negotiation.evaluate(each)
        held = reach.conversation(deal, each)
        codes.add(reach.refusal(read, _evaluated(each), deal, held))
    (code,) = codes
    if code is not None:
        raise Refused(code)
    return {}


def conversation(case: Case) -> dict[str, Any]:
    messages = messages_of(case)
    found = reach.conversation(negotiation.evaluate(messages), messages)
    for each in arranged(messages):
        assert reach.conversation(negotiation.evaluate(each), each) == found
    return {
        "notes": [each.digest.hex() for each in found.notes],
        "refused": {digest.hex(): code for digest, code in found.refused.items()},
    }


REACH_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("reach", "read"): read_message,
    ("reach", "reach"): reachable,
    ("reach", "note"): note,
    ("reach", "conversation"): conversation,
}
