"""The vendor's public profile: numbered, renewed, replaced."""

from __future__ import annotations

import pytest

from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    command,
    event_types,
    in_turn,
    kept_in,
    pass_on,
    take,
)
from tests.engine.world import World
from vrmnode.engine.vendor import profile_desk
from vrmnode.errors import NodeError
from vrmnode.storage import market, outbox, settings, timers
from vrmprotocol import market as market_bodies
from vrmprotocol import topics
from vrmprotocol.envelope import PROFILE_LIFETIME_S, Envelope
from vrmprotocol.market import VendorProfile

DETAILS = {"name": "Kettles", "area_served": ["NL"], "business_function": ["Sell"]}


def _profiles(world: World) -> list[tuple[Envelope, VendorProfile]]:
    found = []
    for opened in kept_in(world, VENDOR, topics.DIRECTORY):
        body = market_bodies.load_market(opened)
        assert isinstance(body, VendorProfile)
        found.append((opened, body))
    return sorted(found, key=lambda pair: pair[1].seq)


def test_seq_follows_the_clock_and_always_grows(world: World) -> None:
    for _ in range(3):
        command(world, VENDOR, "vendor.profile.set", **DETAILS)
    assert [body.seq for _, body in _profiles(world)] == [world.now, world.now + 1, world.now + 2]
    in_turn(world, VENDOR, lambda ctx: settings.put(ctx.tx, profile_desk.SEQ, 10**10))
    assert in_turn(world, VENDOR, profile_desk.next_seq) == 10**10 + 1


def test_the_reply_tag_stays_and_the_prekey_changes(world: World) -> None:
    for _ in range(2):
        command(world, VENDOR, "vendor.profile.set", **DETAILS)
        world.now += 86_400
    (_, first), (_, second) = _profiles(world)
    assert first.reply_tag == second.reply_tag
    assert first.prekey.key != second.prekey.key


def test_a_policy_that_the_profile_does_not_show_publishes_nothing(world: World) -> None:
    command(world, VENDOR, "vendor.profile.set", **DETAILS)
    command(world, VENDOR, "vendor.policy.set", accepted_terms=["SD-BASE"])
    before = len(_profiles(world))
    command(world, VENDOR, "vendor.policy.set", accepted_terms=["SD-BASE"], confirm_minutes=60)
    assert len(_profiles(world)) == before
    assert event_types(world, VENDOR).count("vendor.policy_set") == 2
    command(world, VENDOR, "vendor.policy.set", accepted_terms=["SD-BASE-A"])
    assert _profiles(world)[-1][1].accepted_terms == ("SD-BASE-A",)


def test_a_profile_is_renewed_halfway(world: World) -> None:
    command(world, VENDOR, "vendor.profile.set", **DETAILS)
    world.now += PROFILE_LIFETIME_S // 2 - 1
    world.nodes[VENDOR].run_timers()
    assert len(_profiles(world)) == 1
    world.now += 1
    world.nodes[VENDOR].run_timers()
    assert len(_profiles(world)) == 2
    assert event_types(world, VENDOR).count("vendor.profile_published") == 2
    due = timers.due(world.nodes[VENDOR].reader, world.now + PROFILE_LIFETIME_S)
    assert "renew_profile" in {timer.kind for timer in due}


def test_customers_keep_the_highest_profile_after_its_end(world: World) -> None:
    for _ in range(2):
        command(world, VENDOR, "vendor.profile.set", **DETAILS)
    (old, _), (new, body) = _profiles(world)
    take(world, CUSTOMER, new)
    world.now += PROFILE_LIFETIME_S + 10
    take(world, CUSTOMER, old)
    kept = market.get_profile(
        world.nodes[CUSTOMER].reader, world.nodes[VENDOR].machine.identity.root
    )
    assert kept is not None
    assert (kept.seq, kept.envelope_id) == (body.seq, new.id)


def test_the_own_profile_come_back_is_not_kept(world: World) -> None:
    command(world, VENDOR, "vendor.profile.set", **DETAILS)
    take(world, VENDOR, _profiles(world)[0][0])
    assert market.list_profiles(world.nodes[VENDOR].reader, world.now) == []


def test_a_profile_travels_like_any_market_message(world: World) -> None:
    command(world, VENDOR, "vendor.profile.set", **DETAILS)
    pass_on(world, VENDOR)
    assert outbox.pending_count(world.nodes[VENDOR].reader) == 0
    assert [row.name for row in market.list_profiles(world.nodes[CUSTOMER].reader, world.now)] == [
        "Kettles"
    ]


def test_a_wrong_profile_changes_nothing(world: World) -> None:
    with pytest.raises(NodeError) as caught:
        command(world, VENDOR, "vendor.profile.set", **DETAILS, surprise=1)
    assert caught.value.code.endswith("unknown_field")
    assert _profiles(world) == []
