"""Yamux over streams in memory: our own two ends, and raw frames against one end."""

from __future__ import annotations

import random

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.network.yamux_ends import End, against, data, echo, frame, ignore, pair, reason
from vrmnode.network.connection import yamux_connection, yamux_limits
from vrmnode.network.connection.yamux_frames import INITIAL_WINDOW
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError


def test_megabytes_are_echoed_through_small_windows() -> None:
    async def main() -> None:
        sent = random.Random(1).randbytes(3 * INITIAL_WINDOW + 17)
        got = bytearray()

        async def send(stream: YamuxStream) -> None:
            await stream.send_all(sent)
            stream.finish()

        async with pair(echo) as (a, _), trio.open_nursery() as nursery:
            stream = a.yamux.open_stream()
            nursery.start_soon(send, stream)
            while part := await stream.receive_some(5_000):
                got += part
        assert bytes(got) == sent

    trio.run(main)


def test_many_streams_one_after_another_leave_nothing_behind() -> None:
    async def main() -> None:
        async with pair(echo) as (a, b):
            for n in range(250):
                stream = a.yamux.open_stream()
                await stream.send_all(b"%d" % n)
                stream.finish()
                assert await stream.receive_some(100) == b"%d" % n
                assert await stream.receive_some(100) == b""
            await trio.testing.wait_all_tasks_blocked()
            assert a.yamux._streams == b.yamux._streams == {}
            assert b.yamux._inbound == b.yamux._buffered == 0

    trio.run(main)


def test_reset_ends_both_sides() -> None:
    async def main() -> None:
        ended = trio.Event()

        async def handler(stream: YamuxStream) -> None:
            with pytest.raises(ConnectionLostError):
                await stream.receive_some(10)
            with pytest.raises(ConnectionLostError):
                await stream.send_all(b"x")
            ended.set()

        async with pair(handler) as (a, _):
            stream = a.yamux.open_stream()
            stream.reset()
            await ended.wait()
            with pytest.raises(ConnectionLostError):
                await stream.receive_some(10)

    trio.run(main)


def test_last_words_are_read_after_goodbye() -> None:
    async def main() -> None:
        got = bytearray()

        async def handler(stream: YamuxStream) -> None:
            await trio.testing.wait_all_tasks_blocked()
            while part := await stream.receive_some(100):
                got.extend(part)

        async with pair(handler) as (a, b):
            stream = a.yamux.open_stream()
            await stream.send_all(b"last words")
            a.yamux.goodbye()
            await b.over.wait()
        assert got == b"last words"

    trio.run(main)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        (frame(0, 1, 1, INITIAL_WINDOW + 1), "yamux_window"),
        (b"\x01" + bytes(11), "yamux_header"),
        (frame(4, 0, 0, 0), "yamux_header"),
        (frame(1, 1, 2, 0), "yamux_stream_id"),
        (frame(1, 1, 0, 0), "yamux_stream_id"),
        (frame(1, 1, 1, 0) * 2, "yamux_stream_id"),
        (frame(1, 1, 1, 0) + data(1, bytes(65_536)) * 5, "yamux_window"),
        (data(1, b"x", flags=1 | 4) + data(1, b"more"), "yamux_window"),
    ],
)
def test_breach_ends_the_connection(frames: bytes, expected: str) -> None:
    assert reason(against(frames, _wait_for_ever)) == expected


async def _wait_for_ever(stream: YamuxStream) -> None:
    await trio.sleep_forever()


def test_streams_over_the_limit_are_refused_and_too_many_end_the_connection() -> None:
    few = against(b"".join(frame(1, 1, n, 0) for n in range(1, 101, 2)), _wait_for_ever)
    assert few.error is None
    many = b"".join(frame(1, 1, n, 0) for n in range(1, 2_101, 2))
    assert reason(against(many, _wait_for_ever)) == "yamux_streams"


def test_buffers_of_all_streams_together_are_bounded() -> None:
    frames = b"".join(
        data(n, bytes(65_536), flags=1) + data(n, bytes(65_536)) * 3 for n in range(1, 33, 2)
    )
    end = against(frames, _wait_for_ever, max_streams=64)
    assert reason(end) == "yamux_buffered"


