"""What the network delivers: kept in few commits, each delivery told what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest
import trio

from tests.node.conftest import NOW
from vrmnode.engine import inbound
from vrmnode.engine.machine import Machine
from vrmnode.engine.postbox import Room
from vrmnode.errors import StorageError
from vrmnode.network import KEPT, NOT_KEPT, Delivery, Network
from vrmnode.node import intake as intakes
from vrmnode.node.gate import Gate
from vrmnode.node.intake import AT_ONCE, Intake
from vrmnode.node.loop import Loop
from vrmnode.storage import seen
from vrmprotocol import envelope
from vrmprotocol.envelope import Envelope
from vrmprotocol.keys import SigningKey
from vrmprotocol.topics import DIRECTORY


def _made(number: int, kind: str = "novelty") -> Envelope:
    created = NOW - 1_200
    return envelope.build_stamped(
        kind=kind,
        topic=DIRECTORY,
        tag=None,
        body=number.to_bytes(4, "big"),
        created=created,
        expires=created + 86_400,
        signing_key=SigningKey(bytes(32)),
        grind=lambda core, bits: bytes(8),
    )


class _Network:
    """What an intake sees of a network: deliveries until they end."""

    def __init__(self, count: int) -> None:
        self.send, self.deliveries = trio.open_memory_channel[Delivery](count)


def _taken(
    machine: Machine, raws: Sequence[bytes], room: Room | None = None
) -> tuple[list[str], list[int]]:
    """What was said of each, and how many turns each commit had."""
    results = [""] * len(raws)
    commits: list[int] = []
    plain = machine.turns

    def counted(actions: Any) -> Any:
        commits.append(len(actions))
        return plain(actions)

    async def run() -> None:
        network, loop = _Network(len(raws)), Loop(machine)
        intake = Intake(loop, Gate(machine.database.reader(), machine.clock), room)
        for at, raw in enumerate(raws):

            def settle(code: str, at: int = at) -> None:
                assert results[at] == ""
                results[at] = code

            network.send.send_nowait(Delivery(DIRECTORY, raw, "peer", settle))
        network.send.close()
        with trio.fail_after(120):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(loop.run)
                await intake.run(cast(Network, network))
                nursery.cancel_scope.cancel()

    machine.turns = counted  # type: ignore[method-assign]
    trio.run(run)
    return results, commits


def test_many_are_kept_in_few_commits(machine: Machine) -> None:
    some = [_made(number) for number in range(2 * AT_ONCE)]
    results, commits = _taken(machine, [each.raw for each in some])
    assert results == [KEPT] * len(some)
    assert len(commits) == 2
    ids = [each.id for each in some]
    assert seen.known_among(machine.database.reader(), ids) == set(ids)


def test_large_ones_are_kept_in_more_commits(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [_made(number) for number in range(10)]
    monkeypatch.setattr(intakes, "AT_ONCE_BYTES", 3 * len(some[0].raw) - 1)
    results, commits = _taken(machine, [each.raw for each in some])
    assert results == [KEPT] * len(some)
    assert len(commits) == 4


def test_each_is_told_what_became_of_it(machine: Machine) -> None:
    one = _made(1).raw
    results, _ = _taken(machine, [one, b"rubbish", one])
    assert results == [KEPT, "encoding.trailing_bytes", "envelope.duplicate"]


def test_one_that_fails_takes_no_other_with_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vrmnode.node.gate.market.load_market", lambda arrived: None, raising=True)
    plain = inbound.accept_envelope

    def picky(ctx: Any, arrived: Envelope) -> bool:
        if arrived.body == (2).to_bytes(4, "big"):
            raise ZeroDivisionError
        monkeypatch.setattr("vrmnode.engine.inbound.market_bodies.load_market", lambda _: None)
        return plain(ctx, arrived)

    monkeypatch.setattr(inbound, "accept_envelope", picky)
    some = [_made(number, "vendor_profile").raw for number in range(5)]
    results, _ = _taken(machine, some)
    assert results == [KEPT, KEPT, NOT_KEPT, KEPT, KEPT]


def test_nothing_is_called_kept_that_the_disk_refused(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("storage.disk_full", "no room")

    monkeypatch.setattr("vrmnode.engine.arrivals.envelopes.put_all", full)
    some = [_made(number).raw for number in range(3)]
    results, _ = _taken(machine, some)
    assert results == [NOT_KEPT] * 3
    assert not seen.known_among(machine.database.reader(), [envelope.unsecure_load(some[0]).id])


def test_a_postbox_makes_no_turn_of_anything_and_says_what_it_has_no_room_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vrmnode.node.gate.market.load_market", lambda arrived: None, raising=True)
    monkeypatch.setattr(inbound, "accept_envelope", None)
    some = [_made(number, "vendor_profile").raw for number in range(4)]
    room = Room(mail_bytes=0, market_bytes=0, directory_bytes=2 * len(some[0]), tag_bytes=0)
    results, _ = _taken(machine, some, room)
    assert sorted(results) == [KEPT, KEPT, NOT_KEPT, NOT_KEPT]
