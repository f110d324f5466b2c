"""Canonical msgpack: round trips, one code per broken rule, and nothing but ProtocolError."""

import tracemalloc

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vrmprotocol import encoding
from vrmprotocol.errors import LocalError, RemoteError

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.binary(max_size=300)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=20)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=20)
    ),
    max_leaves=30,
)


def outcome(raw: bytes) -> tuple[str | None, encoding.Value]:
    """The code with which bytes are refused, or None and their value."""
    try:
        return None, encoding.decode(raw)
    except RemoteError as error:
        return error.code, None


def code_of(raw: bytes, **limits: int) -> str:
    with pytest.raises(RemoteError) as caught:
        encoding.decode(raw, **limits)
    return caught.value.code


@given(VALUES)
def test_every_value_comes_back(value):
    raw = encoding.encode(value)
    assert encoding.decode(raw) == value
    assert encoding.encode(encoding.decode(raw)) == raw


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.none(), max_size=30))
@example({"": None, "\U00010000": None, "￿": None, "é": None, "z": None})
def test_keys_are_sorted_by_their_utf8_bytes(value):
    ordered = dict(sorted(value.items(), key=lambda item: item[0].encode()))
    assert encoding.encode(value) == msgpack.packb(ordered)


@given(st.binary(max_size=200))
@settings(max_examples=500)
def test_arbitrary_bytes_are_canonical_or_refused(raw):
    code, value = outcome(raw)
    assert code in CODES or encoding.encode(value) == raw


@given(VALUES, st.data())
@settings(max_examples=200)
def test_a_changed_byte_gives_another_value_or_a_refusal(value, data):
    raw = bytearray(encoding.encode(value))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    code, changed = outcome(bytes(raw))
    assert code in CODES or encoding.encode(changed) == bytes(raw)


CODES = frozenset(
    f"encoding.{word}"
    for word in (
        "truncated",
        "trailing_bytes",
        "invalid_utf8",
        "forbidden_type",
        "key_not_str",
        "too_deep",
        "too_many_items",
        "noncanonical",
    )
)


@given(VALUES)
def test_the_oracle_reads_the_same(value):
    assert msgpack.unpackb(encoding.encode(value), strict_map_key=True) == value


BROKEN = {
    "nothing": (b"", "truncated"),
    "array ends early": (b"\x92\x01", "truncated"),
    "str ends early": (b"\xa5abc", "truncated"),
    "huge array announced": (b"\xdd\xff\xff\xff\xff", "truncated"),
    "a second value": (b"\x01\x01", "trailing_bytes"),
    "not utf-8": (b"\xa1\xff", "invalid_utf8"),
    "surrogate": (b"\xa3\xed\xa0\x80", "invalid_utf8"),
    "overlong utf-8": (b"\xa2\xc0\x80", "invalid_utf8"),
    "float32": (b"\xca\0\0\0\0", "forbidden_type"),
    "float64": (b"\x91\xcb\0\0\0\0\0\0\0\0", "forbidden_type"),
    "fixext1": (b"\xd4\x01a", "forbidden_type"),
    "ext8": (b"\xc7\x03\x01abc", "forbidden_type"),
    "timestamp": (b"\xd6\xff\0\0\0\0", "forbidden_type"),
    "never used byte": (b"\xc1", "forbidden_type"),
    "int key": (b"\x81\x01\x01", "key_not_str"),
    "bin key": (b"\x81\xc4\x01a\x01", "key_not_str"),
    "nil key": (b"\x81\xc0\x01", "key_not_str"),
    "array as key": (b"\x81\x91\x01\x01", "key_not_str"),
    "17 arrays": (b"\x91" * 16 + b"\x90", "too_deep"),
    "thousands of arrays": (b"\x91" * 5000 + b"\xc0", "too_deep"),
    "4097 items": (b"\xdc\x10\x01" + b"\0" * 4097, "too_many_items"),
    "257 entries": (
        b"\xde\x01\x01" + b"".join(b"\xa3%03d\0" % n for n in range(257)),
        "too_many_items",
    ),
    "int in uint8 form": (b"\xcc\x7f", "noncanonical"),
    "int in int8 form": (b"\xd0\x01", "noncanonical"),
    "positive in int16 form": (b"\xd1\x7f\xff", "noncanonical"),
    "-32 in int8 form": (b"\xd0\xe0", "noncanonical"),
    "int64 for int32": (b"\xd3\xff\xff\xff\xff\x80\0\0\0", "noncanonical"),
    "uint64 for uint32": (b"\xcf\0\0\0\0\xff\xff\xff\xff", "noncanonical"),
    "str8 for fixstr": (b"\xd9\x01a", "noncanonical"),
    "str16 for str8": (b"\xda\0\x20" + b"a" * 32, "noncanonical"),
    "bin16 for bin8": (b"\xc5\0\x01a", "noncanonical"),
    "array16 for fixarray": (b"\xdc\0\x01\0", "noncanonical"),
    "map16 for fixmap": (b"\xde\0\x01\xa1a\0", "noncanonical"),
    "unsorted keys": (b"\x82\xa1b\0\xa1a\0", "noncanonical"),
    "the same key twice": (b"\x82\xa1a\0\xa1a\0", "noncanonical"),
    "longer key first": (b"\x82\xa2aa\0\xa1a\0", "noncanonical"),
    "float as key": (b"\x81\xca\0\0\0\0\0", "key_not_str"),
    "map as key": (b"\x81\x80\0", "key_not_str"),
    "impossible timestamp": (b"\xd7\xff" + b"\xff" * 8, "forbidden_type"),
    "date in an array": (b"\x91\xd6\xff\0\0\0\0", "forbidden_type"),
}


