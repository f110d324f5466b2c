"""What goes into a message file, engine by engine: nothing links what its owner kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.engine.databases import open_databases
from tests.engine.world import World
from vrmnode.engine import inbound
from vrmnode.engine.context import Context
from vrmnode.engine.mail import dispatch, mailroom, message_file
from vrmnode.engine.mail.message_file import Selection
from vrmnode.engine.records import load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, intents, outbox
from vrmprotocol import envelope, envelope_rules
from vrmprotocol.mail import Ack


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(envelope_rules, "check_stamp", lambda _: None)
    databases = open_databases(tmp_path, ["customer-1", "vendor-1"])
    yield World(databases, seed=1, stock=[5], skews=[0, 0])
    for database in databases.values():
        database.close()


def _no_work(core: bytes, bits: int) -> bytes:
    return bytes(8)


def selected(world: World, name: str, **choice: object) -> Selection:
    found = world.nodes[name].turn(partial(message_file.select, **choice))  # type: ignore[arg-type]
    assert isinstance(found, Selection)
    return found


def refusal(world: World, name: str, **choice: object) -> str:
    with pytest.raises(ServiceError) as caught:
        selected(world, name, **choice)
    return caught.value.code


def carry(world: World, sender: str, reader: str, **choice: object) -> int:
    """All that waits goes by file; how many mails that were."""
    chosen = selected(world, sender, **choice)
    node, rng = world.nodes[reader], world.rng
    sealed = {
        parcel: dispatch.seal(parcel, now=world.now, random=rng.randbytes, grind=_no_work)
        for parcel in chosen.mail
    }
    world.nodes[sender].turn(partial(message_file.written, mail=sealed))
    for raw in reversed([*chosen.market, *sealed.values()]):
        node.turn(partial(message_file.take, arrived=envelope.unsecure_load(raw)))
    return len(sealed)


def test_nothing_to_write(world: World) -> None:
    assert refusal(world, "customer-1") == "message.nothing"
    assert refusal(world, "customer-1", intent="abcdef") == "intent.not_found"
    assert refusal(world, "customer-1", deal="abcdef") == "deal.not_found"


def test_a_deal_by_file_alone(world: World) -> None:
    world.publish("customer-1", 1, automatic=True)
    assert carry(world, "customer-1", "vendor-1") == 0
    assert carry(world, "vendor-1", "customer-1") == 1
    assert carry(world, "customer-1", "vendor-1", together=True) == 1
    assert carry(world, "vendor-1", "customer-1") == 1
    (states,) = world.states().values()
    assert states == {"customer": "agreed", "vendor": "agreed"}


def test_two_intents_are_not_shown_together_unasked(world: World) -> None:
    world.publish("customer-1", 1, automatic=False)
    world.publish("customer-1", 1, automatic=False)
    assert refusal(world, "customer-1") == "message.linked"
    assert len(selected(world, "customer-1", together=True).market) == 2
    own = intents.list_intents(world.nodes["customer-1"].reader)[0]
    assert len(selected(world, "customer-1", intent=own.intent_id.hex()).market) == 1


def test_a_shop_that_buys_does_not_show_that_unasked(world: World) -> None:
    world.publish("customer-1", 1, automatic=False)
    carry(world, "customer-1", "vendor-1")
    assert len(selected(world, "vendor-1").mail) == 1
    world.publish("vendor-1", 1, automatic=False)
    assert refusal(world, "vendor-1") == "message.linked"
    (deal,) = deals.list_deals(world.nodes["vendor-1"].reader)
    assert selected(world, "vendor-1", deal=deal.deal.hex()).market == ()


def test_a_file_is_an_attempt_and_the_intent_still_waits_for_a_network(world: World) -> None:
    world.publish("customer-1", 1, automatic=False)
    carry(world, "customer-1", "vendor-1")
    (waiting,) = outbox.pending(world.nodes["customer-1"].reader, world.now)
    assert (waiting.kind, waiting.attempts) == ("market", 0)
    before = _known(world, "vendor-1")
    carry(world, "vendor-1", "customer-1")
    # Known as if it had come from a peer, should somebody play it back.
    assert _known(world, "vendor-1") == before + 1
    (offered,) = outbox.pending(world.nodes["vendor-1"].reader, world.now)
    assert (offered.attempts, offered.next_at > world.now) == (1, True)


def _known(world: World, name: str) -> int:
    return int(world.nodes[name].reader.value("SELECT count(*) FROM seen"))


def test_mail_that_comes_before_the_offer_is_read_after_it(world: World) -> None:
    world.publish("customer-1", 1, automatic=False)
    carry(world, "customer-1", "vendor-1")
    vendor, customer = world.nodes["vendor-1"], world.nodes["customer-1"]
    (first,) = selected(world, "vendor-1").mail
    (deal,) = deals.list_deals(vendor.reader)
    rng = world.rng

    def sealed(parcel: dispatch.Parcel) -> envelope.Envelope:
        raw = dispatch.seal(parcel, now=world.now, random=rng.randbytes, grind=_no_work)
        return envelope.unsecure_load(raw)

    offer = sealed(first)
    vendor.turn(partial(_acknowledge_something, deal=deal.deal))
    second = sealed(next(p for p in selected(world, "vendor-1").mail if p.row != first.row))
    for arrived in (second, offer):
        customer.turn(partial(inbound.accept_envelope, arrived=arrived))
    kinds = customer.reader.rows("SELECT kind FROM messages ORDER BY seq")
    assert kinds == [("offer",), ("ack",)]


def _acknowledge_something(ctx: Context, deal: bytes) -> None:
    record = load_deal(ctx.tx, deal)
    key = mailroom.own_key(ctx, record)
    assert key is not None
    until = ctx.now + 600
    mailroom.post(ctx, record.row, Ack(), key=key, recipient=record.row.customer, until=until)


def test_an_intent_to_one_vendor_goes_by_file_from_beginning_to_end(world: World) -> None:
    """Sealed, opened with the prekey, and answered: without any network."""
    world.introduce()
    world.publish("customer-1", 1, automatic=True, to=["vendor-1"])
    own = intents.list_intents(world.nodes["customer-1"].reader)[0]
    assert selected(world, "customer-1", intent=own.intent_id.hex()).market == ()
    assert carry(world, "customer-1", "vendor-1", intent=own.intent_id.hex()) == 1
    assert carry(world, "vendor-1", "customer-1") == 1
    assert carry(world, "customer-1", "vendor-1") == 1
    assert carry(world, "vendor-1", "customer-1") == 1
    (states,) = world.states().values()
    assert states == {"customer": "agreed", "vendor": "agreed"}


def test_an_intent_to_several_vendors_goes_into_a_file_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelope_rules, "check_stamp", lambda _: None)
    names = ["customer-1", "vendor-1", "vendor-2"]
    databases = open_databases(tmp_path, names)
    world = World(databases, seed=1, stock=[5, 5], skews=[0, 0, 0])
    world.introduce()
    world.publish("customer-1", 1, automatic=False, to=names[1:])
    reader = world.nodes["customer-1"].reader
    own = intents.list_intents(reader)[0].intent_id.hex()
    with pytest.raises(ServiceError) as caught:
        selected(world, "customer-1", intent=own)
    assert caught.value.code == "message.linked"
    assert "--deal" in caught.value.message
    for vendor in names[1:]:
        root = world.nodes[vendor].machine.identity.root
        (row,) = [one for one in deals.list_deals(reader) if one.vendor_root == root]
        assert carry(world, "customer-1", vendor, deal=row.deal.hex()) == 1
        assert deals.list_deals(world.nodes[vendor].reader)[0].state == "offered"
    for database in databases.values():
        database.close()
