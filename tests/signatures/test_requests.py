"""Requests to the process that checks signatures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.signatures import requests
from vrmnode.signatures.requests import Signed


@given(data=st.data(), message_bytes=st.integers(0, 80), count=st.integers(1, 20))
def test_what_is_written_is_read(data: st.DataObject, message_bytes: int, count: int) -> None:
    some = [
        Signed(
            public=data.draw(st.binary(min_size=32, max_size=32)),
            message=data.draw(st.binary(min_size=message_bytes, max_size=message_bytes)),
            signature=data.draw(st.binary(min_size=64, max_size=64)),
        )
        for _ in range(count)
    ]
    raw = requests.write(some)
    header, body = raw[: requests.HEADER.size], raw[requests.HEADER.size :]
    assert requests.HEADER.unpack(header) == (count, message_bytes)
    assert len(body) == requests.body_bytes(count, message_bytes)
    assert list(requests.read_body(body, message_bytes)) == some


def test_messages_of_one_request_are_of_one_length() -> None:
    one, other = (Signed(bytes(32), bytes(size), bytes(64)) for size in (4, 5))
    with pytest.raises(ValueError, match="expected messages of 4 bytes, came 5"):
        requests.write([one, other])


@pytest.mark.parametrize(("public", "signature"), [(31, 64), (33, 64), (32, 63), (31, 65), (0, 0)])
def test_keys_and_signatures_have_their_lengths(public: int, signature: int) -> None:
    some = [Signed(bytes(32), b"m", bytes(64)), Signed(bytes(public), b"m", bytes(signature))]
    came = f"expected a key of 32 and a signature of 64 bytes, came {public} and {signature}"
    with pytest.raises(ValueError, match=came):
        requests.write(some)
