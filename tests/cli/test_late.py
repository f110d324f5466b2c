"""The parts of the node that a command imports late."""

from __future__ import annotations

import gc

import pytest

from vrmnode.cli import late


@pytest.fixture(autouse=True)
def _nothing_frozen():
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_what_is_imported_for_good_is_collected_no_more():
    before = gc.get_freeze_count()
    assert late._imported_for_good("json").loads("1") == 1
    assert gc.get_freeze_count() > before
    assert gc.isenabled()


def test_the_collector_works_after_an_import_that_fails():
    with pytest.raises(ModuleNotFoundError):
        late._imported_for_good("vrmnode.nothing")
    assert gc.isenabled()
