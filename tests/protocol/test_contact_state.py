"""What counts of disclosures and updates: the same in any order, and nothing superseded."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from vrmprotocol import contact_state
from vrmprotocol.contact_state import Told

NAMES = ["name", "email"]
SAID = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["a", "b", None]), st.integers(0, 6)),
    max_size=7,
)


def statements(said: list[tuple[str, str | None, int]]) -> list[Told]:
    return [
        Told(
            name=name,
            value=value,
            committed=False,
            message=seq.to_bytes(32, "big"),
            seq=seq,
            at=seq,
            effective_from=since,
        )
        for seq, (name, value, since) in enumerate(said)
    ]


@given(said=SAID, now=st.integers(0, 7), seed=st.integers(0, 2**16))
def test_the_last_word_in_force_counts_in_any_order(
    said: list[tuple[str, str | None, int]], now: int, seed: int
) -> None:
    every = statements(said)
    shuffled = [*every, *every]
    random.Random(seed).shuffle(shuffled)
    found = contact_state.current(shuffled, now=now)
    for name in NAMES:
        in_force = [one for one in every if one.name == name and one.effective_from <= now]
        value = in_force[-1].value if in_force else None
        assert (found.fields[name].value if name in found.fields else None) == value
        coming = found.coming.get(name)
        assert coming is None or coming.effective_from > now


# SPEC 09: The reader MUST erase a value when it is superseded.
@given(said=SAID, now=st.integers(0, 7), later=st.integers(0, 7))
def test_what_is_erased_would_never_have_counted_again(
    said: list[tuple[str, str | None, int]], now: int, later: int
) -> None:
    every = statements(said)
    over = {one.message for one in contact_state.current(every, now=now).superseded}
    rest = [one for one in every if one.message not in over]
    at = max(now, later)
    whole, left = (contact_state.current(each, now=at) for each in (every, rest))
    assert (left.fields, left.coming) == (whole.fields, whole.coming)


@given(said=SAID, now=st.integers(0, 7))
def test_one_word_is_left_of_each_field_and_what_is_to_come(
    said: list[tuple[str, str | None, int]], now: int
) -> None:
    every = statements(said)
    over = contact_state.current(every, now=now).superseded
    for name in NAMES:
        left = [
            one
            for one in every
            if one.name == name and one not in over and one.effective_from <= now
        ]
        assert len(left) <= 1


def test_reprs_hide_values() -> None:
    assert "secret" not in repr(statements([("name", "secret", 0)]))
