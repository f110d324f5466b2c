"""Hypothesis profiles for all tests: the same examples each time, and more of them with CI set.

Others each time, for as long as one likes: `pytest --hypothesis-profile=explore tests/protocol`.

Programs that tests start keep their bytecode, also where the environment asks for none: otherwise a
node compiles the whole project at each of some hundred starts.
"""

from __future__ import annotations

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
