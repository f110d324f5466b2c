"""Encrypted frames in the order of their numbers, whoever wrote them."""

from __future__ import annotations

import socket
from typing import cast

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.network.connection.byte_stream import TcpStream
from vrmnode.network.connection.noise_channel import (
    MAX_PLAINTEXT,
    SMALL_AT_ONCE,
    SMALL_PER_S,
    NoiseChannel,
)

KEY, OTHER_KEY = bytes(32), bytes([1]) * 32


class Wire:
    """A TCP connection that takes as many bytes at once as is said, and gives what it took."""

    def __init__(self, room: list[int]) -> None:
        self.room = room
        self.taken = bytearray()

    def send_now(self, data: bytes) -> int:
        size = min(self.room.pop(0) if self.room else 0, len(data))
        self.taken += data[:size]
        return size

    async def send_all(self, data: bytes) -> None:
        self.taken += data

    async def receive_some(self, max_bytes: int) -> bytes:
        data = bytes(self.taken[:max_bytes])
        del self.taken[:max_bytes]
        return data


async def _read_all(wire: Wire) -> bytes:
    reading = NoiseChannel(cast(TcpStream, wire), OTHER_KEY, KEY)
    found = b""
    while data := await reading.receive_some(1 << 20):
        found += data
    return found


@given(
    sends=st.lists(
        st.tuples(st.booleans(), st.integers(0, 300) | st.just(MAX_PLAINTEXT + 1)), max_size=12
    ),
    room=st.lists(st.integers(0, 400), max_size=12),
)
def test_what_is_sent_now_and_later_comes_whole_and_in_order(
    sends: list[tuple[bool, int]], room: list[int]
) -> None:
    async def main() -> None:
        wire = Wire(room)
        channel = NoiseChannel(cast(TcpStream, wire), KEY, OTHER_KEY)
        expected = b""
        for number, (now, size) in enumerate(sends):
            data = bytes([number]) * size
            expected += data
            if now:
                channel.send_now(data)
            else:
                await channel.send_all(data)
                assert not channel.unsent
        if channel.unsent:
            await channel.send_all(b"")
        assert not channel.unsent
        assert await _read_all(wire) == expected

    trio.run(main)


@given(
    frames=st.lists(st.integers(1, 300), max_size=12),
    reads=st.lists(st.integers(1, 400), min_size=40, max_size=40),
)
def test_what_came_is_read_in_pieces_of_any_length(frames: list[int], reads: list[int]) -> None:
    async def main() -> None:
        wire = Wire([])
        writing = NoiseChannel(cast(TcpStream, wire), KEY, OTHER_KEY)
        reading = NoiseChannel(cast(TcpStream, wire), OTHER_KEY, KEY)
        expected = b""
        for number, size in enumerate(frames):
            expected += bytes([number]) * size
            await writing.send_all(bytes([number]) * size)
        found = b""
        for most in [*reads, len(expected) + 1, len(expected) + 1]:
            piece = await reading.receive_some(most)
            assert len(piece) <= most
            found += piece
        assert found == expected

    trio.run(main)


@pytest.mark.parametrize("size", [0, 1])
def test_who_sends_many_small_frames_is_read_later(size: int) -> None:
    """One without content takes 18 bytes, and says nothing that Yamux could count."""
    more = 10_000

    async def main() -> None:
        wire = Wire([])
        writing = NoiseChannel(cast(TcpStream, wire), KEY, OTHER_KEY)
        reading = NoiseChannel(cast(TcpStream, wire), OTHER_KEY, KEY)
        for number in range(int(SMALL_AT_ONCE) + more):
            frame = writing._seal(b"\0\0\0\0" + number.to_bytes(8, "little"), b"x" * size, None)
            wire.taken += len(frame).to_bytes(2, "big") + frame
        while await reading.receive_some(1 << 20):
            pass
        assert trio.current_time() >= 0.9 * more / SMALL_PER_S

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_a_socket_takes_what_fits_and_one_that_is_closed_nothing() -> None:
    async def main() -> None:
        ours, theirs = socket.socketpair()
        for each in (ours, theirs):
            each.setblocking(False)
        stream = TcpStream(trio.SocketStream(trio.socket.from_stdlib_socket(ours)))
        data = bytes(10_000_000)
        taken = stream.send_now(data)
        assert 0 < taken < len(data)
        assert stream.send_now(data) == 0
        assert len(theirs.recv(65_536)) == 65_536
        theirs.close()
        assert stream.send_now(data) == 0
        stream.close()
        assert stream.send_now(data) == 0

    trio.run(main)
