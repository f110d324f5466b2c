"""A vendor's summaries of demand over weeks: what is counted, once, and what can't be told apart.

The attacker of `tests.protocol.demand_attacker` gets every summary of a random history, with the
intents that each was made of.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    agreed,
    back_up,
    command,
    event_types,
    in_turn,
    offered,
    own_intent,
    pass_on,
    stay_silent,
)
from tests.engine.world import World
from tests.protocol.demand_attacker import Name, Number, numbers, smallest
from vrmnode.engine import clockwork
from vrmnode.engine.context import Context
from vrmnode.engine.records import intent_body
from vrmnode.engine.vendor import demand_desk
from vrmnode.errors import ServiceError
from vrmnode.storage import demand, market
from vrmnode.storage.demand import StoredSummary
from vrmnode.storage.market import MarketIntent
from vrmprotocol import demand as protocol
from vrmprotocol.demand import Wanted
from vrmprotocol.errors import LocalError
from vrmprotocol.market import DemandedItem, Intent, to_body

MEDIA, BOOKS = 783, 784
ANSWERS: list[tuple[str | None, str | None]] = [
    ("refused", "out_of_stock"),
    ("ignored", "nothing_near"),
    (None, None),
    ("human", "terms"),
]


def turn_on(world: World, **params: object) -> dict[str, Any]:
    return command(world, VENDOR, "demand.on", **params)  # type: ignore[return-value]


def listed(world: World) -> dict[str, Any]:
    return demand_desk.demand_list(world.nodes[VENDOR].reader, world.now)


def to_next_week(world: World) -> None:
    """To its first minute, and whatever is due by then is done."""
    world.now = protocol.next_week(world.now) + 60
    _run(world)


def _run(world: World) -> None:
    for _ in range(12):
        world.nodes[VENDOR].run_timers()


def template(world: World) -> Intent:
    """An intent to make others of."""
    stay_silent(world, *world.vendors)
    world.publish(CUSTOMER, 1, automatic=False)
    return intent_body(own_intent(world))


def arrive(
    ctx: Context,
    intent: Intent,
    count: int,
    *,
    answer: tuple[str | None, str | None] = (None, None),
    category: int | None = BOOKS,
    country: str = "NL",
) -> None:
    """So many intents of strangers, and what was answered to each."""
    item = DemandedItem(name="A book", category=category)
    area = replace(intent.area, country=country)
    body = replace(intent, item_offered=item, area=area, valid_through=ctx.now + 3 * 86_400)
    for _ in range(count):
        name = ctx.random(32)
        stored = MarketIntent(
            pseudonym=name,
            envelope_id=ctx.random(32),
            seq=0,
            status="active",
            body=to_body(body),
            valid_through=body.valid_through,
            received_at=ctx.now,
        )
        market.upsert_intent(ctx.tx, stored)
        demand_desk.note(ctx, name, body)
        market.set_answer(ctx.tx, name, *answer)


def come(world: World, intent: Intent, count: int, **how: Any) -> None:
    in_turn(world, VENDOR, lambda ctx: arrive(ctx, intent, count, **how))


def cells(world: World, week: str) -> list[dict[str, Any]]:
    shown = demand_desk.demand_show(world.nodes[VENDOR].reader, week)
    return shown["summary"]["cells"]  # type: ignore[index,no-any-return]


# SPEC 17: The writer MUST count an intent in one week, the one in which it came.
def test_a_week_is_told_a_week_after_its_end(world: World) -> None:
    intent = template(world)
    turn_on(world)
    come(world, intent, 20)  # before the first whole week
    to_next_week(world)
    week = protocol.week_of(world.now)
    come(world, intent, 12, answer=("refused", "out_of_stock"))
    come(world, intent, 3, country="BE")
    to_next_week(world)
    assert listed(world)["weeks"] == []
    come(world, intent, 30)
    to_next_week(world)
    (told,) = listed(world)["weeks"]
    assert (told["week"], told["k"]) == (week, 10)
    outcomes = [{"outcome": "unmet", "reason": "out_of_stock", "intents": 10}]
    assert cells(world, week) == [
        {"category": MEDIA, "country": "NL", "intents": 10, "outcomes": outcomes}
    ]
    shown = demand_desk.demand_show(world.nodes[VENDOR].reader, week)
    assert shown["category_names"] == {str(MEDIA): "Media"}
    assert protocol.read(base64.b64decode(str(shown["file"]))).week == week
    assert "demand.closed" in event_types(world, VENDOR)


def test_intents_of_the_market_are_counted_and_sealed_ones_are_not(make_world: MakeWorld) -> None:
    world = make_world()
    world.introduce()
    turn_on(world)
    to_next_week(world)
    world.publish(CUSTOMER, 1, automatic=False, to=(VENDOR,))
    pass_on(world, CUSTOMER)
    assert demand.open_weeks(world.nodes[VENDOR].reader) == []
    offered(world)
    (row,) = demand.of_week(world.nodes[VENDOR].reader, protocol.week_of(world.now))
    assert (row.country, row.category, row.budget) == ("NL", None, None)


def test_what_came_of_an_intent(make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()
    turn_on(world, k=5)
    to_next_week(world)
    week = protocol.week_of(world.now)
    agreed(world)
    offered(world)
    deal = offered(world)
    command(
        world,
        CUSTOMER,
        "offer.decline",
        offer=(deal.offer_digest or b"").hex(),
        reason="too_expensive",
    )
    pass_on(world, CUSTOMER)
    found = _closed(world, monkeypatch)
    assert sorted((each.outcome, each.reason) for each in found[week]) == [
        ("agreed", None),
        ("lost", "too_expensive"),
        ("lost", "unanswered"),
    ]


def _closed(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Wanted]]:
    """What is summarised in the next two weeks."""
    found: dict[str, list[Wanted]] = {}
    summarise = protocol.summarise

    def spy(week: str, k: int, intents: Iterator[Wanted]) -> protocol.Summary:
        found[week] = list(intents)
        return summarise(week, k, found[week])

    monkeypatch.setattr(protocol, "summarise", spy)
    to_next_week(world)
    to_next_week(world)
    return found


def test_what_was_answered_is_known_after_the_intent_is_forgotten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    intent = template(world)
    turn_on(world)
    to_next_week(world)
    for answer in ANSWERS:
        come(world, intent, 1, answer=answer)
    world.now += 5 * 86_400
    in_turn(world, VENDOR, lambda ctx: clockwork.tidy(ctx, 1 << 30))
    assert market.count_intents(world.nodes[VENDOR].reader, 0) == 0
    (found,) = _closed(world, monkeypatch).values()
    assert sorted(str(each.reason) for each in found) == [
        "nothing_near",
        "out_of_stock",
        "unanswered",
        "unanswered",
    ]


# SPEC 17: The writer MUST begin to count with a whole week, and again with another one after it
# stopped, or its database was restored from a backup.
def test_stopping_drops_what_is_not_closed(world: World) -> None:
    intent = template(world)
    turn_on(world)
    to_next_week(world)
    come(world, intent, 20)
    command(world, VENDOR, "demand.off")
    assert listed(world)["on"] is False
    come(world, intent, 20)
    turn_on(world)
    come(world, intent, 20)
    for _ in range(3):
        to_next_week(world)
    assert listed(world)["weeks"] == []


def test_a_restored_node_counts_no_week_again(world: World, tmp_path: Path) -> None:
    intent = template(world)
    turn_on(world)
    to_next_week(world)
    week = protocol.week_of(world.now)
    come(world, intent, 14)
    copy = back_up(world, VENDOR, tmp_path)
    come(world, intent, 1)
    to_next_week(world)
    to_next_week(world)
    assert cells(world, week)[0]["intents"] == 15
    world.nodes[VENDOR].restore(copy)
    for _ in range(3):
        to_next_week(world)
    assert listed(world)["weeks"] == []
    assert listed(world)["on"] is True


# SPEC 17: The writer MUST NOT make a second summary of a week.
def test_a_closed_week_stays_as_it_is(world: World) -> None:
    intent = template(world)
    turn_on(world)
    to_next_week(world)
    first = world.now
    come(world, intent, 12)
    to_next_week(world)
    to_next_week(world)
    week = protocol.week_of(first)
    before = cells(world, week)
    world.now = first  # a clock that is put back
    come(world, intent, 12)
    turn_on(world, k=5)
    _run(world)
    assert demand.open_weeks(world.nodes[VENDOR].reader) == []
    assert cells(world, week) == before


def test_many_intents_are_settled_bit_by_bit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demand_desk, "SETTLED_AT_ONCE", 5)
    intent = template(world)
    turn_on(world)
    to_next_week(world)
    week = protocol.week_of(world.now)
    come(world, intent, 23)
    to_next_week(world)
    world.now = protocol.next_week(world.now) + 60
    turns = 0
    while not listed(world)["weeks"]:
        world.nodes[VENDOR].run_timers()
        turns += 1
    assert turns >= 4
    assert cells(world, week)[0]["intents"] == 20


def test_a_flood_is_counted_up_to_a_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demand_desk, "MOST_COUNTED", 12)
    intent = template(world)
    turn_on(world)
    to_next_week(world)
    come(world, intent, 30)
    assert len(demand.of_week(world.nodes[VENDOR].reader, protocol.week_of(world.now))) == 12


def test_the_list_says_which_week_is_closed_next(world: World) -> None:
    reader = world.nodes[VENDOR].reader
    assert demand_desk.demand_list(reader, world.now)["next"] is None
    since = int(str(turn_on(world)["since"]))

    def upcoming() -> object:
        return demand_desk.demand_list(reader, world.now)["next"]

    first = protocol.week_of(since)
    for days in (-1, 0, 13):
        world.now = since + days * 86_400
        assert upcoming() == {"week": first, "closes_at": since + 14 * 86_400}
    # Nobody asked for anything: there was nothing to close.
    world.now = since + 14 * 86_400
    second = protocol.week_of(since + 7 * 86_400)
    assert upcoming() == {"week": second, "closes_at": since + 21 * 86_400}


def test_strange_categories_are_none(world: World) -> None:
    intent = template(world)
    turn_on(world)
    to_next_week(world)
    for category in (None, 0, 999_999, BOOKS, MEDIA):
        come(world, intent, 1, category=category)
    found = demand.of_week(world.nodes[VENDOR].reader, protocol.week_of(world.now))
    assert sorted(str(row.category) for row in found) == ["783", "783", "None", "None", "None"]


def test_what_is_wrong_is_said(world: World) -> None:
    for k in (4, 0, 1_001):
        with pytest.raises(ServiceError) as caught:
            turn_on(world, k=k)
        assert caught.value.code == "request.invalid"
    with pytest.raises(ServiceError) as missing:
        demand_desk.demand_show(world.nodes[VENDOR].reader, "2027-W03")
    assert missing.value.code == "week.not_found"
    assert "closed on" not in str(missing.value)
    since = int(str(turn_on(world)["since"]))
    with pytest.raises(ServiceError, match=r"which is closed on \d{4}-") as waiting:
        demand_desk.demand_show(world.nodes[VENDOR].reader, protocol.week_of(since))
    assert waiting.value.code == "week.not_found"
    with pytest.raises(LocalError) as week:
        demand_desk.demand_show(world.nodes[VENDOR].reader, "2027-W99")
    assert week.value.code == "demand.week"


STEPS = st.one_of(
    st.tuples(
        st.just("come"),
        st.integers(1, 14),
        st.sampled_from(ANSWERS),
        st.sampled_from([BOOKS, MEDIA, None]),
        st.sampled_from(["NL", "BE"]),
    ),
    st.tuples(st.just("on"), st.integers(5, 9)),
    st.sampled_from([("off",), ("week",), ("week",), ("back up",), ("restore",)]),
)


# The world is emptied at the start of each example.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=5, max_size=25))
def test_nothing_told_in_a_history_singles_out_fewer_than_k(
    make_world: MakeWorld, tmp_path: Path, steps: list[tuple[Any, ...]]
) -> None:
    world = make_world()
    intent = template(world)
    told: list[tuple[str, bytes]] = []
    published: list[Number] = []
    add_summary = demand.add_summary

    def spy(tx: Any, row: StoredSummary) -> None:
        made_of: dict[Name, Wanted] = {
            each.pseudonym: demand_desk._wanted(each) for each in demand.of_week(tx, row.week)
        }
        told.append((row.week, row.summary))
        published.extend(numbers(protocol.read(row.summary), made_of))
        add_summary(tx, row)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demand, "add_summary", spy)
        copy = None
        for step in (("on", 5), *steps, ("week",), ("week",)):
            match step:
                case ("come", count, answer, category, country):
                    come(world, intent, count, answer=answer, category=category, country=country)
                case ("on", k):
                    turn_on(world, k=k)
                case ("off",):
                    command(world, VENDOR, "demand.off")
                case ("week",):
                    to_next_week(world)
                case ("back up",):
                    copy = back_up(world, VENDOR, tmp_path)
                case ("restore",) if copy is not None:
                    world.nodes[VENDOR].restore(copy)
    assert len({week for week, _ in told}) == len(told)
    assert (smallest(number.members for number in published) or 5) >= 5
