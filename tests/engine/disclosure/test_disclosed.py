"""What a vendor keeps of what customers disclose: sealed, or nothing; and how it forgets."""

from __future__ import annotations

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.disclosing import (
    ANNA,
    PLACE,
    clear_values,
    customer_says,
    deal_of,
    disclose,
    document_digest,
    files_of,
    load,
    ready,
    secret_names,
    values,
    vendor_says_event,
)
from tests.engine.steps import (
    CUSTOMER,
    OTHER_CUSTOMER,
    VENDOR,
    command,
    deal_with,
    event_types,
    hand_over,
    in_turn,
    interpreted,
    pass_on,
    told,
)
from tests.engine.world import World
from vrmnode.engine import inbound
from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import disclosed, disclosure_desk, ledger, openings
from vrmnode.engine.disclosure.openings import Opening
from vrmnode.engine.mail import dispatch, mailroom, private_mail
from vrmnode.engine.orders import shop_screen
from vrmnode.engine.records import load_deal, load_message
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, disclosures, events, messages, secrets
from vrmnode.values.reasons import DISCLOSURE
from vrmprotocol import encoding, envelope, inner, message
from vrmprotocol.disclosure_body import DisclosedField, Disclosure, OpenedRelationship
from vrmprotocol.mail import Decline, WithdrawAccept
from vrmprotocol.message import UninterpretedMessage


def _berta(salt: bytes | None = None) -> tuple[DisclosedField, ...]:
    return (DisclosedField(name="name", value="Berta Beispiel", salt=salt),)


def _of_another_agreement(world: World) -> bytes:
    return customer_says(world, Disclosure(agreement=bytes(32), fields=_berta()))


def _not_what_was_committed_to(world: World) -> bytes:
    digest = document_digest(world)
    return customer_says(world, Disclosure(agreement=digest, fields=_berta(bytes(32))))


def _of_another_form(world: World) -> bytes:
    fields = encoding.decode_map(_of_another_agreement(world))
    assert isinstance(fields["body"], dict)
    fields["body"] = {**fields["body"], "fields": "Berta Beispiel"}
    del fields["sig"]
    record = load_deal(world.nodes[CUSTOMER].reader, deal_of(world))

    def write(ctx: Context) -> bytes:
        key = mailroom.own_key(ctx, record)
        assert key is not None
        return inner.write(fields, key)

    raw = in_turn(world, CUSTOMER, write)
    assert isinstance(raw, bytes)
    return raw


def _not_signed_by_the_relationship(world: World) -> bytes:
    """The key that was committed to, and no proof that the pseudonym has it."""
    deal = deal_of(world)
    opening = in_turn(world, CUSTOMER, lambda ctx: openings.of_deal(ctx, deal)["relationship"])
    assert isinstance(opening, Opening) and isinstance(opening.value, bytes)
    shown = OpenedRelationship(key=opening.value, salt=opening.salt, signature=bytes(64))
    body = Disclosure(agreement=document_digest(world), fields=_berta(), relationship=shown)
    return customer_says(world, body)


CAUSES = {
    "message.body": _of_another_form,
    "disclosure.agreement": _of_another_agreement,
    "disclosure.commitment": _not_what_was_committed_to,
    "disclosure.relationship": _not_signed_by_the_relationship,
}
"""`tests/specs/test_reasons.py` checks that no code of the spec is missing here."""


# SPEC 09: The reader MUST keep nothing of the body of a disclosure that it refuses.
@pytest.mark.parametrize("code", CAUSES)
def test_a_refused_disclosure_leaves_its_header_alone(world: World, code: str) -> None:
    ready(world)
    raw = CAUSES[code](world)
    assert hand_over(world, VENDOR, raw, deal=deal_of(world)).error is None
    assert values(world) == {}
    reader = world.nodes[VENDOR].reader
    stored = [item for item in messages.list_messages(reader, deal_of(world)) if not item.own]
    kept = next(item for item in stored if item.kind == "disclosure")
    assert isinstance(load_message(kept.raw), UninterpretedMessage)
    assert b"Berta" not in files_of(world, VENDOR)
    names = in_turn(
        world,
        VENDOR,
        lambda ctx: private_mail.content(ctx.tx, ctx.vault, deal_of(world), kept.digest),
    )
    assert names is None
    refused = [e for e in events.after(reader, 0, 500) if e.type == "disclosure.refused"]
    assert [event.data for event in refused] == [{"reason": code, "words": DISCLOSURE[code]}]
    # It is acknowledged all the same, by the decline, and known when it comes again.
    assert kept.digest not in messages.to_acknowledge(reader, deal_of(world))
    hand_over(world, VENDOR, raw, deal=deal_of(world))
    assert event_types(world, VENDOR).count("disclosure.refused") == 1


