"""Set reconciliation: both sides' difference is found, whatever they have, within the limits."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import survives
from vrmprotocol import reconciliation
from vrmprotocol.id_set import MAX_TIME, IdSet
from vrmprotocol.reconciliation import MIN_FRAME_BYTES

Item = tuple[int, bytes]
NO_LIMIT = 2**40


@dataclass
class Talk:
    """What a conversation found, and what it took."""

    have: set[bytes] = field(default_factory=set)
    need: set[bytes] = field(default_factory=set)
    rounds: int = 0
    sent: int = 0
    longest: int = 0

    def note(self, message: bytes) -> bytes:
        self.sent += len(message)
        self.longest = max(self.longest, len(message))
        return message


def talk(own: IdSet, other: IdSet, *, start: int = 0, max_bytes: int = NO_LIMIT) -> Talk:
    found = Talk()
    message: bytes | None = reconciliation.initiate(own, start=start, max_bytes=max_bytes)
    while message is not None:
        found.rounds += 1
        reply = reconciliation.respond(other, found.note(message), max_bytes=max_bytes)
        outcome = reconciliation.conclude(own, found.note(reply), max_bytes=max_bytes)
        found.have.update(outcome.have)
        found.need.update(outcome.need)
        message = outcome.reply
    return found


def ids(items: set[Item], start: int = 0) -> set[bytes]:
    return {item for time, item in items if time >= start}


def drawn(count: int, seed: int, times: int = 50) -> set[Item]:
    rng = random.Random(seed)
    return {(rng.randrange(times), rng.randbytes(32)) for _ in range(count)}


@given(
    st.integers(0, 400),
    st.integers(0, 300),
    st.integers(0, 300),
    st.sampled_from([1, 2, 50, MAX_TIME]),
    st.sampled_from([MIN_FRAME_BYTES, 6_000, 60_000, NO_LIMIT]),
    st.integers(0, 60),
)
def test_the_difference_is_found(common, left, right, times, max_bytes, start):
    both = drawn(common, 1, times)
    own, other = both | drawn(left, 2, times), both | drawn(right, 3, times)
    found = talk(IdSet(own), IdSet(other), start=start, max_bytes=max_bytes)
    assert found.have == ids(own, start) - ids(other)
    assert found.need == ids(other, start) - ids(own)
    assert found.longest <= max_bytes


def test_the_newest_thousand_of_a_hundred_thousand_cost_little():
    rng = random.Random(4)
    old = {(600 * rng.randrange(9_000), rng.randbytes(32)) for _ in range(99_000)}
    new = {(600 * (9_000 + n // 100), rng.randbytes(32)) for n in range(1_000)}
    found = talk(IdSet(old), IdSet(old | new), max_bytes=60_000)
    assert found.need == ids(new)
    assert found.rounds <= 3
    assert found.sent <= 40 * len(new)


def test_nothing_is_named_when_both_have_the_same():
    both = IdSet(drawn(5_000, 5))
    found = talk(both, IdSet(drawn(5_000, 5)))
    assert (found.rounds, found.have, found.need) == (1, set(), set())
    assert found.sent < 500


def test_a_set_may_change_between_two_messages():
    own, other = IdSet(drawn(500, 6)), IdSet(drawn(900, 7))
    first = reconciliation.initiate(own, max_bytes=NO_LIMIT)
    late = (25, b"\7" * 32)
    other.add(*late)
    reply = reconciliation.respond(other, first, max_bytes=NO_LIMIT)
    own.add(*late)
    outcome = reconciliation.conclude(own, reply, max_bytes=NO_LIMIT)
    need = set(outcome.need)
    while outcome.reply is not None:
        reply = reconciliation.respond(other, outcome.reply, max_bytes=NO_LIMIT)
        outcome = reconciliation.conclude(own, reply, max_bytes=NO_LIMIT)
        need.update(outcome.need)
    assert need == ids(drawn(900, 7))


@given(st.binary(max_size=200).map(lambda raw: b"\x61" + raw) | st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw):
    items = IdSet(drawn(80, 8))
    for answer in (reconciliation.respond, reconciliation.conclude):
        found = survives(answer, items, raw, max_bytes=MIN_FRAME_BYTES)
        assert not isinstance(found, str) or found == "sync.message"


@given(st.integers(0, 2_000), st.integers(0, 255), st.booleans())
def test_a_damaged_message_is_answered_or_refused(at, value, cut):
    own, other = IdSet(drawn(300, 9)), IdSet(drawn(250, 10))
    raw = bytearray(reconciliation.initiate(own, max_bytes=NO_LIMIT))
    raw[at % len(raw)] = value
    message = bytes(raw[: at % len(raw)] if cut else raw)
    reply = survives(reconciliation.respond, other, message, max_bytes=MIN_FRAME_BYTES)
    assert reply == "sync.message" if isinstance(reply, str) else len(reply) <= MIN_FRAME_BYTES
