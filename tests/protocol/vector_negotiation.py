"""How the operations of negotiation.json are done with the reference library."""

from __future__ import annotations

from itertools import islice, permutations
from typing import Any

from tests.protocol.vector_adapters import Adapter, Refused
from tests.protocol.vector_bodies import load_message
from tests.protocol.vectors import Case
from vrmprotocol import agreement_report, message, negotiation

Message = message.SignedMessage | message.UninterpretedMessage
ORDERS = 120


def loaded(case: Case, label: str) -> Message:
    """A message of the file as the other side reads it."""
    raw = bytes.fromhex(case.head["messages"][label])
    customer, vendor = case.head["customer"], case.head["vendor"]
    own = message.verify_and_load(raw, expected_recipient=None)
    by_vendor = own.author.hex() == vendor
    given = {
        "recipient": customer if by_vendor else vendor,
        "author": vendor if by_vendor else customer,
        "deal": case.head["deal"],
        "reader": "customer" if by_vendor else "vendor",
        "now": own.created,
    }
    return load_message(raw, given)


def script(case: Case) -> dict[str, Any]:
    steps = case.given["script"]
    messages = [loaded(case, step["event"]) for step in steps]
    state = negotiation.evaluate([]).state
    for count, step in enumerate(steps, 1):
        before, state = state, negotiation.evaluate(messages[:count]).state
        assert state == step["state"], step
        assert messages[count - 1].created == step["when"]
    for order in islice(permutations(messages), ORDERS):
        assert negotiation.evaluate(order).state == state
    assert negotiation.evaluate([*messages, *messages]).state == state
    result = negotiation.evaluate(messages)
    if "fault" in case.output:
        assert bool(result.faults) == case.output["fault"]
    if result.agreement is not None:
        assert agreement_report.verify_file(result.agreement_file()).ok
    if case.expect == "inert":
        assert before == state
        raise Refused("inert")
    return {"state": state}


def sets(case: Case) -> dict[str, Any]:
    known = {label: loaded(case, label) for label in {x for row in case.given["sets"] for x in row}}
    for labels in case.given["sets"]:
        result = negotiation.evaluate(known[label] for label in labels)
        assert result.state == case.output["state"], labels
    return {"state": case.output["state"]}


def move(case: Case) -> dict[str, Any]:
    given = case.given
    legal = given["kind"] in negotiation.permitted(given["role"], given["state"])
    assert legal == (case.expect == "ok")
    negotiation.check_move(given["role"], given["state"], given["kind"])
    return {}


def display(case: Case) -> dict[str, Any]:
    given = case.given
    return {"shown": negotiation.display_state(given["state"], given["confirm_by"], given["now"])}


NEGOTIATION_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("negotiation", "script"): script,
    ("negotiation", "sets"): sets,
    ("negotiation", "move"): move,
    ("negotiation", "display"): display,
}
