"""Deleting what a customer disclosed: the statement arrives, is kept, and is verified offline."""

from __future__ import annotations

import base64
from functools import partial
from typing import Any

import pytest

from tests.engine import dishonest
from tests.engine.disclosing import ANNA, clear_values, deal_of, disclose, ready, values
from tests.engine.disclosing import vendor_says_event as says
from tests.engine.order_steps import ordered, say, settle
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    command,
    deal_with,
    event_types,
    hand_over,
    in_turn,
    pass_on,
    told,
)
from tests.engine.world import World
from vrmnode.engine import clockwork
from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import deletions, forgetting, ledger
from vrmnode.engine.mail import dispatch, mailroom
from vrmnode.engine.orders import shop_screen
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import events, outbox, secrets, timers
from vrmnode.storage.connection import Connection
from vrmnode.values.reasons import DELETION
from vrmprotocol import agreement, deletion_file, message
from vrmprotocol.deletion_body import MAX_ATTEMPTS, MAX_DELETIONS, Deletion
from vrmprotocol.message import SignedMessage
from vrmprotocol.order_bodies import OrderEvent

DAY = 86_400


def entries(world: World, who: str, **params: object) -> list[dict[str, Any]]:
    node = world.nodes[who]
    return ledger.ledger(node.reader, node.machine.vault, params, world.now)


def forget(world: World, **params: object) -> Any:
    return command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex(), **params)


def file_of(world: World, who: str) -> bytes:
    found = deletions.export(world.nodes[who].reader, deal_of(world).hex())
    return base64.b64decode(str(found["file"]))


def delivered(world: World) -> None:
    """All of Anna's data disclosed, and the order over."""
    ready(world)
    disclose(world, *ANNA, "relationship")
    pass_on(world, CUSTOMER)
    says(world, "delivered")
    pass_on(world, VENDOR, CUSTOMER)


# SPEC 09: The writer MUST erase what it names in a deletion, and the keys that open copies of it,
# in the step in which it signs the deletion.
# SPEC 09: The writer MUST name in a deletion all fields that it kept of the deal until then.
def test_the_customer_gets_a_statement_that_both_keep_and_anybody_verifies(world: World) -> None:
    delivered(world)
    answer = forget(world, reason="on_request")
    assert answer["fields"] == [*ANNA, "relationship"]
    assert values(world) == {}
    assert clear_values(world, VENDOR) == []
    pass_on(world, VENDOR)
    assert "deletion.received" in event_types(world, CUSTOMER)
    assert file_of(world, CUSTOMER) == file_of(world, VENDOR)
    report = deletion_file.verify(file_of(world, CUSTOMER))
    assert report.ok
    words = {check.name: check.words for check in report.checks}
    assert words["reason"] == "on_request, as the vendor says"
    for who in (CUSTOMER, VENDOR):
        node = world.nodes[who]
        shown: Any = shop_screen.deal_show(
            node.reader, node.machine.vault, {"deal": deal_of(world).hex()}, world.now
        )
        (said,) = shown["deletions"]
        assert said["deletion"] == answer["deletion"]
        assert said["words"] == "the customer asked for it"


def test_the_ledger_of_both_sides(world: World) -> None:
    ready(world)
    assert entries(world, CUSTOMER) == []
    disclose(world, "name", "email")
    pass_on(world, CUSTOMER)
    mine, theirs = entries(world, CUSTOMER), entries(world, VENDOR, role="vendor")
    assert [row["field"] for row in mine] == ["name", "email"]
    same = ("field", "agreement", "terms", "purpose", "legal_basis", "keep_days", "state", "vendor")
    assert [{key: row[key] for key in same} for row in mine] == [
        {key: row[key] for key in same} for row in theirs
    ]
    assert mine[0]["purpose"] == "to carry out the order"
    contract = {"basis": "contract", "for": "to carry out the order", "until": None}
    assert mine[0]["legal_basis"] == [contract]
    assert (mine[0]["keep_days"], mine[0]["delete_by"]) == (730, None)
    assert entries(world, CUSTOMER, role="vendor") == entries(world, VENDOR) == []
    says(world, "delivered")
    pass_on(world, VENDOR, CUSTOMER)
    forget(world, anyway=True)
    pass_on(world, VENDOR)
    for found in (entries(world, CUSTOMER), entries(world, VENDOR, role="vendor")):
        assert {row["state"] for row in found} == {"deleted"}
        assert {row["deleted"]["deleted_at"] for row in found} == {world.now}


def test_the_ledger_is_filtered(world: World) -> None:
    delivered(world)
    vendor = entries(world, CUSTOMER)[0]
    assert len(entries(world, CUSTOMER)) == len(ANNA) + 1
    assert [row["field"] for row in entries(world, CUSTOMER, field="email")] == ["email"]
    assert entries(world, CUSTOMER, vendor="nobody of this name") == []
    key = vendor["vendor"].removeprefix("did:key:")
    names = (vendor["vendor"], vendor["vendor_name"].upper(), vendor["vendor_name"][:3])
    for name in (*names, key, key[:10], vendor["vendor"][:20]):
        assert len(entries(world, CUSTOMER, vendor=name)) == len(ANNA) + 1
    assert entries(world, CUSTOMER, state="deleted") == []
    assert len(entries(world, CUSTOMER, state="held")) == len(ANNA) + 1


