"""`lab`: network namespaces; where none can be made the tests here are left out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.namespaces.lab import Lab, missing


@pytest.fixture
def lab() -> Iterator[Lab]:
    """No machines yet; all that are made are gone afterwards."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with Lab() as made:
        yield made
