"""Submit with peers that aren't ours, and ones that break the protocol."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import trio
import trio.testing
from libp2p.utils import encode_varint_prefixed
from libp2p.utils.varint import read_varint_prefixed_bytes

from tests.network.support import (
    PATIENCE_S,
    connected,
    foreign_host,
    join,
    open_foreign_stream,
    open_node,
    until,
)
from tests.network.test_submit import hand_over, keeping, made
from vrmnode.network import (
    NetworkError,
)
from vrmnode.network.connection.byte_stream import encode_varint
from vrmnode.network.handover import submit_service
from vrmprotocol import encoding, submit_frames
from vrmprotocol.submit_frames import Answer


async def exchange(address: str, raw: bytes, answers: int) -> list[Answer]:
    """What a foreign peer is answered; short where the stream was reset."""
    found: list[Answer] = []
    async with foreign_host() as host:
        await join(host, address)
        stream: Any = await open_foreign_stream(host, address, submit_frames.PROTOCOL)
        try:
            with trio.fail_after(PATIENCE_S):
                await stream.write(raw)
                while len(found) < answers:
                    frame = await read_varint_prefixed_bytes(stream)
                    found.append(submit_frames.read_answer(frame))
        except trio.TooSlowError:
            raise
        except Exception:  # noqa: BLE001 - libp2p says in many ways that a stream is gone
            return found
    return found


def test_a_foreign_peer_is_answered() -> None:
    async def main() -> None:
        async with open_node() as node, trio.open_nursery() as nursery:
            nursery.start_soon(keeping(node))
            (answer,) = await exchange(node.addresses[0], encode_varint_prefixed(made(1)), 1)
            assert answer == Answer(results=("kept",))
            nursery.cancel_scope.cancel()

    trio.run(main)


def test_a_frame_too_long_ends_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    # SPEC 13: A node MUST reset the stream of an envelope longer than 66560 bytes without reading
    # it.
    caplog.set_level(logging.INFO, "vrmnode.network")

    async def main() -> None:
        async with open_node() as node:
            assert await exchange(node.addresses[0], encode_varint(66_561), 1) == []

    trio.run(main)
    # By its reason: py-libp2p may drop a Noise frame when it closes, which is counted, too.
    faults = [line for line in caplog.messages if "broke the protocol" in line]
    assert [line.endswith("rpc_length") for line in faults].count(True) == 1


@pytest.mark.parametrize(
    ("constant", "raw"),
    [("FRAME_TIMEOUT_S", encode_varint(100) + b"begun"), ("IDLE_S", b"")],
)
def test_deadlines_on_what_is_read(
    monkeypatch: pytest.MonkeyPatch, constant: str, raw: bytes
) -> None:
    where = submit_frames if constant == "IDLE_S" else submit_service
    monkeypatch.setattr(where, constant, 0.2)

    async def main() -> None:
        async with open_node() as node:
            assert await exchange(node.addresses[0], raw, 1) == []
            await until(lambda: not node._submit._sessions)

    trio.run(main)


@pytest.mark.parametrize(
    "answer",
    [
        submit_frames.write_answer(Answer(results=("kept",) * 3)),
        encoding.encode({"results": []}),
        b"\xc1",
        encode_varint(40_000),
    ],
    ids=["too many", "none", "rubbish", "too long"],
)
def test_what_a_peer_answers_is_checked(answer: bytes) -> None:
    # SPEC 13: The reader MUST reset the stream of a peer that answers more than it was handed.
    # SPEC 13: The reader MUST refuse an answer that breaks its table with `submit.frame`.
    async def lie(stream: Any, peer: str, protocol: str) -> None:
        await stream.receive_some(10)
        await stream.send_all(encode_varint(len(answer)) + answer)

    async def main() -> None:
        async with open_node() as a, open_node() as b:
            b._guard._handlers[submit_frames.PROTOCOL] = lie  # type: ignore[index]
            await connected(a, b)
            with pytest.raises(NetworkError) as caught:
                await hand_over(a, b, made(1), made(2))
            assert caught.value.code == "network.submit_failed"

    trio.run(main)
