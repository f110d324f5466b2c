"""Intents to named vendors: told to each alone, one intent at home."""

from __future__ import annotations

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    ask,
    command,
    deal_with,
    extend_named,
    in_turn,
    interpreted,
    kept_in,
    known_sealed,
    own_intent,
    pass_on,
    waiting,
    withdraw_named,
)
from tests.engine.world import World
from vrmnode.engine.context import Context
from vrmnode.engine.customer import why
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, market, messages, outbox, pseudonyms
from vrmnode.values.fields import FieldError
from vrmprotocol.sealed_intent import SealedIntent

BOTH = (VENDOR, OTHER_VENDOR)
DAY = 86_400


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    world = make_world()
    world.introduce()
    return world


def _sealed(world: World, who: str, vendor: str) -> list[SealedIntent]:
    row = deal_with(world, who, vendor)
    stored = messages.list_messages(world.nodes[who].reader, row.deal)
    found = [interpreted(item).body for item in stored if item.kind == "sealed_intent"]
    return [body for body in found if isinstance(body, SealedIntent)]


def test_both_vendors_answer_and_one_is_bought_from(world: World) -> None:
    ask(world)
    pass_on(world, CUSTOMER)
    pass_on(world, *BOTH)
    own, reader = own_intent(world), world.nodes[CUSTOMER].reader
    rows = deals.list_deals(reader, intent_id=own.intent_id)
    assert [row.state for row in rows] == ["offered", "offered"]
    assert own.envelope_id is None
    offer = deal_with(world, CUSTOMER, VENDOR).offer_digest or b""
    command(world, CUSTOMER, "offer.accept", offer=offer.hex())
    for _ in range(2):
        pass_on(world, CUSTOMER)
        pass_on(world, *BOTH)
    assert own_intent(world).status == "fulfilled"
    for vendor, state in ((VENDOR, "agreed"), (OTHER_VENDOR, "declined")):
        assert deal_with(world, CUSTOMER, vendor).state == state
        assert deal_with(world, vendor, vendor).state == state


def test_nothing_of_it_is_in_the_market(world: World) -> None:
    ask(world, VENDOR)
    flights = world.nodes[CUSTOMER].pump()
    assert [flight.tag is not None for flight in flights] == [True]
    world.link += flights
    while world.link:
        world.deliver(0, keep=False)
    for name in (OTHER_VENDOR, OTHER_CUSTOMER):
        assert market.count_intents(world.nodes[name].reader, world.now, sealed=True) == 0
        assert market.count_intents(world.nodes[name].reader, world.now) == 0
        assert deals.list_deals(world.nodes[name].reader) == []
    assert market.count_intents(world.nodes[VENDOR].reader, world.now, sealed=True) == 1


def test_each_vendor_gets_a_name_keys_and_tag_of_its_own(world: World) -> None:
    ask(world)
    pass_on(world, CUSTOMER)
    names = pseudonyms.of_intent(world.nodes[CUSTOMER].reader, own_intent(world).intent_id)
    roots = sorted(world.nodes[vendor].machine.identity.root for vendor in BOTH)
    assert [name.vendor_root for name in names] == roots
    for field in ("pseudonym", "key_context", "reply_tag"):
        assert len({getattr(name, field) for name in names}) == 2, field
    (first,), (second,) = _sealed(world, VENDOR, VENDOR), _sealed(world, OTHER_VENDOR, OTHER_VENDOR)
    for field in ("salt", "reply_key", "reply_tag"):
        assert getattr(first.intent, field) != getattr(second.intent, field), field
    assert first.intent.item_offered == second.intent.item_offered


def test_never_more_is_bought_than_wanted(world: World) -> None:
    ask(world)
    pass_on(world, CUSTOMER)
    pass_on(world, *BOTH)
    offers = [deal_with(world, CUSTOMER, vendor).offer_digest or b"" for vendor in BOTH]
    command(world, CUSTOMER, "offer.accept", offer=offers[0].hex())
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "offer.accept", offer=offers[1].hex())
    assert caught.value.code == "negotiation.illegal_move"


def test_two_pieces_come_from_two_vendors(make_world: MakeWorld) -> None:
    world = make_world(stock=(1, 1))
    world.introduce()
    ask(world, quantity=2)
    for _ in range(3):
        pass_on(world, CUSTOMER)
        pass_on(world, *BOTH)
    reader = world.nodes[CUSTOMER].reader
    bought = 0
    for row in deals.list_deals(reader, intent_id=own_intent(world).intent_id):
        if row.offer_digest is not None:
            command(world, CUSTOMER, "offer.accept", offer=row.offer_digest.hex())
            bought += row.quantity or 0
    assert deals.locked_quantity(reader, own_intent(world).intent_id) == bought <= 2


def test_the_node_buys_by_itself_under_the_usual_rules(world: World) -> None:
    ask(world, automatic=True)
    for _ in range(3):
        pass_on(world, CUSTOMER)
        pass_on(world, *BOTH)
    states = sorted(deal_with(world, CUSTOMER, vendor).state for vendor in BOTH)
    assert states == ["agreed", "declined"]


def test_an_extension_replaces_what_was_not_acknowledged(world: World) -> None:
    ask(world, VENDOR)
    world.nodes[CUSTOMER].pump()
    until = extend_named(world, 9)
    (row,) = waiting(world)
    assert row.seq == 1
    pass_on(world, CUSTOMER)
    assert known_sealed(world, VENDOR).valid_through == until == own_intent(world).valid_through
    pass_on(world, VENDOR)
    offer = deal_with(world, CUSTOMER, VENDOR)
    assert offer.state == "offered"
    with pytest.raises(ServiceError) as caught:
        extend_named(world, 8)
    assert caught.value.code == "intent.not_later"


