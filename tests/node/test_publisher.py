"""The publisher: what is due leaves once, and waits for peers."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
import trio
import trio.testing

from tests.node.conftest import NOW
from vrmnode.engine.machine import Machine
from vrmnode.network import Network, NetworkError
from vrmnode.node.loop import Loop
from vrmnode.node.outgoing import Outgoing
from vrmnode.node.publisher import POLL_S, Publisher
from vrmnode.storage import outbox
from vrmnode.storage.outbox import OutboxRow

TOPIC = "/vrm/1/market/0"
DEADLINE_S = 120


class _Wire:
    """Stands where the network does: says who is there and takes what is published."""

    def __init__(self, peers: int, *, slow_s: float = 0, failing: bool = False) -> None:
        self.count, self.slow_s, self.failing = peers, slow_s, failing
        self.published: list[tuple[str, bytes]] = []

    def peers(self) -> list[object]:
        return [object()] * self.count

    async def publish_by_stem(self, topic: str, data: bytes) -> int:
        await trio.sleep(self.slow_s)
        if self.failing:
            raise NetworkError("network.closed", "words")
        self.published.append((topic, data))
        return self.count


def _queue(machine: Machine, number: int) -> int:
    def put(ctx: object) -> object:
        return outbox.put_market(
            ctx.tx,  # type: ignore[attr-defined]
            topic=TOPIC,
            envelope_id=number.to_bytes(32, "big"),
            raw=b"envelope %d" % number,
            next_at=NOW,
            until=NOW + 600,
        )

    row = machine.turn(put)
    assert isinstance(row, int)
    return row


def _publish(machine: Machine, wire: _Wire, *, until: Callable[[], bool]) -> None:
    """Run the publisher until a condition holds, and once around its loop more."""

    async def run() -> None:
        loop = Loop(machine)
        publisher = Publisher(
            machine,
            loop,
            cast(Network, wire),
            Outgoing(cast(Network, wire), ()),
            jitter_ms=0,
            spread_ms=0,
            clock_is_off=lambda: False,
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(loop.run)
            nursery.start_soon(publisher.run)
            with trio.fail_after(DEADLINE_S):
                while not until():  # noqa: ASYNC110 - the condition is in the database
                    await trio.sleep(0.01)
            await trio.sleep(POLL_S)
            nursery.cancel_scope.cancel()

    trio.run(run)


def _row(machine: Machine, row_id: int) -> OutboxRow:
    row = outbox.get(machine.database.reader(), row_id)
    assert row is not None
    return row


def test_what_is_due_leaves_once(machine: Machine) -> None:
    rows = [_queue(machine, number) for number in range(5)]
    wire = _Wire(peers=2)
    _publish(machine, wire, until=lambda: all(_row(machine, row).done_at for row in rows))
    assert sorted(wire.published) == [(TOPIC, b"envelope %d" % number) for number in range(5)]
    assert all(_row(machine, row).done_at == NOW for row in rows)


def test_a_parcel_in_flight_is_not_sent_again(machine: Machine) -> None:
    _queue(machine, 1)
    wire = _Wire(peers=1, slow_s=1.3)
    _publish(machine, wire, until=lambda: len(wire.published) == 1)
    assert len(wire.published) == 1


@pytest.mark.parametrize("failing", [False, True])
def test_what_nobody_took_is_postponed(machine: Machine, failing: bool) -> None:
    row = _queue(machine, 1)
    wire = _Wire(peers=1 if failing else 0, failing=failing)
    _publish(machine, wire, until=lambda: _row(machine, row).next_at > NOW)
    kept = _row(machine, row)
    assert (kept.done_at, kept.attempts, kept.next_at) == (None, 0, NOW + 5)


def test_the_first_peer_makes_everything_due(machine: Machine) -> None:
    row = _queue(machine, 1)
    _publish(machine, _Wire(peers=0), until=lambda: _row(machine, row).next_at > NOW)
    assert _row(machine, row).next_at == NOW + 5
    wire = _Wire(peers=1)
    _publish(machine, wire, until=lambda: len(wire.published) == 1)
    assert len(wire.published) == 1


def test_nothing_leaves_before_its_time(machine: Machine) -> None:
    row = _queue(machine, 1)
    machine.turn(lambda ctx: outbox.postpone(ctx.tx, row, NOW + 60))
    wire = _Wire(peers=0)
    _publish(machine, wire, until=lambda: True)
    assert wire.published == []
