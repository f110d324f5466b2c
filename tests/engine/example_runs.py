"""How the long tests of the engine are run: as many examples as told, nothing worked out twice."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from vrmprotocol import ed25519, envelope_rules, inner


def examples(count: int, **more: Any) -> settings:
    """Settings for `count` examples, without deadline and without memory of earlier runs."""
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )


def without_work(patch: pytest.MonkeyPatch) -> None:
    """Let no stamp be ground, and what is read or verified be so once for all nodes and examples.

    Both are functions of their arguments alone.
    """
    patch.setattr(envelope_rules, "required_bits", lambda kind, body_bytes: 0)
    patch.setattr(ed25519, "verify", lru_cache(1 << 16)(ed25519.verify))
    patch.setattr(inner, "read", lru_cache(1 << 10)(inner.read))
