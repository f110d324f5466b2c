"""What spies guess of authors; and a stem that breaks loses nothing. `SIM_SEED=NUMBER` replays.

The figures of spec 07 are those of more worlds; here each share of spies has one.
"""

from __future__ import annotations

import sys

import pytest
import trio

from tests.simulator.spies import Guesses, Market, played
from tests.simulator.test_gossip import seeds


def play(seed: int, market: Market) -> Guesses:
    found = trio.run(played, seed, market)
    sys.stdout.write(f"seed {seed}, {market}\n{found.words()}\n")
    assert found.delivered == found.pairs
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(1))
@pytest.mark.parametrize(("share", "most"), [(0.1, 0.20), (0.3, 0.45)])
def test_with_the_stem_spies_are_mostly_wrong(seed: int, share: float, most: float) -> None:
    found = play(seed, Market(spies=share))
    assert found.first_heard <= most * found.messages
    assert found.likeliest <= most * found.messages


@pytest.mark.parametrize("seed", seeds(1))
def test_without_the_stem_spies_are_mostly_right(seed: int) -> None:
    """The same spies: what they miss above, they miss because of the stem."""
    found = play(seed, Market(nodes=60, spies=0.1, by_stem=False))
    assert found.likeliest >= 0.8 * found.messages


@pytest.mark.parametrize("seed", seeds(1))
def test_stems_that_break_lose_nothing(seed: int) -> None:
    """Three in ten nodes take what is handed to them and never speak of it again."""
    found = play(seed, Market(nodes=60, spies=0.3, spies_drop=True))
    assert found.latest_s < 17
    assert found.first_heard <= 0.45 * found.messages
