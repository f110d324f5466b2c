"""A change of contact data reaches each vendor that may have it, and the list of them is right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.disclosing import (
    ANNA,
    PLACE,
    customer_says,
    deal_of,
    disclose,
    document_digest,
    files_of,
    secret_names,
    shown,
    values,
    vendor_says_event,
)
from tests.engine.disclosure.moving import DAY, NEW, living_with, status, told
from tests.engine.order_steps import settle
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    command,
    deal_with,
    event_types,
    hand_over,
    pass_on,
    vendor_says,
)
from tests.engine.world import World
from vrmnode.engine.disclosure import disclosure_desk
from vrmnode.engine.records import load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, disclosures, messages, outbox, secrets, tags
from vrmnode.values.reasons import CONTACT
from vrmprotocol.contact_update import MAX_UPDATES, ContactUpdate, UpdatedField
from vrmprotocol.mail import WithdrawAccept
from vrmprotocol.reach_bodies import Note


def test_the_new_value_takes_the_place_of_the_old_one(world: World) -> None:
    living_with(world, *PLACE, "name", "street_address")
    answer = told(world, **NEW)
    assert [(each["deal"], each["fields"]) for each in answer["told"]] == [
        (deal_of(world).hex(), list(NEW))
    ]
    assert status(world, "street_address") | {"told_at": 0} == {
        "has": "old",
        "told_at": 0,
        "on_its_way": True,
    }
    settle(world)
    assert status(world, "street_address")["has"] == "new"
    assert status(world, "locality")["has"] == "new"
    assert values(world) == {**{n: ANNA[n] for n in ("name", "locality", "country")}, **NEW}
    assert not shown(world).fields["street_address"].committed
    assert shown(world).fields["name"].committed
    assert "contact_update.received" in event_types(world, VENDOR)


# SPEC 09: The reader MUST erase a value when it is superseded.
def test_the_old_value_is_erased_and_the_rest_of_its_message_kept(world: World) -> None:
    living_with(world, *PLACE, "name", "street_address")
    before = boxes(world)
    told(world, **NEW)
    settle(world)
    assert before.isdisjoint(boxes(world))
    raw = files_of(world, VENDOR)
    assert not any(box in raw for box in before)
    # What was said beside it is there, and goes in its turn.
    assert len(secret_names(world, VENDOR)) == 2
    told(world, name="Anna Müller", locality="Potsdam", country="AT")
    settle(world)
    assert len(secret_names(world, VENDOR)) == 2  # two updates; the disclosure has no rest
    assert values(world)["name"] == "Anna Müller"


def boxes(world: World) -> set[bytes]:
    rows = world.nodes[VENDOR].reader.rows("SELECT box FROM secrets WHERE name LIKE 'message %'")
    return {bytes(box) for (box,) in rows}


# SPEC 09: The customer's node MUST tell its owner of each vendor that was told a field whether it
# has the new value, still has an old one, may have what it didn't acknowledge, or wasn't told and
# why.
def test_of_what_was_sent_and_never_acknowledged_the_list_says_so(world: World) -> None:
    living_with(world)
    assert status(world, "email")["has"] == "nothing"
    disclose(world, "email")
    found = status(world, "email")
    assert (found["has"], found["on_its_way"]) == ("sent", True)
    command(world, CUSTOMER, "contact.remove", fields=["email"])
    found = status(world, "email")
    assert (found["has"], found["why"]) == ("sent", "not_told")
    settle(world)
    assert status(world, "email")["has"] == "old"


def test_updates_in_any_order_come_to_the_same(world: World) -> None:
    living_with(world, "name")
    digest = document_digest(world)
    for seq in (33, 31, 32):
        field = UpdatedField(name="name", value=f"Anna {seq}")
        body = ContactUpdate(agreement=digest, effective_from=seq, fields=(field,))
        hand_over(world, VENDOR, customer_says(world, body, seq=seq), deal=deal_of(world))
    assert values(world) == {"name": "Anna 33"}
    assert len(secret_names(world, VENDOR)) == 1


def test_what_the_customer_has_no_more_is_erased(world: World) -> None:
    living_with(world, "email")
    answer = command(world, CUSTOMER, "contact.remove", fields=["email"], tell=True)
    assert isinstance(answer, dict)
    assert [each["fields"] for each in answer["told"]] == [["email"]]
    settle(world)
    assert values(world) == {}
    assert status(world, "email")["has"] == "new"


def test_removed_without_telling_the_vendor_keeps_it(world: World) -> None:
    living_with(world, "email")
    command(world, CUSTOMER, "contact.remove", fields=["email"])
    settle(world)
    assert values(world) == {"email": ANNA["email"]}
    assert (status(world, "email")["has"], status(world, "email")["why"]) == ("old", "not_told")


def test_the_owner_hears_at_once_who_keeps_the_old_value_and_why(world: World) -> None:
    living_with(world, *PLACE)
    deal = deal_of(world).hex()
    command(world, CUSTOMER, "relation.end", relation=deal)
    for answer in (told(world, postal_code="10117", email="anna@new.example"), _tell(world)):
        assert answer["told"] == []
        (withheld,) = answer["not_told"]
        assert (withheld["deal"], withheld["fields"]) == (deal, ["postal_code"])
        assert (withheld["why"], withheld["words"]) == ("revoked", CONTACT["revoked"])
    assert told(world, postal_code="10118", tell=False)["not_told"] == [], "it was meant so"
    command(world, CUSTOMER, "relation.reach", relation=deal, status="agreed")
    assert told(world, postal_code="10119")["not_told"] == []


def _tell(world: World) -> dict[str, Any]:
    answer = command(world, CUSTOMER, "contact.tell")
    assert isinstance(answer, dict)
    return answer


def test_a_dry_run_changes_and_tells_nothing(world: World) -> None:
    living_with(world, *PLACE)
    answer = told(world, postal_code="10117", dry_run=True)
    assert [each["fields"] for each in answer["told"]] == [["postal_code"]]
    assert answer["postal_code"] == "10117"
    settle(world)
    assert values(world)["postal_code"] == ANNA["postal_code"]
    assert status(world, "postal_code")["has"] == "new"


def test_nobody_is_told_when_the_owner_says_so(world: World) -> None:
    living_with(world, *PLACE)
    assert told(world, postal_code="10117", tell=False)["told"] == []
    settle(world)
    found = status(world, "postal_code")
    assert (found["has"], found["why"]) == ("old", "not_told")


def test_an_effective_time_has_to_be_one(world: World) -> None:
    living_with(world)
    with pytest.raises(ServiceError) as caught:
        told(world, name="Anna", effective_from="tomorrow")
    assert caught.value.code == "request.invalid"


# SPEC 09: The reader MUST refuse a contact update that doesn't name the agreement document of a
# deal whose state is `agreed` with `disclosure.agreement`.
# SPEC 09: The reader MUST keep nothing of the body of a contact update that it refuses.
def test_a_refused_update_leaves_its_header_alone(world: World) -> None:
    living_with(world, "name")
    field = UpdatedField(name="name", value="Berta Beispiel")
    body = ContactUpdate(agreement=bytes(32), effective_from=1, fields=(field,))
    hand_over(world, VENDOR, customer_says(world, body), deal=deal_of(world))
    assert values(world) == {"name": ANNA["name"]}
    assert b"Berta" not in files_of(world, VENDOR)
    assert len(secret_names(world, VENDOR)) == 1
    assert "contact_update.refused" in event_types(world, VENDOR)


# SPEC 09: The vendor MUST decline a contact update that it refuses with `invalid`, and say why in
# the note.
def test_an_update_that_was_not_kept_does_not_count_as_told(world: World) -> None:
    living_with(world, "name")
    vendor, deal = world.nodes[VENDOR], deal_of(world)
    signed = next(i for i in messages.list_messages(vendor.reader, deal) if i.kind == "agreement")
    # The vendor's database is older than the agreement, for a while.
    vendor.turn(lambda ctx: ctx.tx.run("DELETE FROM messages WHERE kind = 'agreement'"))
    told(world, name="Anna M\u00fcller")
    settle(world)
    assert "contact_update.declined" in event_types(world, CUSTOMER)
    found = status(world, "name")
    assert (found["has"], found["why"]) == ("old", "declined")
    vendor.turn(lambda ctx: messages.put(ctx.tx, signed))
    command(world, CUSTOMER, "contact.tell")
    settle(world)
    assert status(world, "name")["has"] == "new"
    assert values(world) == {"name": "Anna M\u00fcller"}


# SPEC 09: The reader MUST NOT keep more than 32 contact updates of a deal.
def test_a_customer_cannot_fill_the_vendors_disk_with_updates(world: World) -> None:
    living_with(world)
    for seq in range(30, 70):
        field = UpdatedField(name="name", value=f"Anna {seq}")
        body = ContactUpdate(agreement=document_digest(world), effective_from=1, fields=(field,))
        hand_over(world, VENDOR, customer_says(world, body, seq=seq), deal=deal_of(world))
    stored = messages.list_messages(world.nodes[VENDOR].reader, deal_of(world))
    assert sum(item.kind == "contact_update" for item in stored) == MAX_UPDATES
    assert values(world) == {"name": f"Anna {29 + MAX_UPDATES}"}


# SPEC 09: The writer MUST NOT send more than 32 contact updates in a deal.
def test_the_writer_stops_at_the_limit_and_says_so(world: World) -> None:
    living_with(world, "name")
    for number in range(MAX_UPDATES):
        assert told(world, name=f"Anna {number}")["told"]
    assert told(world, name="Anna, once more")["told"] == []
    settle(world)
    assert status(world, "name")["why"] == "too_many"


# SPEC 09: The writer MUST stop sending a contact update when the state of the deal becomes
# `cancelled`.
def test_a_cancelled_deal_is_told_nothing_more(world: World) -> None:
    living_with(world, "name")
    told(world, name="Anna Müller")
    row = deal_with(world, CUSTOMER, VENDOR)
    (update,) = [r for r in disclosures.of_deal(reader(world), row.deal) if r.kind != "disclosure"]
    assert outbox.is_pending(reader(world), update.digest, world.now)
    record = load_deal(reader(world), row.deal)
    assert record.state.accept is not None
    crossing = WithdrawAccept(accept=record.state.accept.digest, reason="changed_mind")
    raw = customer_says(world, crossing, seq=40)
    hand_over(world, VENDOR, raw, deal=row.deal)
    assert deal_with(world, VENDOR, VENDOR).state == "cancelled"
    assert values(world) == {}
    node = world.nodes[CUSTOMER]
    node.turn(lambda ctx: disclosure_desk.stop(ctx, row.deal))
    assert not outbox.is_pending(reader(world), update.digest, world.now)
    assert secrets.get(reader(world), node.machine.vault, "deal", row.deal, "openings") is None


def reader(world: World) -> Any:
    return world.nodes[CUSTOMER].reader


# SPEC 09: The writer MUST NOT send a contact update while the state of the deal isn't `agreed`.
def test_before_it_is_agreed_nobody_is_told(world: World) -> None:
    living_with(world, "name")
    deal = deal_of(world)
    world.nodes[CUSTOMER].turn(
        lambda ctx: deals.update(ctx.tx, deal, updated=ctx.now, state="accepted")
    )
    assert told(world, name="Anna Müller")["told"] == []


# SPEC 09: The writer MUST send a contact update again until it is acknowledged, for 180 days.
# SPEC 11: The node MUST keep the reply key of an agreed deal, unless it deletes what was disclosed,
# and watch its tags for 90 days, `returns.days` and `leaseLength` days after the later of its last
# message and `deliveryLatest`, or for `retentionOrder` days but at most 3,650 if that is longer.
def test_a_vendor_that_is_away_for_five_months_is_told_in_the_end(world: World) -> None:
    living_with(world, "name")
    told(world, name="Anna Müller")
    for _ in range(150):
        world.now += DAY
        world.nodes[CUSTOMER].pump()  # it leaves, and nobody takes it
        world.nodes[CUSTOMER].run_timers()
        assert status(world, "name")["on_its_way"] is True
    settle_within(world, hours=8)
    assert values(world) == {"name": "Anna Müller"}
    assert status(world, "name")["has"] == "new"


def test_who_never_answers_is_said_to_have_the_old_value(world: World) -> None:
    living_with(world, "name")
    told(world, name="Anna Müller")
    world.now += 181 * DAY
    world.nodes[CUSTOMER].run_timers()
    found = status(world, "name")
    assert (found["has"], found["why"], found["on_its_way"]) == ("old", "lapsed", False)


def settle_within(world: World, *, hours: int) -> None:
    """Both are there for some hours."""
    for _ in range(hours * 4):
        world.now += 900
        world._settle()


def test_the_answer_is_waited_for_after_a_long_silence(world: World) -> None:
    living_with(world, "name")
    world.now += 700 * DAY
    told(world, name="Anna Müller")  # its order is over by then
    assert status(world, "name")["why"] == "order_ended"
    assert tags.is_watched(reader(world), deal_of(world))


def test_a_vendor_that_dates_its_words_ahead_isnt_told_for_longer(world: World) -> None:
    living_with(world, "name")
    body = Note(agreement=document_digest(world), text="Hello from 2100.", purpose="order")
    signed = vendor_says(world, body, seq=60, created=4_100_000_000)
    hand_over(world, CUSTOMER, signed.raw, deal=deal_of(world))
    world.now += 700 * DAY
    assert told(world, name="Anna Müller")["told"] == []
    assert status(world, "name")["why"] == "order_ended"


def test_an_order_that_is_over_is_told_nothing(world: World) -> None:
    living_with(world, "name")
    vendor_says_event(world, "cancel")
    settle(world)
    assert told(world, name="Anna Müller")["told"] == []
    assert status(world, "name")["why"] == "order_ended"


def test_a_kind_of_data_that_was_never_told_is_not_begun_with(world: World) -> None:
    living_with(world, *PLACE)
    answer = told(world, region="Brandenburg", telephone="112", email="neu@mail.example")
    # A region belongs to the place that the vendor knows, a telephone to nothing it knows.
    assert [each["fields"] for each in answer["told"]] == [["region"]]
    settle(world)
    assert (status(world, "telephone")["has"], status(world, "telephone")["why"]) == (
        "nothing",
        "never_disclosed",
    )


def test_terms_that_forbid_writing_forbid_a_new_address_to_write_to(make_world: MakeWorld) -> None:
    world = make_world(terms_policy={"levels": {"reach": "none"}})
    command(world, CUSTOMER, "contact.set", **ANNA)
    accepted(world, terms=["SD-BASE"], addendum={"reach": "none"})
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    disclose(world, "email", "name")
    settle(world)
    answer = told(world, email="neu@mail.example", name="Anna Müller")
    assert [each["fields"] for each in answer["told"]] == [["name"]]
    assert status(world, "email")["why"] == "not_permitted"


def test_who_has_deleted_what_it_knew_has_nothing_and_is_told_nothing(world: World) -> None:
    living_with(world, "name")
    vendor_says_event(world, "delivered")
    settle(world)
    command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex())
    settle(world)
    found = status(world, "name")
    assert (found["has"], found["why"]) == ("nothing", "deleted")
    assert told(world, name="Anna M\u00fcller")["told"] == []
