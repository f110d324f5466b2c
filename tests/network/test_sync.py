"""Nodes that fetch from one another what they missed, and peers that abuse it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Any, cast

import pytest
import trio
import trio.testing
from libp2p.utils import encode_varint_prefixed
from libp2p.utils.varint import read_varint_prefixed_bytes

from tests.network.support import (
    OTHER_TOPIC,
    PATIENCE_S,
    TOPIC,
    connected,
    foreign_host,
    join,
    open_foreign_stream,
    open_node,
    receive,
    until,
)
from tests.simulator.pipe import pipe
from vrmnode.network import Network, Verdict
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.handover import sync_service
from vrmnode.network.handover.sync_service import (
    GIVES_WAY_S,
    MAX_SESSIONS,
    SyncService,
)
from vrmprotocol import encoding, reconciliation, sync_frames
from vrmprotocol.id_set import IdSet
from vrmprotocol.sync_frames import Answer, Request


def id_of(raw: bytes) -> bytes:
    return hashlib.sha256(b"id" + raw).digest()


def some(count: int, word: str) -> list[bytes]:
    return [f"{word} {number}".encode() * 20 for number in range(count)]


class Shelf:
    """A store in memory; `keeps` are envelopes by topic, `knows` ids accepted and kept no more."""

    def __init__(self, **keeps: Sequence[bytes]) -> None:
        self.sets = {TOPIC: IdSet(), OTHER_TOPIC: IdSet()}
        self.raw: dict[bytes, bytes] = {}
        self.knows: set[bytes] = set()
        self.loaded: list[bytes] = []
        now = int(time.time())
        for topic, name in ((TOPIC, "market"), (OTHER_TOPIC, "mail")):
            for at, raw in enumerate(keeps.get(name, ())):
                self.put(topic, raw, now - 60 * at)

    def put(self, topic: str, raw: bytes, created: int) -> None:
        self.sets[topic].add(created, id_of(raw))
        self.raw[id_of(raw)] = raw

    def items(self, topic: str, at: int) -> IdSet:
        return self.sets[topic]

    def missing(self, ids: Sequence[bytes]) -> list[bytes]:
        return [each for each in ids if each not in self.raw and each not in self.knows]

    async def load(self, topic: str, ids: Sequence[bytes]) -> list[bytes]:
        self.loaded += ids
        return [self.raw[each] for each in ids if each in self.raw]


async def delivered(node: Network, shelf: Shelf, topic: str, count: int) -> list[bytes]:
    """The next deliveries of a topic, put on the shelf as a node would."""
    found: list[bytes] = []
    with trio.fail_after(PATIENCE_S):
        while len(found) < count:
            delivery = await node.deliveries.receive()
            assert delivery.topic == topic
            shelf.put(topic, delivery.data, int(time.time()))
            found.append(delivery.data)
    return found


def test_what_was_missed_is_fetched_and_relayed_to_nobody() -> None:
    async def main() -> None:
        common, news = some(40, "both"), some(700, "news")
        here, there = Shelf(market=common), Shelf(market=common + news)
        async with (
            open_node(store=here) as node,
            open_node(store=there) as peer,
            open_node() as onlooker,
        ):
            await connected(node, onlooker)
            await connected(node, peer)
            found = await delivered(node, here, TOPIC, len(news))
            assert sorted(found) == sorted(news)
            await until(lambda: node.stats()["synced"] >= 1)
            assert node.stats()["fetched"] == len(news)
            assert node.stats()["relayed"] == 0
            assert onlooker.stats()["accepted"] == peer.stats()["accepted"] == 0
            assert set(there.loaded) == {id_of(raw) for raw in news}

    trio.run(main)


def test_both_sides_fetch_and_what_is_old_comes_too() -> None:
    async def main() -> None:
        here, there = Shelf(mail=some(3, "mine")), Shelf(mail=some(2, "yours"))
        old = b"from the beginning" * 9
        there.put(OTHER_TOPIC, old, 1_000_000_000)
        async with open_node(store=here) as node, open_node(store=there) as peer:
            await connected(node, peer)
            found = await delivered(node, here, OTHER_TOPIC, 3)
            assert sorted(found) == sorted([*some(2, "yours"), old])
            assert found[-1] == old
            assert sorted(await delivered(peer, there, OTHER_TOPIC, 3)) == sorted(some(3, "mine"))

    trio.run(main)


def test_what_was_accepted_once_is_not_fetched_again() -> None:
    async def main() -> None:
        news = some(5, "evicted")
        here, there = Shelf(), Shelf(market=[*news, b"new" * 30])
        here.knows = {id_of(raw) for raw in news}
        async with open_node(store=here) as node, open_node(store=there) as peer:
            await connected(node, peer)
            assert await delivered(node, here, TOPIC, 1) == [b"new" * 30]
            await until(lambda: node.stats()["synced"] >= 1)
            assert there.loaded == [id_of(b"new" * 30)]

    trio.run(main)


def test_what_is_refused_counts_against_the_peer_and_is_not_asked_for_twice() -> None:
    def refuse(topic: str, data: bytes, peer: str) -> Verdict:
        return Verdict.REJECT if data.startswith(b"bad") else Verdict.ACCEPT

    async def main() -> None:
        here, there = Shelf(), Shelf(market=[*some(4, "bad"), *some(2, "good")])
        async with open_node(refuse, store=here) as node, open_node(store=there) as peer:
            await connected(node, peer)
            await delivered(node, here, TOPIC, 2)
            await until(lambda: node.stats()["synced"] >= 1)
            assert node.stats()["rejected"] == 4
            assert node.peers()[0].score < 0
            # The recent part is compared first, then all: nothing is fetched twice.
            assert len(there.loaded) == 6

    trio.run(main)


def test_gossip_that_comes_again_by_sync_is_delivered_once() -> None:
    async def main() -> None:
        here, there = Shelf(), Shelf()
        async with open_node(store=here) as node, open_node(store=there) as peer:
            await connected(node, peer)
            await until(lambda: node.stats()["synced"] >= 1)
            await peer.publish(TOPIC, b"once" * 30)
            assert await receive(node) == [b"once" * 30]
            there.put(TOPIC, b"once" * 30, int(time.time()))
            await node._gossip.take_fetched(TOPIC, [b"once" * 30], peer.peer_id)
            assert node.stats()["duplicates"] == 1
            assert len(node.deliveries) == 0

    trio.run(main)


def begin(topic: str = TOPIC, at: int | None = None) -> bytes:
    message = reconciliation.initiate(IdSet(), max_bytes=sync_frames.MAX_MESSAGE_BYTES)
    at = int(time.time()) if at is None else at
    return sync_frames.write(Request(topic=topic, at=at, message=message))


async def exchange(address: str, *frames: bytes) -> list[Answer]:
    """What a foreign peer is answered to frames in one stream; short where the stream was reset."""
    answers = []
    async with foreign_host() as host:
        await join(host, address)
        stream: Any = await open_foreign_stream(host, address, sync_frames.PROTOCOL)
        try:
            with trio.fail_after(PATIENCE_S):
                for frame in frames:
                    await stream.write(encode_varint_prefixed(frame))
                    raw = await read_varint_prefixed_bytes(stream)
                    answers.append(sync_frames.read_answer(raw))
        except trio.TooSlowError:
            raise
        except Exception:  # noqa: BLE001 - libp2p says in many ways that a stream is gone
            return answers
    return answers


def test_a_foreign_peer_is_answered() -> None:
    async def main() -> None:
        kept = some(3, "kept")
        async with open_node(store=Shelf(market=kept)) as node:
            ids = tuple(id_of(raw) for raw in kept)
            fetch = sync_frames.write(Request(fetch=(*ids, bytes(32))))
            first, second = await exchange(node.addresses[0], begin(), fetch)
            assert first.message is not None
            outcome = reconciliation.conclude(IdSet(), first.message, max_bytes=32_768)
            assert set(outcome.need) == set(ids)
            assert set(second.envelopes or ()) == set(kept)
            assert not second.more

    trio.run(main)


@pytest.mark.parametrize(
    ("topic", "off_s", "refused"),
    [("/vrm/1/mail/77", 0, "topic"), (TOPIC, -3_600, "clock"), (TOPIC, 3_600, "clock")],
    ids=["topic", "slow", "fast"],
)
def test_what_is_refused_with_a_word(topic: str, off_s: int, refused: str) -> None:
    # SPEC 08: The reader MUST refuse a request whose time is more than 900 seconds away from its
    # own with `clock`.
    async def main() -> None:
        async with open_node(store=Shelf()) as node:
            frame = begin(topic, int(time.time()) + off_s)
            answers = await exchange(node.addresses[0], frame)
            assert [answer.refused for answer in answers] == [refused]

    trio.run(main)


def test_a_peer_that_begins_too_often_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_service, "LEAST_PAUSE_S", 3_600.0)

    async def main() -> None:
        async with open_node(store=Shelf()) as node, foreign_host() as host:
            await join(host, node.addresses[0])
            refused = []
            for _ in range(2):
                stream: Any = await open_foreign_stream(
                    host, node.addresses[0], sync_frames.PROTOCOL
                )
                await stream.write(encode_varint_prefixed(begin()))
                with trio.fail_after(PATIENCE_S):
                    raw = await read_varint_prefixed_bytes(stream)
                refused.append(sync_frames.read_answer(raw).refused)
                await stream.close()
            assert refused == [None, "busy"]

    trio.run(main)


def test_whoever_is_busy_reads_nothing() -> None:
    """What was begun to be asked on sixty streams would be held for half a minute."""

    async def nothing(topic: str, envelopes: Sequence[bytes], peer: str) -> None: ...

    async def main() -> None:
        service = SyncService(Shelf(), (TOPIC,), nothing, lambda: 0.0, lambda: 0)
        async with trio.open_nursery() as nursery:
            _, there = pipe()
            nursery.start_soon(service.answer, cast(YamuxStream, there), "peer", "")
            await trio.testing.wait_all_tasks_blocked()
            here, there = pipe()
            await service.answer(cast(YamuxStream, there), "peer", "")
            raw = await here.receive_some(1_000)
            assert sync_frames.read_answer(raw[1:]).refused == "busy"
            nursery.cancel_scope.cancel()

    trio.run(main, clock=trio.testing.MockClock())


def test_the_oldest_session_gives_way_once_it_has_had_its_time() -> None:
    now = 0.0

    async def nothing(topic: str, envelopes: Sequence[bytes], peer: str) -> None: ...

    async def main() -> None:
        nonlocal now
        service = SyncService(Shelf(), (TOPIC,), nothing, lambda: now, lambda: int(time.time()))
        answered: list[str] = []

        async def answer(peer: str) -> None:
            here, there = pipe()
            await here.send_all(encode_varint_prefixed(begin()))
            await service.answer(cast(YamuxStream, there), peer, "")
            answered.append(peer)

        async with trio.open_nursery() as nursery:
            for number in range(MAX_SESSIONS):
                nursery.start_soon(answer, f"p{number}")
                await trio.testing.wait_all_tasks_blocked(0.01)
                now += 1
            here, there = pipe()
            await here.send_all(encode_varint_prefixed(begin()))
            await service.answer(cast(YamuxStream, there), "newcomer", "")
            raw = await here.receive_some(1_000)
            assert sync_frames.read_answer(raw[1:]).refused == "busy"
            assert answered == []
            now = GIVES_WAY_S
            nursery.start_soon(answer, "later")
            await trio.testing.wait_all_tasks_blocked(0.01)
            assert answered == ["p0"]
            assert list(service._answering) == ["p1", "p2", "p3", "later"]
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_comparing_takes_half_of_the_time_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(topic: str, envelopes: Sequence[bytes], peer: str) -> None: ...

    async def main() -> None:
        service = SyncService(Shelf(), (TOPIC,), nothing, trio.current_time, lambda: 0)
        ticks = iter(range(0, 1_000, 5))
        monkeypatch.setattr(time, "perf_counter", lambda: next(ticks))
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(service._compared_in_turn, TOPIC, 0, b"\x61\0\0\0")
        assert trio.current_time() - began == pytest.approx(3 * 5)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def broken() -> list[bytes]:
    """Frames that break the table, as of now: a node refuses old ones for their time."""
    return [
        b"",
        b"\x80",
        b"garbage",
        sync_frames.write(Request(message=b"\x61")),
        sync_frames.write(Request(fetch=(bytes(32),))),
        encoding.encode({"topic": TOPIC, "at": int(time.time()), "message": b"\x62"}),
        encoding.encode({"topic": TOPIC, "at": int(time.time()), "message": b""}),
        encoding.encode({"topic": TOPIC, "at": int(time.time())}),
        encoding.encode({"topic": TOPIC, "at": int(time.time()), "message": b"\x61\0\0\x02\x7f"}),
    ]


@pytest.mark.parametrize("number", range(len(broken())))
def test_a_broken_frame_ends_the_stream_and_nothing_else(number: int) -> None:
    # SPEC 08: A node MUST reset the stream of a frame that breaks its table.
    async def main() -> None:
        shelf = Shelf(market=some(1, "kept"))
        async with open_node(store=shelf) as node, open_node(store=Shelf()) as honest:
            assert await exchange(node.addresses[0], broken()[number]) == []
            await until(lambda: node.stats()["malformed"] >= 1)
            await honest.connect(node.addresses[0])
            assert await receive(honest) == some(1, "kept")

    trio.run(main)


class Liar(Shelf):
    """A store that sends more than it was asked for."""

    async def load(self, topic: str, ids: Sequence[bytes]) -> list[bytes]:
        return [*await super().load(topic, ids), b"unasked" * 20]


def test_a_peer_that_sends_more_than_asked_for_is_blamed() -> None:
    async def main() -> None:
        async with open_node(store=Shelf()) as node, open_node(store=Liar(market=[b"a" * 90])) as p:
            await connected(node, p)
            await until(lambda: node.stats()["malformed"] >= 1)
            assert node.stats()["synced"] == 0

    trio.run(main)
