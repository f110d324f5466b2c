"""Joining on a running node, with a network that answers as a test says and a clock that jumps."""

from __future__ import annotations

from typing import Any, cast

import pytest
import trio
import trio.testing

from vrmnode.errors import ServiceError
from vrmnode.network import Network, NetworkError, PeerStatus
from vrmnode.node.joining import GRACE_S, WAIT_S, join

A, B, C = "/a/p2p/A", "/b/p2p/B", "/c/p2p/C"


class FakeNetwork:
    """`answers` says after how many seconds a dial succeeds, or why it fails."""

    def __init__(self, answers: dict[str, float | str]) -> None:
        self.answers = answers
        self.connected: list[str] = []
        self.kept: list[str] = []

    def peer_id_of(self, address: str) -> str:
        if "/p2p/" not in address:
            raise NetworkError("network.address_invalid", "expected another")
        return address.rpartition("/")[2]

    async def connect(self, address: str) -> None:
        answer = self.answers[address]
        if isinstance(answer, str):
            raise NetworkError("network.dial_failed", answer)
        await trio.sleep(answer)
        self.connected.append(self.peer_id_of(address))

    def keep(self, address: str) -> None:
        self.kept.append(address)

    def peers(self) -> list[PeerStatus]:
        return [PeerStatus(each, (), "outbound", (), 0, 0.0, True) for each in self.connected]


def joined(answers: dict[str, float | str]) -> tuple[dict[str, Any], list[str], float]:
    network = FakeNetwork(answers)

    async def main() -> tuple[dict[str, Any], float]:
        start = trio.current_time()
        value = await join(cast("Network", network), {"peers": list(answers)})
        return value, trio.current_time() - start

    value, seconds = trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    return value, network.kept, seconds


def test_one_answer_is_enough_and_the_others_get_a_moment():
    value, kept, seconds = joined({A: 1.0, B: "refused", C: 100.0})
    assert value["connected"] == 1
    assert value["dialled"] == [
        {"address": A, "peer_id": "A", "connected": True},
        {"address": B, "peer_id": "B", "connected": False, "problem": "refused"},
        {"address": C, "peer_id": "C", "connected": False, "problem": "no answer yet"},
    ]
    assert kept == [A, B, C]
    assert seconds == pytest.approx(1.0 + GRACE_S)


def test_nobody_answers_and_all_are_kept():
    value, kept, seconds = joined({A: "refused", C: 100.0})
    assert (value["connected"], kept) == (0, [A, C])
    assert seconds == pytest.approx(WAIT_S)


def test_a_wrong_address_and_nothing_is_dialled():
    with pytest.raises(ServiceError) as caught:
        joined({A: 1.0, "/ip4/192.0.2.7": 1.0})
    assert (caught.value.code, caught.value.status) == ("network.address_invalid", 400)
