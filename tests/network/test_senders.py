"""Whoever says whether messages are good is told who sent them, and how; so is who gives room."""

from __future__ import annotations

from collections.abc import Sequence

import trio

from tests.network.support import TOPIC, connected, open_node, until
from tests.network.test_submit import hand_over, keeping, made
from tests.network.test_sync import Shelf
from vrmnode.network import ACCEPTED, Finding, Incoming, Sender, Way
from vrmnode.round_robin import Asker, RoundRobin


def test_every_way_is_told_apart() -> None:
    told: dict[bytes, list[Sender]] = {}
    entered: set[Asker] = set()

    class Room(RoundRobin):
        async def enter(self, asker: Asker, size: int = 1) -> None:
            entered.add(asker)
            assert size > 0
            await super().enter(asker, size)

    async def check(messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
        for _, data in messages:
            told.setdefault(data, []).append(sender)
        return [ACCEPTED] * len(messages)

    async def main() -> None:
        there = Shelf(market=[made(4)])
        async with (
            open_node(store=there) as a,
            open_node(store=Shelf()) as b,
            trio.open_nursery() as nursery,
        ):
            b._gossip._validate = check
            room = b._gossip.check_room = Room(1_000_000)
            nursery.start_soon(keeping(b))
            await connected(a, b)
            await a.publish(TOPIC, made(1))
            nursery.start_soon(a.publish_by_stem, TOPIC, made(2))
            assert await hand_over(a, b, made(3)) == ["kept"]
            await until(lambda: len(told) == 4)
            await until(lambda: room.wanted == 0)
            nursery.cancel_scope.cancel()
        assert told == {
            made(number): [Sender(way, a.peer_id)]
            for number, way in enumerate([Way.GOSSIP, Way.STEM, Way.SUBMIT, Way.SYNC], start=1)
        }

        assert entered == {Sender(way, a.peer_id) for way in Way}

    trio.run(main)
