"""What a customer discloses: what is sent, refused before it is sent, and listed."""

from __future__ import annotations

import pytest

from tests.engine.disclosing import (
    ANNA,
    PLACE,
    clear_values,
    code_of,
    deal_of,
    disclose,
    load,
    ready,
    secret_names,
    shown,
    values,
)
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    agreed,
    command,
    in_turn,
    offered,
    pass_on,
    told,
)
from tests.engine.world import World
from vrmnode.engine.disclosure import disclosure_desk, openings
from vrmnode.engine.mail import mailroom, private_mail
from vrmnode.engine.records import load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import events, outbox
from vrmprotocol import agreement, keys


def test_what_is_disclosed_arrives_and_nothing_else(world: World) -> None:
    ready(world)
    assert values(world) == {}
    disclose(world, *PLACE)
    pass_on(world, CUSTOMER)
    assert values(world) == {name: ANNA[name] for name in PLACE}
    disclose(world, "name", "street_address")
    pass_on(world, CUSTOMER)
    assert values(world) == {name: value for name, value in ANNA.items() if name != "email"}
    assert all(one.committed for one in shown(world).fields.values())
    assert shown(world).relationship is None


def test_no_file_of_either_side_holds_a_value(world: World) -> None:
    ready(world)
    disclose(world, *ANNA)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert values(world) == ANNA
    for who in (CUSTOMER, VENDOR):
        assert clear_values(world, who) == []


def test_events_name_fields_and_no_values(world: World) -> None:
    ready(world)
    disclose(world, "name", "locality")
    pass_on(world, CUSTOMER)
    for who, kind in ((CUSTOMER, "disclosure.sent"), (VENDOR, "disclosure.received")):
        found = [e for e in events.after(world.nodes[who].reader, 0, 500) if e.type == kind]
        assert [event.data["fields"] for event in found] == ["name, locality"]
        assert "Anna" not in str(found) and "Berlin" not in str(found)


def test_a_field_changed_after_the_acceptance_is_told_apart(world: World) -> None:
    ready(world)
    command(world, CUSTOMER, "contact.set", street_address="Neue Straße 2", telephone="112")
    disclose(world, "name", "street_address", "telephone")
    pass_on(world, CUSTOMER)
    found = shown(world).fields
    assert {name: one.committed for name, one in found.items()} == {
        "name": True,
        "street_address": False,
        "telephone": False,
    }
    assert found["street_address"].value == "Neue Straße 2"


def test_a_correction_takes_the_place_of_what_was_told(world: World) -> None:
    ready(world)
    disclose(world, "street_address")
    command(world, CUSTOMER, "contact.set", street_address="Neue Straße 2")
    disclose(world, "street_address")
    pass_on(world, CUSTOMER)
    assert values(world) == {"street_address": "Neue Straße 2"}


def test_erased_openings_leave_the_fields_and_take_the_proof(world: World) -> None:
    ready(world)
    deal = deal_of(world)
    in_turn(world, CUSTOMER, lambda ctx: openings.erase(ctx, deal))
    assert code_of(world, "deal.disclose", deal=deal.hex(), fields=["relationship"]) == (
        "disclosure.erased"
    )
    disclose(world, "name")
    pass_on(world, CUSTOMER)
    assert not shown(world).fields["name"].committed


def test_the_relationship_is_opened_only_if_it_is_asked_for(world: World) -> None:
    ready(world)
    disclose(world, "name", "relationship")
    pass_on(world, CUSTOMER)
    root = world.nodes[VENDOR].machine.identity.root
    known = in_turn(world, CUSTOMER, lambda ctx: openings.relationship_key(ctx, root).public)
    assert shown(world).relationship == known
    assert values(world) == {"name": "Anna Muster"}


# SPEC 09: The writer MUST NOT disclose anything while the state of the deal isn't `agreed`.
@pytest.mark.parametrize("step", [offered, accepted])
def test_nothing_is_disclosed_before_the_agreement(world: World, step) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    step(world)
    asked = {"deal": deal_of(world).hex(), "fields": ["country"]}
    assert code_of(world, "deal.disclose", **asked) == "negotiation.illegal_move"
    assert "disclosure" not in [item.kind for item in told(world, CUSTOMER)]


def test_refusals_of_a_command(world: World) -> None:
    ready(world)
    deal = deal_of(world).hex()
    for code, params in (
        ("contact.missing", {"fields": ["name", "telephone"]}),
        ("contact.unknown_field", {"fields": ["birth_date"]}),
        ("request.invalid", {"fields": []}),
        ("request.invalid", {"fields": "name"}),
    ):
        assert code_of(world, "deal.disclose", deal=deal, **params) == code
    assert code_of(world, "deal.disclose", deal="00" * 32, fields=["name"]) == "deal.not_found"
    with pytest.raises(ServiceError) as caught:
        command(world, VENDOR, "deal.disclose", deal=deal, fields=["name"])
    assert caught.value.code == "disclosure.role"
    assert "disclosure" not in [item.kind for item in told(world, CUSTOMER)]


