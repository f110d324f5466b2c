"""What a customer says: read from a command, and how long it waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.customer import opinion
from vrmnode.customer.opinion import EXPERIENCES, LONGEST_WAIT_S, wait_s
from vrmnode.values.fields import FieldError, Fields
from vrmprotocol.feedback import Experience, Said


def read(**said: object) -> Said:
    return opinion.read(Fields(said, "feedback"))


def test_the_words_are_those_of_the_protocol() -> None:
    assert EXPERIENCES == {
        "delivery": ("on_time", "late", "never"),
        "cancelled_by": ("customer", "vendor"),
        "terms": ("kept", "broken"),
        "rights_request": ("fulfilled", "denied", "unanswered"),
    }


def test_an_opinion_is_read() -> None:
    said = read(rating=2, delivery="never", text="It never came.", language="en")
    assert said == Said(
        rating_value=2,
        experience=Experience(delivery="never"),
        review_body="It never came.",
        in_language="en",
    )
    assert read(rating=5) == Said(rating_value=5)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "rating"),
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": "five"}, "rating"),
        ({"delivery": "soon"}, "delivery"),
        ({"terms": "kept", "language": "en"}, "language"),
        ({"text": "x" * 1_001}, "text"),
        ({"text": "Gut.", "language": "german"}, "language"),
    ],
)
def test_what_is_wrong_is_named(said: dict[str, object], field: str) -> None:
    with pytest.raises(FieldError) as caught:
        read(**said)
    assert (caught.value.code, caught.value.field) == ("feedback.invalid", field)


# SPEC 14: The customer's node MUST wait a random time of up to 7 days before it publishes feedback,
# unless its owner says otherwise.
@given(st.binary(min_size=8, max_size=8))
def test_the_wait_is_within_a_week(random8: bytes) -> None:
    assert 0 <= wait_s(random8) <= LONGEST_WAIT_S


def test_the_wait_reaches_all_of_the_week() -> None:
    days = {wait_s((number << 50).to_bytes(8, "big")) // 86_400 for number in range(2_000)}
    assert days >= set(range(7))
