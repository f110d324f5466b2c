"""Read models: JSON as it stands, in every state."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    accepted,
    agreed,
    command,
    deal_with,
    offered,
    own_intent,
    pass_on,
    pseudonym,
    stay_silent,
)
from tests.engine.world import World
from vrmnode.customer.request import IntentRequest, read_request
from vrmnode.engine import audience, exports, views
from vrmnode.engine.customer import intent_desk, standing
from vrmnode.engine.vendor import shop
from vrmnode.errors import ServiceError
from vrmnode.storage.connection import Connection


def _nothing(world: World) -> None:
    pass


def _published(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=True)


STAGES: list[Callable[[World], object]] = [_nothing, _published, offered, accepted, agreed]


def _every_view(world: World, who: str) -> dict[str, object]:
    now, tx, vault = world.now, world.nodes[who].reader, world.nodes[who].machine.vault
    found: dict[str, object] = {
        "status": views.status(tx, now),
        "intents": views.intent_list(tx, None),
        "offers": views.offer_list(tx, None, now),
        "deals": views.deal_list(tx, None, None, now),
        "events": views.event_page(tx, 0, 500),
        "catalogue": views.catalogue_list(tx, 10, None),
        "profile": views.vendor_profile(tx),
        "policy": standing.shown_policy(tx),
        "vendor policy": shop.stored_policy(tx).to_dict(),
    }
    for intent in views.intent_list(tx, None):
        reference = str(intent["intent"])
        found[f"intent {reference}"] = views.intent_show(tx, reference, now)
        found[f"offers of {reference}"] = views.offer_list(tx, reference, now)
    for offer in views.offer_list(tx, None, now):
        found[f"offer {offer['offer']}"] = views.offer_show(tx, vault, str(offer["offer"]), now)
    for deal in views.deal_list(tx, None, None, now):
        found[f"deal {deal['deal']}"] = views.deal_show(tx, str(deal["deal"]), now)
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_every_view_is_json(world: World, stage: Callable[[World], object]) -> None:
    stage(world)
    for who in (CUSTOMER, VENDOR):
        for name, shown in _every_view(world, who).items():
            assert json.loads(json.dumps(shown)) == shown, name


def test_status_counts(world: World) -> None:
    agreed(world)
    shown = views.status(world.nodes[CUSTOMER].reader, world.now)
    assert shown["intents"] == {"active": 0, "fulfilled": 1, "withdrawn": 0, "expired": 0}
    assert shown["deals"] == {"customer": {"agreed": 1}, "vendor": {}}
    shown = views.status(world.nodes[VENDOR].reader, world.now)
    assert shown["deals"] == {"customer": {}, "vendor": {"agreed": 1}}
    assert (shown["products"], shown["market_intents"]) == (1, 1)


def test_an_intent_shows_its_refusals(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    stay_silent(world, "vendor-2")
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    tx = world.nodes[CUSTOMER].reader
    shown = views.intent_show(tx, own_intent(world).intent_id.hex(), world.now)
    assert json.loads(json.dumps(shown)) == shown
    assert shown["refusals"] == 1
    refused = shown["refused"]
    assert isinstance(refused, list)
    assert refused[0]["reason"] == "out_of_stock"


def test_an_accept_without_an_answer_is_shown_as_unconfirmed(world: World) -> None:
    row = accepted(world)
    tx = world.nodes[CUSTOMER].reader
    late = (row.confirm_by or 0) + 1
    for now, shown in ((late - 1, "accepted"), (late, "unconfirmed")):
        (line,) = views.deal_list(tx, None, None, now)
        assert (line["state"], line["display_state"]) == ("accepted", shown)


def test_both_sides_export_the_same_file(world: World) -> None:
    row = agreed(world)
    files = [
        exports.deal_export(world.nodes[who].reader, row.deal.hex()) for who in (CUSTOMER, VENDOR)
    ]
    assert files[0] == files[1]
    assert base64.b64decode(str(files[0]["file"])) == row.document
    assert files[0]["name"] == f"deal-{row.deal.hex()[:12]}.vrm"


def test_an_open_deal_has_no_file(world: World) -> None:
    row = accepted(world)
    with pytest.raises(ServiceError) as caught:
        exports.deal_export(world.nodes[CUSTOMER].reader, row.deal.hex())
    assert (caught.value.code, caught.value.status) == ("deal.not_agreed", 409)


@pytest.mark.parametrize(
    ("view", "code"),
    [
        (views.intent_show, "intent.not_found"),
        (views.deal_show, "deal.not_found"),
    ],
)
def test_what_is_not_there_is_told(
    world: World, view: Callable[[Connection, str, int], object], code: str
) -> None:
    with pytest.raises(ServiceError) as caught:
        view(world.nodes[CUSTOMER].reader, "ab" * 32, world.now)
    assert caught.value.code == code


def test_an_offer_that_is_not_there_is_told(world: World) -> None:
    node = world.nodes[CUSTOMER]
    with pytest.raises(ServiceError) as caught:
        views.offer_show(node.reader, node.machine.vault, "ab" * 32, world.now)
    assert caught.value.code == "offer.not_found"


def test_lists_are_filtered(world: World) -> None:
    agreed(world)
    tx = world.nodes[CUSTOMER].reader
    assert len(views.deal_list(tx, "customer", "agreed", world.now)) == 1
    assert views.deal_list(tx, "vendor", None, world.now) == []
    assert views.deal_list(tx, None, "declined", world.now) == []
    assert views.intent_list(tx, "active") == []
    assert len(views.intent_list(tx, "fulfilled")) == 1


def test_a_catalogue_is_paged_by_sku(world: World) -> None:
    rows = [
        {"sku": f"N-{number}", "name": "Kettle", "price": 2500, "currency": "EUR"}
        for number in range(5)
    ]
    command(world, VENDOR, "catalogue.rows", products=rows)
    tx, found, after = world.nodes[VENDOR].reader, [], None
    while True:
        page = views.catalogue_list(tx, 2, after)
        products = page["products"]
        assert isinstance(products, list)
        found += [product["sku"] for product in products]
        if page["next"] is None:
            break
        after = str(page["next"])
    assert found == ["B-1", *(f"N-{number}" for number in range(5))]


def test_each_audience_of_an_intent_is_json(world: World) -> None:
    node = world.nodes[CUSTOMER]
    world.publish(CUSTOMER, 1, automatic=False)
    prepared = intent_desk.prepare(
        _request(),
        {"mode": "manual"},
        identity=node.machine.identity,
        shard=0,
        now=world.now,
        random=world.rng.randbytes,
        grind=lambda core, bits: bytes(8),
    )
    shown = audience.of_intent(prepared)
    assert json.loads(json.dumps(shown)) == shown
    assert [one["size"] for one in shown][1:] == [0, 0]
    assert "at most 40" in json.dumps(shown[2])
    assert "at most 40" not in json.dumps(shown[0])
    assert prepared.envelope.author != pseudonym(world).pseudonym


def _request() -> IntentRequest:
    return read_request({"name": "Kettle", "country": "NL", "label": "at most 40"})


def test_events_come_in_pages(world: World) -> None:
    agreed(world)
    tx = world.nodes[CUSTOMER].reader
    everything = views.event_page(tx, 0, 500)
    first = views.event_page(tx, 0, 2)
    rest = views.event_page(tx, int(str(first[-1]["id"])), 500)
    assert first + rest == everything
    assert deal_with(world, CUSTOMER, VENDOR).deal.hex() in json.dumps(everything)
