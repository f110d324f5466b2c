"""The way out: to those whom the owner chose and nobody else, else along the stem."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import cast

import pytest
import trio
import trio.testing

from vrmnode.network import Network, NetworkError
from vrmnode.node.outgoing import CONNECTION_S, Outgoing

TOPIC = "/vrm/1/mail/0"


class _Network:
    """A network with peers that answer as a test says: a result, or an error."""

    def __init__(self, answers: dict[str, str | NetworkError]) -> None:
        self.answers = answers
        self.there = list(answers)
        self.handed: list[tuple[str, bytes]] = []
        self.stem: list[bytes] = []
        self.sessions = 0

    def peer_id_of(self, address: str) -> str:
        return address.rpartition("/")[2]

    def peers(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(peer_id=peer) for peer in self.there]

    async def publish_by_stem(self, topic: str, data: bytes) -> int:
        await trio.lowlevel.checkpoint()
        self.stem.append(data)
        return len(self.there)

    @asynccontextmanager
    async def submission(self, peer: str) -> AsyncIterator[SimpleNamespace]:
        self.sessions += 1
        assert self.sessions == 1, "one session at a time"

        async def hand_over(envelopes: Sequence[bytes]) -> list[str]:
            await trio.sleep(1)
            answer = self.answers[peer]
            if isinstance(answer, NetworkError):
                raise answer
            self.handed += [(peer, each) for each in envelopes]
            return [answer] * len(envelopes)

        try:
            yield SimpleNamespace(hand_over=hand_over)
        finally:
            self.sessions -= 1


def _sent(network: _Network, chosen: Sequence[str], count: int = 1) -> list[int]:
    found: list[int] = []

    async def run() -> None:
        outgoing = Outgoing(
            cast(Network, network), [f"/ip4/192.0.2.7/tcp/1/p2p/{p}" for p in chosen]
        )

        async def one(number: int) -> None:
            found.append(await outgoing.send(TOPIC, b"%d" % number))

        async with trio.open_nursery() as nursery:
            for number in range(count):
                nursery.start_soon(one, number)

    trio.run(run, clock=trio.testing.MockClock(autojump_threshold=0))
    return found


@pytest.mark.parametrize("answer", ["kept", "envelope.duplicate"])
def test_what_a_chosen_peer_has_goes_no_other_way(answer: str) -> None:
    network = _Network({"box": answer, "other": "kept"})
    assert _sent(network, ["box"]) == [1]
    assert network.handed == [("box", b"0")] and network.stem == []


def test_sessions_with_a_peer_follow_one_another() -> None:
    network = _Network({"box": "kept"})
    assert _sent(network, ["box"], count=5) == [1] * 5
    assert len(network.handed) == 5


# SPEC 13: A node MUST NOT hand over an envelope of its own to a peer that its owner didn't choose
# for that.
def test_nobody_is_handed_anything_who_wasnt_chosen() -> None:
    network = _Network({"box": "kept", "other": "kept"})
    assert _sent(network, []) == [2]
    assert network.handed == [] and network.stem == [b"0"]


@pytest.mark.parametrize(
    "answer", ["submit.not_kept", "envelope.stamp", NetworkError("network.submit_busy", "words")]
)
def test_what_one_doesnt_take_goes_to_the_next_and_then_along_the_stem(
    answer: str | NetworkError,
) -> None:
    network = _Network({"full": answer, "box": "kept"})
    assert _sent(network, ["full", "box"]) == [1]
    assert network.handed[-1] == ("box", b"0") and network.stem == []
    network = _Network({"full": answer, "other": "kept"})
    assert _sent(network, ["full"]) == [2]
    assert network.stem == [b"0"] and ("other", b"0") not in network.handed


def test_one_that_comes_soon_is_waited_for() -> None:
    network = _Network({"box": "kept"})
    network.there = []

    async def run() -> None:
        outgoing = Outgoing(cast(Network, network), ["/p2p/box"])

        async def come() -> None:
            await trio.sleep(CONNECTION_S / 2)
            network.there = ["box"]

        async with trio.open_nursery() as nursery:
            nursery.start_soon(come)
            assert await outgoing.send(TOPIC, b"late") == 1
        network.there = []
        began = trio.current_time()
        assert await outgoing.send(TOPIC, b"never") == 0
        assert trio.current_time() - began >= CONNECTION_S

    trio.run(run, clock=trio.testing.MockClock(autojump_threshold=0))
    assert network.handed == [("box", b"late")] and network.stem == [b"never"]
