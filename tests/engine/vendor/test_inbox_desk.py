"""What a human answers from the inbox: an offer with all checks, a refusal, and exactly one."""

from __future__ import annotations

import json

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    command,
    deal_with,
    event_types,
    interpreted,
    kinds,
    pass_on,
    told,
)
from tests.engine.vendor.test_inbox import code, last_data, leave_all, publish, waiting
from tests.engine.world import SKU, World
from vrmnode.engine import views
from vrmnode.engine.mail.mailroom import offer_of
from vrmnode.engine.records import load_deal
from vrmnode.engine.vendor import inbox_views
from vrmnode.errors import ServiceError
from vrmnode.storage import catalogue, deals, reservations
from vrmnode.storage.catalogue import Product
from vrmprotocol.errors import LocalError
from vrmprotocol.mail import Decline, Offer


def _answer(world: World, intent: str, **params: object) -> dict[str, object]:
    shown = command(world, VENDOR, "inbox.answer", intent=intent, **params)
    assert isinstance(shown, dict)
    return shown


def _shown(world: World, intent: str) -> dict[str, object]:
    node = world.nodes[VENDOR]
    return inbox_views.inbox_show(node.reader, node.machine.vault, intent, world.now)


def _offer(world: World) -> Offer:
    record = load_deal(world.nodes[VENDOR].reader, deal_with(world, VENDOR, VENDOR).deal)
    return offer_of(next(iter(record.state.offers.values())))


def test_shown_in_words_with_the_nodes_proposal(world: World) -> None:
    leave_all(world)
    intent = publish(world)
    shown = _shown(world, intent[:12])
    assert json.loads(json.dumps(shown)) == shown
    told_words = shown["told"]
    assert isinstance(told_words, list) and "under terms SD-BASE" in told_words
    assert isinstance(shown["proposals"], list)
    (proposal,) = shown["proposals"]
    assert proposal["sku"] == SKU and proposal["reserved"] is True
    assert shown["why"] == "everything is left to a human"
    assert shown["near"] == [
        {
            "sku": SKU, "item_name": "The C Programming Language", "function": "Sell",
            "found_by": "gtin",
            "score": 1000, "unit_price": proposal["unit_price"], "currency": "EUR",
            "total": proposal["total"], "miss": None,
        }
    ]  # fmt: skip


def test_the_proposal_as_it_is_to_an_agreement(world: World) -> None:
    leave_all(world)
    intent = publish(world)
    shown = _shown(world, intent)
    answered = _answer(world, intent, by="Anna", note="Graag.", language="nl")
    assert isinstance(shown["proposals"], list) and isinstance(answered["offers"], list)
    (sent,), (proposed,) = answered["offers"], shown["proposals"]
    assert sent["total"] == proposed["total"]
    assert waiting(world) == []
    assert reservations.available(world.nodes[VENDOR].reader, SKU, world.now) == 2
    assert event_types(world, VENDOR)[-2:] == ["offer.sent", "inbox.answered"]
    assert str(last_data(world, "offer.sent")["rule"]).startswith(f"by hand, Anna: {SKU}")
    assert (_offer(world).note, _offer(world).in_language) == ("Graag.", "nl")
    pass_on(world, VENDOR)
    (best,) = views.offer_list(world.nodes[CUSTOMER].reader, None, world.now)
    assert best["acceptable"] and best["offer"] == sent["offer"]
    assert (best["note"], best["note_language"]) == ("Graag.", "nl")
    command(world, CUSTOMER, "offer.accept", offer=best["offer"])
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    for who in (CUSTOMER, VENDOR):
        assert deal_with(world, who, VENDOR).state == "agreed"
    product = catalogue.get(world.nodes[VENDOR].reader, SKU)
    assert product is not None and product.stock == 2


def test_another_price_day_and_end(world: World) -> None:
    leave_all(world)
    wish = {"unit_price": "12.50", "delivery_charge": "2 EUR", "valid_for": "3d"}
    _answer(world, publish(world, quantity=2), offer={**wish, "deliver_by": "2027-01-20"})
    draft = _offer(world).draft
    assert draft.price_specification.total == 2700
    assert draft.valid_through == world.now + 3 * 86_400 < draft.confirm_by
    held = reservations.of_deal(world.nodes[VENDOR].reader, draft.deal)[SKU]
    assert (held.quantity, held.until) == (2, draft.confirm_by)


def test_an_item_that_isnt_in_the_catalogue(world: World) -> None:
    leave_all(world)
    wish = {"name": "The C Programming Language", "unit_price": "20", "gtin": "9780131103627"}
    _answer(world, publish(world), offer=wish)
    draft = _offer(world).draft
    assert draft.item_offered.sku is None and not draft.reserved
    assert "sku" not in last_data(world, "offer.sent")
    pass_on(world, VENDOR)
    offer = (deal_with(world, CUSTOMER, VENDOR).offer_digest or b"").hex()
    command(world, CUSTOMER, "offer.counter", offer=offer, total="15 EUR")
    pass_on(world, CUSTOMER)
    assert event_types(world, VENDOR)[-1] == "counter.declined"
    command(world, CUSTOMER, "offer.accept", offer=offer)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "agreed"
    product = catalogue.get(world.nodes[VENDOR].reader, SKU)
    assert product is not None and product.stock == 3


