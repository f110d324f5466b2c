"""Terms from the intent to the agreement, or to a refusal that says why on both sides."""

from __future__ import annotations

import json

from tests.engine.conftest import MakeWorld
from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    command,
    deal_with,
    event_types,
    kinds,
    offered,
    own_intent,
    pass_on,
    set_shop_policy,
    stay_silent,
)
from vrmnode.engine import views
from vrmnode.engine.customer.why import intent_why
from vrmnode.engine.mail.mailroom import offer_of
from vrmnode.engine.records import load_deal
from vrmnode.storage import deals, events, market
from vrmprotocol.agreement_report import verify_file
from vrmprotocol.terms_matching import Choice
from vrmprotocol.terms_text import digest, page

STRICT = {"marketing": [], "retentionOrder": 30}
LOOSER = {"marketing": ["email"], "retentionOrder": 1825}


def test_an_agreement_has_the_addendum_and_the_text_of_its_terms(make_world: MakeWorld) -> None:
    world = make_world(terms_policy={"levels": {"retentionOrder": 30}})
    stay_silent(world, OTHER_VENDOR)
    world.publish(CUSTOMER, 1, automatic=True, terms=["SD-BASE"], addendum=STRICT)
    for _ in range(2):
        pass_on(world, CUSTOMER)
        pass_on(world, VENDOR)
    row = deal_with(world, CUSTOMER, VENDOR)
    assert row.state == "agreed"
    report = verify_file(row.document or b"")
    assert report.ok and report.draft is not None
    assert report.draft.choice == Choice("SD-BASE", {"marketing": (), "retentionOrder": 30})
    assert report.draft.terms_text == digest(page("SD-BASE", report.draft.addendum))
    (sent,) = [
        event for event in events.after(world.nodes[VENDOR].reader, 0, 99)
        if event.type == "offer.sent"
    ]  # fmt: skip
    assert str(sent.data["rule"]).endswith("SD-BASE with marketing [], retentionOrder 30")
    offer = next(iter(load_deal(world.nodes[CUSTOMER].reader, row.deal).state.offers))
    node = world.nodes[CUSTOMER]
    shown = views.offer_show(node.reader, node.machine.vault, offer.hex(), world.now)
    assert shown["terms_text"] == page("SD-BASE", report.draft.addendum)
    assert "data of the order: 30 days" in str(shown["terms_text"])


def test_a_refusal_says_why_on_both_sides(make_world: MakeWorld) -> None:
    world = make_world(terms_policy={"levels": LOOSER})
    stay_silent(world, OTHER_VENDOR)
    world.publish(CUSTOMER, 1, automatic=False, terms=["SD-BASE"], addendum=STRICT)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert deal_with(world, CUSTOMER, VENDOR).state == "refused"
    (event,) = [
        event for event in events.after(world.nodes[VENDOR].reader, 0, 99)
        if event.type == "intent.refused"
    ]  # fmt: skip
    assert event.data["reason"] == "terms"
    assert event.data["terms"] == (
        "advertising: you need: e-mail; the customer allows: none; "
        "you keep data of the order for 5 years; the customer allows 30 days"
    )
    reader = world.nodes[CUSTOMER].reader
    told = intent_why(reader, own_intent(world).intent_id.hex(), world.now)
    assert json.loads(json.dumps(told)) == told
    assert isinstance(told["refused"], list)
    (refused,) = told["refused"]
    assert refused["reason"] == "terms"
    assert refused["terms"] == [
        "SD-BASE with marketing [], retentionOrder 30: advertising: the vendor needs: e-mail; "
        "you allow: none; the vendor keeps data of the order for 5 years; you allow 30 days"
    ]
    assert str(refused["note"]).startswith("SD-BASE: advertising: the vendor needs: e-mail")


def test_a_vendor_takes_the_second_choice(make_world: MakeWorld) -> None:
    world = make_world(terms_policy={"levels": LOOSER})
    set_shop_policy(world, OTHER_VENDOR, terms_policy={"levels": {"retentionOrder": 7}})
    choices = [{"terms": "SD-BASE", "addendum": each} for each in (STRICT, LOOSER)]
    world.publish(CUSTOMER, 1, automatic=False, terms=choices)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR, OTHER_VENDOR)
    reader = world.nodes[CUSTOMER].reader
    found = {}
    for vendor in (VENDOR, OTHER_VENDOR):
        record = load_deal(reader, deal_with(world, CUSTOMER, vendor).deal)
        (offer,) = record.state.offers.values()
        found[vendor] = offer_of(offer).draft.choice.addendum
    assert found == {
        VENDOR: {"marketing": ("email",), "retentionOrder": 1825},
        OTHER_VENDOR: {"marketing": (), "retentionOrder": 30},
    }


def test_a_profile_shows_the_policy(make_world: MakeWorld) -> None:
    world = make_world()
    shown = command(world, VENDOR, "vendor.policy.set", terms_policy={"levels": LOOSER})
    assert isinstance(shown, dict)
    assert shown["terms_policy"] == {"levels": LOOSER}
    assert shown["accepted_terms"][0] == "SD-BASE"


def test_who_isnt_admitted_isnt_answered(make_world: MakeWorld) -> None:
    world = make_world(terms_policy={"levels": {}, "requests": "known"})
    stay_silent(world, OTHER_VENDOR)
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert not deals.list_deals(world.nodes[VENDOR].reader)
    (stored,) = market.list_intents(world.nodes[VENDOR].reader, world.now)
    assert (stored.answer, stored.reason) == ("ignored", "requests")


def test_nor_negotiated_with(make_world: MakeWorld) -> None:
    yielding = {"rounds": 3, "most_percent": 10, "step_percent": 5}
    closed = {"levels": {}, "negotiation": "nobody"}
    world = make_world(counter=yielding, terms_policy=closed)
    row = offered(world)
    total = f"{(row.total or 0) * 97 // 10000}.00 EUR"
    command(world, CUSTOMER, "offer.counter", offer=(row.offer_digest or b"").hex(), total=total)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    assert kinds(world, VENDOR) == ["offer"]
    assert "counter.received" in event_types(world, VENDOR)
