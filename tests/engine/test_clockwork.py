"""Timers: each kind does its part, once, when it is due."""

from __future__ import annotations

from functools import partial

from tests.engine.disclosing import files_of
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    agreed,
    command,
    deal_with,
    event_types,
    first_offer,
    in_turn,
    kinds,
    offered,
    own_intent,
    pass_on,
    pseudonym,
    stay_silent,
)
from tests.engine.world import World
from vrmnode.engine import clockwork
from vrmnode.storage import deals, envelopes, market, secrets, tags, timers
from vrmprotocol.envelope import SKEW_S

STORE = 1 << 30


def _arm(world: World, who: str, kind: str, subject: bytes) -> None:
    in_turn(world, who, lambda ctx: timers.arm(ctx.tx, kind, subject, ctx.now))


def _run(world: World, who: str) -> object:
    return in_turn(world, who, partial(clockwork.run_due, max_store_bytes=STORE))


def _due(world: World, who: str, within_s: int = 10**7) -> set[tuple[str, bytes]]:
    found = timers.due(world.nodes[who].reader, world.now + within_s, 500)
    return {(timer.kind, timer.subject) for timer in found}


def test_a_start_tidies_and_reconsiders(world: World) -> None:
    in_turn(world, VENDOR, clockwork.start)
    assert {kind for kind, _ in _due(world, VENDOR, 1)} == {"tidy", "reconsider"}
    world.now += 1
    assert _run(world, VENDOR) == 2
    assert {kind for kind, _ in _due(world, VENDOR)} == {"tidy"}


def test_nothing_runs_before_its_time(world: World) -> None:
    in_turn(world, VENDOR, lambda ctx: timers.arm(ctx.tx, "tidy", b"node", ctx.now + 1))
    assert _run(world, VENDOR) == 0


def test_acknowledge(world: World) -> None:
    row = offered(world)
    _arm(world, CUSTOMER, "acknowledge", row.deal)
    _run(world, CUSTOMER)
    assert kinds(world, CUSTOMER) == ["ack"]


def test_consider(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=True)
    stay_silent(world, "vendor-2")
    _arm(world, CUSTOMER, "consider", own_intent(world).intent_id)
    assert _run(world, CUSTOMER) == 1
    _arm(world, CUSTOMER, "consider", bytes(32))
    assert _run(world, CUSTOMER) == 1


def test_confirm(world: World) -> None:
    row = accepted(world)
    world.now = (row.confirm_by or 0) + SKEW_S
    _run(world, CUSTOMER)
    assert "deal.unconfirmed" in event_types(world, CUSTOMER)


def test_confirm_of_an_agreed_deal_says_nothing(world: World) -> None:
    row = agreed(world)
    assert ("confirm", row.deal) not in _due(world, CUSTOMER)
    _arm(world, CUSTOMER, "confirm", row.deal)
    _run(world, CUSTOMER)
    assert "deal.unconfirmed" not in event_types(world, CUSTOMER)


def test_offer_end(world: World) -> None:
    row = offered(world)
    assert ("offer_end", row.deal) in _due(world, CUSTOMER)
    world.now = (row.valid_through or 0) + SKEW_S
    _run(world, CUSTOMER)
    assert deal_with(world, CUSTOMER, VENDOR).state == "declined"