def test_ping_is_answered_and_a_flood_that_is_not_read_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(yamux_connection, "MAX_OUTGOING_CONTROL", 500)

    async def main() -> None:
        ours, theirs = trio.testing.lockstep_stream_pair()
        end = End(theirs, ignore)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(end.run)
            await ours.send_all(frame(2, 1, 0, 7))
            assert await ours.receive_some(100) == frame(2, 2, 0, 7)
            await ours.send_all(frame(2, 1, 0, 7) * 60)
            await end.over.wait()
        assert reason(end) == "yamux_unread"

    trio.run(main)


def test_more_pings_than_the_limit_end_the_connection() -> None:
    assert against(frame(2, 1, 0, 7) * yamux_limits.PINGS).error is None
    assert reason(against(frame(2, 1, 0, 7) * (yamux_limits.PINGS + 1))) == "yamux_pings"


def test_streams_opened_faster_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamux_limits, "STREAMS", 10)
    monkeypatch.setattr(yamux_limits, "STREAMS_PER_S", 1e-6)

    def opened_and_reset(count: int) -> bytes:
        return b"".join(frame(1, 1, n, 0) + frame(1, 8, n, 0) for n in range(1, 2 * count, 2))

    few = against(opened_and_reset(15), _wait_for_ever)
    assert few.error is None
    assert few.yamux.streams_refused == 5
    assert reason(against(opened_and_reset(1_011), _wait_for_ever)) == "yamux_streams"


def test_bytes_to_streams_that_are_over_are_passed_over_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(yamux_limits, "STRAY", 100_000)
    monkeypatch.setattr(yamux_limits, "STRAY_PER_S", 1e-6)
    assert against(data(99, bytes(50_000)) * 2).error is None
    assert reason(against(data(99, bytes(50_000)) * 3)) == "yamux_stray"


def test_frames_beyond_the_limit_wait() -> None:
    async def main() -> None:
        ours, theirs = trio.testing.memory_stream_pair()
        end = End(theirs, ignore)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(end.run)
            began = trio.current_time()
            beyond = 4 * yamux_limits.FRAMES_PER_S
            await ours.send_all(frame(1, 0, 99, 0) * (yamux_limits.FRAMES + beyond))
            await ours.send_all(frame(2, 1, 0, 7))
            assert await ours.receive_some(100) == frame(2, 2, 0, 7)
            assert trio.current_time() - began == pytest.approx(4, abs=1)
            nursery.cancel_scope.cancel()

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_silent_peer_is_given_up() -> None:
    async def main() -> None:
        ours, theirs = trio.testing.memory_stream_pair()
        end = End(theirs, ignore, ping_interval_s=5, ping_timeout_s=10)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(end.run)
            await end.over.wait()
        assert trio.current_time() - started <= 15.1
        assert await ours.receive_some(12) == frame(2, 1, 0, 1)

    clock = trio.testing.MockClock(autojump_threshold=0)
    started = clock.current_time()
    trio.run(main, clock=clock)


