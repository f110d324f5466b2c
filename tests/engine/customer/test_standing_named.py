"""Standing intents to named vendors: told anew at each turn, to each under a name of its own."""

from __future__ import annotations

from functools import partial

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    command,
    event_types,
    in_turn,
    pass_on,
)
from tests.engine.world import GTIN, START, World
from vrmnode.customer.request import read_request
from vrmnode.customer.rhythm import Rhythm, casting_request
from vrmnode.engine.customer import castings, standing_intent
from vrmnode.storage import intents, market, pseudonyms, standing_intents
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.standing_intents import StandingIntent
from vrmprotocol import keys

DAY = 86_400
RHYTHM = Rhythm(3 * DAY, START + 24 * DAY)


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world()
    world.introduce()
    return world


def _begin(world: World, *to: str) -> bytes:
    node = world.nodes[CUSTOMER]
    request = casting_request({"gtin": GTIN[1:], "country": "NL", "to": list(to)}, RHYTHM)
    prepared = castings.prepare_named(
        node.reader,
        node.machine.vault,
        read_request(request),
        {"mode": "manual"},
        identity=node.machine.identity,
        shard=0,
        now=world.now,
        random=world.rng.randbytes,
    )
    action = partial(
        standing_intent.begin,
        prepared=prepared,
        request=request,
        acceptance={"mode": "manual"},
        rhythm=RHYTHM,
    )
    row = in_turn(world, CUSTOMER, action)
    assert isinstance(row, StandingIntent)
    return row.standing


def _did(world: World, name: str) -> str:
    return keys.to_did(world.nodes[name].machine.identity.root)


def _to_next(world: World, standing: bytes) -> None:
    row = standing_intents.get(world.nodes[CUSTOMER].reader, standing)
    assert row is not None
    assert row.next_at is not None
    world.now = max(world.now, row.next_at)
    for node in world.nodes.values():
        node.run_timers()
    pass_on(world, *world.vendors)


def _cast(world: World, standing: bytes) -> list[OwnIntent]:
    return intents.castings_of(world.nodes[CUSTOMER].reader, standing)


def test_each_casting_draws_fresh_names(world: World) -> None:
    standing = _begin(world, _did(world, VENDOR), _did(world, OTHER_VENDOR))
    pass_on(world, CUSTOMER)
    for _ in range(2):
        _to_next(world, standing)
        pass_on(world, CUSTOMER)
    reader, cast = world.nodes[CUSTOMER].reader, _cast(world, standing)
    assert len(cast) == 3
    assert all(own.envelope_id is None for own in cast)
    names = [name for own in cast for name in pseudonyms.of_intent(reader, own.intent_id)]
    for field in ("pseudonym", "key_context", "reply_tag"):
        assert len({getattr(name, field) for name in names}) == 6, field
    for vendor in (VENDOR, OTHER_VENDOR):
        known = world.nodes[vendor].reader.value("SELECT count(*) FROM deals")
        assert known == 3


def test_who_is_trusted_then_is_told(world: World) -> None:
    command(world, CUSTOMER, "trust.add", vendor=_did(world, VENDOR))
    standing = _begin(world, "trusted")
    command(world, CUSTOMER, "trust.add", vendor=_did(world, OTHER_VENDOR))
    _to_next(world, standing)
    reader = world.nodes[CUSTOMER].reader
    newest, first = _cast(world, standing)
    assert len(pseudonyms.of_intent(reader, first.intent_id)) == 1
    assert len(pseudonyms.of_intent(reader, newest.intent_id)) == 2


def test_a_turn_at_which_nobody_can_be_told_goes_by(world: World) -> None:
    command(world, CUSTOMER, "trust.add", vendor=_did(world, VENDOR))
    standing = _begin(world, "trusted")
    command(world, CUSTOMER, "trust.remove", vendor=_did(world, VENDOR))
    _to_next(world, standing)
    assert len(_cast(world, standing)) == 1
    assert event_types(world, CUSTOMER)[-1] == "standing.passed"
    row = standing_intents.get(world.nodes[CUSTOMER].reader, standing)
    assert row is not None
    assert (row.status, row.castings) == ("active", 1)
    command(world, CUSTOMER, "trust.add", vendor=_did(world, VENDOR))
    _to_next(world, standing)
    assert len(_cast(world, standing)) == 2
    assert market.count_intents(world.nodes[OTHER_VENDOR].reader, world.now, sealed=True) == 0
