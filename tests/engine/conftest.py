"""Worlds of engines for tests that look at one module at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.engine.databases import databases_on_disk
from tests.engine.steps import NAMES, set_shop_policy
from tests.engine.world import World
from vrmnode.storage.database import Database
from vrmprotocol import envelope_rules

MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def four_databases() -> Iterator[dict[str, Database]]:
    with databases_on_disk(NAMES) as opened:
        yield opened


@pytest.fixture
def make_world(four_databases: dict[str, Database], monkeypatch: pytest.MonkeyPatch) -> MakeWorld:
    monkeypatch.setattr(envelope_rules, "required_bits", lambda kind, body_bytes: 0)

    def make(
        stock: Sequence[int] = (3, 3), skews: Sequence[int] = (0, 0, 0, 0), **policy: object
    ) -> World:
        world = World(four_databases, 7, list(stock), list(skews))
        for vendor in world.vendors:
            set_shop_policy(world, vendor, **{"reserve": True, **policy})
        return world

    return make


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()
