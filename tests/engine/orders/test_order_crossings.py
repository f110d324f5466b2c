"""Orders over a bad link: whatever is lost, doubled, late or crashed, both sides show the same.

As `test_both_roles`, but what is played is said after an agreement: by both, at any moment, in
ignorance of one another.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from tests.engine.databases import databases_in_memory
from tests.engine.example_runs import examples, without_work
from tests.engine.steps import set_shop_policy
from tests.engine.world import SKU, World
from vrmnode.engine.orders import order_views
from vrmnode.engine.orders.order_records import OrderRecord, find_order
from vrmnode.storage import catalogue, deals, events, intents, messages, orders
from vrmnode.storage.database import Database
from vrmprotocol.order_bodies import OrderEvent
from vrmprotocol.order_rules import UNDER_WAY

NAMES = ["customer-1", "vendor-1", "vendor-2"]
EXAMPLES = 800 if os.environ.get("CI") else 60
SHARDS = 2

node = st.sampled_from(NAMES)
index = st.integers(0, 40)
STEP = st.one_of(
    st.tuples(st.just("say"), node, index),
    st.tuples(st.just("say"), node, index),
    st.tuples(st.just("say"), st.just("customer-1"), index),
    st.tuples(st.just("pump"), node),
    st.tuples(st.just("deliver"), index, st.booleans()),
    st.tuples(st.just("lose"), index),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 3_600, 40_000, 200_000])),
    st.tuples(st.just("timers"), node),
    st.tuples(st.just("crash"), node),
    st.tuples(
        st.just("settle"),
    ),
)
SCRIPT = st.lists(STEP, min_size=8, max_size=30)
POLICY = st.fixed_dictionaries(
    {
        "payment": st.sampled_from(
            [
                {"due": "on_agreement", "pay_within": "1d"},
                {"due": "on_agreement", "pay_within": "20d"},
                {"due": "on_delivery"},
                {"due": "days_after_delivery", "due_days": 3},
            ]
        ),
        "orders": st.fixed_dictionaries(
            {
                "processing": st.sampled_from(["by_hand", "on_agreement", "on_payment"]),
                "accept_cancels": st.booleans(),
                "cancel_unpaid": st.booleans(),
            }
        ),
    }
)
VALUES: dict[str, dict[str, object]] = {
    "paid": {"amount": "20.00 EUR"},
    "payment_sent": {"amount": "20.00 EUR"},
    "payment_due": {"amount": "20.00 EUR"},
    "refunded": {"amount": "5.00 EUR"},
    "receipt": {"amount": "5.00 EUR"},
    "return_request": {"quantity": 1},
}


@pytest.fixture(scope="module")
def databases() -> Iterator[dict[str, Database]]:
    with databases_in_memory(NAMES) as opened:
        yield opened


def records(world: World, who: str) -> list[OrderRecord]:
    reader = world.nodes[who].reader
    found = [find_order(reader, row.deal) for row in orders.list_orders(reader)]
    return [each for each in found if each is not None]


def play(world: World, step: tuple[Any, ...]) -> None:
    if world.happen(step):
        return
    match step:
        case ("say", str(who), int(at)):
            say_something(world, who, at)


def say_something(world: World, who: str, at: int) -> None:
    """One of the words that the node's own state allows, about one of its orders."""
    known = records(world, who)
    if not known:
        return
    chosen = known[at % len(known)]
    shown = order_views.order_show(world.nodes[who].reader, chosen.deal.hex(), world.now)
    words = shown["can_say"]
    assert isinstance(words, list)
    word = words[at % len(words)]
    world.run_command(who, "order.say", deal=chosen.deal.hex(), word=word, **VALUES.get(word, {}))


def is_back(found: OrderRecord) -> bool:
    """Whether the vendor cancelled before anything had left: what hadn't is back, and stays."""
    cancel = found.order.cancel
    before = [
        said.body
        for said in found.order.said
        if cancel is not None and said.side == "seller" and said.message.seq < cancel.message.seq
    ]
    left = any(isinstance(body, OrderEvent) and body.event in UNDER_WAY for body in before)
    return cancel is not None and not left


def check_always(world: World) -> None:
    """Never more than wanted at one time; no goods from nowhere, none lost."""
    reader = world.nodes["customer-1"].reader
    for own in intents.list_intents(reader):
        assert deals.locked_quantity(reader, own.intent_id) <= own.quantity
    for who in world.vendors:
        product = catalogue.get(world.nodes[who].reader, SKU)
        assert product is not None and product.stock is not None
        gone = sum(
            found.order.draft.eligible_quantity
            for found in records(world, who)
            if found.record.state.state == "agreed" and not is_back(found)
        )
        assert product.stock == world.stock[who] - gone


def check_end(world: World) -> None:
    """Both sides show the same of every order, and everything said has arrived."""
    own = ("role", "side", "can_say")
    for who in world.vendors:
        for found in records(world, who):
            theirs = order_views.order_show(world.nodes[who].reader, found.deal.hex(), world.now)
            mine = order_views.order_show(
                world.nodes["customer-1"].reader, found.deal.hex(), world.now
            )
            for name in own:
                del theirs[name], mine[name]
            assert mine == theirs
    for each in world.nodes.values():
        for row in orders.list_orders(each.reader):
            kept = find_order(each.reader, row.deal)
            assert kept is not None
            assert (row.status, row.payment) == (kept.order.status, kept.order.payment.status)
            for item in messages.list_messages(each.reader, row.deal):
                assert not item.own or item.kind == "ack" or item.acked_at is not None
        told = Counter(
            (event.type, event.subject_id)
            for event in events.after(each.reader, 0, 10_000)
            if event.type == "order.placed"
        )
        assert not told or max(told.values()) == 1


@pytest.mark.parametrize("shard", range(SHARDS))
def test_both_sides_show_the_same_order(
    databases: dict[str, Database],
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
    shard: int,
) -> None:
    without_work(monkeypatch)
    ends: Counter[str] = Counter()
    paid: Counter[str] = Counter()

    @seed(shard)
    @examples(EXAMPLES // SHARDS)
    @given(
        script=SCRIPT,
        policies=st.tuples(POLICY, POLICY),
        skews=st.lists(st.integers(-600, 600), min_size=3, max_size=3),
        luck=st.integers(0, 2**32),
    )
    def run(script: list[tuple[Any, ...]], policies: Any, skews: list[int], luck: int) -> None:
        world = World(databases, luck, [3, 3], skews)
        for who, policy in zip(world.vendors, policies, strict=True):
            set_shop_policy(world, who, **policy)
        world.publish("customer-1", 2, automatic=True)
        for _ in range(3):
            world.now += 700
            world._settle()
        for step in script:
            play(world, step)
            check_always(world)
        world.heal()
        check_always(world)
        check_end(world)
        for who in world.vendors:
            ends.update(found.order.status for found in records(world, who))
            paid.update(found.order.payment.status for found in records(world, who))

    run()
    record_property("ends", dict(ends))
    record_property("payments", dict(paid))
    assert len(ends) >= 4 and len(paid) >= 3, (ends, paid)
