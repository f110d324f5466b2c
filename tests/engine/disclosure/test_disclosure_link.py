"""Disclosures over a bad link: whatever is lost, doubled or crashed, none is early, all arrive."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from tests.engine.databases import databases_in_memory
from tests.engine.disclosing import ANNA, DELIVERY_WORD
from tests.engine.example_runs import examples, without_work
from tests.engine.steps import CUSTOMER, NAMES, OTHER_CUSTOMER, OTHER_VENDOR, VENDOR
from tests.engine.world import World
from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import disclosed
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import load_deal, load_message
from vrmnode.storage import deals, disclosures, messages
from vrmnode.storage.database import Database
from vrmprotocol import agreement, keys, order
from vrmprotocol.contact_state import Disclosed
from vrmprotocol.message import SignedMessage
from vrmprotocol.order_bodies import OrderEvent

EXAMPLES = 1_000 if os.environ.get("CI") else 60
SHARDS = 4 if os.environ.get("CI") else 1
CUSTOMERS, VENDORS = (CUSTOMER, OTHER_CUSTOMER), (VENDOR, OTHER_VENDOR)
DELIVERY = {"name", "street_address"}
VALUES = {
    CUSTOMER: ANNA,
    OTHER_CUSTOMER: {**ANNA, "name": "Berta Beispiel", "locality": "Wien", "country": "AT"},
}

node = st.sampled_from([*CUSTOMERS, *VENDORS])
customer, vendor = st.sampled_from(CUSTOMERS), st.sampled_from(VENDORS)
index = st.integers(0, 20)
STEP = st.one_of(
    st.tuples(st.just("buy"), customer),
    st.tuples(st.just("settle")),
    st.tuples(st.just("pump"), node),
    st.tuples(st.just("deliver"), index, st.booleans()),
    st.tuples(st.just("lose"), index),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 900])),
    st.tuples(st.just("timers"), node),
    st.tuples(st.just("crash"), node),
    st.tuples(st.just("begin"), vendor, st.sampled_from(["processing", "shipped", "delivered"])),
    st.tuples(st.just("trust"), customer, vendor),
    st.tuples(st.just("set"), customer),
    st.tuples(st.just("tell"), customer, index, st.sampled_from([[], ["name"], ["email"]])),
)


@pytest.fixture(scope="module")
def databases() -> Iterator[dict[str, Database]]:
    with databases_in_memory(NAMES) as opened:
        yield opened


def play(world: World, step: tuple[object, ...]) -> None:
    if world.happen(step):
        return
    match step:
        case ("buy", str(who)):
            world.publish(who, 1, automatic=True)
        case ("begin", str(who), str(event)):
            world.nodes[who].turn(partial(_say_everywhere, event=event))
        case ("trust", str(who), str(whom)):
            root = world.nodes[whom].machine.identity.root
            world.run_command(who, "trust.add", vendor=keys.to_did(root))
        case ("set", str(who)):
            world.run_command(who, "contact.set", **VALUES[who])
        case ("tell", str(who), int(at), list(names)):
            own = deals.list_deals(world.nodes[who].reader, role="customer")
            if own:
                asked = {"fields": names} if names else {}
                world.run_command(who, "deal.disclose", deal=own[at % len(own)].deal.hex(), **asked)


def _say_everywhere(ctx: Context, event: str) -> None:
    """A word of the vendor's about each order that it has."""
    for row in deals.list_deals(ctx.tx, role="vendor", state="agreed"):
        record = load_deal(ctx.tx, row.deal)
        key = mailroom.own_key(ctx, record)
        assert key is not None and record.state.document is not None
        body = OrderEvent(
            agreement=agreement.document_digest(record.state.document),
            event=DELIVERY_WORD[event],
            at=ctx.now,
        )
        until = ctx.now + mailroom.ANSWER_LIFETIME_S
        mailroom.post(ctx, row, body, key=key, recipient=row.customer, until=until)


def told_in(world: World, who: str, deal: bytes) -> dict[str, set[str]]:
    """The rules under which a customer's node disclosed each field of a deal."""
    found: dict[str, set[str]] = {}
    for row in disclosures.of_deal(world.nodes[who].reader, deal):
        for name in row.fields:
            found.setdefault(name, set()).add(row.rule)
    return found


def shown_by(world: World, who: str, deal: bytes) -> Disclosed:
    own = world.nodes[who]
    return disclosed.of_deal(own.reader, own.machine.vault, load_deal(own.reader, deal), world.now)


def check_always(world: World) -> None:
    """What a vendor knows it was told, in its stage, and in an agreed deal."""
    for who in VENDORS:
        reader = world.nodes[who].reader
        for row in deals.list_deals(reader):
            known = shown_by(world, who, row.deal).fields
            if not known:
                continue
            assert row.state == "agreed"
            (buyer,) = (n for n in CUSTOMERS if deals.get(world.nodes[n].reader, row.deal))
            told = told_in(world, buyer, row.deal)
            assert set(known) <= set(told)
            for name, one in known.items():
                assert one.value == VALUES[buyer][name]
                automatic = any(rule.startswith("automatic") for rule in told[name])
                assert name != "email" or not automatic
                if automatic and name in DELIVERY:
                    assert _has_begun(world, who, row.deal)


def _has_begun(world: World, who: str, deal: bytes) -> bool:
    stored = messages.list_messages(world.nodes[who].reader, deal)
    found = order.evaluate(load_message(item.raw) for item in stored)
    return found is not None and found.flags.word


def check_end(world: World) -> int:
    """Whatever was disclosed has arrived, and nothing was sent in the clear; how many fields."""
    count = 0
    for who in CUSTOMERS:
        reader = world.nodes[who].reader
        for row in deals.list_deals(reader, role="customer", state="agreed"):
            (shop,) = (
                n for n in VENDORS if world.nodes[n].machine.identity.root == row.vendor_root
            )
            told = set(told_in(world, who, row.deal))
            assert set(shown_by(world, shop, row.deal).fields) == told
            count += len(told)
            for item in messages.list_messages(reader, row.deal):
                assert item.kind != "disclosure" or item.acked_at is not None
    for own in world.nodes.values():
        for (raw,) in own.reader.rows("SELECT raw FROM messages UNION ALL SELECT raw FROM outbox"):
            assert b"Muster" not in raw and b"Beispiel" not in raw
            loaded = load_message(raw) if raw[:1] == b"\x8b" else None
            assert not isinstance(loaded, SignedMessage) or loaded.kind != "disclosure"
    return count


@pytest.mark.parametrize("shard", range(SHARDS))
def test_none_is_early_and_all_arrive(
    databases: dict[str, Database],
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
    shard: int,
) -> None:
    without_work(monkeypatch)
    counts: Counter[str] = Counter()

    @seed(shard)
    @examples(EXAMPLES // SHARDS)
    @given(script=st.lists(STEP, min_size=8, max_size=30), luck=st.integers(0, 2**32))
    def run(script: list[tuple[object, ...]], luck: int) -> None:
        world = World(databases, luck, [5, 5], [0, 0, 0, 0])
        for step in (("set", CUSTOMER), ("buy", CUSTOMER), ("settle",), *script):
            play(world, step)
            check_always(world)
        world.heal()
        check_always(world)
        counts["fields"] += check_end(world)
        counts["runs"] += 1

    run()
    record_property("counts", dict(counts))
    assert counts["fields"] >= counts["runs"]
