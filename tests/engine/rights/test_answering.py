"""What a vendor's node answers to rights requests: by itself, by hand, and what follows."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.engine.disclosing import (
    ANNA,
    clear_values,
    deal_of,
    disclose,
    ready,
    values,
)
from tests.engine.rights import asked
from tests.engine.rights.asked import (
    BY_HAND,
    DAY,
    answer,
    ask,
    row,
    rows,
    run_timers,
    settled,
    show,
    told,
)
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    command,
    event_types,
    kinds,
    pass_on,
    set_shop_policy,
)
from tests.engine.world import World
from vrmnode.engine.disclosure import deletions, ledger
from vrmnode.engine.mail import dispatch
from vrmnode.engine.orders import shop_screen
from vrmnode.engine.records import load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import events, outbox
from vrmnode.values.reasons import RIGHTS
from vrmprotocol.terms_roster import levels_of


def code_of(world: World, name: str, /, who: str = VENDOR, **params: object) -> str:
    """The code with which a node, the vendor's by default, refuses a command."""
    return asked.code_of(world, who, name, **params)


# SPEC 15: The vendor's node MUST answer a request in the step in which it takes it in, where it
# answers by itself.
def test_access_is_answered_at_once_with_what_is_held(world: World) -> None:
    told(world)
    request = ask(world, "access")["request"]
    assert row(world, CUSTOMER)["state"] == "open"
    pass_on(world, CUSTOMER)
    assert row(world, VENDOR)["state"] == "fulfilled"
    pass_on(world, VENDOR)
    document = answer(world, request)
    assert {one["name"]: one["value"] for one in document["contact"]} == ANNA
    assert document["relationship"].startswith("did:key:")
    shown = show(world, request)
    assert (shown["state"], shown["late"], shown["differs"]) == ("fulfilled", False, [])
    assert shown["held"] == document
    types = event_types(world, CUSTOMER)
    assert types.index("rights.requested") < types.index("rights.fulfilled")
    assert "rights.answered" in types


# SPEC 15: The node MUST keep no byte of a part in the clear.
def test_no_value_of_an_answer_stands_in_the_clear(world: World) -> None:
    told(world)
    request = ask(world, "access")["request"]
    settled(world)
    assert answer(world, request)["contact"]
    assert clear_values(world, CUSTOMER) == clear_values(world, VENDOR) == []
    for who in (CUSTOMER, VENDOR):
        log = str([event.data for event in events.after(world.nodes[who].reader, 0, 500)])
        assert not [value for value in ANNA.values() if len(value) > 2 and value in log]


def test_an_answer_that_lacks_a_part_is_shown_as_on_its_way(world: World) -> None:
    told(world)
    request = ask(world, "access")["request"]
    pass_on(world, CUSTOMER)
    world.pump(VENDOR)
    late = [flight for flight in world.link if b"rights_data" in flight.raw]
    assert len(late) >= 2
    world.link.remove(late[0])
    while world.link:
        world.deliver(0, keep=False)
    shown = show(world, request)
    assert (shown["state"], shown["held"]) == ("fulfilled", None)
    with pytest.raises(ServiceError) as caught:
        answer(world, request)
    assert caught.value.code == "rights.no_answer"
    world.link.append(late[0])
    world.deliver(0, keep=False)
    assert answer(world, request)["contact"]


def test_deletion_erases_states_and_fulfils(world: World) -> None:
    told(world)
    request = ask(world, "deletion")
    pass_on(world, CUSTOMER)
    assert values(world) == {}
    assert clear_values(world, VENDOR) == []
    pass_on(world, VENDOR)
    for who in (CUSTOMER, VENDOR):
        reader = world.nodes[who].reader
        (said,) = deletions.shown(reader, load_deal(reader, deal_of(world)))
        assert said["words"] == "the customer asked for it"
        found = row(world, who)
        assert (found["state"], found["deletion"]) == ("fulfilled", said["deletion"])
        assert found["request"] == request["request"]
    assert "rights_status" not in kinds(world, VENDOR)
    node = world.nodes[CUSTOMER]
    entries: Any = ledger.ledger(node.reader, node.machine.vault, {}, world.now)
    assert {entry["state"] for entry in entries} == {"deleted"}