# SPEC 09: The vendor's node MUST delete what was disclosed in a deal when its time is over and the
# terms say `afterwards`.
def test_when_the_time_is_over_it_is_deleted_by_itself(world: World, monkeypatch) -> None:
    delivered(world)
    until = world.now + 40 * DAY
    monkeypatch.setattr("vrmprotocol.order_retention.delete_by", lambda order, received: until)
    deal = deal_of(world)
    in_turn(world, VENDOR, lambda ctx: forgetting.time_is_over(ctx, deal))
    assert set(values(world)) == set(ANNA)
    (timer,) = [t for t in timers.due(world.nodes[VENDOR].reader, 2**40) if t.kind == "delete_by"]
    assert timer.at == until
    world.now = until
    assert {row["state"] for row in entries(world, VENDOR, role="vendor")} == {"due"}
    in_turn(world, VENDOR, lambda ctx: clockwork.run_due(ctx, max_store_bytes=10**9))
    assert values(world) == {}
    (said,) = deletions.shown(
        world.nodes[VENDOR].reader, load_deal(world.nodes[VENDOR].reader, deal)
    )
    assert (said["reason"], said["deleted_at"]) == ("afterwards", until)
    in_turn(world, VENDOR, lambda ctx: forgetting.time_is_over(ctx, deal))
    assert len([item for item in told(world, VENDOR) if item.kind == "deletion"]) == 1


def test_a_customers_node_deletes_nothing_by_the_clock(world: World, monkeypatch) -> None:
    delivered(world)
    monkeypatch.setattr("vrmprotocol.order_retention.delete_by", lambda order, received: 0)
    in_turn(world, CUSTOMER, lambda ctx: forgetting.time_is_over(ctx, deal_of(world)))
    assert set(values(world)) == set(ANNA)
    assert not [t for t in timers.due(world.nodes[CUSTOMER].reader, 2**40) if t.kind == "delete_by"]


CAUSES = {
    "afterwards": None,
    "on_request": {"reason": "on_request"},
    "cancelled": {"reason": "cancelled"},
    "unspecified": {},
}
"""What the owner of the shop says; None: nothing, the time is over."""


@pytest.mark.parametrize("reason", CAUSES)
def test_the_customer_reads_why(world: World, monkeypatch, reason: str) -> None:
    delivered(world)
    said = CAUSES[reason]
    if said is None:
        monkeypatch.setattr(
            "vrmprotocol.order_retention.delete_by", lambda order, received: world.now
        )
        in_turn(world, VENDOR, lambda ctx: forgetting.time_is_over(ctx, deal_of(world)))
    else:
        forget(world, **said)
    pass_on(world, VENDOR)
    found = events.after(world.nodes[CUSTOMER].reader, 0, 500)
    (told_of,) = [event.data for event in found if event.type == "deletion.received"]
    assert (told_of["reason"], told_of["words"]) == (reason, DELETION[reason])


def left(ctx: Context, *, parcel: dispatch.Parcel) -> None:
    dispatch.sent(ctx, parcel, b"", peers=1, spread=50)


# SPEC 09: The writer MUST NOT send a deletion more than 8 times.
def test_it_leaves_a_few_times_and_no_more(world: World) -> None:
    delivered(world)
    forget(world)
    reader = world.nodes[VENDOR].reader
    attempts = 0
    while pending := outbox.pending(reader, world.now):
        world.now = max(world.now, pending[0].next_at)
        parcels: Any = in_turn(world, VENDOR, dispatch.parcels)
        for parcel in parcels:
            attempts += 1
            in_turn(world, VENDOR, partial(left, parcel=parcel))
    assert attempts == MAX_ATTEMPTS


def vendor_says(world: World, body: Deletion, seq: int) -> bytes:
    """A deletion of the vendor's that its node would not have sent."""
    row = deal_with(world, VENDOR, VENDOR)
    record = load_deal(world.nodes[VENDOR].reader, row.deal)

    def sign(ctx: Context) -> SignedMessage:
        key = mailroom.own_key(ctx, record)
        assert key is not None
        return message.sign(
            kind="deletion",
            deal=row.deal,
            seq=seq,
            prev=bytes(32),
            key=key,
            recipient=row.customer,
            created=ctx.now,
            received=(),
            body=body,
        )

    signed = in_turn(world, VENDOR, sign)
    assert isinstance(signed, SignedMessage)
    return signed.raw


