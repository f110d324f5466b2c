"""A postbox holds what has room, says so, and acts on nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.engine.steps import CUSTOMER, VENDOR, offered, update
from tests.engine.world import SimNode, World
from vrmnode.engine import postbox
from vrmnode.engine.postbox import Room
from vrmnode.errors import ServiceError
from vrmnode.storage import envelopes, events, held, market
from vrmprotocol import envelope, topics
from vrmprotocol.envelope import Envelope
from vrmprotocol.keys import SigningKey
from vrmprotocol.submit_frames import DUPLICATE, KEPT, NOT_KEPT

BODY = 4_096
PLENTY = Room(mail_bytes=1 << 30, market_bytes=1 << 30, directory_bytes=1 << 30, tag_bytes=1 << 30)


def _mail(world: World, number: int, tag: bytes = bytes(16)) -> Envelope:
    return _made(world, number, kind="mail", topic=topics.mail_topic(tag), tag=tag)


def _made(world: World, number: int, kind: str, topic: str, tag: bytes | None = None) -> Envelope:
    created = envelope.quantise_time(world.now)
    return envelope.build_stamped(
        kind=kind,
        topic=topic,
        tag=tag,
        body=number.to_bytes(BODY if tag is not None else 32, "big"),
        created=created,
        expires=created + envelope.MAIL_LIFETIME_S,
        signing_key=SigningKey(bytes(32)),
        grind=lambda core, bits: bytes(8),
    )


def _hold(node: SimNode, arrived: list[Envelope], room: Room = PLENTY) -> list[str]:
    results = node.turn(lambda ctx: postbox.hold(ctx, arrived, room))
    assert isinstance(results, list)
    return results


def _kept(node: SimNode, some: list[Envelope]) -> set[bytes]:
    return envelopes.kept_among(node.reader, [each.id for each in some])


# SPEC 18: A postbox MUST NOT act upon what an envelope says.
def test_it_holds_everything_and_reads_nothing(world: World) -> None:
    offered(world)
    node = world.nodes[VENDOR]
    intent = update(world, seq=1)
    before = events.last_id(node.reader), market.count_intents(node.reader, world.now)
    mail = _mail(world, 1)
    assert _hold(node, [intent, mail, mail]) == [KEPT, KEPT, DUPLICATE]
    after = events.last_id(node.reader), market.count_intents(node.reader, world.now)
    assert after == before
    found = postbox.status(node.reader, PLENTY)
    assert found["mail"] == {"envelopes": 1, "bytes": len(mail.raw), "most_bytes": 1 << 30}


# SPEC 18: A postbox MUST NOT remove an envelope of one pool to make room in another.
def test_a_flood_in_one_pool_takes_nothing_from_another(world: World) -> None:
    node = world.nodes[CUSTOMER]
    mail = [_mail(world, number) for number in range(3)]
    room = replace(PLENTY, market_bytes=500)
    assert _hold(node, mail, room) == [KEPT] * 3
    flood = [_made(world, n, "weather", topics.market_topic("", None)) for n in range(50)]
    results = _hold(node, flood, room)
    assert results.count(NOT_KEPT) >= 48
    assert _kept(node, mail) == {each.id for each in mail}


# SPEC 18: A postbox MUST NOT answer `kept` or `envelope.duplicate` for an envelope that it doesn't
# hold.
def test_what_has_no_room_under_its_tag_isnt_said_to_be_held(world: World) -> None:
    node = world.nodes[CUSTOMER]
    crowded, other = bytes(16), b"\1" * 16
    mails = [_mail(world, number, crowded) for number in range(8)]
    room = replace(PLENTY, tag_bytes=3 * len(mails[0].raw))
    results = _hold(node, mails, room)
    assert sorted(results) == [KEPT] * 3 + [NOT_KEPT] * 5
    worth = {each.id: _bits(each) for each in mails}
    kept = _kept(node, mails)
    assert kept == {each.id for each, result in zip(mails, results, strict=True) if result == KEPT}
    let_go = worth.keys() - kept
    assert min(worth[each] for each in kept) >= max(worth[each] for each in let_go)
    assert _hold(node, [_mail(world, 9, other)], room) == [KEPT]
    # Handed over again: what was let go isn't on disk.
    assert sorted(_hold(node, mails, room)) == [DUPLICATE] * 3 + [NOT_KEPT] * 5


def _bits(each: Envelope) -> int:
    return 256 - int.from_bytes(each.id, "big").bit_length()


@pytest.mark.parametrize("seed", range(8))
def test_what_is_said_to_be_held_is_and_no_room_is_exceeded(world: World, seed: int) -> None:
    node, chance = world.nodes[CUSTOMER], random.Random(seed)
    size_bytes = len(_mail(world, 0).raw)
    room = replace(
        PLENTY,
        mail_bytes=chance.randint(0, 12) * size_bytes,
        tag_bytes=chance.randint(1, 6) * size_bytes,
    )
    some = [_mail(world, number, bytes([number % 3]) * 16) for number in range(30)]
    for _ in range(12):
        arrived = chance.sample(some, chance.randint(1, 8))
        results = _hold(node, arrived, room)
        kept = _kept(node, some)
        for each, result in zip(arrived, results, strict=True):
            assert (result == NOT_KEPT) == (each.id not in kept)
        assert len(kept) * size_bytes <= room.mail_bytes
        for first in range(3):
            of_tag = [each for each in some[first::3] if each.id in kept]
            assert len(of_tag) * size_bytes <= room.tag_bytes


def test_what_was_kept_before_is_held_too(world: World) -> None:
    node = world.nodes[CUSTOMER]
    mails = [_mail(world, number) for number in range(4)]
    node.turn(lambda ctx: [envelopes.put(ctx.tx, _row(each, world.now)) for each in mails])
    assert sorted(held.not_noted(node.reader, 9)) == sorted(each.raw for each in mails)
    node.turn(lambda ctx: postbox.begin(ctx, replace(PLENTY, mail_bytes=2 * len(mails[0].raw))))
    assert len(_kept(node, mails)) == 2
    assert held.not_noted(node.reader, 9) == []


def _row(each: Envelope, now: int) -> envelopes.StoredEnvelope:
    return envelopes.StoredEnvelope(
        id=each.id,
        topic=each.topic,
        kind=each.kind,
        author=each.author,
        tag=each.tag,
        created=each.created,
        expires=each.expires,
        received_at=now,
        raw=each.raw,
    )


def test_where_somebody_deals_there_is_no_postbox(world: World) -> None:
    offered(world)
    for name in (CUSTOMER, VENDOR):
        with pytest.raises(ServiceError) as refused:
            world.nodes[name].turn(lambda ctx: postbox.begin(ctx, PLENTY))
        assert refused.value.code == "postbox.own_affairs"


def test_commands_that_would_need_an_answer_are_refused() -> None:
    assert "intent.publish" not in postbox.COMMANDS
    assert postbox.refused("intent.publish").code == "postbox.reads_nothing"
