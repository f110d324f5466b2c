"""What an envelope is worth to a postbox, and in which pool it is."""

from hypothesis import given
from hypothesis import strategies as st

from vrmprotocol import postbox, topics

DAY_S = 86_400


def identity(bits: int) -> bytes:
    """An id with exactly as many leading zero bits."""
    return (1 << (255 - bits)).to_bytes(32, "big")


def test_worth_is_work_by_bytes_and_seconds():
    assert postbox.worth(identity(16), 4_300, 14 * DAY_S) == 2**16 / (4_300 * 14 * DAY_S)


@given(st.integers(0, 200), st.integers(1, 66_560), st.integers(1, 365 * DAY_S))
def test_it_doubles_with_a_bit_and_halves_with_twice_the_room(bits, size_bytes, lifetime_s):
    plain = postbox.worth(identity(bits), size_bytes, lifetime_s)
    assert plain > 0
    assert postbox.worth(identity(bits + 1), size_bytes, lifetime_s) == 2 * plain
    assert postbox.worth(identity(bits), 2 * size_bytes, lifetime_s) == plain / 2
    assert postbox.worth(identity(bits), size_bytes, 2 * lifetime_s) == plain / 2


def test_every_topic_has_a_pool():
    assert {postbox.pool(topic) for topic in topics.all_topics()} == set(postbox.POOLS)
    assert postbox.pool(topics.mail_topic(bytes(16))) == postbox.MAIL
    assert postbox.pool(topics.DIRECTORY) == postbox.DIRECTORY
