"""When an envelope says that it was made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.engine.stated_time import SET_BACK_S, stated_creation
from vrmprotocol.envelope import SKEW_S

NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("now", "stated"), [(NOW, NOW - 1200), (NOW + 599, NOW - 1200), (NOW - 1, NOW - 1800)]
)
def test_it_is_set_back_and_rounded_down(now: int, stated: int) -> None:
    assert stated_creation(now) == stated


@given(st.integers(10**6, 2**32 - 1))
def test_it_lies_20_to_30_minutes_back(now: int) -> None:
    # SPEC 02: The writer MUST round `created` down to a multiple of 600 seconds.
    stated = stated_creation(now)
    assert stated % 600 == 0
    assert SET_BACK_S <= now - stated < SET_BACK_S + 600


@given(st.integers(10**6, 2**32 - 1), st.integers(0, SET_BACK_S + SKEW_S))
def test_a_reader_whose_clock_is_25_minutes_behind_takes_it(now: int, behind: int) -> None:
    assert stated_creation(now) <= now - behind + SKEW_S


def test_it_is_never_earlier_than_the_longest_life_allows() -> None:
    assert stated_creation(NOW, not_before=NOW - 600) == NOW - 600
    assert stated_creation(NOW, not_before=NOW - 6000) == NOW - 1200
