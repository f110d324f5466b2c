"""Vendor keys: rotated without harm to deals, revoked with effect on what they sign afterwards."""

from __future__ import annotations

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    accepted,
    agreed,
    command,
    deal_with,
    event_types,
    hand_over,
    in_turn,
    kept_in,
    offered,
    pass_on,
    pseudonym,
    take,
)
from tests.engine.world import START, World
from vrmnode.engine import views
from vrmnode.engine.trust import key_desk
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, key_updates, market, settings
from vrmprotocol import envelope, topics
from vrmprotocol import market as market_bodies
from vrmprotocol.envelope import Envelope
from vrmprotocol.key_update import KeyUpdate

DAY = 86_400


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world()
    world.introduce()
    return world


def _rows(world: World) -> list[dict[str, object]]:
    found = in_turn(world, VENDOR, key_desk.shown)
    assert isinstance(found, dict)
    return list(found["keys"])


def _root(world: World) -> bytes:
    return world.nodes[VENDOR].machine.identity.root


def _serial(world: World) -> int:
    return world.nodes[VENDOR].machine.identity.vendor_signing(world.now)[1].serial


def _revoke(world: World, serial: int = 0, reason: str = "compromised") -> None:
    command(world, VENDOR, "vendor.key.revoke", serial=serial, reason=reason)


def test_rotating_takes_the_next_serial_and_the_profile_follows(world: World) -> None:
    before = world.nodes[VENDOR].machine.identity.vendor_signing(world.now)[1]
    command(world, VENDOR, "vendor.key.rotate")
    assert [row["status"] for row in _rows(world)] == ["current", "earlier"]
    assert _serial(world) == 1
    world.nodes[VENDOR].run_timers()
    pass_on(world, VENDOR)
    stored = market.get_profile(world.nodes[CUSTOMER].reader, _root(world))
    assert stored is not None
    assert before.subject not in stored.body
    assert event_types(world, VENDOR).count("vendor.key_rotated") == 1
    # And again at once: never the same moment twice.
    command(world, VENDOR, "vendor.key.rotate")
    assert _serial(world) in (1, 2)
    world.now += 5
    assert _serial(world) == 2


def test_a_restart_uses_the_same_key_and_an_undone_turn_another_one_does_not(world: World) -> None:
    command(world, VENDOR, "vendor.key.rotate")
    node = world.nodes[VENDOR]
    node.machine = node._boot()
    in_turn(world, VENDOR, lambda ctx: None)
    assert _serial(world) == 1
    node.crash_next = True
    node.turn(lambda ctx: key_desk.rotate(ctx, {}))
    in_turn(world, VENDOR, lambda ctx: None)
    assert _serial(world) == 1


def test_a_running_deal_finishes_under_its_key(world: World) -> None:
    accepted(world)
    command(world, VENDOR, "vendor.key.rotate")
    for _ in range(2):
        pass_on(world, CUSTOMER)
        pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"
    assert deal_with(world, VENDOR, VENDOR).state == "agreed"


def test_periods_go_on_after_a_rotation(world: World) -> None:
    world.now += 10 * DAY
    command(world, VENDOR, "vendor.key.rotate")
    world.now += 299 * DAY
    assert _serial(world) == 1
    world.now += 2 * DAY
    assert _serial(world) == 2
    assert world.now > START


def test_a_revoked_key_in_use_is_replaced(world: World) -> None:
    _revoke(world)
    assert [row["status"] for row in _rows(world)] == ["current", "revoked"]
    assert _serial(world) == 1
    with pytest.raises(ServiceError) as caught:
        _revoke(world)
    assert caught.value.code == "key.revoked"
    for serial, reason, code in ((9, "lost", "key.not_found"), (1, "bored", "request.reason")):
        with pytest.raises(ServiceError) as caught:
            _revoke(world, serial, reason)
        assert caught.value.code == code
    _revoke(world, 1, "lost")
    revoked = key_updates.revoked_by(world.nodes[VENDOR].reader, _root(world))
    assert [row.serial for row in revoked] == [0, 1]


def test_no_more_are_revoked_than_an_update_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_desk, "MOST_REVOKED", 1)
    _revoke(world)
    with pytest.raises(ServiceError) as caught:
        _revoke(world, 1)
    assert caught.value.code == "key.too_many"


def test_an_open_offer_of_a_revoked_key_can_not_be_accepted(world: World) -> None:
    row = offered(world)
    _revoke(world)
    pass_on(world, VENDOR)
    assert "vendor.key_revoked" in event_types(world, CUSTOMER)
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "offer.accept", offer=(row.offer_digest or b"").hex())
    assert caught.value.code == "certificate.revoked"
    (shown,) = views.offer_list(world.nodes[CUSTOMER].reader, None, world.now)
    assert not shown["acceptable"]
    assert "key_revoked" in str(shown["problems"])
    held = "SELECT count(*) FROM reservations WHERE state = 'reserved'"
    assert world.nodes[VENDOR].reader.value(held) == 0


def test_an_accept_that_crosses_the_revocation_is_declined(world: World) -> None:
    accepted(world)
    _revoke(world)
    for _ in range(2):
        pass_on(world, CUSTOMER)
        pass_on(world, VENDOR)
    assert deal_with(world, VENDOR, VENDOR).state == "declined"
    assert deal_with(world, CUSTOMER, VENDOR).state == "declined"


