"""Hypothesis profiles for all tests: the same examples each time, and more of them with CI set.

Others each time, for as long as one likes: `pytest --hypothesis-profile=explore tests/protocol`.

Programs that tests start keep their bytecode, also where the environment asks for none: otherwise a
node compiles the whole project at each of some hundred starts.

The sixteen thousand tests themselves are no garbage: Python's collector would look at them again
and again, a tenth of all the time.
"""

from __future__ import annotations

import gc
import os

from hypothesis import HealthCheck, settings

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long an example takes, or is drawn for, is the machine's affair.
_ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_SAME = settings(_ANY_SPEED, derandomize=True, database=None, print_blob=True)
settings.register_profile("dev", _SAME, max_examples=50)
settings.register_profile("ci", _SAME, max_examples=200)
settings.register_profile("explore", _ANY_SPEED, max_examples=1_000)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_finish() -> None:
    """Let Python look for garbage among what tests make alone, and less often, as a node does."""
    gc.set_threshold(50_000)
    gc.collect()
    gc.freeze()
