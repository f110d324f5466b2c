"""Frames of `/vrm/sync/1`: what is packed is read again, and fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import survives
from vrmprotocol import sync_frames
from vrmprotocol.sync_frames import MAX_ANSWER_BYTES, MAX_REQUEST_BYTES, Request

FRAME_CODES = ("sync.frame", "encoding.")


@given(st.lists(st.integers(1, 66_560), max_size=30))
def test_envelopes_are_packed_into_frames_that_fit(sizes):
    envelopes = [bytes([at % 256]) * size for at, size in enumerate(sizes)]
    frames = sync_frames.packed(envelopes)
    found: list[bytes] = []
    for at, frame in enumerate(frames):
        raw = sync_frames.write(frame)
        assert len(raw) <= MAX_ANSWER_BYTES
        read = sync_frames.read_answer(raw)
        assert read.more == (at < len(frames) - 1)
        assert read.envelopes is not None
        found += read.envelopes
    assert found == envelopes


def test_the_longest_request_fits():
    ids = tuple(number.to_bytes(32, "big") for number in range(sync_frames.MAX_FETCH))
    assert len(sync_frames.write(Request(fetch=ids))) <= MAX_REQUEST_BYTES
    message = b"\x61" * sync_frames.MAX_MESSAGE_BYTES
    longest = Request(topic="/" * 64, at=2**32 - 1, message=message)
    assert len(sync_frames.write(longest)) <= MAX_REQUEST_BYTES


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(raw):
    for read in (sync_frames.read_request, sync_frames.read_answer):
        found = survives(read, raw)
        assert not isinstance(found, str) or found.startswith(FRAME_CODES)