def test_what_an_answer_said_is_erased_with_the_rest(world: World) -> None:
    told(world)
    ask(world, "access")
    settled(world)
    node = world.nodes[VENDOR]
    sealed = "SELECT count(*) FROM secrets WHERE owner_kind = 'deal' AND owner_id = ?"
    assert node.reader.value(sealed, (deal_of(world),)) > 2
    ask(world, "deletion")
    settled(world)
    assert node.reader.value(sealed, (deal_of(world),)) == 0
    kept = "SELECT count(*) FROM erasable_keys WHERE owner_id = ?"
    assert node.reader.value(kept, (deal_of(world),)) == 0


# SPEC 15: The vendor's node MUST answer a request for deletion that comes while the order is open
# with `in_progress` for `order_open`, and delete when the order is over.
def test_deletion_waits_for_the_end_of_the_order(world: World) -> None:
    told(world, over=False)
    ask(world, "deletion")
    settled(world)
    for who in (CUSTOMER, VENDOR):
        found = row(world, who)
        assert (found["state"], found["reason"]) == ("in_progress", "order_open")
        assert found["words"] == "the order has to be carried out first"
    assert set(values(world)) == set(ANNA)
    command(world, VENDOR, "order.say", deal=deal_of(world).hex(), word="delivered")
    settled(world)
    assert values(world) == {}
    assert row(world, CUSTOMER)["state"] == row(world, VENDOR)["state"] == "fulfilled"


# SPEC 15: The vendor's node MUST deny a request for deletion with `legal_obligation` while its
# owner has said that a law demands the data.
# SPEC 15: The vendor's node MUST delete what a request for deletion asked for when the `until` of
# its denial is over.
def test_a_legal_obligation_is_a_denial_that_ends(world: World) -> None:
    told(world, legal_retention_days=100)
    ask(world, "deletion")
    settled(world)
    for who in (CUSTOMER, VENDOR):
        found = row(world, who)
        assert (found["state"], found["reason"]) == ("denied", "legal_obligation")
        assert found["words"] == "a law demands that these data are kept"
        assert abs(found["until"] - world.now - 100 * DAY) < DAY
    assert set(values(world)) == set(ANNA)
    until = row(world, VENDOR)["until"]
    law = {"basis": "legal_obligation", "for": "what the law demands", "until": until}
    for who in (CUSTOMER, VENDOR):
        node, role = world.nodes[who], "customer" if who == CUSTOMER else "vendor"
        entries: Any = ledger.ledger(node.reader, node.machine.vault, {"role": role}, world.now)
        assert {str(entry["legal_basis"][-1]) for entry in entries} == {str(law)}
    world.now = row(world, VENDOR)["until"] - 1
    run_timers(world, VENDOR)
    assert set(values(world)) == set(ANNA)
    world.now += 1
    run_timers(world, VENDOR)
    assert values(world) == {}
    pass_on(world, VENDOR)
    assert row(world, CUSTOMER)["state"] == "fulfilled"


# SPEC 15: The vendor's node MUST deny a request for deletion with `no_match` when it holds nothing
# that was disclosed.
def test_nothing_disclosed_is_no_match(world: World) -> None:
    ready(world)
    ask(world, "deletion")
    settled(world)
    assert (row(world, CUSTOMER)["state"], row(world, CUSTOMER)["reason"]) == ("denied", "no_match")


# SPEC 15: The vendor's node MUST show with every deal whose customer has opted out of sale that it
# has.
def test_opting_out_of_sale_is_a_duty_from_then_on(world: World) -> None:
    told(world, **BY_HAND)
    question = ask(world, "sale:opt_out")
    pass_on(world, CUSTOMER)
    node = world.nodes[VENDOR]
    params = {"deal": deal_of(world).hex()}
    shown: Any = shop_screen.deal_show(node.reader, node.machine.vault, params, world.now)
    assert shown["sale_opted_out"] == question["asked_at"]
    assert shown["rights"][0]["state"] == "open"
    command(world, VENDOR, "vendor.rights.fulfil", request=question["request"])
    settled(world)
    assert row(world, CUSTOMER)["state"] == "fulfilled"


