"""Standing intents in virtual time: castings that only their node can join, one at each turn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    NAMES,
    OTHER_CUSTOMER,
    command,
    event_types,
    in_turn,
    pass_on,
)
from tests.engine.world import GTIN, START, World
from vrmnode.customer.request import read_request
from vrmnode.customer.rhythm import Rhythm, casting_request
from vrmnode.engine import clockwork
from vrmnode.engine.audience import readable
from vrmnode.engine.customer import intent_desk, standing_intent, standing_views
from vrmnode.engine.records import intent_body
from vrmnode.errors import ServiceError
from vrmnode.storage import intents, pseudonyms, standing_intents, timers
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.standing_intents import StandingIntent
from vrmprotocol import bodies, envelope

DAY = 86_400
WEEK = 7 * DAY
RHYTHM = Rhythm(WEEK, START + 24 * DAY)
ASKED = {"gtin": GTIN[1:], "country": "NL", "terms": ["SD-BASE"]}
MANUAL: dict[str, object] = {"mode": "manual"}


def prepared(world: World, who: str, request: dict[str, object]) -> intent_desk.PreparedIntent:
    node = world.nodes[who]
    return intent_desk.prepare(
        read_request(request),
        MANUAL,
        identity=node.machine.identity,
        shard=0,
        now=world.now,
        random=world.rng.randbytes,
        grind=lambda core, bits: bytes(8),
    )


def begin(world: World, rhythm: Rhythm = RHYTHM) -> bytes:
    request = casting_request(ASKED, rhythm)
    action = partial(
        standing_intent.begin,
        prepared=prepared(world, CUSTOMER, request),
        request=request,
        acceptance=MANUAL,
        rhythm=rhythm,
    )
    row = in_turn(world, CUSTOMER, action)
    assert isinstance(row, StandingIntent)
    return row.standing


def stored(world: World, standing: bytes) -> StandingIntent:
    row = standing_intents.get(world.nodes[CUSTOMER].reader, standing)
    assert row is not None
    return row


def castings(world: World, standing: bytes) -> list[OwnIntent]:
    """The oldest first."""
    return intents.castings_of(world.nodes[CUSTOMER].reader, standing)[::-1]


def to_next(world: World, standing: bytes) -> None:
    """Let time pass until the next casting is due, and one look at the timers."""
    next_at = stored(world, standing).next_at
    assert next_at is not None
    world.now = max(world.now, next_at)
    for name in NAMES:
        world.nodes[name].run_timers()


def exchange(world: World) -> None:
    for _ in range(3):
        pass_on(world, *NAMES)


def restart(world: World) -> None:
    node = world.nodes[CUSTOMER]
    node.machine = node._boot()
    node.turn(clockwork.start)


def test_three_castings_share_nothing_that_a_stranger_would_not_share(world: World) -> None:
    standing = begin(world)
    while len(castings(world, standing)) < 3:
        to_next(world, standing)
    stranger = prepared(world, OTHER_CUSTOMER, casting_request(ASKED, RHYTHM))
    three = castings(world, standing)
    sent = [_envelope(world, own) for own in three]
    # By key, tag and salt, and by whatever else stands in the body or around it.
    reader = world.nodes[CUSTOMER].reader
    names = [name for own in three for name in pseudonyms.of_intent(reader, own.intent_id)]
    assert len({name.pseudonym for name in names}) == 3
    assert len({name.key_context for name in names}) == 3
    loaded = [intent_body(own) for own in three]
    assert len({body.reply_tag for body in loaded}) == 3
    assert len({body.reply_key.key for body in loaded}) == 3
    assert len({body.salt for body in loaded}) == 3
    other = _fields(stranger.envelope, bodies.to_wire(stranger.body))
    everywhere = [
        _fields(one, bodies.to_wire(body)) for one, body in zip(sent, loaded, strict=True)
    ]
    for at, first in enumerate(everywhere):
        for second in everywhere[at + 1 :]:
            assert first & second == first & second & other
    # By size: the same as anybody's who wants this.
    assert {len(one.raw) for one in sent} == {len(stranger.envelope.raw)}
    # By how long they live: a span that others use.
    assert {body.valid_through - own.created for body, own in zip(loaded, three, strict=True)} <= {
        *range(3 * DAY, 3 * DAY + 600)
    }
    # Two never stand side by side.
    for earlier, later in pairwise(three):
        assert earlier.valid_through < later.created


def _envelope(world: World, own: OwnIntent) -> envelope.Envelope:
    raw = world.nodes[CUSTOMER].reader.value(
        "SELECT raw FROM outbox WHERE envelope_id = ?", (own.envelope_id,)
    )
    return envelope.unsecure_load(raw)


def _fields(sent: envelope.Envelope, wire: Mapping[str, object]) -> set[tuple[str, str]]:
    outer = {name: getattr(sent, name) for name in ("kind", "topic", "author", "id", "sig")}
    outer |= {"created": sent.created, "expires": sent.expires}
    return {(name, repr(readable(value))) for name, value in {**outer, **wire}.items()}


@pytest.mark.parametrize("seed", range(5))
def test_the_rhythm_is_uneven_and_within_a_tenth(make_world: MakeWorld, seed: int) -> None:
    world = make_world()
    world.rng.seed(seed)
    standing = begin(world, Rhythm(WEEK, START + 100 * DAY))
    while stored(world, standing).next_at is not None:
        to_next(world, standing)
    at = [own.created for own in castings(world, standing)]
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert 12 <= len(gaps) <= 15
    assert all(WEEK * 0.9 - 1 <= gap <= WEEK * 1.1 for gap in gaps)
    assert len(set(gaps)) == len(gaps)
    assert max(gaps) - min(gaps) > DAY // 2
    # No phase either: seen over weeks, they don't come back to one hour of one day.
    assert len({moment // 3_600 % 168 for moment in at}) > len(at) // 2
    assert stored(world, standing).status == "ended"
    assert at[-1] <= START + 100 * DAY


def test_offers_to_every_casting_are_shown_under_one(world: World) -> None:
    standing = begin(world)
    bought: list[object] = []
    exchange(world)
    for _ in range(3):
        if bought:
            to_next(world, standing)
            exchange(world)
        shown = standing_views.standing_show(
            world.nodes[CUSTOMER].reader, standing.hex(), world.now
        )
        newest = castings(world, standing)[-1].intent_id.hex()
        offers = [row for row in _rows(shown, "offers") if row["intent"] == newest]
        assert len(offers) == 2
        command(world, CUSTOMER, "offer.accept", offer=offers[0]["offer"])
        exchange(world)
        bought.append(newest)
    shown = standing_views.standing_show(world.nodes[CUSTOMER].reader, standing.hex(), world.now)
    assert shown["castings"] == 3
    assert [row["intent"] for row in _rows(shown, "intents")] == bought[::-1]
    assert [row["agreed"] for row in _rows(shown, "intents")] == [1, 1, 1]
    assert {row["standing"] for row in _rows(shown, "intents")} == {standing.hex()}
    assert len(_rows(shown, "offers")) == 6
    (listed,) = standing_views.standing_list(world.nodes[CUSTOMER].reader)
    assert (listed["status"], listed["every_s"]) == ("active", WEEK)


def _rows(shown: dict[str, object], name: str) -> list[dict[str, object]]:
    rows = shown[name]
    assert isinstance(rows, list)
    return rows


def test_a_crash_at_any_point_makes_neither_two_castings_nor_none(world: World) -> None:
    node = world.nodes[CUSTOMER]
    standing = begin(world)
    for expected in (2, 3):
        node.crash_next = True
        to_next(world, standing)
        assert len(castings(world, standing)) == expected - 1
        to_next(world, standing)
        assert len(castings(world, standing)) == expected
        # Down again right after the commit; and the timer comes once more, as from a backup.
        restart(world)
        in_turn(
            world,
            CUSTOMER,
            lambda ctx: timers.arm(ctx.tx, standing_intent.TIMER, standing, ctx.now),
        )
        node.run_timers()
        assert len(castings(world, standing)) == expected
        assert stored(world, standing).castings == expected


def test_a_restart_in_time_changes_nothing(world: World) -> None:
    standing = begin(world)
    before = stored(world, standing)
    world.now += DAY
    restart(world)
    assert stored(world, standing) == before
    to_next(world, standing)
    assert world.now == before.next_at
    assert len(castings(world, standing)) == 2


def test_what_was_missed_is_cast_once_and_not_at_the_start(world: World) -> None:
    standing = begin(world)
    world.now += 16 * DAY
    started = world.now
    restart(world)
    world.nodes[CUSTOMER].run_timers()
    assert len(castings(world, standing)) == 1
    to_next(world, standing)
    assert started < world.now <= started + 3_600
    assert len(castings(world, standing)) == 2
    next_at = stored(world, standing).next_at
    assert next_at is not None
    assert next_at >= world.now + WEEK * 9 // 10


def test_a_machine_that_slept_casts_nothing_the_moment_it_wakes(world: World) -> None:
    standing = begin(world)
    due = stored(world, standing).next_at
    assert due is not None
    world.now = woken = due + standing_intent.LATE_S + 1
    world.nodes[CUSTOMER].run_timers()
    assert len(castings(world, standing)) == 1
    next_at = stored(world, standing).next_at
    assert next_at is not None
    assert woken <= next_at <= woken + 3_600
    to_next(world, standing)
    assert len(castings(world, standing)) == 2


def test_what_ended_while_the_node_was_off_stays_ended(world: World) -> None:
    standing = begin(world)
    world.now = RHYTHM.until + 1
    restart(world)
    row = stored(world, standing)
    assert (row.status, row.next_at, row.castings) == ("ended", None, 1)


def test_its_end_passes_between_timer_and_turn(world: World) -> None:
    standing = begin(world)
    world.now = RHYTHM.until + 1
    world.nodes[CUSTOMER].run_timers()
    assert stored(world, standing).status == "ended"
    assert len(castings(world, standing)) == 1


def test_stopped_it_casts_no_more_and_leaves_what_stands(world: World) -> None:
    standing = begin(world)
    shown = command(world, CUSTOMER, "standing.stop", standing=standing.hex()[:12])
    assert isinstance(shown, dict)
    assert (shown["status"], shown["next_at"]) == ("stopped", None)
    assert [row["status"] for row in shown["intents"]] == ["active"]
    restart(world)
    world.now += 30 * DAY
    world.nodes[CUSTOMER].run_timers()
    assert len(castings(world, standing)) == 1
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "standing.stop", standing=standing.hex())
    assert caught.value.code == "standing.not_active"
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "standing.stop", standing="abcdef012345")
    assert caught.value.code == "standing.not_found"


def test_a_rhythm_longer_than_its_time_casts_once(world: World) -> None:
    standing = begin(world, Rhythm(WEEK, START + DAY))
    row = stored(world, standing)
    assert (row.status, row.next_at, row.castings) == ("ended", None, 1)


def test_what_can_not_be_cast_any_more_stops_and_holds_up_no_other_timer(world: World) -> None:
    standing = begin(world)
    in_turn(
        world,
        CUSTOMER,
        lambda ctx: ctx.tx.run("UPDATE standing_intents SET request = '{\"wish\":1}'"),
    )
    to_next(world, standing)
    assert stored(world, standing).status == "stopped"
    assert event_types(world, CUSTOMER)[-1] == "standing.stopped"
    assert event_types(world, CUSTOMER)[0] == "standing.begun"