def test_a_statement_about_another_agreement_is_noted_and_not_shown(world: World) -> None:
    delivered(world)
    body = Deletion(agreement=bytes(32), fields=("name",), deleted_at=1, reason="unspecified")
    hand_over(world, CUSTOMER, vendor_says(world, body, 40), deal=deal_of(world))
    assert "deletion.received" not in event_types(world, CUSTOMER)
    with pytest.raises(ServiceError) as caught:
        file_of(world, CUSTOMER)
    assert caught.value.code == "deletion.none"


# SPEC 09: The reader MUST NOT keep more than 4 deletions of a deal.
def test_only_so_many_are_kept(world: World) -> None:
    delivered(world)
    record = load_deal(world.nodes[CUSTOMER].reader, deal_of(world))
    assert record.state.document is not None
    digest = agreement.document_digest(record.state.document)
    for number in range(MAX_DELETIONS + 3):
        body = Deletion(agreement=digest, fields=("name",), deleted_at=number, reason="unspecified")
        hand_over(world, CUSTOMER, vendor_says(world, body, 40 + number), deal=record.deal)
    found = deletions.standing(
        world.nodes[CUSTOMER].reader, load_deal(world.nodes[CUSTOMER].reader, record.deal)
    )
    assert len(found) == MAX_DELETIONS


def test_what_is_disclosed_afterwards_is_not_deleted_by_it(world: World) -> None:
    """A vendor that dates its statement before the disclosure has said nothing about it."""
    delivered(world)
    record = load_deal(world.nodes[CUSTOMER].reader, deal_of(world))
    assert record.state.document is not None
    body = Deletion(
        agreement=agreement.document_digest(record.state.document),
        fields=("name",),
        deleted_at=1,
        reason="unspecified",
    )
    hand_over(world, CUSTOMER, vendor_says(world, body, 40), deal=record.deal)
    assert {row["state"] for row in entries(world, CUSTOMER, field="name")} == {"held"}


def test_where_nothing_was_disclosed_nothing_is_said(world: World) -> None:
    ready(world)
    says(world, "delivered")
    answer = forget(world)
    assert (answer["fields"], answer["deletion"]) == ([], None)


def test_an_unknown_reason_is_refused(world: World) -> None:
    delivered(world)
    with pytest.raises(ServiceError) as caught:
        forget(world, reason="bored")
    assert caught.value.code == "request.reason"
    assert set(values(world)) == set(ANNA)


def withdraw(world: World) -> None:
    """The customer takes its accept back, as if it didn't know the agreement yet."""
    sign = partial(dishonest.sign, deal=deal_of(world), body_of=dishonest.withdrawal)
    in_turn(world, CUSTOMER, sign)
    settle(world)
    assert deal_with(world, VENDOR, VENDOR).state == "cancelled"


# SPEC 09: The vendor's node MUST send a deletion with the reason `cancelled` when it erases what
# was disclosed because the deal became `cancelled`.
def test_what_was_told_in_a_cancelled_deal_is_erased_with_a_statement(world: World) -> None:
    ready(world)
    disclose(world, "locality", "country")
    settle(world)
    withdraw(world)
    (stated,) = deletions.shown(reader(world), load_deal(reader(world), deal_of(world)))
    assert (stated["fields"], stated["reason"]) == (["locality", "country"], "cancelled")
    assert {row["state"] for row in entries(world, CUSTOMER)} == {"deleted"}
    assert deletion_file.verify(file_of(world, CUSTOMER)).ok
    assert clear_values(world, VENDOR) == []
    reply = secrets.owners(world.nodes[VENDOR].reader, "deal", "reply")
    assert deal_of(world) not in reply


def test_a_cancelled_deal_in_which_nothing_was_told_needs_no_statement(world: World) -> None:
    ready(world)
    settle(world)
    withdraw(world)
    assert "deletion.received" not in event_types(world, CUSTOMER)
    with pytest.raises(ServiceError, match="statement of deletion"):
        file_of(world, VENDOR)


def reader(world: World) -> Connection:
    return world.nodes[CUSTOMER].reader


# SPEC 09: The node MUST count this time from when it received a statement, and the arrival of goods
# from when it was told of it, where these are dated later than that.
def test_a_vendor_that_dates_ahead_postpones_nothing(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    row = ordered(world)
    disclose(world, "name")
    say(world, VENDOR, row, "paid")

    def deliver_in_ten_years(ctx: Context) -> None:
        record = load_deal(ctx.tx, row.deal)
        assert record.state.document is not None
        digest = agreement.document_digest(record.state.document)
        body = OrderEvent(agreement=digest, event="delivered", at=ctx.now + 3_650 * DAY)
        mailroom.tell(ctx, record, body, until=ctx.now + DAY)

    in_turn(world, VENDOR, deliver_in_ten_years)
    settle(world)
    (entry,) = entries(world, CUSTOMER)
    found = find_order(reader(world), row.deal)
    assert found is not None
    returns = found.order.draft.returns.days
    last = world.now + (returns + entry["keep_days"]) * DAY
    assert last - DAY <= entry["delete_by"] <= last
