"""Reminders on both sides, expiry as a way to show, answers that come late."""

from __future__ import annotations

from tests.engine.rights.asked import BY_HAND, DAY, ask, row, run_timers, settled, told
from tests.engine.steps import CUSTOMER, VENDOR, command, event_types, pass_on
from tests.engine.world import World
from vrmnode.engine import views
from vrmnode.storage import timers


def rights_timers(world: World, who: str) -> list[int]:
    return [t.at for t in timers.due(world.nodes[who].reader, 2**40) if t.kind == "rights"]


# SPEC 15: The node MUST remind its owner of a request that isn't answered 7 days before its time is
# over, and when it is over; where it has less than 8 days, a quarter of them before.
def test_both_are_reminded(world: World) -> None:
    told(world, **BY_HAND)
    asked = ask(world, "access")
    pass_on(world, CUSTOMER)
    assert asked["answer_by"] == asked["asked_at"] + 30 * DAY
    for who in (CUSTOMER, VENDOR):
        assert rights_timers(world, who) == [asked["answer_by"] - 7 * DAY]
        assert views.status(world.nodes[who].reader, world.now)["rights"] == {
            "customer" if who == CUSTOMER else "vendor": {
                "waiting": 1,
                "expired": 0,
                "until": asked["answer_by"],
            },
            "vendor" if who == CUSTOMER else "customer": {},
        }
    world.now = asked["answer_by"] - 7 * DAY
    for who in (CUSTOMER, VENDOR):
        run_timers(world, who)
        assert event_types(world, who).count("rights.due_soon") == 1
        assert row(world, who)["state"] == "open"
    world.now = asked["answer_by"] + 1
    for who in (CUSTOMER, VENDOR):
        run_timers(world, who)
        assert event_types(world, who).count("rights.expired") == 1
        assert row(world, who)["state"] == "expired"
        assert rights_timers(world, who) == []


def test_an_answer_that_comes_late_still_counts(world: World) -> None:
    told(world, **BY_HAND)
    asked = ask(world, "access")
    pass_on(world, CUSTOMER)
    world.now = asked["answer_by"] + 5 * DAY
    assert row(world, CUSTOMER)["state"] == "expired"
    command(world, VENDOR, "vendor.rights.fulfil", request=asked["request"])
    settled(world)
    for who in (CUSTOMER, VENDOR):
        assert (row(world, who)["state"], row(world, who)["late"]) == ("fulfilled", True)
        assert rights_timers(world, who) == []


def test_working_on_it_moves_the_reminder(world: World) -> None:
    told(world, **BY_HAND)
    asked = ask(world, "deletion")
    pass_on(world, CUSTOMER)
    command(world, VENDOR, "vendor.rights.progress", request=asked["request"], days=60)
    settled(world)
    for who in (CUSTOMER, VENDOR):
        assert rights_timers(world, who) == [asked["asked_at"] + 53 * DAY]


def test_what_is_answered_needs_no_reminder(world: World) -> None:
    told(world)
    ask(world, "sale:opt_out")
    settled(world)
    for who in (CUSTOMER, VENDOR):
        assert rights_timers(world, who) == []
        assert "rights.due_soon" not in event_types(world, who)
