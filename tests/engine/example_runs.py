"""How hypothesis runs the long tests of the engine: as many examples as told."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings


def examples(count: int, **more: Any) -> settings:
    """Settings for `count` examples, without deadline and without memory of earlier runs."""
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )
