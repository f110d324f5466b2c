"""Whatever step of a revocation a node dies in, the revocation holds, once, on both sides.

The steps are counted: each turn of each node, from the owner's command to the last word about the
refused note. Each of them is ended once before its commit, and once right after it, when nobody
has heard of it yet.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.disclosing import deal_of
from tests.engine.relationship.keeping_in_touch import cell, living, notes, refused
from tests.engine.relationship.test_breach_desk import exported, listed
from tests.engine.relationship.test_note_desk import ORDER, vendor_writes_anyway
from tests.engine.steps import CUSTOMER, VENDOR, event_types
from tests.engine.world import SimNode, World
from vrmnode.engine.context import Context
from vrmprotocol import breach_file

TEXT = "Read our newsletter, too."
LEAST_STEPS = 20
"""Of a revocation and a refusal, at the least; a count of fewer would look at nothing."""

Action = Callable[[Context], object]


@dataclass
class Killer:
    """Ends the node whose turn is number `at`, before or after its commit; it starts again."""

    at: int
    before: bool
    turns: int = 0

    def watch(self, node: SimNode) -> None:
        """Count the turns of a node among all others."""
        node.turn = partial(self._turn, node, node.turn)  # type: ignore[method-assign]

    def _turn(self, node: SimNode, run: Callable[[Action], object], action: Action) -> object:
        self.turns += 1
        if self.turns - 1 != self.at:
            return run(action)
        if self.before:
            node.crash_next = True
            return run(action)
        run(action)
        node.restart()
        return None


def story(world: World) -> None:
    """A customer revokes; the vendor acknowledges it, and writes all the same."""
    while cell(world, CUSTOMER, "message", "order") != "revoked":
        asked = {"relation": deal_of(world).hex(), "status": "revoked", "channels": ["message"]}
        world.run_command(CUSTOMER, "relation.reach", **asked)
    come(world)
    assert cell(world, VENDOR, "message", "order") == "revoked"
    assert refused(world, VENDOR, TEXT, **ORDER) == "reach.revoked"
    while not notes(world, VENDOR):
        vendor_writes_anyway(world, TEXT, **ORDER)
    come(world)


def come(world: World) -> None:
    """All that is on its way comes, acknowledgements too, and what was lost is sent again."""
    for seconds in (0, 5, 60, 600):
        world.now += seconds
        world._settle()


@pytest.mark.parametrize("before", [True, False], ids=["before its commit", "after its commit"])
def test_killed_in_each_step(make_world: MakeWorld, before: bool) -> None:
    for at in itertools.count():
        world = make_world()
        living(world)
        killer = Killer(at, before)
        for node in world.nodes.values():
            killer.watch(node)
        story(world)
        assert cell(world, CUSTOMER, "message", "order") == "revoked"
        assert notes(world, CUSTOMER) == [("vendor", TEXT, "reach.revoked")]
        assert notes(world, VENDOR) == [("you", TEXT, "reach.revoked")]
        types = {who: event_types(world, who) for who in (CUSTOMER, VENDOR)}
        once = {CUSTOMER: ["reach.sent", "note.refused", "breach.recorded"]}
        once[VENDOR] = ["reach.received", "note.refused"]
        for who, names in once.items():
            assert {name: types[who].count(name) for name in names} == dict.fromkeys(names, 1)
        assert "note.received" not in types[CUSTOMER]
        (row,) = listed(world)
        assert breach_file.verify(exported(world, row["breach"])).ok
        if killer.turns <= at:
            break
    assert at > LEAST_STEPS
