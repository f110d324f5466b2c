"""The frame decoder alone."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.network.connection.byte_stream import encode_varint
from vrmnode.network.errors import PeerFaultError
from vrmnode.network.gossip.rpc_frames import FrameDecoder, encode_frame, in_batches

FRAMES = st.lists(st.binary(max_size=300), max_size=8)


@given(FRAMES, st.lists(st.integers(0, 2_500), max_size=8))
def test_frames_come_out_however_the_bytes_are_cut(frames: list[bytes], cuts: list[int]) -> None:
    raw = b"".join(map(encode_frame, frames))
    decoder = FrameDecoder(300)
    edges = [0, *sorted(min(c, len(raw)) for c in cuts), len(raw)]
    out = [f for a, b in itertools.pairwise(edges) for f in decoder.feed(raw[a:b])]
    assert out == frames
    assert decoder.buffered == 0


@given(st.binary(max_size=2_000))
def test_junk_gives_frames_within_the_limit_or_a_fault(raw: bytes) -> None:
    decoder = FrameDecoder(100)
    try:
        for frame in decoder.feed(raw):
            assert len(frame) <= 100
    except PeerFaultError as fault:
        assert fault.reason == "rpc_length"  # noqa: PT017 - both outcomes are right
    else:
        assert decoder.buffered <= 101


@pytest.mark.parametrize("prefix", [encode_varint(101), b"\xff" * 10, b"\x80\x80\x80"])
def test_length_over_the_limit_is_a_fault_before_the_frame_is_read(prefix: bytes) -> None:
    # SPEC 07: A reader MUST reset the stream of a frame longer than its limit without reading the
    # frame.
    with pytest.raises(PeerFaultError) as caught:
        list(FrameDecoder(100).feed(prefix))
    assert caught.value.reason == "rpc_length"


def test_length_at_the_limit_passes() -> None:
    assert list(FrameDecoder(128).feed(b"\x80\x01" + bytes(128))) == [bytes(128)]


def test_frames_before_a_fault_are_given() -> None:
    frames = FrameDecoder(100).feed(b"\x01a\x01b\xff\xff")
    assert next(frames) == b"a"
    assert next(frames) == b"b"
    with pytest.raises(PeerFaultError):
        next(frames)


def test_batches_are_whole_frames_and_what_came_before_a_bad_length_is_given() -> None:
    raw = b"".join(encode_frame(bytes([n])) for n in range(5))
    assert list(in_batches(FrameDecoder(10).feed(raw), 2)) == [
        [b"\0", b"\1"],
        [b"\2", b"\3"],
        [b"\4"],
    ]
    given = in_batches(FrameDecoder(10).feed(raw + b"\xff\xff"), 3)
    assert [next(given), next(given)] == [[b"\0", b"\1", b"\2"], [b"\3", b"\4"]]
    with pytest.raises(PeerFaultError):
        next(given)