def test_what_the_customers_node_would_object_to_is_told_first(world: World) -> None:
    leave_all(world)
    intent = publish(world)
    wish = {"name": "Another book", "unit_price": "20 EUR"}
    with pytest.raises(ServiceError) as raised:
        _answer(world, intent, offer=wish)
    assert raised.value.code == "inbox.unfit"
    assert "another product number: none [item]" in raised.value.message
    assert len(waiting(world)) == 1
    _answer(world, intent, offer=wish, anyway=True)
    pass_on(world, VENDOR)
    (row,) = views.offer_list(world.nodes[CUSTOMER].reader, None, world.now)
    assert not row["acceptable"]


def test_two_people_at_once_make_one_offer(world: World) -> None:
    leave_all(world)
    intent = publish(world)
    _answer(world, intent)
    for name in ("inbox.answer", "inbox.refuse"):
        assert code(world, name, intent=intent) == "inbox.answered"
    assert kinds(world, VENDOR) == ["offer"]


def test_nothing_to_propose(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    leave_all(world, near_misses=True)
    intent = publish(world)
    assert code(world, "inbox.answer", intent=intent) == "inbox.no_proposal"
    assert code(world, "inbox.answer", intent=intent, offer={"sku": SKU}) == "inbox.out_of_stock"
    assert code(world, "inbox.answer", intent=intent, offer={"sku": "?"}) == "product.not_found"
    shown = _shown(world, intent)
    assert shown["proposals"] == []
    assert shown["refusal"] == {
        "reason": "out_of_stock",
        "words": "it is out of stock",
        "sent": True,
    }


def test_stock_that_others_hold_isnt_offered_twice(make_world: MakeWorld) -> None:
    world = make_world(stock=(1, 0))
    leave_all(world)
    first, second = publish(world), publish(world, "customer-2")
    _answer(world, first)
    assert code(world, "inbox.answer", intent=second) == "inbox.no_proposal"
    assert code(world, "inbox.answer", intent=second, offer={"sku": SKU}) == "inbox.out_of_stock"
    assert len(waiting(world)) == 1


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"offer": {"unit_price": "9 USD"}}, "answer.invalid"),
        ({"offer": {"price": "9 EUR"}}, "answer.unknown_field"),
        ({"offer": {"valid_for": "9w"}}, "answer.invalid"),
        ({"note": "x" * 501}, "request.invalid"),
        ({"anyway": "yes"}, "request.invalid"),
        ({"by": "x" * 41}, "request.invalid"),
    ],
)
def test_wrong_parameters_send_nothing(
    world: World, params: dict[str, object], wanted: str
) -> None:
    leave_all(world)
    intent = publish(world)
    with pytest.raises((ServiceError, LocalError)) as raised:
        _answer(world, intent, **params)
    assert raised.value.code == wanted  # type: ignore[attr-defined]
    assert len(waiting(world)) == 1 and deals.list_deals(world.nodes[VENDOR].reader) == []


def test_refused_by_hand_with_a_reason(world: World) -> None:
    leave_all(world)
    intent = publish(world)
    shown = command(world, VENDOR, "inbox.refuse", intent=intent, reason="late", note="In May.")
    assert shown == {"intent": intent, "reason": "late", "told": True}
    body = interpreted(told(world, VENDOR)[-1]).body
    assert isinstance(body, Decline)
    assert (body.reason, body.note, body.in_language) == ("late", "In May.", None)
    assert event_types(world, VENDOR)[-1] == "inbox.refused"
    pass_on(world, VENDOR)
    (row,) = deals.list_deals(world.nodes[CUSTOMER].reader)
    assert row.state == "refused"
    assert code(world, "inbox.refuse", intent=intent) == "inbox.answered"


def test_a_reason_of_the_other_side_is_none(world: World) -> None:
    leave_all(world)
    intent = publish(world)
    assert code(world, "inbox.refuse", intent=intent, reason="chosen_other") == "request.invalid"


@pytest.mark.parametrize("reference", ["abcdef", "zz", "", "00"])
def test_unknown_ids(world: World, reference: str) -> None:
    leave_all(world)
    publish(world)
    wanted = "inbox.not_found" if reference == "abcdef" else "request.id"
    for name in ("claim", "release", "answer", "refuse"):
        assert code(world, f"inbox.{name}", intent=reference, by="Anna") == wanted


def test_a_shop_that_closed_answers_nothing(world: World) -> None:
    leave_all(world)
    intent = publish(world)
    command(world, VENDOR, "vendor.policy.set", answer=False)
    assert code(world, "inbox.answer", intent=intent) == "inbox.no_shop"


def test_more_products_than_one(world: World) -> None:
    leave_all(world)
    other = Product(sku="B-2", name="Another", price=1000, currency="EUR", stock=1)
    world.nodes[VENDOR].turn(lambda ctx: catalogue.upsert_many(ctx.tx, [other], updated=1))
    _answer(world, publish(world), offer={"sku": "B-2"}, anyway=True)
    assert _offer(world).draft.item_offered.sku == "B-2"