@pytest.mark.parametrize(("raw", "word"), BROKEN.values(), ids=BROKEN)
def test_each_broken_rule_has_its_code(raw, word):
    assert code_of(raw) == f"encoding.{word}"


def test_the_limit_comes_before_everything():
    assert code_of(b"\xc1" * 11, max_bytes=10) == "encoding.too_large"
    assert encoding.decode(b"\xa9" + b"a" * 9, max_bytes=10) == "a" * 9


@pytest.mark.parametrize(
    "raw",
    [
        b"\xdc\x10\x00" * 1020,
        b"\xdc\x10\x00" * 20_000,
        b"\x91" * 65_000,
        b"\x81\xa1a" * 20_000,
        b"\x81" * 60_000,
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff\xa1a",
        b"\xc6\xff\xff\xff\xff",
    ],
)
def test_lengths_that_are_only_claimed_cost_nothing(raw):
    tracemalloc.start()
    try:
        assert code_of(raw) in CODES
        # What an honest message of that size costs; a decoder that trusts lengths takes 33 MB.
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_the_limits_themselves_are_allowed():
    deep: encoding.Value = 1
    for _ in range(16):
        deep = [deep]
    assert encoding.decode(encoding.encode(deep)) == deep
    assert encoding.decode(encoding.encode([0] * 4096)) == [0] * 4096
    wide: encoding.Value = {str(n): None for n in range(256)}
    assert encoding.decode(encoding.encode(wide)) == wide


def test_golden_bytes():
    value = {"v": 1, "é": [None, True, -1, 2**64 - 1, -(2**63)], "b": b"\x00", "": {}}
    assert encoding.encode(value).hex() == (
        "84a080a162c40100a17601a2c3a995c0c3ffcfffffffffffffffffd38000000000000000"
    )


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        object(),
        {1: 2},
        {b"a": 1},
        2**64,
        -(2**63) - 1,
        "\ud800",
        {"\udfff": 1},
        {1, 2},
        bytearray(b"a"),
        [0] * 4097,
        {str(n): 0 for n in range(257)},
        [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]],
    ],
)
def test_what_cannot_be_written_is_the_callers_fault(value):
    with pytest.raises(LocalError) as caught:
        encoding.encode(value)
    assert caught.value.code == "encoding.unencodable"


def test_tuples_are_written_as_arrays():
    assert encoding.encode((1, (2,))) == encoding.encode([1, [2]])


def test_only_maps_where_maps_are_expected():
    assert encoding.decode_map(b"\x80") == {}
    with pytest.raises(RemoteError) as caught:
        encoding.decode_map(b"\x90")
    assert caught.value.code == "encoding.not_map"
