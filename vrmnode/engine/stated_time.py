"""When an envelope says that it was made (specs/02-envelope-and-keys.md#times)."""

from __future__ import annotations

from vrmprotocol import envelope

SET_BACK_S = 1_200
"""How far `created` is set back before it is rounded down: nodes whose clocks are 20 minutes apart
still take each other's messages, and the moment of sending is told less well."""


def stated_creation(now: int, *, not_before: int = 0) -> int:
    """The `created` of an envelope made now: set back and rounded down, Unix seconds.

    Args:
        not_before: the earliest that is allowed, a multiple of 600 (the longest lifetime before
            `expires`).
    """
    return max(envelope.quantise_time(now - SET_BACK_S), not_before)