def test_a_dry_run_sends_nothing_and_says_no_value(world: World) -> None:
    ready(world)
    asked = {"deal": deal_of(world).hex(), "fields": ["name"], "dry_run": True}
    answer = command(world, CUSTOMER, "deal.disclose", **asked)
    assert isinstance(answer, dict)
    assert (answer["fields"], answer["disclosures"]) == (["name"], [])
    assert "Anna" not in str(answer)
    assert "disclosure" not in [item.kind for item in told(world, CUSTOMER)]
    assert code_of(world, "deal.disclose", **{**asked, "fields": ["telephone"]}) == (
        "contact.missing"
    )


# SPEC 09: The writer MUST NOT send more than 16 disclosures in a deal.
def test_no_more_than_sixteen(world: World) -> None:
    ready(world)
    for _ in range(16):
        disclose(world, "country")
    asked = {"deal": deal_of(world).hex(), "fields": ["country"]}
    assert code_of(world, "deal.disclose", **asked) == "disclosure.too_many"


# SPEC 09: The writer MUST NOT make a disclosure whose body is longer than 2,048 bytes.
def test_long_texts_go_in_two_messages_of_the_same_size(world: World) -> None:
    long = {
        "name": "🧑" * 100,
        "street_address": "🏠" * 200,
        "locality": "🏙" * 100,
        "region": "🗺" * 64,
        "email": "é" * 252 + "@b",
    }
    command(world, CUSTOMER, "contact.set", **long)
    row = agreed(world)
    before = len(told(world, CUSTOMER))
    disclose(world, *long, "relationship")
    assert [item.kind for item in told(world, CUSTOMER)[before:]] == ["disclosure"] * 2
    world.pump(CUSTOMER)
    sizes = {flight.body_bytes for flight in world.link if flight.sender == CUSTOMER}
    assert sizes == {row.body_bytes} == {4_096}
    pass_on(world, CUSTOMER)
    assert values(world) == long


def test_the_list_says_what_whom_when_and_under_which_agreement(world: World) -> None:
    ready(world)
    disclose(world, *PLACE)
    world.now += 60
    disclose(world, "name")
    pass_on(world, CUSTOMER)
    world.now += 5
    in_turn(world, VENDOR, lambda ctx: mailroom.send_acknowledgement(ctx, load(ctx, world)))
    pass_on(world, VENDOR)
    reader = world.nodes[CUSTOMER].reader
    rows = disclosure_desk.list_disclosures(reader, None)
    assert [row["fields"] for row in rows] == [["name"], PLACE]
    assert [row["disclosed_at"] for row in rows] == [world.now - 5, world.now - 65]
    state = load_deal(reader, deal_of(world)).state
    assert state.document is not None
    for row in rows:
        assert row["agreement"] == agreement.document_digest(state.document).hex()
        assert row["vendor"] == keys.to_did(world.nodes[VENDOR].machine.identity.root)
        assert row["acknowledged"] is not None
        assert row["rule"] == "by hand"
    assert disclosure_desk.list_disclosures(reader, deal_of(world).hex()) == rows
    assert "Berlin" not in str(rows)


# SPEC 09: The writer MUST stop sending a disclosure when the state of the deal becomes `cancelled`.
def test_what_waits_is_not_sent_after_the_end(world: World) -> None:
    ready(world)
    disclose(world, "name")
    deal = deal_of(world)
    in_turn(world, CUSTOMER, lambda ctx: disclosure_desk.stop(ctx, deal))
    reader = world.nodes[CUSTOMER].reader
    assert [row for row in outbox.pending(reader, world.now, deal) if row.raw == b""] == []
    assert secret_names(world, CUSTOMER) == set()
    assert in_turn(world, CUSTOMER, lambda ctx: openings.of_deal(ctx, deal)) == {}


def test_a_withdrawal_forgets_the_openings(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    row = accepted(world)
    command(world, CUSTOMER, "deal.withdraw", deal=row.deal.hex())
    assert in_turn(world, CUSTOMER, lambda ctx: openings.of_deal(ctx, row.deal)) == {}


def test_a_message_whose_content_is_gone_is_sent_no_more(world: World) -> None:
    ready(world)
    disclose(world, "name")
    deal = deal_of(world)
    digest = next(i for i in told(world, CUSTOMER) if i.kind == "disclosure").digest
    in_turn(world, CUSTOMER, lambda ctx: private_mail.erase(ctx, deal, digest))
    pass_on(world, CUSTOMER)
    assert values(world) == {}
    pending = outbox.pending(world.nodes[CUSTOMER].reader, world.now, deal)
    assert digest not in [row.digest for row in pending]
