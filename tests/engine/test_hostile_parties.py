"""What a dishonest customer or vendor, or a stranger's words, can't do to a node's store."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from tests.engine.databases import open_databases
from tests.engine.steps import pseudonym
from tests.engine.world import GTIN, SKU, START, Flight, SimNode, World
from vrmnode.customer.request import read_request
from vrmnode.engine import arrivals, clockwork, inbound
from vrmnode.engine.context import Context
from vrmnode.engine.customer import intent_desk
from vrmnode.engine.customer.intent_desk import PreparedIntent
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import catalogue, deals, envelopes, intents, messages, outbox, tags, timers
from vrmprotocol import (
    certificate,
    coherence,
    envelope,
    envelope_rules,
    market,
    message,
    sealing,
    topics,
)
from vrmprotocol.bodies import MailBody
from vrmprotocol.draft import Draft, OfferedItem, Payment, Price, Returns, VendorParty, deal_id
from vrmprotocol.fields import SUITE_X25519, RecipientKey
from vrmprotocol.keys import SealKey, SigningKey
from vrmprotocol.mail import Decline, Offer
from vrmprotocol.market import Intent, IntentUpdate

CUSTOMER, VENDOR = "customer-1", "vendor-1"
DAY = 86_400
UNUSABLE = {
    "unknown suite": RecipientKey(suite="none", key=b"x"),
    "small order": RecipientKey(suite=SUITE_X25519, key=bytes(32)),
}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(envelope_rules, "required_bits", lambda kind, body_bytes: 0)
    databases = open_databases(tmp_path, [CUSTOMER, VENDOR])
    yield World(databases, 7, [3], [0, 0])
    for database in databases.values():
        database.close()


def _prepared(world: World, *, valid_for: str = "7d", automatic: bool = True) -> PreparedIntent:
    acceptance: dict[str, object] = {"mode": "manual"}
    if automatic:
        acceptance = {
            "mode": "automatic",
            "vendors": "any",
            "max_total": "500.00 EUR",
            "wait_offers": 1,
        }
    return intent_desk.prepare(
        read_request(
            {"gtin": GTIN[1:], "country": "NL", "terms": ["SD-BASE"], "valid_for": valid_for}
        ),
        acceptance,
        identity=world.nodes[CUSTOMER].machine.identity,
        shard=0,
        now=world.now,
        random=world.rng.randbytes,
        grind=lambda core, bits: bytes(8),
    )


def _deliver_market(world: World, kind: str, raw_body: bytes, key: SigningKey, until: int) -> None:
    sent = envelope.build(
        kind=kind,
        topic=topics.market_topic("NL", None),
        tag=None,
        body=raw_body,
        created=envelope.quantise_time(world.now - 1_200),
        expires=until,
        signing_key=key,
        stamp=bytes(8),
    )
    world.nodes[VENDOR].deliver(Flight(CUSTOMER, sent.raw, None, 0, sent.created))


def _body(world: World, **changed: object) -> Intent:
    return msgspec.structs.replace(_prepared(world).body, **changed)


def test_an_agreed_deal_survives_its_intent_coming_back(world: World) -> None:
    """A customer lets its intent lapse and be forgotten, then publishes an update that lives."""
    prepared = _prepared(world, valid_for="1h")
    customer, vendor = world.nodes[CUSTOMER], world.nodes[VENDOR]
    customer.turn(partial(intent_desk.record, prepared=prepared))
    for _ in range(4):
        world._settle()
        world.now += 3
    [before] = deals.list_deals(vendor.reader)
    assert before.state == "agreed" and before.document is not None
    world.now += 2 * 3_600
    vendor.turn(partial(clockwork.tidy, max_store_bytes=1 << 30))
    until = envelope.quantise_time(world.now) + 5 * DAY
    intent = msgspec.structs.replace(prepared.body, valid_through=until)
    update = IntentUpdate(v=1, salt=bytes(16), seq=1, status="active", intent=intent)
    key = customer.machine.identity.pseudonym(prepared.key_context)
    _deliver_market(world, "intent_update", market.to_body(update), key, until)
    [after] = deals.list_deals(vendor.reader)
    assert (after.state, after.document, after.next_seq) == ("agreed", before.document, 2)
    world.now += 60 * DAY
    vendor.turn(partial(clockwork.tidy, max_store_bytes=1 << 30))
    assert [row.document for row in deals.list_deals(vendor.reader)] == [before.document]


@pytest.mark.parametrize("key", UNUSABLE.values(), ids=UNUSABLE)
def test_an_intent_that_cannot_be_answered_holds_no_stock(world: World, key: RecipientKey) -> None:
    intent = _body(world, reply_key=key)
    assert not sealing.can_seal_to(key)
    _deliver_market(
        world, "intent", market.to_body(intent), SigningKey(b"i" * 32), intent.valid_through
    )
    vendor = world.nodes[VENDOR]
    assert deals.list_deals(vendor.reader) == []
    assert outbox.pending_count(vendor.reader) == 0
    assert vendor.reader.value("SELECT count(*) FROM reservations") == 0
    product = catalogue.get(vendor.reader, SKU)
    assert product is not None and product.stock == 3


class _Vendor:
    """A vendor that nobody knows, which signs whatever it likes."""

    def __init__(
        self, world: World, pseudonym: bytes, intent_id: bytes, name: bytes = b"r"
    ) -> None:
        self.world, self.pseudonym, self.intent_id = world, pseudonym, intent_id
        root, self.key = SigningKey(name * 32), SigningKey(b"o" * 32)
        self.root = root.public
        self.deal = deal_id(pseudonym, root.public)
        self.certificate = certificate.issue(
            root,
            subject=self.key.public,
            serial=0,
            not_before=world.now - DAY,
            not_after=world.now + 300 * DAY,
        )

    def answer(self, seq: int, kind: str, body: MailBody) -> bytes:
        return message.sign(
            kind=kind,
            deal=self.deal,
            seq=seq,
            prev=bytes(32),
            key=self.key,
            recipient=self.pseudonym,
            created=self.world.now,
            received=(),
            body=body,
        ).raw

    def offer(self, seq: int, *, reply_key: RecipientKey | None = None, **changed: object) -> bytes:
        draft = Draft(
            v=1,
            deal=self.deal,
            intent=self.intent_id,
            customer=self.pseudonym,
            vendor=VendorParty(root=self.root, certificate=self.certificate, name="Anybody"),
            business_function="Sell",
            item_offered=OfferedItem(
                name="The C Programming Language", gtin=GTIN[1:], item_condition="NewCondition"
            ),
            eligible_quantity=1,
            price_specification=Price(
                price_currency="EUR", unit_price=1_000, delivery_charge=0, total=1_000
            ),
            delivery_method="ship",
            payment=Payment(method=("invoice",), due="on_delivery"),
            returns=Returns(days=14, cost="customer"),
            terms="SD-BASE",
            in_language="en",
            valid_through=self.world.now + DAY,
            confirm_by=self.world.now + DAY,
            reserved=False,
        )
        own = RecipientKey(suite=SUITE_X25519, key=SealKey(b"k" * 32).public)
        return message.sign(
            kind="offer",
            deal=self.deal,
            seq=seq,
            prev=None if seq == 0 else bytes(32),
            key=self.key,
            recipient=self.pseudonym,
            created=self.world.now,
            received=(),
            body=Offer(
                intent=self.intent_id,
                draft=msgspec.structs.replace(draft, **changed),
                secret=bytes(32),
                reply_key=reply_key or own,
                shard=0,
                note=f"number {seq}",
            ),
        ).raw


def _asked(world: World, *, automatic: bool) -> tuple[SimNode, _Vendor]:
    node = world.nodes[CUSTOMER]
    world.publish(CUSTOMER, 1, automatic)
    name = pseudonym(world)
    return node, _Vendor(world, name.pseudonym, name.intent_id)


def _send(node: SimNode, inner: bytes) -> None:
    watched = tags.lookup(node.reader, pseudonym(node.world).reply_tag)
    assert watched is not None
    node.turn(partial(inbound.receive, watched=watched, inner=inner, body_bytes=4_096, work=16))


def test_an_offer_that_cannot_be_answered_locks_nothing(world: World) -> None:
    node, vendor = _asked(world, automatic=True)
    for key in (UNUSABLE["unknown suite"], UNUSABLE["small order"]):
        _send(node, vendor.offer(0, reply_key=key))
    assert deals.list_deals(node.reader) == []
    _send(node, vendor.offer(0))
    assert [row.state for row in deals.list_deals(node.reader)] == ["accepted"]


def test_a_vendor_that_counts_in_leaps_leaves_no_trail(world: World) -> None:
    """Each message may open a window of tags far from the last, and only so many offers count."""
    node, vendor = _asked(world, automatic=False)
    far = world.now + 50 * 365 * DAY
    for number in range(40):
        _send(node, vendor.offer(number * 1_000, valid_through=far, confirm_by=far))
    window = (64 + 8) * 4
    deal_tags = tags.list_tags(node.reader, vendor.deal)
    assert 0 < len(deal_tags) <= window
    longest = mailroom.LONGEST_WATCH_S + mailroom.TAG_LIFETIME_S
    assert max(tag.until for tag in deal_tags) <= world.now + longest
    kept = messages.list_messages(node.reader, vendor.deal)
    assert len(kept) == mailroom.MAX_OFFERS_PER_DEAL


def test_a_timer_that_fails_holds_up_no_other(world: World) -> None:
    node = world.nodes[CUSTOMER]

    def arm(ctx: Context) -> None:
        timers.arm(ctx.tx, "confirm", b"no such deal" + bytes(20), ctx.now - 5)
        timers.arm(ctx.tx, "tidy", b"node", ctx.now)

    node.turn(arm)
    run = partial(clockwork.run_due, max_store_bytes=1 << 30)
    with pytest.raises(ServiceError):
        node.turn(run)
    with pytest.raises(ServiceError):
        node.turn(partial(run, limit=1))
    node.turn(clockwork.put_off)
    node.turn(partial(run, limit=1))
    assert {timer.kind for timer in timers.due(node.reader, world.now)} == set()
    late = timers.due(node.reader, world.now + clockwork.PUT_OFF_S)
    assert "confirm" in {timer.kind for timer in late}


def test_a_flood_of_envelopes_is_tidied_before_its_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "TIDY_AFTER", 8)
    node = world.nodes[VENDOR]
    node.run_timers()
    tidy = partial(clockwork.run_due, max_store_bytes=10_000)
    for number in range(64):
        body = bytes([number]) * 1_000
        _deliver_market(world, "weather", body, SigningKey(b"w" * 32), START + DAY)
        if timers.next_at(node.reader) == world.now:
            node.turn(tidy)
    assert envelopes.count_bytes(node.reader) <= 10_000 + 8 * 1_300


def test_a_vendor_that_declines_and_then_countersigns_does_not_sell_a_second_time(
    world: World,
) -> None:
    node, first = _asked(world, automatic=True)
    second = _Vendor(world, first.pseudonym, first.intent_id, b"s")
    _send(node, first.offer(0))
    state = load_deal(node.reader, first.deal).state
    assert state.accept is not None and state.accepted_offer is not None
    _tell(node, first, first.answer(1, "decline", Decline(of=state.accept.digest, reason="late")))
    _send(node, second.offer(0))
    rows = {row.deal: row.state for row in deals.list_deals(node.reader)}
    assert rows == {first.deal: "declined", second.deal: "accepted"}
    yes = coherence.countersign(state.accept, state.accepted_offer, first.key)
    _tell(node, first, first.answer(2, "agreement", yes))
    [own] = intents.list_intents(node.reader)
    assert deals.locked_quantity(node.reader, own.intent_id) == own.quantity == 1
    cancelled = load_deal(node.reader, first.deal)
    assert cancelled.row.state == cancelled.state.state == "cancelled"
    assert load_deal(node.reader, second.deal).row.state == "accepted"


def _tell(node: SimNode, vendor: _Vendor, inner: bytes) -> None:
    """Deliver a later message of the vendor's deal."""
    watched = tags.list_tags(node.reader, vendor.deal)[0]
    node.turn(partial(inbound.receive, watched=watched, inner=inner, body_bytes=4_096, work=16))