def test_intent_end(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    own = own_intent(world)
    assert ("intent_end", own.intent_id) in _due(world, CUSTOMER)
    world.now = own.valid_through + SKEW_S
    _run(world, CUSTOMER)
    assert own_intent(world).status == "expired"
    assert event_types(world, CUSTOMER)[-1] == "intent.expired"


def test_answer_and_reconsider(world: World) -> None:
    stay_silent(world, "vendor-2", VENDOR)
    world.publish(CUSTOMER, 1, automatic=False)
    world.pump(CUSTOMER)
    world.deliver(0, keep=False)
    for kind in ("answer", "reconsider"):
        _arm(world, VENDOR, kind, pseudonym(world).pseudonym)
        assert _run(world, VENDOR) == 1
    _arm(world, VENDOR, "answer", bytes(32))
    assert _run(world, VENDOR) == 1
    assert deals.list_deals(world.nodes[VENDOR].reader) == []


def test_renew_profile_of_a_node_without_one_does_nothing(world: World) -> None:
    _arm(world, CUSTOMER, "renew_profile", b"node")
    assert _run(world, CUSTOMER) == 1
    assert event_types(world, CUSTOMER) == []


def test_an_unknown_kind_is_dropped_with_a_note(world: World) -> None:
    _arm(world, CUSTOMER, "teatime", b"node")
    action = partial(clockwork.run_due, max_store_bytes=STORE)
    (outcome,) = world.nodes[CUSTOMER].machine.turns([action])
    assert outcome.notes == ("timer of unknown kind 'teatime' dropped",)
    assert _due(world, CUSTOMER) == set()


def test_tidy_forgets_what_is_past(world: World) -> None:
    row = offered(world)
    world.now = own_intent(world).valid_through + 60 * 86_400
    in_turn(world, VENDOR, partial(clockwork.tidy, max_store_bytes=0))
    reader = world.nodes[VENDOR].reader
    assert market.list_intents(reader, 0) == []
    assert envelopes.count_bytes(reader) == 0
    assert reader.value("SELECT count(*) FROM seen") == 0
    assert tags.list_tags(reader, row.deal) == []
    assert ("tidy", b"node") in _due(world, VENDOR)


def _reply_key(world: World, deal: bytes) -> object:
    return in_turn(world, VENDOR, lambda ctx: ctx.secret("deal", deal, "reply"))


def test_stale_deals_are_forgotten_with_their_keys(world: World) -> None:
    row = offered(world)
    assert _reply_key(world, row.deal) is not None
    offer = first_offer(world).digest.hex()
    command(world, CUSTOMER, "offer.ask", offer=offer, text="Is it new?")
    pass_on(world, CUSTOMER)
    reader = world.nodes[VENDOR].reader
    boxes = [bytes(box) for (box,) in reader.rows("SELECT box FROM secrets")]
    assert len(boxes) == 2, "the key of its mail, and the question"
    # The key goes with the tags, the question with the deal: each time the files are swept.
    world.now = (row.confirm_by or 0) + 20 * 86_400
    in_turn(world, VENDOR, partial(clockwork.tidy, max_store_bytes=STORE))
    assert len(reader.rows("SELECT box FROM secrets")) == 1
    world.now = (row.confirm_by or 0) + clockwork.FORGET_AFTER_S + 1
    in_turn(world, VENDOR, partial(clockwork.tidy, max_store_bytes=STORE))
    assert deals.get(world.nodes[VENDOR].reader, row.deal) is None
    assert _reply_key(world, row.deal) is None
    assert not any(box in files_of(world, VENDOR) for box in boxes)


def test_a_deal_whose_intent_runs_is_not_forgotten(world: World) -> None:
    row = offered(world)
    runs_on = (row.confirm_by or 0) + 2 * clockwork.FORGET_AFTER_S
    in_turn(
        world,
        VENDOR,
        lambda ctx: ctx.tx.run("UPDATE market_intents SET valid_through = ?", (runs_on,)),
    )
    world.now = (row.confirm_by or 0) + clockwork.FORGET_AFTER_S + 1
    in_turn(world, VENDOR, partial(clockwork.tidy, max_store_bytes=STORE))
    assert deals.get(world.nodes[VENDOR].reader, row.deal) is not None


def test_an_agreed_deal_is_kept(world: World) -> None:
    row = agreed(world)
    world.now += 10 * clockwork.FORGET_AFTER_S
    in_turn(world, VENDOR, partial(clockwork.tidy, max_store_bytes=STORE))
    kept = deals.get(world.nodes[VENDOR].reader, row.deal)
    assert kept is not None
    assert kept.document is not None


def test_the_secrets_of_a_deal_are_unreadable_to_another_vault(world: World) -> None:
    row = offered(world)
    private = _reply_key(world, row.deal)
    assert isinstance(private, bytes)
    box = world.nodes[VENDOR].reader.value(
        "SELECT box FROM secrets WHERE owner_kind = 'deal' AND owner_id = ? AND name = 'reply'",
        (row.deal,),
    )
    assert private not in bytes(box)
    assert in_turn(world, VENDOR, lambda ctx: secrets.erase(ctx.tx, "deal", row.deal)) == 1