@pytest.mark.parametrize("last_s", [0.1, 4.9, 5.1, 9.9, 14.9])
def test_silence_counts_from_the_last_byte_and_an_answer_is_one(last_s: float) -> None:
    async def main() -> None:
        ours, theirs = trio.testing.memory_stream_pair()
        end = End(theirs, ignore, ping_interval_s=5, ping_timeout_s=10)
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(end.run)
            while (left_s := began + last_s - trio.current_time()) > 0:
                with trio.move_on_after(left_s):
                    assert await ours.receive_some(12) == frame(2, 1, 0, 1)
                    await trio.sleep(left_s)
            await ours.send_all(frame(2, 2, 0, 1))
            fell_silent = trio.current_time()
            await end.over.wait()
        assert trio.current_time() - fell_silent == pytest.approx(15)
        assert isinstance(end.error, ConnectionLostError)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_peer_that_takes_no_bytes_is_given_up() -> None:
    async def main() -> None:
        _, theirs = trio.testing.lockstep_stream_pair()
        end = End(theirs, ignore, initiator=True, stall_timeout_s=30)
        started = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(end.run)
            await trio.testing.wait_all_tasks_blocked()
            end.yamux.open_stream()
            await end.over.wait()
        assert trio.current_time() - started <= 30.1

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_write_without_window_gives_up() -> None:
    async def main() -> None:
        async with pair(ignore, stall_timeout_s=30) as (a, _):
            stream = a.yamux.open_stream()
            with pytest.raises(ConnectionLostError, match="window"):
                await stream.send_all(bytes(INITIAL_WINDOW + 1))

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_stream_that_the_peer_never_closes_is_reset_in_the_end() -> None:
    async def close(stream: YamuxStream) -> None:
        stream.close()

    async def main() -> None:
        async with pair(close, ping_interval_s=5, ping_timeout_s=5) as (a, b):
            stream = a.yamux.open_stream()
            assert await stream.receive_some(1) == b""
            await trio.sleep(yamux_connection.ABANDONED_S + 10)
            assert b.yamux._streams == {}
            with pytest.raises(ConnectionLostError):
                await stream.send_all(b"x")

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4),
            st.integers(0, 15),
            st.integers(0, 6),
            st.sampled_from([0, 1, 5, 300_000, 2**32 - 1]),
            st.binary(max_size=6),
        ),
        max_size=20,
    )
)
def test_junk_frames_end_in_a_fault_or_go_on(
    frames: list[tuple[int, int, int, int, bytes]],
) -> None:
    raw = b"".join(frame(k, f, s, n, body) for k, f, s, n, body in frames)

    async def main() -> None:
        ours, theirs = trio.testing.memory_stream_pair()
        end = End(theirs, echo)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(end.run)
            await ours.send_all(raw)
            await ours.send_eof()
            await end.over.wait()
        assert end.error is not None
        assert end.yamux._streams == {}
        assert end.yamux._inbound == end.yamux._buffered == 0

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_a_lone_message_is_written_by_whoever_sends_it() -> None:
    async def main() -> None:
        async with pair(echo) as (a, _):
            stream = a.yamux.open_stream()
            await trio.testing.wait_all_tasks_blocked()
            written: list[bytes] = []
            a.yamux._channel.send_now = written.append  # type: ignore[method-assign, assignment]
            with trio.CancelScope() as scope:
                scope.cancel()  # no round of the scheduler
                await stream.send_all(b"at once")
            assert written == [data(1, b"at once")]
            await stream.send_all(bytes(yamux_connection.FLUSHED_BYTES))
            assert len(written) == 1
            assert a.yamux.bytes_sent == len(frame(1, 1, 1, 0)) + len(data(1, b"at once"))

    trio.run(main)


def test_what_the_socket_does_not_take_is_written_first_by_the_writer() -> None:
    async def main() -> None:
        async with pair(echo) as (a, _):
            stream = a.yamux.open_stream()
            sent = b""
            for number in range(300):
                sent += b"%d," % number
                await stream.send_all(b"%d," % number)
                if number % 7 == 0:
                    await trio.lowlevel.checkpoint()
            got = b""
            while len(got) < len(sent):
                got += await stream.receive_some(1_000)
            assert got == sent
            assert not a.yamux._channel.unsent

    trio.run(main)


def test_nothing_is_added_to_what_the_socket_did_not_take() -> None:
    async def main() -> None:
        async with pair(ignore) as (a, _):
            stream = a.yamux.open_stream()
            await trio.testing.wait_all_tasks_blocked()
            tried: list[int] = []
            plain = a.yamux._channel.send_now

            def send_now(data: bytes) -> None:
                tried.append(len(data))
                plain(data)  # takes nothing

            a.yamux._channel.send_now = send_now  # type: ignore[method-assign]
            for _ in range(1_000):
                await stream.send_all(b"32 bytes of a ping, or some more")
            # All in one round of the scheduler, so that the writer had none.
            assert len(tried) == 1

    trio.run(main)
