"""The boundary to a peer's streams: whatever happens in a handler ends that stream alone."""

from __future__ import annotations

import contextlib
import logging

import pytest
import trio
import trio.testing

from tests.network.yamux_ends import End, ignore
from vrmnode.network.connection import multistream
from vrmnode.network.connection.byte_stream import encode_varint
from vrmnode.network.connection.multistream import ProtocolsRefusedError
from vrmnode.network.connection.stream_guard import StreamGuard
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError, PeerFaultError
from vrmnode.network.limits.bounded_log import IN_TOTAL, PER_PEER, BoundedLog

SENT = "se" + "cret"
"""What a peer sent, and an exception quotes; it isn't in any line of source."""
HEADER = b"\x13/multistream/1.0.0\n"


async def boom(stream: YamuxStream, peer: str, protocol: str) -> None:
    raise RuntimeError(SENT)


async def fault(stream: YamuxStream, peer: str, protocol: str) -> None:
    raise PeerFaultError("test")


async def echo(stream: YamuxStream, peer: str, protocol: str) -> None:
    while data := await stream.receive_some(100):
        await stream.send_all(protocol.encode() + b":" + data)
    stream.close()


class Bench:
    """A guarded end, and a plain one that opens streams to it."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []
        self.guard = StreamGuard(
            {"/boom": boom, "/fault": fault, "/echo": echo},
            negotiation_s=2,
            log=BoundedLog(trio.current_time),
            on_fault=lambda peer, error: self.faults.append((peer, error.reason)),
        )

    async def serve(self, stream: YamuxStream) -> None:
        await self.guard.serve(stream, "peer")


async def _use(stream: YamuxStream, protocol: str) -> None:
    await multistream.propose(stream, [protocol])
    await stream.receive_some(1)


async def _ended(stream: YamuxStream) -> None:
    with contextlib.suppress(ConnectionLostError):
        while await stream.receive_some(1_000):
            pass


def with_bench(test: object) -> Bench:
    benches: list[Bench] = []

    async def main() -> None:
        bench = Bench()
        benches.append(bench)
        ours, theirs = trio.testing.memory_stream_pair()
        a = End(ours, ignore, initiator=True)
        b = End(theirs, bench.serve)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(a.run)
            nursery.start_soon(b.run)
            await test(a)  # type: ignore[operator]
            # Still there for everybody else.
            stream = a.yamux.open_stream()
            assert await multistream.propose(stream, ["/nothing", "/echo"]) == "/echo"
            await stream.send_all(b"hi")
            assert await stream.receive_some(100) == b"/echo:hi"
            assert a.error is b.error is None
            nursery.cancel_scope.cancel()

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    return benches[0]


def test_exception_in_a_handler_resets_its_stream_and_is_logged_without_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # SPEC 07: A peer MUST NOT be able to end anything of a node but its own stream or
    # connection by what it sends.
    async def test(a: End) -> None:
        for _ in range(20):
            stream = a.yamux.open_stream()
            with pytest.raises(ConnectionLostError):
                await _use(stream, "/boom")

    with caplog.at_level(logging.DEBUG, logger="vrmnode"):
        bench = with_bench(test)
    assert len(caplog.records) == PER_PEER
    assert "RuntimeError" in caplog.text
    assert "in boom" in caplog.text
    assert SENT not in caplog.text
    assert bench.faults == []


def test_fault_of_the_peer_is_reported() -> None:
    async def test(a: End) -> None:
        stream = a.yamux.open_stream()
        with pytest.raises(ConnectionLostError):
            await _use(stream, "/fault")

    assert with_bench(test).faults == [("peer", "test")]


@pytest.mark.parametrize(
    "junk",
    [
        b"\xff" * 30,
        HEADER + b"\x05\xff\xfe\xfd\xfc\n",
        HEADER + b"\x00",
        HEADER + b"\x02ab",
        b"\x03/x\n",
        HEADER + encode_varint(multistream.MAX_LINE + 1),
        HEADER + b"\x03/x\n" * multistream.MAX_PROPOSALS,
    ],
)
def test_negotiation_junk_is_a_fault(junk: bytes) -> None:
    async def test(a: End) -> None:
        stream = a.yamux.open_stream()
        await stream.send_all(junk)
        await _ended(stream)

    (entry,) = with_bench(test).faults
    assert entry in {("peer", "multistream"), ("peer", "varint")}


def test_negotiation_has_a_deadline() -> None:
    async def test(a: End) -> None:
        stream = a.yamux.open_stream()
        await stream.send_all(HEADER[:5])
        started = trio.current_time()
        await _ended(stream)
        assert trio.current_time() - started < 2.1

    assert with_bench(test).faults == []


def test_protocols_that_nobody_speaks_are_refused() -> None:
    async def test(a: End) -> None:
        with pytest.raises(ProtocolsRefusedError):
            await multistream.propose(a.yamux.open_stream(), ["/a", "/b"])

    with_bench(test)


def test_log_is_bounded_per_peer_and_in_total_and_tells_what_it_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 0.0
    with caplog.at_level(logging.DEBUG, logger="vrmnode"):
        log = BoundedLog(lambda: now)
        for n in range(1_000):
            log.event(f"peer {n % 100}", "did it")
        assert len(caplog.records) == IN_TOTAL
        now = 60.0
        log.event("peer 1", "did it")
    assert caplog.records[-1].getMessage() == "peer peer 1: did it (940 lines left out before)"
