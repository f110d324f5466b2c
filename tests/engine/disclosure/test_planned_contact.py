"""A move that is announced: each vendor has one place at a time, whenever it asks."""

from __future__ import annotations

from tests.engine.disclosing import ANNA, PLACE, disclose, ready, secret_names, shown, values
from tests.engine.disclosure.moving import DAY, NEW, living_with, status, told
from tests.engine.order_steps import settle
from tests.engine.steps import CUSTOMER, VENDOR, command
from tests.engine.world import World


def test_an_announced_value_holds_from_its_day_on(world: World) -> None:
    living_with(world, *PLACE, "street_address")
    day = world.now + 30 * DAY
    told(world, **NEW, effective_from=day)
    settle(world)
    assert values(world)["street_address"] == ANNA["street_address"]
    assert shown(world).coming["street_address"].value == NEW["street_address"]
    assert status(world, "street_address")["effective_from"] == day
    world.now = day + 1
    world.nodes[VENDOR].run_timers()
    assert values(world)["street_address"] == NEW["street_address"]
    assert shown(world).coming == {}
    assert shown(world).superseded == ()
    assert len(secret_names(world, VENDOR)) == 2  # locality and country, and the update


def test_a_date_can_be_taken_back(world: World) -> None:
    living_with(world, *PLACE, "street_address")
    told(world, street_address="Neue Straße 2", effective_from=world.now + 30 * DAY)
    settle(world)
    told(world, street_address=ANNA["street_address"])
    settle(world)
    assert shown(world).coming == {}
    world.now += 40 * DAY
    world.nodes[VENDOR].run_timers()
    assert values(world)["street_address"] == ANNA["street_address"]


# SPEC 09: The customer's node MUST disclose and commit to the values that hold at that moment, and
# not to ones that are planned.
# SPEC 09: The customer's node MUST tell the vendor to which it discloses a field the announced next
# value of that field as well, if that vendor may have it.
def test_who_asks_for_more_before_a_move_never_has_one_place_beside_another(world: World) -> None:
    living_with(world, *PLACE)
    day = world.now + 30 * DAY
    move = {**NEW, "locality": "Potsdam", "name": "Anna Müller"}
    told(world, **move, effective_from=day)
    settle(world)
    disclose(world, "name", "street_address")
    settle(world)
    old = {name: ANNA[name] for name in (*PLACE, "name", "street_address")}
    assert values(world) == old
    assert shown(world).fields["street_address"].committed
    coming = {name: one.value for name, one in shown(world).coming.items()}
    assert coming == move
    assert {one.effective_from for one in shown(world).coming.values()} == {day}
    for name in move:
        assert (status(world, name)["has"], status(world, name)["effective_from"]) == ("new", day)
    world.now = day
    for who in (CUSTOMER, VENDOR):
        world.nodes[who].run_timers()
    assert values(world) == {**old, **move}
    settle(world)
    assert {status(world, name)["has"] for name in old} == {"new"}


def test_a_deal_made_before_a_move_and_delivered_after_it_goes_to_the_new_place(
    world: World,
) -> None:
    ready(world)
    day = world.now + 2 * DAY
    told(world, **NEW, effective_from=day)
    world.now = day
    disclose(world, *PLACE, "street_address")
    settle(world)
    assert values(world) == {**{name: ANNA[name] for name in PLACE}, **NEW}
    assert not shown(world).fields["street_address"].committed
    assert shown(world).fields["locality"].committed


def test_another_plan_takes_the_first_one_back(world: World) -> None:
    living_with(world, *PLACE)
    day = world.now + 30 * DAY
    told(world, locality="Potsdam", effective_from=day)
    settle(world)
    told(world, locality="Hamburg", effective_from=day + 10 * DAY)
    settle(world)
    assert shown(world).coming["locality"].value == "Hamburg"
    world.now = day + 5 * DAY
    world.nodes[VENDOR].run_timers()
    assert values(world)["locality"] == ANNA["locality"]
    world.now = day + 10 * DAY
    world.nodes[VENDOR].run_timers()
    assert values(world)["locality"] == "Hamburg"


def test_a_plan_that_is_to_be_told_to_nobody_is_told_to_nobody(world: World) -> None:
    living_with(world, *PLACE)
    day = world.now + 30 * DAY
    assert told(world, **NEW, effective_from=day, tell=False)["told"] == []
    disclose(world, "street_address")
    settle(world)
    assert shown(world).coming == {}
    assert status(world, "street_address")["has"] == "new"
    answer = command(world, CUSTOMER, "contact.tell")
    assert isinstance(answer, dict)
    assert [each["fields"] for each in answer["told"]] == [["street_address", "postal_code"]]
    settle(world)
    assert set(shown(world).coming) == set(NEW)