# SPEC 09: The vendor MUST decline a disclosure that it refuses with `invalid`, and say why in the
# note.
@pytest.mark.parametrize("code", CAUSES)
def test_the_customer_reads_why_nothing_was_kept(world: World, code: str) -> None:
    ready(world)
    hand_over(world, VENDOR, CAUSES[code](world), deal=deal_of(world))
    reader = world.nodes[VENDOR].reader
    said = [item for item in messages.list_messages(reader, deal_of(world)) if item.own]
    body = interpreted(max(said, key=lambda item: item.seq)).body
    assert isinstance(body, Decline)
    assert (body.reason, body.note) == ("invalid", DISCLOSURE[code])


def test_a_declined_disclosure_is_shown_and_not_counted_as_held(world: World) -> None:
    ready(world)
    disclose(world, *PLACE)
    deal = deal_of(world)
    sent = disclosures.of_deal(world.nodes[CUSTOMER].reader, deal)[0]
    # The vendor's database is older than the agreement.
    in_turn(world, VENDOR, lambda ctx: ctx.tx.run("DELETE FROM messages WHERE kind = 'agreement'"))
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    reader = world.nodes[CUSTOMER].reader
    (row,) = disclosure_desk.list_disclosures(reader, deal.hex())
    assert row["disclosure"] == sent.digest.hex()
    assert row["declined"]["note"] == DISCLOSURE["disclosure.agreement"]  # type: ignore[index]
    assert "disclosure.declined" in event_types(world, CUSTOMER)
    vault = world.nodes[CUSTOMER].machine.vault
    assert ledger.ledger(reader, vault, {}, world.now) == []


# SPEC 09: The reader MUST NOT keep more than 16 disclosures of a deal.
def test_a_customer_cannot_fill_the_vendors_disk(world: World) -> None:
    ready(world)
    for seq in range(30, 50):
        field = DisclosedField(name="name", value=f"Anna {seq}")
        body = Disclosure(agreement=document_digest(world), fields=(field,))
        hand_over(world, VENDOR, customer_says(world, body, seq=seq), deal=deal_of(world))
    reader = world.nodes[VENDOR].reader
    kept = [i for i in messages.list_messages(reader, deal_of(world)) if i.kind == "disclosure"]
    assert len(kept) == 16
    assert values(world) == {"name": "Anna 45"}


# SPEC 09: The reader MUST erase what was disclosed when the state of the deal becomes `cancelled`.
def test_a_cancelled_deal_leaves_nothing_with_the_vendor(world: World) -> None:
    ready(world)
    disclose(world, *PLACE)
    pass_on(world, CUSTOMER)
    assert values(world)
    state = load_deal(world.nodes[CUSTOMER].reader, deal_of(world)).state
    assert state.accept is not None
    crossing = WithdrawAccept(accept=state.accept.digest, reason="changed_mind")
    hand_over(world, VENDOR, customer_says(world, crossing), deal=deal_of(world))
    assert deal_with(world, VENDOR, VENDOR).state == "cancelled"
    assert values(world) == {}
    assert secret_names(world, VENDOR) == set()
    assert "disclosure.erased" in event_types(world, VENDOR)


# SPEC 09: The reader MUST tell a value that was said without its salt from one that was committed
# to, wherever it shows it.
def test_the_vendors_deal_shows_what_was_disclosed_and_the_customers_does_not(
    world: World,
) -> None:
    ready(world)
    command(world, CUSTOMER, "contact.set", name="Anna Müller")
    disclose(world, "country", "name", "relationship")
    pass_on(world, CUSTOMER)
    params = {"deal": deal_of(world).hex()}
    both = {
        who: shop_screen.deal_show(node.reader, node.machine.vault, params, world.now)
        for who, node in world.nodes.items()
        if who in (CUSTOMER, VENDOR)
    }
    assert "disclosed" not in both[CUSTOMER]
    told = both[VENDOR]["disclosed"]
    assert isinstance(told, dict)
    assert str(told["relationship"]).startswith("did:key:")
    assert told["fields"] == {
        "name": {"value": "Anna Müller", "committed": False, "disclosed_at": world.now},
        "country": {"value": "DE", "committed": True, "disclosed_at": world.now},
    }


def test_the_vendor_forgets_what_it_erases(world: World) -> None:
    ready(world)
    disclose(world, *PLACE)
    pass_on(world, CUSTOMER)
    count = in_turn(world, VENDOR, lambda ctx: disclosed.erase(ctx, load(ctx, world)))
    assert count == 1
    assert values(world) == {}
    assert in_turn(world, VENDOR, lambda ctx: disclosed.erase(ctx, load(ctx, world))) == 0
    assert deal_with(world, VENDOR, VENDOR).state == "agreed"


def test_headers_of_private_messages_still_show_equivocation(world: World) -> None:
    ready(world)
    for name in ("Anna", "Berta"):
        field = DisclosedField(name="name", value=name)
        body = Disclosure(agreement=document_digest(world), fields=(field,))
        hand_over(world, VENDOR, customer_says(world, body), deal=deal_of(world))
    assert deal_with(world, VENDOR, VENDOR).fault == "negotiation.equivocation"