def test_what_is_agreed_stays_agreed(world: World) -> None:
    row = agreed(world)
    _revoke(world)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"
    assert deal_with(world, CUSTOMER, VENDOR).document == row.document


def test_an_agreement_by_a_revoked_key_comes_too_late(world: World) -> None:
    accepted(world)
    pass_on(world, CUSTOMER)
    (countersigned,) = world.nodes[VENDOR].pump()
    _revoke(world)
    update = _published(world)
    take(world, CUSTOMER, update)
    world.nodes[CUSTOMER].deliver(countersigned)
    row = deal_with(world, CUSTOMER, VENDOR)
    assert row.state == "accepted"
    command(world, CUSTOMER, "deal.withdraw", deal=row.deal.hex())
    pass_on(world, CUSTOMER)
    assert deal_with(world, VENDOR, VENDOR).state == "cancelled"


def _updates(world: World) -> list[Envelope]:
    kept = kept_in(world, VENDOR, topics.DIRECTORY)
    return [each for each in kept if each.kind == "key_update"]


def _published(world: World) -> Envelope:
    return _updates(world)[0]


def test_a_new_offer_and_a_profile_of_a_revoked_key_are_refused(world: World) -> None:
    stolen = world.nodes[VENDOR].machine.identity.vendor_signing(world.now)
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)
    root = _root(world)
    (forged,) = [
        flight.raw
        for flight in world.nodes[VENDOR].pump()
        if flight.tag == pseudonym(world).reply_tag
    ]
    profile = next(
        each.raw
        for each in kept_in(world, VENDOR, topics.DIRECTORY)
        if each.kind == "vendor_profile"
    )
    _revoke(world)
    take(world, CUSTOMER, _published(world))
    (note,) = hand_over(world, CUSTOMER, forged).notes
    assert "certificate.revoked" in note
    known = deals.list_deals(world.nodes[CUSTOMER].reader)
    assert root not in {row.vendor_root for row in known}
    in_turn(world, CUSTOMER, lambda ctx: ctx.tx.run("DELETE FROM profiles"))
    in_turn(world, CUSTOMER, lambda ctx: ctx.tx.run("DELETE FROM seen"))
    take(world, CUSTOMER, envelope.unsecure_load(profile))
    assert market.get_profile(world.nodes[CUSTOMER].reader, root) is None
    assert stolen[1].serial == 0


def test_the_highest_number_counts_and_is_remembered(world: World) -> None:
    _revoke(world)
    first = _published(world)
    _revoke(world, 1, "lost")
    second = max(_updates(world), key=_seq)
    reader = world.nodes[CUSTOMER].reader
    for arrived in (second, first):
        take(world, CUSTOMER, arrived)
    assert [row.serial for row in key_updates.revoked_by(reader, _root(world))] == [0, 1]
    world.now += 91 * DAY
    world.nodes[CUSTOMER].run_timers()
    assert key_updates.get(reader, _root(world)) is not None


def _seq(arrived: Envelope) -> int:
    body = market_bodies.load_market(arrived)
    assert isinstance(body, KeyUpdate)
    return body.seq


def test_it_is_published_again_while_it_matters(world: World) -> None:
    _revoke(world)
    for _ in range(3):
        world.now += 31 * DAY
        world.nodes[VENDOR].run_timers()
    reader = world.nodes[VENDOR].reader
    again = reader.value("SELECT count(*) FROM envelopes WHERE kind = 'key_update' AND own = 1")
    assert again >= 2
    world.now += 400 * DAY
    in_turn(world, VENDOR, key_desk.renew)
    newest = key_updates.get(reader, _root(world))
    assert newest is not None
    assert newest.seq < world.now


def test_a_node_restored_from_its_words_learns_what_it_had_revoked(world: World) -> None:
    _revoke(world)
    update = _published(world)
    in_turn(world, VENDOR, lambda ctx: ctx.tx.run("DELETE FROM key_updates"))
    in_turn(world, VENDOR, lambda ctx: ctx.tx.run("DELETE FROM revoked_keys"))
    in_turn(world, VENDOR, lambda ctx: settings.put(ctx.tx, key_desk.ROTATIONS, []))
    in_turn(world, VENDOR, lambda ctx: ctx.tx.run("DELETE FROM seen"))
    world.nodes[VENDOR].machine = world.nodes[VENDOR]._boot()
    in_turn(world, VENDOR, lambda ctx: None)
    assert _serial(world) == 0
    take(world, VENDOR, update)
    in_turn(world, VENDOR, lambda ctx: None)
    assert _serial(world) == 1


def test_updates_of_strangers_are_bounded(world: World) -> None:
    _revoke(world)
    take(world, CUSTOMER, _published(world))
    command(world, OTHER_VENDOR, "vendor.key.revoke", serial=0, reason="lost")
    pass_on(world, OTHER_VENDOR)
    reader = world.nodes[CUSTOMER].reader
    assert reader.value("SELECT count(*) FROM key_updates") == 2
    in_turn(world, CUSTOMER, lambda ctx: key_updates.trim(ctx.tx, 1))
    assert reader.value("SELECT count(*) FROM key_updates") == 1
    assert reader.value("SELECT count(*) FROM revoked_keys") == 1
