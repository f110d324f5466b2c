"""The customer's side: what it accepts, locks, declines and takes back."""

from __future__ import annotations

from functools import partial

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
    first_offer,
    hand_over,
    in_turn,
    interpreted,
    kinds,
    offered,
    own_intent,
    pass_on,
    pseudonym,
    set_shop_policy,
    told,
    vendor_says,
)
from tests.engine.world import World
from vrmnode.engine.customer import intent_desk
from vrmnode.engine.records import load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, timers
from vrmnode.storage.messages import StoredMessage
from vrmprotocol.envelope import SKEW_S
from vrmprotocol.mail import Accept, Agreement, Decline, Offer

BOTH = (VENDOR, OTHER_VENDOR)


def _code(world: World, name: str, **params: object) -> str:
    """The code with which the customer's node refuses a command."""
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, name, **params)
    return caught.value.code


def _offer_of(world: World, vendor: str) -> str:
    return (deal_with(world, CUSTOMER, vendor).offer_digest or b"").hex()


def _confirm_by(world: World) -> int:
    return deal_with(world, CUSTOMER, VENDOR).confirm_by or 0


def test_the_lock_counts_over_vendors(world: World) -> None:
    offered(world, vendors=BOTH)
    command(world, CUSTOMER, "offer.accept", offer=_offer_of(world, VENDOR))
    assert deals.locked_quantity(world.nodes[CUSTOMER].reader, own_intent(world).intent_id) == 1
    code = _code(world, "offer.accept", offer=_offer_of(world, OTHER_VENDOR))
    assert code == "negotiation.illegal_move"
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "offered"


def test_the_lock_falls_with_the_own_withdrawal(world: World) -> None:
    row = offered(world, vendors=BOTH)
    command(world, CUSTOMER, "offer.accept", offer=_offer_of(world, VENDOR))
    command(world, CUSTOMER, "deal.withdraw", deal=row.deal.hex())
    command(world, CUSTOMER, "offer.accept", offer=_offer_of(world, OTHER_VENDOR))
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "accepted"


def test_two_pieces_of_which_each_vendor_has_one(make_world: MakeWorld) -> None:
    world = make_world(stock=(1, 2))
    offered(world, quantity=2, vendors=BOTH)
    assert deal_with(world, CUSTOMER, VENDOR).state == "refused"
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).quantity == 2
    command(world, CUSTOMER, "offer.accept", offer=_offer_of(world, OTHER_VENDOR))
    pass_on(world, CUSTOMER)
    pass_on(world, OTHER_VENDOR)
    assert own_intent(world).status == "fulfilled"


def test_an_accept_embeds_the_offer_and_new_commitments(world: World) -> None:
    offered(world, vendors=BOTH)
    seen = []
    for vendor in BOTH:
        command(world, CUSTOMER, "offer.accept", offer=_offer_of(world, vendor))
        deal = deal_with(world, CUSTOMER, vendor).deal
        state = load_deal(world.nodes[CUSTOMER].reader, deal).state
        assert state.accept is not None
        assert state.accepted_offer is not None
        body = state.accept.body
        assert isinstance(body, Accept)
        assert body.offer == state.accepted_offer.raw
        seen.append(body.commitments["relationship"])
        command(world, CUSTOMER, "deal.withdraw", deal=deal.hex())
    assert len(set(seen)) == 2


def test_an_expired_offer_is_not_accepted(world: World) -> None:
    row = offered(world)
    world.now = (row.valid_through or 0) + 1
    assert _code(world, "offer.accept", offer=_offer_of(world, VENDOR)) == "negotiation.expired"
    assert kinds(world, CUSTOMER) == []


def test_at_its_last_second_an_offer_is_accepted(world: World) -> None:
    row = offered(world)
    world.now = row.valid_through or 0
    command(world, CUSTOMER, "offer.accept", offer=_offer_of(world, VENDOR))
    assert deal_with(world, CUSTOMER, VENDOR).state == "accepted"


def test_a_declined_offer_is_not_accepted(world: World) -> None:
    row = offered(world)
    offer = _offer_of(world, VENDOR)
    command(world, CUSTOMER, "offer.decline", offer=offer, reason="too_expensive")
    assert deal_with(world, CUSTOMER, VENDOR).state == "declined"
    assert _code(world, "offer.accept", offer=offer) == "negotiation.illegal_move"
    assert _code(world, "offer.decline", offer=offer) == "negotiation.illegal_move"
    later = _later_offer(world)
    assert hand_over(world, CUSTOMER, later, deal=row.deal).error is None
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"
    assert _code(world, "offer.accept", offer=offer) == "offer.declined"


def _later_offer(world: World) -> bytes:
    body = first_offer(world).body
    assert isinstance(body, Offer)
    fields = {name: getattr(body, name) for name in body.__struct_fields__}
    return vendor_says(world, Offer(**{**fields, "note": "again"}), seq=1).raw


def test_an_offer_past_its_time_is_declined_as_expired(world: World) -> None:
    row = offered(world)
    world.now = (row.valid_through or 0) + SKEW_S
    world.nodes[CUSTOMER].run_timers()
    body = interpreted(told(world, CUSTOMER)[-1]).body
    assert isinstance(body, Decline)
    assert body.reason == "expired"
    assert deal_with(world, CUSTOMER, VENDOR).state == "declined"