def test_by_itself_sale_is_opted_out_of(world: World) -> None:
    told(world)
    ask(world, "sale:opt_out")
    settled(world)
    assert row(world, CUSTOMER)["state"] == row(world, VENDOR)["state"] == "fulfilled"


@pytest.mark.parametrize("right", ["access", "deletion", "sale:opt_out"])
def test_by_hand_a_person_answers(world: World, right: str) -> None:
    told(world, **BY_HAND)
    request = ask(world, right)["request"]
    settled(world)
    assert row(world, CUSTOMER)["state"] == row(world, VENDOR)["state"] == "open"
    assert "rights.waiting" in event_types(world, VENDOR)
    command(world, VENDOR, "vendor.rights.fulfil", request=request[:12])
    settled(world)
    assert row(world, CUSTOMER)["state"] == row(world, VENDOR)["state"] == "fulfilled"
    if right == "access":
        assert {one["name"] for one in answer(world, request)["contact"]} == set(ANNA)
    if right == "deletion":
        assert values(world) == {}


CAUSES: dict[str, dict[str, Any] | None] = {
    "order_open": None,
    "legal_obligation": {"days": 365},
    "claim_not_covered": {},
    "outside_jurisdiction": {},
    "too_many_requests": {},
    "no_match": {},
    "insuf_verification": {},
    "suspected_fraud": {},
    "other": {},
}
"""What the shop's owner says beside the reason; None: it says nothing, the order is open."""


@pytest.mark.parametrize("reason", [reason for reason in CAUSES if CAUSES[reason] is not None])
def test_a_denial_carries_its_reason_in_words(world: World, reason: str) -> None:
    told(world, **BY_HAND)
    request = ask(world, "deletion")["request"]
    pass_on(world, CUSTOMER)
    note, more = "Your tax office asks for it.", CAUSES[reason] or {}
    command(world, VENDOR, "vendor.rights.deny", request=request, reason=reason, note=note, **more)
    settled(world)
    found = row(world, CUSTOMER)
    assert (found["state"], found["reason"], found["note"]) == ("denied", reason, note)
    assert found["words"] == RIGHTS[reason]
    log = events.after(world.nodes[CUSTOMER].reader, 0, 500)
    (event,) = [one for one in log if one.type == "rights.denied"]
    assert (event.data["reason"], event.data["words"]) == (reason, RIGHTS[reason])
    if reason != "legal_obligation":
        assert code_of(world, "vendor.rights.deny", request=request, reason=reason) in (
            "rights.answered",
        )
    # Who denied may still think again.
    command(world, VENDOR, "vendor.rights.fulfil", request=request)
    settled(world)
    assert row(world, CUSTOMER)["state"] == "fulfilled"


def test_working_on_it_moves_the_time(world: World) -> None:
    told(world, **BY_HAND)
    question = ask(world, "access")
    pass_on(world, CUSTOMER)
    params = {"request": question["request"], "days": 60, "note": "We ask our carrier."}
    command(world, VENDOR, "vendor.rights.progress", **params)
    settled(world)
    found = row(world, CUSTOMER)
    assert (found["state"], found["note"]) == ("in_progress", "We ask our carrier.")
    assert found["answer_by"] == question["asked_at"] + 60 * DAY
    command(world, VENDOR, "vendor.rights.fulfil", request=question["request"])
    settled(world)
    assert row(world, CUSTOMER)["state"] == "fulfilled"


# SPEC 15: The vendor's node MUST leave a request to a person where the terms don't oblige it to
# delete on request.
def test_terms_without_the_duty_leave_it_to_a_person(world: World, monkeypatch) -> None:
    told(world)
    monkeypatch.setattr(
        "vrmnode.engine.rights.answering.levels_of",
        lambda terms, addendum: {**levels_of(terms, addendum), "deletion": ("afterwards",)},
    )
    ask(world, "deletion")
    settled(world)
    assert row(world, CUSTOMER)["state"] == "open"
    assert "rights.waiting" in event_types(world, VENDOR)
    assert set(values(world)) == set(ANNA)