def test_a_header_form_comes_back(world: World) -> None:
    ready(world)
    field = DisclosedField(name="name", value="Anna")
    raw = customer_says(world, Disclosure(agreement=bytes(32), fields=(field,)))
    signed = message.verify_and_load(raw, expected_recipient=None)
    form = private_mail.header_form(signed)
    read = private_mail.read_header(form)
    assert read is not None
    assert (read.digest, read.seq, read.prev, read.received) == (
        signed.digest,
        signed.seq,
        signed.prev,
        signed.received,
    )
    assert b"Anna" not in form
    assert private_mail.read_header(raw) is None


def test_a_moved_box_opens_nothing(make_world: MakeWorld) -> None:
    """A box is bound to its deal and message: a row moved elsewhere is no disclosure there."""
    world = make_world()
    ready(world)
    disclose(world, "name")
    pass_on(world, CUSTOMER)
    node = world.nodes[VENDOR]
    node.turn(
        lambda ctx: ctx.tx.run(
            "UPDATE secrets SET owner_id = zeroblob(32) WHERE name LIKE 'message %'"
        )
    )
    (name,) = secret_names(world, VENDOR)
    assert secrets.get(node.reader, node.machine.vault, "deal", bytes(32), name) is None
    moved = "UPDATE erasable_keys SET owner_id = zeroblob(32) WHERE owner_id = ?"
    node.turn(lambda ctx: ctx.tx.run(moved, (deal_of(world),)))
    with pytest.raises(Exception, match="doesn't open"):
        secrets.get(node.reader, node.machine.vault, "deal", bytes(32), name)
    assert values(world) == {}


def test_another_customers_node_is_told_nothing(world: World) -> None:
    ready(world)
    disclose(world, *ANNA)
    pass_on(world, CUSTOMER)
    assert deals.list_deals(world.nodes[OTHER_CUSTOMER].reader) == []
    assert clear_values(world, OTHER_CUSTOMER) == []


def boxes(world: World) -> list[bytes]:
    """The sealed boxes that hold a deal's disclosures and the key of its mail."""
    rows = world.nodes[VENDOR].reader.rows(
        "SELECT box FROM secrets WHERE owner_kind = 'deal' AND owner_id = ?"
        " AND (name = 'reply' OR name LIKE 'message %')",
        (deal_of(world),),
    )
    return [bytes(box) for (box,) in rows]


def test_a_forgotten_customer_is_gone_from_the_files(world: World) -> None:
    ready(world)
    disclose(world, *ANNA)
    vendor_says_event(world, "delivered")
    pass_on(world, VENDOR, CUSTOMER)
    kept = boxes(world)
    assert len(kept) == 2
    assert all(box in files_of(world, VENDOR) for box in kept)
    answer = command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex())
    assert answer == {
        "deal": deal_of(world).hex(),
        "erased": 1,
        "fields": list(ANNA),
        "deletion": told(world, VENDOR)[-1].digest.hex(),
        "disclosed": {"fields": {}, "coming": {}, "relationship": None},
    }
    assert values(world) == {}
    assert boxes(world) == []
    assert [box for box in kept if box in files_of(world, VENDOR)] == []
    assert deal_with(world, VENDOR, VENDOR).state == "agreed"
    assert "deal.forgotten" in event_types(world, VENDOR)


def test_an_open_order_is_forgotten_only_if_it_is_said_twice(world: World) -> None:
    ready(world)
    disclose(world, "name")
    pass_on(world, CUSTOMER)
    asked = {"deal": deal_of(world).hex()}
    with pytest.raises(ServiceError) as caught:
        command(world, VENDOR, "vendor.forget", **asked)
    assert caught.value.code == "order.open"
    assert values(world) == {"name": "Anna Muster"}
    command(world, VENDOR, "vendor.forget", **asked, anyway=True)
    assert values(world) == {}


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_copy_of_the_mail_opens_only_until_the_deal_is_forgotten(
    world: World, forgotten: bool
) -> None:
    ready(world)
    vendor_says_event(world, "delivered")
    pass_on(world, VENDOR, CUSTOMER)
    disclose(world, "email")
    parcels = in_turn(world, CUSTOMER, dispatch.parcels)
    assert isinstance(parcels, list)
    (parcel,) = parcels
    raw = dispatch.seal(
        parcel, now=world.now, random=world.rng.randbytes, grind=lambda core, bits: bytes(8)
    )
    if forgotten:
        command(world, VENDOR, "vendor.forget", deal=deal_of(world).hex())
    arrived = envelope.unsecure_load(raw)
    in_turn(world, VENDOR, lambda ctx: inbound.accept_envelope(ctx, arrived))
    assert values(world) == ({} if forgotten else {"email": ANNA["email"]})


def test_a_customer_forgets_no_deal_of_its_own(world: World) -> None:
    ready(world)
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "vendor.forget", deal=deal_of(world).hex())
    assert caught.value.code == "deal.role"
