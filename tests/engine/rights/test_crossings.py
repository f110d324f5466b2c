"""Whatever is lost, repeated, turned or killed: in the end both sides hold the same, once."""

from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.conftest import MakeWorld
from tests.engine.disclosing import ANNA, deal_of, values
from tests.engine.rights.asked import ask, rows, show, told
from tests.engine.steps import CUSTOMER, VENDOR
from tests.engine.steps import told as sent
from tests.engine.world import World
from vrmnode.errors import ServiceError
from vrmnode.storage import secrets

who = st.sampled_from([CUSTOMER, VENDOR])
happenings = st.one_of(
    st.tuples(st.just("pump"), who),
    st.tuples(st.just("deliver"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("lose"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.sampled_from([1, 10, 600])),
    st.tuples(st.just("timers"), who),
    st.tuples(st.just("crash"), who),
    st.tuples(st.just("ask"), st.sampled_from(["access", "deletion", "sale:opt_out"])),
)


def requested(world: World, right: str) -> None:
    """Ask, if the customer's node lets its owner."""
    world.nodes[CUSTOMER].crash_next = False
    with contextlib.suppress(ServiceError):
        ask(world, right)


@given(steps=st.lists(happenings, max_size=30))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25
)
def test_both_sides_end_alike(make_world: MakeWorld, steps: list[tuple[object, ...]]) -> None:
    world = make_world()
    told(world)
    for step in steps:
        match step:
            case ("ask", str(right)):
                requested(world, right)
            case _:
                world.happen(step)
    world.heal()
    mine = {row["request"]: row for row in rows(world, CUSTOMER)}
    theirs = {row["request"]: row for row in rows(world, VENDOR)}
    assert theirs == {request: {**row, "role": "vendor"} for request, row in mine.items()}
    for request, row in mine.items():
        assert row["state"] in ("fulfilled", "denied")
        if row["answer"]:
            shown = show(world, request)
            assert shown["refused"] is None
            assert {one["name"] for one in shown["held"]["contact"]} in (set(ANNA), set())
    deleted = [row for row in mine.values() if row["deletion"]]
    kinds = [item.kind for item in sent(world, VENDOR)]
    assert kinds.count("deletion") == bool(deleted)
    assert (values(world) == {}) == bool(deleted)
    reply = secrets.owners(world.nodes[VENDOR].reader, "deal", "reply")
    assert (deal_of(world) in reply) == (not deleted)