def test_what_is_refused_to_the_vendors_owner(world: World) -> None:
    told(world, over=False, **BY_HAND)
    request = ask(world, "deletion")["request"]
    pass_on(world, CUSTOMER)
    fulfil, deny = "vendor.rights.fulfil", "vendor.rights.deny"
    assert code_of(world, fulfil, request="abcdef") == "request.not_found"
    assert code_of(world, fulfil, request=request) == "order.open"
    assert code_of(world, fulfil, who=CUSTOMER, request=request) == "rights.role"
    assert code_of(world, deny, request=request, reason="mood") == "rights.invalid"
    assert code_of(world, deny, request=request, reason="other") == "rights.invalid"
    assert code_of(world, deny, request=request, reason="no_match", days=3) == "rights.invalid"
    assert code_of(world, deny, request=request, reason="legal_obligation") == "rights.invalid"
    assert (
        code_of(world, deny, request=request, reason="no_match", colour="red")
        == "rights.unknown_field"
    )
    assert code_of(world, "vendor.rights.progress", request=request, days=91) == "rights.invalid"
    command(world, VENDOR, fulfil, request=request, anyway=True)
    assert code_of(world, fulfil, request=request) == "rights.answered"
    assert code_of(world, deny, request=request, reason="no_match") == "rights.answered"


def test_nothing_held_is_nothing_to_delete_by_hand(world: World) -> None:
    ready(world)
    set_shop_policy(world, VENDOR, rights=BY_HAND)
    request = ask(world, "deletion")["request"]
    pass_on(world, CUSTOMER)
    code = code_of(world, "vendor.rights.fulfil", request=request, anyway=True)
    assert code == "rights.nothing_held"


# SPEC 15: The vendor's node MUST NOT say `legal_obligation` for longer than `retentionLegal` days
# after the agreement.
def test_no_law_for_longer_than_agreed(world: World, monkeypatch) -> None:
    told(world, **BY_HAND)
    request = ask(world, "deletion")["request"]
    pass_on(world, CUSTOMER)
    monkeypatch.setattr(
        "vrmnode.engine.rights.answering.levels_of",
        lambda terms, addendum: {**levels_of(terms, addendum), "retentionLegal": 365},
    )
    deny = partial(code_of, world, "vendor.rights.deny", request=request)
    assert deny(reason="legal_obligation", days=366) == "rights.retention"
    command(
        world, VENDOR, "vendor.rights.deny", request=request, reason="legal_obligation", days=365
    )


# SPEC 15: The writer MUST NOT send more than 96 parts of answers in a deal.
# SPEC 15: The vendor's node MUST deny a request for access with `too_many_requests` when its answer
# would have more parts than an answer may have, or than are left in the deal.
def test_answers_have_no_more_parts_than_a_deal_may_have(world: World, monkeypatch) -> None:
    told(world)
    monkeypatch.setattr("vrmnode.engine.rights.answering.MAX_PARTS_PER_DEAL", 5)
    states = []
    for _ in range(3):
        question = ask(world, "access")
        settled(world)
        found = next(one for one in rows(world, CUSTOMER) if one["request"] == question["request"])
        states.append((found["state"], found["reason"]))
    assert states[0] == ("fulfilled", None)
    assert states[-1] == ("denied", "too_many_requests")
    parts = [kind for kind in kinds(world, VENDOR) if kind == "rights_data"]
    assert len(parts) <= 5


# SPEC 15: The writer MUST send a rights request again until it is acknowledged or its time is over.
def test_a_vendor_that_is_away_is_asked_again_for_months(world: World) -> None:
    told(world)
    ask(world, "access")
    reader = world.nodes[CUSTOMER].reader
    world.now += 80 * DAY
    (pending,) = [one for one in outbox.pending(reader, world.now) if one.attempts == 0]
    assert pending.until > world.now
    found: Any = world.nodes[CUSTOMER].turn(dispatch.parcels)
    assert found
    settled(world)
    assert row(world, CUSTOMER)["state"] == "fulfilled" and row(world, CUSTOMER)["late"]


def test_a_disclosure_after_the_answer_is_in_the_next(world: World) -> None:
    told(world, "name")
    first = ask(world, "access")["request"]
    settled(world)
    disclose(world, "email")
    second = ask(world, "access")["request"]
    settled(world)
    assert [one["name"] for one in answer(world, first)["contact"]] == ["name"]
    assert [one["name"] for one in answer(world, second)["contact"]] == ["name", "email"]
