"""All that is fed."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fuzz import (
    file_targets,
    http_targets,
    protocol_targets,
    transport_targets,
    wire_targets,
)
from tests.fuzz.target import Target


def all_targets() -> Iterator[Target]:
    """Every target, in an order that stays."""
    for some in (
        protocol_targets,
        wire_targets,
        transport_targets,
        file_targets,
        http_targets,
    ):
        yield from some.targets()
