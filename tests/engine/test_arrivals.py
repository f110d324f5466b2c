"""Keeping envelopes: each once, those for others together, the rest left to `inbound`."""

from __future__ import annotations

from tests.engine.steps import CUSTOMER, VENDOR, offered, pseudonym, update
from tests.engine.world import World
from vrmnode.engine import arrivals
from vrmnode.storage import envelopes, seen, tags
from vrmprotocol import envelope
from vrmprotocol.envelope import SKEW_S, Envelope
from vrmprotocol.keys import SigningKey
from vrmprotocol.topics import DIRECTORY

DAY = 86_400


def _other(world: World, number: int, topic: str = DIRECTORY) -> Envelope:
    created = envelope.quantise_time(world.now)
    return envelope.build_stamped(
        kind="weather",
        topic=topic,
        tag=None,
        body=number.to_bytes(2, "big"),
        created=created,
        expires=created + DAY,
        signing_key=SigningKey(bytes(32)),
        grind=lambda core, bits: bytes(8),
    )


def test_what_concerns_nobody_is_kept_together_and_once(world: World) -> None:
    node = world.nodes[VENDOR]
    some = [_other(world, number) for number in range(150)]
    twice = [*some, some[0]]
    kept = node.turn(lambda ctx: arrivals.keep_others(ctx, twice))
    assert kept == [True] * 150 + [False]
    assert node.turn(lambda ctx: arrivals.keep_others(ctx, some[:2])) == [False, False]
    ids = [each.id for each in some]
    assert seen.known_among(node.reader, ids) == set(ids)
    assert envelopes.raw_of(node.reader, DIRECTORY, ids, world.now) == [e.raw for e in some]


def test_ids_are_remembered_until_they_are_refused_as_expired(world: World) -> None:
    # SPEC 02: The reader MUST remember the id of each accepted envelope until `expires + 300`, also
    # when it drops the envelope and across restarts.
    node, one = world.nodes[VENDOR], _other(world, 1)
    node.turn(lambda ctx: arrivals.keep_others(ctx, [one]))
    node.turn(lambda ctx: envelopes.evict(ctx.tx, world.now, 0))
    assert envelopes.get(node.reader, one.id) is None
    until = one.expires + SKEW_S
    assert node.turn(lambda ctx: seen.purge(ctx.tx, until - 1)) == 0
    assert seen.contains(node.reader, one.id)


def test_what_is_to_be_acted_on_is_left(world: World) -> None:
    offered(world)
    node = world.nodes[CUSTOMER]
    intent = update(world, seq=1)
    watched = tags.list_tags(node.reader, pseudonym(world).pseudonym)[0].tag
    assert tags.watched_among(node.reader, [watched, bytes(16)]) == {watched}
    other = _other(world, 1)
    assert node.turn(lambda ctx: arrivals.keep_others(ctx, [intent, other])) == [None, True]


def test_what_came_in_a_file_is_named_to_nobody(world: World) -> None:
    node, one = world.nodes[VENDOR], _other(world, 1)
    node.turn(lambda ctx: arrivals.keep(ctx, [one], named=False))
    assert envelopes.raw_of(node.reader, DIRECTORY, [one.id], world.now) == []
