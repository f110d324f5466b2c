"""Times for people."""

from vrmprotocol.moments import in_words


def test_a_time_in_words():
    assert in_words(1_800_000_007) == "2027-01-15 08:00:07 UTC"
    assert in_words(0) == "1970-01-01 00:00:00 UTC"
    assert in_words(2**32 - 1) == "2106-02-07 06:28:15 UTC"
