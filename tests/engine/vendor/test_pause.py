"""A shop that pauses: no new offers, what stands goes on, and everything is looked at again."""

from __future__ import annotations

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    command,
    deal_with,
    event_types,
    in_turn,
    interpreted,
    offered,
    pass_on,
    set_shop_policy,
    stay_silent,
    told,
)
from tests.engine.vendor.test_inbox import (
    answer_of,
    code,
    last_data,
    leave_all,
    publish,
    tick,
    waiting,
)
from tests.engine.world import World
from vrmnode.engine import views
from vrmnode.engine.trust.directory import read_profile
from vrmnode.engine.vendor import vendor_desk
from vrmnode.errors import NodeError
from vrmnode.storage import deals, market
from vrmprotocol.errors import LocalError
from vrmprotocol.mail import Decline


def _pause(world: World, **params: object) -> dict[str, object]:
    stay_silent(world, "vendor-2")
    shown = command(world, VENDOR, "vendor.pause", **params)
    assert isinstance(shown, dict)
    return shown


def test_new_intents_are_refused_as_closed(world: World) -> None:
    _pause(world, until="2027-01-20", note="Terug op de 21e.", language="nl")
    publish(world)
    body = interpreted(told(world, VENDOR)[-1]).body
    assert isinstance(body, Decline)
    assert (body.reason, body.note, body.in_language) == ("closed", "Terug op de 21e.", "nl")
    assert answer_of(world) == ("refused", "closed")


def test_it_ends_after_its_last_day_and_looks_again(world: World) -> None:
    end = _pause(world, until="2027-01-16")["until"]
    assert isinstance(end, int) and end % 86_400 == 0 and end > world.now
    publish(world)
    tick(world, end - 1 - world.now)
    assert answer_of(world) == ("refused", "closed")
    tick(world, 1)
    tick(world, 1)
    assert answer_of(world)[0] == "offered"
    assert last_data(world, "vendor.resumed") == {"rule": "the day has come"}
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"


def test_it_ends_by_hand(world: World) -> None:
    _pause(world)
    publish(world)
    assert views.status(world.nodes[VENDOR].reader, world.now)["paused"] is not None
    command(world, VENDOR, "vendor.resume")
    tick(world, 1)
    assert answer_of(world)[0] == "offered"
    assert views.status(world.nodes[VENDOR].reader, world.now)["paused"] is None
    assert code(world, "vendor.resume") == "vendor.not_paused"


def test_silence_where_the_policy_wants_it(world: World) -> None:
    _pause(world)
    set_shop_policy(world, VENDOR, refuse_when_closed=False)
    publish(world)
    assert deals.list_deals(world.nodes[VENDOR].reader) == []
    command(world, VENDOR, "vendor.resume")
    tick(world, 1)
    assert answer_of(world)[0] == "offered"


def test_what_was_offered_before_stays_good(world: World) -> None:
    accepted(world)
    _pause(world)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"


def test_counters_of_open_offers_go_on(world: World) -> None:
    set_shop_policy(world, VENDOR, counter={})
    row = offered(world)
    _pause(world)
    offer = (row.offer_digest or b"").hex()
    command(world, CUSTOMER, "offer.counter", offer=offer, total="1 EUR")
    pass_on(world, CUSTOMER)
    assert event_types(world, VENDOR)[-1] == "counter.answered"


def test_near_misses_are_told_as_ever(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    _pause(world)
    publish(world)
    assert answer_of(world) == ("refused", "out_of_stock")


def test_nothing_new_is_left_to_humans_and_the_end_makes_no_offer(world: World) -> None:
    leave_all(world, when_over="offer", answer_minutes=1)
    publish(world)
    _pause(world)
    publish(world, "customer-2")
    assert len(waiting(world)) == 1
    assert answer_of(world, "customer-2") == ("refused", "closed")
    tick(world, 60)
    assert last_data(world, "inbox.timed_out") == {"outcome": "refuse"}


@pytest.mark.parametrize(
    "params", [{"until": "2027-01-14"}, {"until": "soon"}, {"note": "x" * 201}, {"language": "?"}]
)
def test_what_makes_no_sense(world: World, params: dict[str, object]) -> None:
    with pytest.raises((NodeError, LocalError)) as raised:
        command(world, VENDOR, "vendor.pause", **params)
    assert raised.value.code == "request.invalid"  # type: ignore[attr-defined]


def test_all_open_intents_are_looked_at_a_few_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor_desk, "RECONSIDERED_AT_ONCE", 1)
    _pause(world)
    for who in ("customer-1", "customer-2"):
        publish(world, who)
    command(world, VENDOR, "vendor.resume")
    for _ in range(4):
        tick(world, 1)
    assert [answer_of(world, who)[0] for who in ("customer-1", "customer-2")] == ["offered"] * 2
    in_turn(world, VENDOR, vendor_desk.reconsider_more)


def _profile_says(world: World) -> int | None:
    """What everybody reads of a pause, once what is due has left."""
    for _ in range(2):
        world.nodes[VENDOR].run_timers()
        pass_on(world, VENDOR)
    root = world.nodes[VENDOR].machine.identity.root
    stored = market.get_profile(world.nodes[CUSTOMER].reader, root)
    assert stored is not None
    return read_profile(stored.body).paused_until


def test_the_profile_says_nothing_of_a_pause_unless_the_owner_wants_it(world: World) -> None:
    world.introduce()
    sent = event_types(world, VENDOR).count("vendor.profile_published")
    _pause(world, until="2027-01-17")
    assert _profile_says(world) is None
    command(world, VENDOR, "vendor.resume")
    assert _profile_says(world) is None
    assert event_types(world, VENDOR).count("vendor.profile_published") == sent


def test_an_announced_pause_is_in_the_profile_and_ends_with_it(world: World) -> None:
    world.introduce()
    end = _pause(world, until="2027-01-17", announce=True)["until"]
    assert _profile_says(world) == end
    command(world, VENDOR, "vendor.resume")
    assert _profile_says(world) is None
    _pause(world, until="2027-01-17", announce=True)
    assert _profile_says(world) == end
    _pause(world, until="2027-01-17")
    assert _profile_says(world) is None, "again, it is said no more"


# SPEC 03: The writer MUST NOT name a `pausedUntil` later than a day after the profile's end.
@pytest.mark.parametrize("params", [{}, {"until": "2027-06-01"}])
def test_a_long_pause_is_said_about_a_week_ahead(world: World, params: dict[str, object]) -> None:
    world.introduce()
    _pause(world, announce=True, **params)
    said = _profile_says(world)
    assert said is not None and said % 86_400 == 0
    root = world.nodes[VENDOR].machine.identity.root
    stored = market.get_profile(world.nodes[CUSTOMER].reader, root)
    assert stored is not None
    assert stored.expires < said <= stored.expires + 86_400
    world.now += 4 * 86_400
    later = _profile_says(world)
    assert later is not None and later > said, "the next profile says more"
