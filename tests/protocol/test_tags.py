"""Derived tags and the window in which they are watched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import local_code
from vrmprotocol import tags

SECRET = b"s" * 32


def test_golden_tags():
    assert tags.derive(SECRET, "c", 0, 0, 0).hex() == "b1f823d81240ad1926389bcdd39839c4"
    assert tags.derive(SECRET, "v", 1, 3, 0).hex() == "2265262712671d7261dfb9c34301b1db"


@given(
    st.binary(min_size=32, max_size=32),
    st.sampled_from("cv"),
    st.integers(0, 2**31 - 1),
    st.integers(0, 3),
    st.integers(1, 256).flatmap(lambda m: st.tuples(st.integers(0, m - 1), st.just(m))),
)
def test_a_tag_stands_in_its_shard(secret, direction, seq, attempt, place):
    shard, shards = place
    tag = tags.derive(secret, direction, seq, attempt, shard, shards=shards)
    assert len(tag) == 16
    assert tag[0] % shards == shard


def test_nothing_repeats():
    derived = {
        tags.derive(secret, direction, seq, attempt, 0)
        for secret in (SECRET, b"t" * 32)
        for direction in "cv"
        for seq in range(20)
        for attempt in range(4)
    }
    assert len(derived) == 2 * 2 * 20 * 4


def test_attempts_stay_at_3():
    assert tags.derive(SECRET, "c", 5, 300, 0) == tags.derive(SECRET, "c", 5, 3, 0)


@given(st.integers(0, 40), st.integers(0, 60), st.integers(0, 3))
def test_some_attempt_is_watched_for_however_many_numbers_were_left_out(sent, left, lacking):
    highest = sent - 1 - min(lacking, sent)
    seq, left_out = sent + left, list(range(sent, sent + left))
    watched = set(tags.window(SECRET, "c", 0, range(highest + 1)).values())
    tried = {tags.address(seq, attempt, left_out) for attempt in range(4 + 4 * max(1, left))}
    assert tried & watched


@pytest.mark.parametrize(
    "arguments",
    [
        ("x", 0, 0, 0),
        ("c", 0, 0, 1),
        ("c", 0, 0, -1),
        ("c", 0, -1, 0),
        ("c", -1, 0, 0),
        ("c", 2**31, 0, 0),
    ],
)
def test_wrong_arguments_are_the_callers_fault(arguments):
    assert local_code(tags.derive, SECRET, *arguments) == "tags.argument"


# SPEC 06: The reader MUST watch attempts 0 to 3 of every `seq` that it hasn't received up to 8
# above the highest it has.
def test_the_window():
    watched = tags.window(SECRET, "c", 0, [0, 1, 3])
    assert {seq for seq, _ in watched.values()} == {2, *range(4, 12)}
    for tag, (seq, attempt) in watched.items():
        assert tag == tags.derive(SECRET, "c", seq, attempt, 0)
    assert {seq for seq, _ in tags.window(SECRET, "v", 0, []).values()} == set(range(8))


# SPEC 06: The writer MUST send attempts 6, 10, 14 and so on of a message that stands behind numbers
# left out to the tags at attempt 3 of the numbers 8, 16, 24 … 64 above its own, one after the
# other.
@given(st.integers(0, 200), st.integers(0, tags.RESTORED_WINDOW))
def test_a_reader_that_has_more_than_its_sender_knows_is_met(own, more):
    highest, left_out = own + more, list(range(max(0, own - 7), own)) or [0]
    watched = set(tags.window(SECRET, "c", 0, range(highest + 1)))
    attempts = range(4 + 4 * tags.RESTORED_WINDOW // tags.WINDOW)
    ways = (tags.address(own + 1, attempt, left_out) for attempt in attempts)
    assert any(tags.derive(SECRET, "c", *way, 0) in watched for way in ways)


@given(st.integers(0, tags.RESTORED_WINDOW - 1), st.integers(0, 30))
def test_a_restored_reader_is_reached_whatever_it_lacks(lacking, has):
    received = range(has)
    watched = tags.window(SECRET, "v", 0, received) | tags.restored_window(SECRET, "v", 0, received)
    seq = has + lacking
    for attempt in (0, 3):
        assert watched[tags.derive(SECRET, "v", seq, attempt, 0)] == (seq, attempt)
    beyond = tags.derive(SECRET, "v", has + tags.RESTORED_WINDOW, 3, 0)
    assert beyond not in watched
    assert len(watched) == 4 * tags.WINDOW + 2 * (tags.RESTORED_WINDOW - tags.WINDOW)


@given(st.frozensets(st.integers(0, 2**31 - 1), max_size=20))
def test_no_sender_can_make_the_window_large(received):
    watched = tags.window(SECRET, "c", 0, received)
    assert len(watched) <= (tags.LOOK_BACK + tags.WINDOW) * tags.ATTEMPTS
    assert not {seq for seq, _ in watched.values()} & received
