"""How the operations of orders.json are done with the reference library."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice, permutations
from typing import Any

from tests.protocol.vector_adapters import Adapter, Refused
from tests.protocol.vector_bodies import read_message
from tests.protocol.vector_negotiation import ORDERS, Message, loaded
from tests.protocol.vectors import Case
from vrmprotocol import (
    message,
    negotiation,
    order,
    order_moves,
    order_rules,
    order_timeline,
)
from vrmprotocol.order_bodies import OrderBody

PREPAID = ("offer-prepaid", "accept-prepaid", "agreement-prepaid")


def outcome(messages: list[Message], labels: Mapping[bytes, str]) -> dict[str, Any]:
    """What the vectors say about the order of these messages."""
    deal = negotiation.evaluate(messages)
    found = order.of_deal(deal, messages)
    if found is None:
        return {"order": False}
    due_by = found.payment.due and found.payment.due.due_by
    told: dict[str, Any] = {
        "order": True,
        "status": found.status,
        "payment": found.payment.status,
        "owed": found.payment.owed,
        "missing": found.payment.missing,
        "refund_due": found.payment.refund_due,
        "returns": [
            {"quantity": one.quantity, "status": one.status, "refund": one.refund}
            for one in found.returns
        ],
        "timeline": [
            labels[entry.message.digest] for entry in order_timeline.timeline(deal, found)
        ],
        "duties": [_present(asdict(duty)) for duty in order_timeline.duties(found)],
    }
    return told if due_by is None else {**told, "due_by": due_by}


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def script(case: Case) -> dict[str, Any]:
    steps = case.given["script"]
    messages = [loaded(case, step["event"]) for step in steps]
    labels = {m.digest: step["event"] for m, step in zip(messages, steps, strict=True)}
    before, found = outcome([], labels), outcome([], labels)
    for count, step in enumerate(steps, 1):
        before, found = found, outcome(messages[:count], labels)
        assert (found.get("status"), found.get("payment")) == (step["status"], step["payment"])
        assert messages[count - 1].created == step["when"]
    for arranged in _orders(messages):
        assert outcome(arranged, labels) == found
    assert outcome([*messages, *messages], labels) == found
    if case.expect == "inert":
        assert {**before, "timeline": []} == {**found, "timeline": []}
        raise Refused("inert")
    return found


def _orders(messages: list[Message]) -> list[list[Message]]:
    """Every order of a few messages; of many, some that a seed picks."""
    some = [list(each) for each in islice(permutations(messages), ORDERS)]
    rng = random.Random(len(messages))
    return some + [rng.sample(messages, len(messages)) for _ in range(ORDERS)]


def sets(case: Case) -> dict[str, Any]:
    labels = {label for row in case.given["sets"] for label in row} | set(PREPAID)
    known = {label: loaded(case, label) for label in labels}
    names = {message.digest: label for label, message in known.items()}
    for row in case.given["sets"]:
        found = outcome([known[label] for label in (*PREPAID, *row)], names)
        assert case.output.items() <= found.items(), row
    return {}


def move(case: Case) -> dict[str, Any]:
    given = case.given
    legal = given["word"] in order_rules.permitted(given["side"], given["status"])
    assert legal == (case.expect == "ok")
    order_rules.check_move(given["side"], given["status"], given["word"])
    return {}


def say(case: Case) -> dict[str, Any]:
    found = order.evaluate(loaded(case, label) for label in case.given["set"])
    said = loaded(case, case.given["say"])
    assert found is not None
    assert isinstance(said, message.SignedMessage)
    assert isinstance(said.body, OrderBody)
    role: message.Role = "vendor" if said.author.hex() == case.head["vendor"] else "customer"
    order_moves.check(found, role, said.body, now=case.given["now"])
    return {}


ORDER_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("orders", "read"): read_message,
    ("orders", "script"): script,
    ("orders", "sets"): sets,
    ("orders", "move"): move,
    ("orders", "say"): say,
}
