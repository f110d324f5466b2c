"""The set of ids that is kept built, against a plain sorted list."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import remote_code, survives
from vrmprotocol.id_set import MAX_TIME, IdSet, fingerprint_of, id_of, key_of, time_of
from vrmprotocol.sync_varint import MAX_VARINT, decode_varint, encode_varint

times = st.integers(0, 3) | st.integers(0, MAX_TIME)
short_ids = st.integers(0, 40).map(lambda number: number.to_bytes(32, "big"))
items = st.tuples(times, short_ids | st.binary(min_size=32, max_size=32))


def fingerprint(keys: list[bytes]) -> bytes:
    total = sum(int.from_bytes(id_of(key), "little") for key in keys) % 2**256
    return fingerprint_of(total, len(keys))


def check(built: IdSet, keys: list[bytes], lower: int, upper: int) -> None:
    assert len(built) == len(keys)
    assert list(built.keys(lower, upper)) == keys[lower:upper]
    assert built.fingerprint(lower, upper) == fingerprint(keys[lower:upper])
    for at in {lower, upper - 1} & set(range(len(keys))):
        assert built.key(at) == keys[at]
        assert built.position(keys[at]) == at


@given(
    st.lists(items, max_size=20),
    st.lists(st.tuples(st.booleans(), items), max_size=60),
    st.integers(0, 99),
    st.integers(0, 99),
)
def test_like_a_sorted_list(first, changes, left, right):
    built, model = IdSet(first), set(first)
    for adds, item in changes:
        known = item in model
        assert (item in built) == known
        assert (built.add(*item) if adds else built.discard(*item)) == (adds != known)
        (model.add if adds else model.discard)(item)
    keys = sorted(key_of(*item) for item in model)
    lower, upper = sorted((left % (len(keys) + 1), right % (len(keys) + 1)))
    check(built, keys, lower, upper)


def test_many_items_added_and_taken_out_in_any_order():
    rng = random.Random(1)
    every = [(rng.randrange(500), rng.randbytes(32)) for _ in range(3_000)]
    built, model = IdSet(every[:1_000]), set(every[:1_000])
    for item in every[1_000:]:
        assert built.add(*item)
        model.add(item)
    for item in rng.sample(every, 2_900):
        assert built.discard(*item)
        model.discard(item)
        if len(model) % 400 == 0:
            keys = sorted(key_of(*each) for each in model)
            check(built, keys, len(keys) // 3, len(keys) // 2)
    assert len(built) == 100


def test_the_parts_of_a_key():
    key = key_of(MAX_TIME, b"\1" * 32)
    assert (len(key), time_of(key), id_of(key)) == (40, MAX_TIME, b"\1" * 32)


@given(st.integers(0, MAX_VARINT))
def test_a_varint_reads_back(number):
    raw = encode_varint(number)
    assert decode_varint(b"?" + raw + b"!", 1) == (number, 1 + len(raw))


@given(st.binary(max_size=12))
def test_what_is_read_is_the_shortest_form(raw):
    found = survives(decode_varint, raw, 0)
    if found != "sync.message":
        number, end = found
        assert encode_varint(number) == raw[:end]


@pytest.mark.parametrize("raw", [b"", b"\x81", b"\x80\x01", b"\xff" * 9 + b"\x80"])
def test_a_varint_that_is_none(raw):
    assert remote_code(decode_varint, raw, 0) == "sync.message"
