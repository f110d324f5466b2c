"""The customer's side: what may be asked, in one deal and in all of them."""

from __future__ import annotations

from typing import Any

from tests.engine.disclosing import deal_of, disclose
from tests.engine.rights import asked
from tests.engine.rights.asked import BY_HAND, DAY, ask, row, rows, run_timers, settled, told
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    agreed,
    command,
    event_types,
    offered,
    pass_on,
)
from tests.engine.steps import (
    told as sent,
)
from tests.engine.world import World
from vrmnode.engine.rights import requests
from vrmnode.storage import deals, rights_planned
from vrmprotocol import keys
from vrmprotocol.rights_bodies import MAX_REQUESTS


def code_of(world: World, right: str, **params: object) -> str:
    return asked.code_of(world, CUSTOMER, "rights.request", right=right, **params)


def vendor_of(world: World) -> str:
    return keys.to_did(world.nodes[VENDOR].machine.identity.root)


def made(world: World) -> int:
    """How many requests have been made."""
    return sum(1 for one in rows(world, CUSTOMER) if one["request"])


def three_deals(world: World) -> list[str]:
    """Three deals of one customer with one vendor, under three pseudonyms."""
    for _ in range(3):
        agreed(world)
        world.now += DAY
    return [row.deal.hex() for row in deals.list_deals(world.nodes[CUSTOMER].reader)]


# SPEC 15: The writer MUST NOT send a rights request in a deal that wasn't agreed.
def test_who_agreed_on_nothing_asks_nothing(world: World) -> None:
    row = offered(world)
    assert code_of(world, "access", deal=row.deal.hex()) == "negotiation.illegal_move"
    assert code_of(world, "access", vendor=vendor_of(world)) == "rights.no_deal"
    assert "rights_request" not in [item.kind for item in sent(world, CUSTOMER)]


def test_what_is_refused_to_the_customer(world: World) -> None:
    told(world, **BY_HAND)
    deal = deal_of(world).hex()
    assert code_of(world, "erasure", deal=deal) == "rights.invalid"
    assert code_of(world, "access") == "rights.invalid"
    assert code_of(world, "access", deal=deal, vendor=vendor_of(world)) == "rights.invalid"
    assert code_of(world, "access", deal=deal, colour="red") == "rights.unknown_field"
    params = {"right": "access", "deal": deal}
    assert asked.code_of(world, VENDOR, "rights.request", **params) == "rights.role"
    ask(world, "access")
    assert code_of(world, "access", deal=deal) == "rights.asked"


# SPEC 15: The writer MUST NOT send more than 8 rights requests in a deal.
# SPEC 15: The reader MUST NOT keep more than 8 rights requests of a deal.
def test_only_so_many_requests(world: World) -> None:
    told(world)
    for _ in range(MAX_REQUESTS):
        ask(world, "sale:opt_out")
        settled(world)
    assert code_of(world, "access", deal=deal_of(world).hex()) == "rights.too_many"
    assert len(rows(world, VENDOR)) == MAX_REQUESTS


# SPEC 15: The customer's node MUST refuse to send a rights request in a deal whose vendor has
# deleted what was disclosed.
def test_who_has_deleted_can_not_be_asked(world: World) -> None:
    told(world)
    ask(world, "deletion")
    settled(world)
    for right in ("access", "deletion", "sale:opt_out"):
        assert code_of(world, right, deal=deal_of(world).hex()) == "rights.deleted"


def test_deletion_waits_for_the_answer_to_access(world: World) -> None:
    """With the data goes the key of the deal's mail; an answer on its way would be lost."""
    told(world)
    ask(world, "access")
    pass_on(world, CUSTOMER)
    deal = deal_of(world).hex()
    assert code_of(world, "deletion", deal=deal) == "rights.access_first"
    settled(world)
    ask(world, "deletion")
    settled(world)
    assert {one["state"] for one in rows(world, CUSTOMER)} == {"fulfilled"}


def test_deletion_can_be_wanted_anyway(world: World) -> None:
    told(world, **BY_HAND)
    ask(world, "access")
    ask(world, "deletion", anyway=True)
    settled(world)
    assert len(rows(world, VENDOR)) == 2


