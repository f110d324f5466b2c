"""A device's report on its way to the engine: what it may know of a failure, and what its owner."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import trio

from tests.engine.conftest import four_databases, make_world, world
from tests.engine.steps import CUSTOMER, command
from tests.engine.world import SimNode, World
from vrmnode.engine.context import Context
from vrmnode.engine.customer import draft_desk
from vrmnode.errors import ServiceError
from vrmnode.node.own_things import OwnThings
from vrmnode.storage import events

__all__ = ["four_databases", "make_world", "world"]

GOOD = {"event": "broken", "note": "E21"}


class _Turns:
    """A loop of one node, without a worker."""

    def __init__(self, node: SimNode) -> None:
        self._node = node

    async def submit(self, action: Callable[[Context], object]) -> object:
        await trio.lowlevel.checkpoint()
        return self._node.machine.turn(action)


def _things(world: World) -> OwnThings:
    node = world.nodes[CUSTOMER]

    async def read(function: Callable[..., object], params: object) -> object:
        await trio.lowlevel.checkpoint()
        return function(node.reader, params, world.now)

    return OwnThings(_Turns(node), None, None, read)  # type: ignore[arg-type]


def _report(world: World, token: object, raw: object = GOOD) -> None:
    things = _things(world)

    async def main() -> None:
        await things.report(await things.hook_of(str(token)), raw)

    trio.run(main)


def _hook(world: World) -> dict[str, object]:
    command(world, CUSTOMER, "thing.add", name="boiler", category=1217, country="NL")
    made = command(world, CUSTOMER, "hook.add", thing="boiler")
    assert isinstance(made, dict)
    return made


def test_a_report_leaves_a_draft(world: World) -> None:
    made, node = _hook(world), world.nodes[CUSTOMER]
    _report(world, made["token"])
    assert len(draft_desk.listed(node.reader, node.machine.vault, {}, world.now)) == 1


def test_what_is_wrong_with_the_thing_is_for_its_owner_alone(world: World) -> None:
    made, node = _hook(world), world.nodes[CUSTOMER]
    command(world, CUSTOMER, "thing.change", thing="boiler", changes={"country": None})
    with pytest.raises(ServiceError) as caught:
        _report(world, made["token"])
    assert caught.value.code == "hook.failed"
    assert "country" not in caught.value.message
    last = events.after(node.reader, 0)[-1]
    assert (last.type, last.data) == ("hook.failed", {"code": "request.invalid"})


def test_what_it_may_not_say_it_is_told(world: World) -> None:
    made = _hook(world)
    with pytest.raises(ServiceError) as caught:
        _report(world, made["token"], {"event": "maintenance"})
    assert caught.value.code == "hook.not_allowed"
    with pytest.raises(ServiceError) as caught:
        _report(world, "vrmhook_guess")
    assert caught.value.code == "hook.unknown"
