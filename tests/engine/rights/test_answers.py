"""What a customer reads of an answer: held as told, held otherwise, or not what was signed."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tests.engine.disclosing import deal_of
from tests.engine.rights.asked import BY_HAND, DAY, answer, ask, run_timers, settled, show, told
from tests.engine.steps import CUSTOMER, VENDOR, command, event_types
from tests.engine.world import World
from vrmnode.engine.rights import answers
from vrmnode.errors import ServiceError
from vrmprotocol import rights_answer
from vrmprotocol.agreement_graph import time_text
from vrmprotocol.rights_answer import Answer


def lying(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Let the vendor's node write something else than its database holds."""
    right = rights_answer.write

    def write(told: Answer) -> bytes:
        made = {name: change(getattr(told, name)) for name, change in changes.items()}
        return right(structs.replace(told, **made))

    monkeypatch.setattr("vrmprotocol.rights_answer.write", write)


# SPEC 15: The customer's node MUST say where the answer differs from what it knows to have told the
# vendor.
def test_what_the_vendor_holds_otherwise_is_named(world: World, monkeypatch) -> None:
    told(world, "name", "email")
    another = rights_answer.HeldMessage(
        digest="ab" * 32,
        kind="question",
        sender="customer",
        received_at="2027-01-15T08:00:00Z",
        content="kept",
    )

    def changed(contact: tuple[Any, ...]) -> tuple[Any, ...]:
        name, email = contact
        bought = structs.replace(email, name="telephone", value="+49 1")
        return structs.replace(name, value="Anna Meyer"), bought

    lying(monkeypatch, contact=changed, messages=lambda found: (*found, another))
    request = ask(world, "access")["request"]
    settled(world)
    assert show(world, request)["differs"] == [
        {"what": "name", "how": "another value than you told"},
        {"what": "telephone", "how": "never told"},
        {"what": "email", "how": "told, and not held"},
        {"what": "question abababababab", "how": "unknown here"},
    ]


# SPEC 15: The reader MUST refuse an answer about another deal, agreement, request, vendor or
# pseudonym with `rights.answer`.
@pytest.mark.parametrize("key", ["deal", "agreement", "request", "controller", "subject"])
def test_an_answer_about_something_else_is_refused(world: World, monkeypatch, key: str) -> None:
    told(world, "name")
    other = "did:key:z6MkqkvU4fDR9KkZHacVgTqDKwWkxzQAFCTMzG5k5XjxsYUa"
    wrong = other if key in ("controller", "subject") else "ab" * 32
    lying(monkeypatch, **{key: lambda right: wrong})
    request = ask(world, "access")["request"]
    settled(world)
    shown = show(world, request)
    assert shown["held"] is None and shown["refused"].startswith(f"{key}: expected")
    with pytest.raises(ServiceError) as caught:
        answer(world, request)
    assert caught.value.code == "rights.answer"


def test_parts_that_arent_what_was_signed_for_are_refused(world: World, monkeypatch) -> None:
    told(world, "name")
    right = rights_answer.cut
    monkeypatch.setattr(
        "vrmprotocol.rights_answer.cut", lambda raw: [part[::-1] for part in right(raw)]
    )
    request = ask(world, "access")["request"]
    settled(world)
    assert show(world, request)["refused"] == (
        "expected the bytes that the vendor signed for, came others"
    )
    assert "rights.answer_refused" in event_types(world, CUSTOMER)
    assert "rights.answered" not in event_types(world, CUSTOMER)


# SPEC 15: With portability the writer MUST put what `contact` says into `person` too, and into
# `body` what each message says that the customer wrote.
def test_with_portability_the_data_are_handed_back(world: World, monkeypatch) -> None:
    monkeypatch.setattr("vrmprotocol.rights.is_portable", lambda deal: True)
    told(world, "name", "street_address", "email")
    request = ask(world, "access")["request"]
    settled(world)
    found = answer(world, request)
    assert found["person"]["type"] == "schema:Person"
    assert found["person"]["address"]["streetAddress"].startswith("Musterstraße 1")
    bodies = {one["kind"]: one["body"] for one in found["messages"]}
    assert bodies["rights_request"]["right"] == "access"
    assert "offer" not in bodies["accept"] and bodies["accept"]["commitments"]
    assert bodies["disclosure"] is None and bodies["offer"] is None
    assert found["leftOut"] == 0


def test_the_vendor_sees_no_answer_of_its_own(world: World) -> None:
    told(world, **BY_HAND)
    request = ask(world, "access")["request"]
    settled(world)
    assert "held" not in show(world, request, VENDOR)
    node = world.nodes[CUSTOMER]
    with pytest.raises(ServiceError) as caught:
        answers.export(node.reader, node.machine.vault, {"request": request}, world.now)
    assert caught.value.code == "rights.no_answer"
    command(world, VENDOR, "vendor.rights.fulfil", request=request)
    settled(world)
    assert answer(world, request)["deal"] == deal_of(world).hex()


def test_a_change_to_come_is_told_with_its_day(world: World) -> None:
    told(world, "name", "email")
    later = world.now + 40 * DAY
    command(world, CUSTOMER, "contact.set", email="anna@new.example", effective_from=later)
    settled(world)
    request = ask(world, "access")["request"]
    settled(world)
    found = [(one["name"], one["value"], one["effectiveFrom"]) for one in answer_of(world, request)]
    assert found == [
        ("name", "Anna Muster", None),
        ("email", "anna@mail.example", None),
        ("email", "anna@new.example", time_text(later)),
    ]
    assert show(world, request)["differs"] == []
    world.now = later + 1
    run_timers(world, VENDOR)
    again = ask(world, "access")["request"]
    settled(world)
    assert [one["value"] for one in answer_of(world, again)] == ["Anna Muster", "anna@new.example"]
    contents = {one["kind"]: one["content"] for one in answer(world, again)["messages"]}
    assert (contents["disclosure"], contents["contact_update"]) == ("partly", "kept")


def test_an_older_value_is_named(world: World, monkeypatch) -> None:
    told(world, "name")
    command(world, CUSTOMER, "contact.set", name="Anna Meyer")
    settled(world)

    def old(contact: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(structs.replace(one, value="Anna Muster") for one in contact)

    lying(monkeypatch, contact=old)
    request = ask(world, "access")["request"]
    settled(world)
    assert show(world, request)["differs"] == [
        {"what": "name", "how": "an older value than you told last"}
    ]


def answer_of(world: World, request: str) -> list[dict[str, Any]]:
    contact: list[dict[str, Any]] = answer(world, request)["contact"]
    return contact