# SPEC 15: The customer's node MUST wait a random time of up to 24 hours before each request but the
# first when it asks in all deals with a vendor, unless its owner says otherwise.
def test_all_deals_are_asked_one_after_the_other(world: World) -> None:
    known = three_deals(world)
    answer: Any = command(
        world, CUSTOMER, "rights.request", right="access", vendor=vendor_of(world)
    )
    assert len(answer["requests"]) == 1 and len(answer["planned"]) == 2
    assert {one["deal"] for one in answer["requests"] + answer["planned"]} == set(known)
    begun = world.now
    shown = rows(world, CUSTOMER)
    assert [one["state"] for one in shown] == ["planned", "planned", "open"]
    assert {one["deal"] for one in shown} == set(known)
    counts: Any = requests.counts(world.nodes[CUSTOMER].reader, begun)
    assert counts["customer"]["waiting"] == 1
    for one in answer["planned"]:
        assert begun < one["due_at"] <= begun + DAY
    reader = world.nodes[CUSTOMER].reader
    for planned in rights_planned.every(reader):
        world.now = planned.due_at - 1
        run_timers(world, CUSTOMER)
        before = made(world)
        world.now += 1
        run_timers(world, CUSTOMER)
        assert made(world) == before + 1
    assert rights_planned.every(reader) == []
    settled(world)
    assert {one["deal"] for one in rows(world, VENDOR)} == set(known)
    assert {one["state"] for one in rows(world, CUSTOMER)} == {"fulfilled"}
    assert {one["asked_at"] for one in rows(world, CUSTOMER)} >= {begun}


def test_all_deals_at_once_if_the_owner_says_so(world: World) -> None:
    known = three_deals(world)
    params = {"right": "sale:opt_out", "vendor": vendor_of(world), "now": True}
    answer: Any = command(world, CUSTOMER, "rights.request", **params)
    assert {one["deal"] for one in answer["requests"]} == set(known)
    assert answer["planned"] == []


def test_what_is_planned_can_be_cancelled_until_it_is_asked(world: World) -> None:
    known = three_deals(world)
    params: dict[str, Any] = {"vendor": vendor_of(world)}
    for right in ("access", "sale:opt_out"):
        command(world, CUSTOMER, "rights.request", right=right, **params)
    planned = rights_planned.every(world.nodes[CUSTOMER].reader)
    one = planned[0].deal.hex()
    done: Any = command(world, CUSTOMER, "rights.cancel", deal=one[:12], right="access")
    assert [(each["deal"], each["right"]) for each in done["cancelled"]] == [(one, "access")]
    left = {(row.deal, row.asked) for row in planned} - {(planned[0].deal, "access")}
    assert {(r.deal, r.asked) for r in rights_planned.every(world.nodes[CUSTOMER].reader)} == left
    done = command(world, CUSTOMER, "rights.cancel", **params)
    assert {(bytes.fromhex(c["deal"]), c["right"]) for c in done["cancelled"]} == left
    assert event_types(world, CUSTOMER).count("rights.cancelled") == 4
    world.now += DAY + 1
    run_timers(world, CUSTOMER)
    settled(world)
    assert len(known) == 3 and made(world) == 2
    code = asked.code_of(world, CUSTOMER, "rights.cancel", **params)
    assert code == "rights.not_planned"
    for wrong in ({}, {**params, "deal": one}, {**params, "right": "forget"}):
        assert asked.code_of(world, CUSTOMER, "rights.cancel", **wrong) == "rights.invalid"


def test_what_stands_against_a_planned_request_is_told(world: World) -> None:
    known = three_deals(world)
    for deal in known:
        command(world, CUSTOMER, "contact.set", name="Anna Muster")
        command(world, CUSTOMER, "deal.disclose", deal=deal, fields=["name"])
    settled(world)
    params = {"right": "access", "vendor": vendor_of(world)}
    answer: Any = command(world, CUSTOMER, "rights.request", **params)
    later = answer["planned"][0]["deal"]
    command(world, VENDOR, "vendor.forget", deal=later, anyway=True)
    settled(world)
    world.now += DAY + 1
    run_timers(world, CUSTOMER)
    assert "rights.not_sent" in event_types(world, CUSTOMER)
    assert later not in {one["deal"] for one in rows(world, CUSTOMER)}


def test_other_vendors_arent_asked(world: World) -> None:
    three_deals(world)
    other = keys.to_did(world.nodes[OTHER_VENDOR].machine.identity.root)
    assert code_of(world, "access", vendor=other) == "rights.no_deal"


def test_a_disclosure_changes_nothing_of_what_was_asked(world: World) -> None:
    told(world, "name", **BY_HAND)
    ask(world, "access")
    disclose(world, "email")
    settled(world)
    assert row(world, CUSTOMER)["state"] == "open"
