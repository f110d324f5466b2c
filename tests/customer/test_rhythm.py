"""The rhythm of standing intents: bounds, and times that don't give it away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.customer.request import read_request
from vrmnode.customer.rhythm import (
    DRAWS,
    LONGEST_S,
    SHORTEST_S,
    USUAL_SPANS_S,
    Rhythm,
    casting_request,
    read_rhythm,
)
from vrmnode.values.fields import FieldError

NOW = 1_800_000_000
DAY = 86_400
ASKED = {"name": "oat milk", "country": "AT"}
EVERY = st.integers(SHORTEST_S, LONGEST_S)
DRAW = st.integers(0, DRAWS - 1)


def refused(function, *arguments):
    with pytest.raises(FieldError) as caught:
        function(*arguments)
    return caught.value.code, caught.value.field


def test_a_rhythm_as_people_write_it():
    rhythm = read_rhythm({"every": "1w", "until": "2027-03-01"}, NOW)
    assert rhythm.every_s == 7 * DAY
    assert rhythm.until % DAY == DAY - 1


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"until": "2027-03-01"}, "every"),
        ({"every": "59m", "until": "2027-03-01"}, "every"),
        ({"every": "367d", "until": "2027-03-01"}, "every"),
        ({"every": "often", "until": "2027-03-01"}, "every"),
        ({"every": "1w"}, "until"),
        ({"every": "1w", "until": "soon"}, "until"),
        ({"every": "1w", "until": "2026-01-01"}, "until"),
        ({"every": "1w", "until": "2099-01-01"}, "until"),
        ([], "standing"),
    ],
)
def test_rhythms_that_are_none(raw, field):
    assert refused(read_rhythm, raw, NOW) == ("standing.invalid", field)


def test_a_field_that_rhythms_do_not_have():
    raw = {"every": "1w", "until": "2027-03-01", "from": "2026-01-01"}
    assert refused(read_rhythm, raw, NOW)[0] == "standing.unknown_field"


@given(EVERY, DRAW)
def test_the_next_is_within_a_tenth(every_s, draw):
    rhythm = Rhythm(every_s, NOW + 2 * LONGEST_S)
    at, resumed = rhythm.next_after(NOW, draw), rhythm.resumed(NOW, draw)
    assert at is not None and resumed is not None
    assert every_s * 9 // 10 <= at - NOW <= every_s * 11 // 10
    assert NOW <= resumed <= NOW + 3_600


def test_all_of_the_tenth_is_used():
    rhythm = Rhythm(1000 * DAY // 100, NOW + LONGEST_S)
    assert rhythm.next_after(NOW, 0) == NOW + 9 * DAY
    assert rhythm.next_after(NOW, DRAWS - 1) == NOW + 11 * DAY


def test_nothing_after_the_end():
    rhythm = Rhythm(DAY, NOW + DAY)
    assert rhythm.next_after(NOW, DRAWS - 1) is None
    assert rhythm.next_after(NOW, 0) is not None
    assert rhythm.resumed(NOW + DAY + 1, 0) is None


@given(EVERY)
def test_a_casting_ends_before_the_next_one_and_lives_as_long_as_others_do(every_s):
    request = read_request(casting_request(ASKED, Rhythm(every_s, NOW)))
    assert request.valid_s in USUAL_SPANS_S
    assert request.valid_s + 600 <= every_s * 9 // 10


def test_a_span_of_the_owner_is_kept_where_it_fits():
    rhythm = Rhythm(10 * DAY, NOW)
    asked = {**ASKED, "valid_for": "7d"}
    assert casting_request(asked, rhythm) == asked
    too_long = {**ASKED, "valid_for": "8d"}
    assert refused(casting_request, too_long, rhythm) == ("standing.invalid", "valid_for")


def test_no_day_by_which_it_is_needed():
    asked = {**ASKED, "by": "2027-03-01"}
    assert refused(casting_request, asked, Rhythm(DAY, NOW)) == ("standing.invalid", "by")


def test_a_wrong_request_is_told_as_ever():
    assert refused(casting_request, {"name": "x"}, Rhythm(DAY, NOW)) == (
        "request.invalid",
        "country",
    )


def test_images_would_tie_the_castings_together():
    rhythm = read_rhythm({"every": "1w", "until": "2027-12-24"}, NOW)
    with pytest.raises(FieldError) as caught:
        casting_request({"name": "milk", "country": "AT", "image": ["ab" * 32]}, rhythm)
    assert (caught.value.code, caught.value.field) == ("standing.invalid", "image")
    assert "tie the castings together" in caught.value.detail
