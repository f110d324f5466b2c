"""Which languages fit; the vectors hold the cases."""

from hypothesis import given
from hypothesis import strategies as st

from vrmprotocol.language import choose, fits

TAGS = st.from_regex(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,4}){0,3}", fullmatch=True)


@given(TAGS, TAGS)
def test_fitting_has_no_direction(one, other):
    assert fits(one, other) == fits(other, one)
    assert fits(one, one.swapcase())


@given(TAGS, TAGS)
def test_a_tag_fits_what_begins_with_it(tag, more):
    assert fits(tag, f"{tag}-{more}")


@given(st.lists(TAGS, max_size=4), st.lists(TAGS, max_size=4))
def test_what_is_chosen_is_spoken_and_nothing_earlier_fits(wanted, spoken):
    found = choose(wanted, spoken)
    fitting = [want for want in wanted if any(fits(want, tag) for tag in spoken)]
    assert (found is None) == (not fitting)
    if found is not None:
        assert found in spoken
        assert fits(fitting[0], found)
