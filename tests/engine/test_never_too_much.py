"""Per intent never more than wanted is bought, and no shelf sells what it hasn't.

NEVER_SEED=123 pytest -q tests/engine/test_never_too_much.py       one market again
NEVER_RUNS=1000 pytest -q -n 2 tests/engine/test_never_too_much.py  the first thousand
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.engine.databases import databases_in_memory
from tests.engine.example_runs import without_work
from tests.engine.market_invariants import Watch
from tests.engine.random_market import CUSTOMERS, VENDORS, RandomMarket
from vrmnode.engine.vendor import shop
from vrmnode.storage.database import Database

RUNS = int(os.environ.get("NEVER_RUNS") or (1_000 if os.environ.get("CI") else 200))
SHARDS = 4
ONE = os.environ.get("NEVER_SEED")


@pytest.fixture(scope="module")
def databases() -> Iterator[dict[str, Database]]:
    with databases_in_memory([*CUSTOMERS, *VENDORS]) as opened:
        yield opened


Play = Callable[[int], tuple[RandomMarket, Counter[str]]]


@pytest.fixture
def play(databases: dict[str, Database], monkeypatch: pytest.MonkeyPatch) -> Play:
    without_work(monkeypatch)

    def one(seed: int) -> tuple[RandomMarket, Counter[str]]:
        market, watch = RandomMarket(databases, seed), Watch()
        monkeypatch.setattr(shop, "answer", market.answer)
        try:
            market.run(watch)
            return market, watch.at_the_end(market)
        except Exception as error:
            steps = "\n".join(f"{at:4} {words}" for at, words in enumerate(market.told))
            error.add_note(f"{steps}\nNEVER_SEED={seed} plays it again")
            raise

    return one


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_market_buys_or_sells_too_much(
    play: Play, record_property: Callable[[str, object], None], shard: int
) -> None:
    seeds = [int(ONE)] if ONE and shard == 0 else range(shard, 0 if ONE else RUNS, SHARDS)
    done: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for seed in seeds:
        market, ended = play(seed)
        done.update(market.done)
        ends.update(ended)
    record_property("done", dict(done))
    record_property("ends", dict(ends))
    if not ONE:
        # What never happened wasn't tried.
        assert min(ends[state] for state in ("agreed", "declined", "withdrawn", "cancelled")) > 0, (
            ends
        )


def test_a_market_is_that_of_its_seed(play: Play) -> None:
    (first, ends), (again, ends_again) = play(7), play(7)
    assert (first.told, ends) == (again.told, ends_again)