def test_the_others_are_let_go_once_everything_is_bought(world: World) -> None:
    offered(world, vendors=BOTH)
    command(world, CUSTOMER, "offer.accept", offer=_offer_of(world, VENDOR))
    pass_on(world, CUSTOMER)
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "offered"
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "declined"
    assert own_intent(world).status == "fulfilled"
    pass_on(world, CUSTOMER)
    assert deal_with(world, OTHER_VENDOR, OTHER_VENDOR).state == "declined"


def test_a_missing_confirmation_is_shown_and_left_to_the_owner(world: World) -> None:
    accepted(world)
    world.now = _confirm_by(world) + SKEW_S
    world.nodes[CUSTOMER].run_timers()
    assert "deal.unconfirmed" in event_types(world, CUSTOMER)
    assert deal_with(world, CUSTOMER, VENDOR).state == "accepted"


def test_the_lock_stays_while_the_confirmation_is_missing(world: World) -> None:
    set_shop_policy(world, VENDOR, offer_valid_minutes=5, confirm_minutes=1)
    set_shop_policy(world, OTHER_VENDOR, offer_valid_minutes=1_440)
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR, OTHER_VENDOR)
    command(world, CUSTOMER, "offer.accept", offer=_offer_of(world, VENDOR))
    world.now = _confirm_by(world) + SKEW_S
    world.nodes[CUSTOMER].run_timers()
    assert "deal.unconfirmed" in event_types(world, CUSTOMER)
    code = _code(world, "offer.accept", offer=_offer_of(world, OTHER_VENDOR))
    assert code == "negotiation.illegal_move", "the first may still be confirmed"
    command(world, CUSTOMER, "deal.withdraw", deal=deal_with(world, CUSTOMER, VENDOR).deal.hex())
    command(world, CUSTOMER, "offer.accept", offer=_offer_of(world, OTHER_VENDOR))
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "accepted"


def test_a_missing_confirmation_is_withdrawn_under_an_automatic_policy(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=True)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    row = deal_with(world, CUSTOMER, VENDOR)
    assert row.state == "accepted"
    world.now = (row.confirm_by or 0) + SKEW_S
    world.nodes[CUSTOMER].run_timers()
    assert deal_with(world, CUSTOMER, VENDOR).state == "withdrawn"


def test_a_withdrawal_that_crosses_the_countersignature_cancels(world: World) -> None:
    row = accepted(world)
    pass_on(world, CUSTOMER)
    command(world, CUSTOMER, "deal.withdraw", deal=row.deal.hex())
    pass_on(world, VENDOR, CUSTOMER)
    for who in (CUSTOMER, VENDOR):
        kept = deal_with(world, who, VENDOR)
        assert kept.state == "cancelled"
        assert kept.document is not None
    assert deals.locked_quantity(world.nodes[CUSTOMER].reader, row.intent_id) == 0


def test_an_agreed_deal_takes_no_more_moves(world: World) -> None:
    row = agreed(world)
    offer = _offer_of(world, VENDOR)
    assert _code(world, "deal.withdraw", deal=row.deal.hex()) == "negotiation.illegal_move"
    assert _code(world, "offer.decline", offer=offer) == "negotiation.illegal_move"
    assert _code(world, "offer.accept", offer=offer) == "negotiation.illegal_move"


def test_a_forged_countersignature_agrees_nothing(world: World) -> None:
    row = accepted(world)
    accept: StoredMessage = told(world, CUSTOMER)[0]
    body = Agreement(accept=accept.digest, signature=bytes(64), feedback_grant=bytes(64))
    forged = vendor_says(world, body, seq=1)
    hand_over(world, CUSTOMER, forged.raw, deal=row.deal)
    kept = deal_with(world, CUSTOMER, VENDOR)
    assert (kept.state, kept.fault) == ("accepted", "negotiation.countersignature")


def test_withdrawing_the_intent_ends_its_deals(world: World) -> None:
    offered(world, vendors=BOTH)
    command(world, CUSTOMER, "offer.accept", offer=_offer_of(world, VENDOR))
    own, node = own_intent(world), world.nodes[CUSTOMER]
    sent = intent_desk.prepare_withdrawal(
        own,
        key=node.machine.identity.pseudonym(pseudonym(world).key_context),
        now=world.now,
        random=world.rng.randbytes,
        grind=lambda core, bits: bytes(8),
    )
    in_turn(
        world,
        CUSTOMER,
        partial(intent_desk.record_withdrawal, own=own, update=sent, reason="no_longer_wanted"),
    )
    assert deal_with(world, CUSTOMER, VENDOR).state == "withdrawn"
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "declined"
    pass_on(world, CUSTOMER)
    # The accept came before the withdrawal and was countersigned at once.
    assert deal_with(world, VENDOR, VENDOR).state == "cancelled"
    assert deal_with(world, OTHER_VENDOR, OTHER_VENDOR).state == "declined"
    with pytest.raises(ServiceError) as caught:
        intent_desk.require_same(own_intent(world), own)
    assert caught.value.code == "intent.not_active"


def test_an_intent_past_its_end_declines_what_is_open(world: World) -> None:
    offered(world)
    world.now = own_intent(world).valid_through + SKEW_S
    world.nodes[CUSTOMER].run_timers()
    assert own_intent(world).status == "expired"
    assert deal_with(world, CUSTOMER, VENDOR).state == "declined"
    subject = own_intent(world).intent_id
    found = timers.due(world.nodes[CUSTOMER].reader, world.now + 10**8)
    assert all(timer.subject != subject for timer in found)