def test_a_refused_intent_is_looked_at_again_when_it_stands_longer(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    world.introduce()
    ask(world, VENDOR)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "refused"
    in_turn(world, VENDOR, lambda ctx: ctx.tx.run("UPDATE products SET stock = 2"))
    extend_named(world, 9)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"


def test_an_intent_is_extended_so_often_and_can_still_be_withdrawn(world: World) -> None:
    ask(world, VENDOR)
    pass_on(world, CUSTOMER)
    for days in range(8, 22):
        extend_named(world, days)
        pass_on(world, CUSTOMER)
    with pytest.raises(ServiceError) as caught:
        extend_named(world, 30)
    assert caught.value.code == "intent.too_often"
    withdraw_named(world)
    pass_on(world, CUSTOMER)
    assert known_sealed(world, VENDOR).status == "withdrawn"
    assert len(_sealed(world, VENDOR, VENDOR)) == 16


def test_a_withdrawal_frees_what_was_reserved(world: World) -> None:
    ask(world)
    pass_on(world, CUSTOMER)
    pass_on(world, *BOTH)
    withdraw_named(world)
    pass_on(world, CUSTOMER)
    assert own_intent(world).status == "withdrawn"
    for vendor in BOTH:
        assert known_sealed(world, vendor).status == "withdrawn"
        assert deal_with(world, vendor, vendor).state == "declined"
        held = "SELECT count(*) FROM reservations WHERE state = 'reserved'"
        assert world.nodes[vendor].reader.value(held) == 0
    with pytest.raises(ServiceError) as caught:
        withdraw_named(world)
    assert caught.value.code == "intent.not_active"


def test_a_withdrawal_takes_an_unconfirmed_accept_back(world: World) -> None:
    ask(world)
    pass_on(world, CUSTOMER)
    pass_on(world, *BOTH)
    offer = deal_with(world, CUSTOMER, VENDOR).offer_digest or b""
    command(world, CUSTOMER, "offer.accept", offer=offer.hex())
    withdraw_named(world)
    assert deal_with(world, CUSTOMER, VENDOR).state == "withdrawn"
    assert deal_with(world, CUSTOMER, OTHER_VENDOR).state == "declined"


def test_who_can_not_know_of_it_is_not_told_of_its_end(world: World) -> None:
    ask(world)
    reader = world.nodes[CUSTOMER].reader

    def as_without_peers(ctx: Context) -> None:
        for row in outbox.pending(ctx.tx, ctx.now):
            outbox.postpone(ctx.tx, row.id, ctx.now + 5)

    in_turn(world, CUSTOMER, as_without_peers)
    withdraw_named(world)
    assert outbox.pending(reader, world.now) == []
    for vendor in BOTH:
        assert len(_sealed(world, CUSTOMER, vendor)) == 1


def test_nobody_is_told_any_more_once_all_is_bought(world: World) -> None:
    ask(world)
    for flight in world.nodes[CUSTOMER].pump():  # only one of the two arrives
        world.nodes[VENDOR].deliver(flight)
    pass_on(world, VENDOR)
    offer = deal_with(world, CUSTOMER, VENDOR).offer_digest or b""
    command(world, CUSTOMER, "offer.accept", offer=offer.hex())
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert own_intent(world).status == "fulfilled"
    other = deal_with(world, CUSTOMER, OTHER_VENDOR).deal
    (row,) = [row for row in waiting(world) if row.deal == other]
    for _ in range(5):
        world.now += 3_600
        pass_on(world, CUSTOMER)
    (later,) = [row for row in waiting(world) if row.deal == other]
    assert later.attempts == row.attempts
    assert market.count_intents(world.nodes[OTHER_VENDOR].reader, world.now, sealed=True) == 0


def test_why_says_who_has_it(world: World) -> None:
    ask(world)
    for flight in world.nodes[CUSTOMER].pump():
        world.nodes[VENDOR].deliver(flight)
    pass_on(world, VENDOR)
    own = own_intent(world)
    told = why.intent_why(world.nodes[CUSTOMER].reader, own.intent_id.hex(), world.now)
    assert told["handed_to"] is None
    said = " / ".join(str(each) for each in told["known"])  # type: ignore[attr-defined]
    assert "1 of the 2 vendors it is for say that they have it" in said
    assert "Shop vendor-2: sent once, not acknowledged" in said


def test_nothing_is_published_of_a_named_intent(world: World) -> None:
    before = world.nodes[CUSTOMER].reader.value("SELECT count(*) FROM envelopes WHERE own = 1")
    ask(world)
    extend_named(world, 9)
    withdraw_named(world)
    reader = world.nodes[CUSTOMER].reader
    assert reader.value("SELECT count(*) FROM envelopes WHERE own = 1") == before
    assert kept_in(world, CUSTOMER, "/vrm/1/market/0") == []
    kinds = {row.kind for row in outbox.pending(reader, world.now)}
    assert kinds <= {"mail"}


def test_an_image_is_for_one_vendor_and_one_intent(world: World) -> None:
    """Two vendors that compare what they were told would see one person under two names."""
    image = ["ab" * 32]
    with pytest.raises(FieldError) as caught:
        world.publish(CUSTOMER, 1, automatic=False, to=BOTH, image=image)
    assert (caught.value.field, caught.value.code) == ("image", "request.invalid")
    world.publish(CUSTOMER, 1, automatic=False, to=(VENDOR,), image=image)
    for to in ((OTHER_VENDOR,), ()):
        with pytest.raises(ServiceError) as refused:
            world.publish(CUSTOMER, 1, automatic=False, to=to, image=image)
        assert refused.value.code == "intent.image_used"
