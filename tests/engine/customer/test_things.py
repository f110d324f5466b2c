"""Own things: kept, added by a sale, and drafted into an intent when they break."""

from __future__ import annotations

from functools import partial

import pytest

from tests.engine import order_steps
from tests.engine.conftest import MakeWorld
from tests.engine.steps import CUSTOMER, VENDOR, agreed, command, event_types, in_turn, pass_on
from tests.engine.world import World
from vrmnode.customer.broken import Owned, draft_request, identifying
from vrmnode.engine.customer import thing_requests, things_desk
from vrmnode.errors import NodeError
from vrmnode.storage import things
from vrmnode.storage.things import Thing
from vrmnode.values.spans import add_months, floor_day, parse_day
from vrmprotocol import keys
from vrmprotocol.errors import LocalError

DRILL = {"name": "combi drill", "brand": "Makita", "mpn": "DHP484", "category": 1217}


def _draft(world: World, **params: object) -> dict[str, object]:
    node = world.nodes[CUSTOMER]
    return thing_requests.draft(node.reader, node.machine.vault, params, world.now)


def _things(world: World, who: str = CUSTOMER) -> list[Thing]:
    node = world.nodes[who]
    return things.list_things(node.reader, node.machine.vault)


def test_a_thing_is_kept_changed_and_forgotten(world: World) -> None:
    made = command(world, CUSTOMER, "thing.add", **DRILL, country="DE", bought_at="2026-02-28")
    assert isinstance(made, dict)
    assert (made["name"], made["item_name"], made["bought_at"]) == (
        "combi drill",
        "combi drill",
        1_772_236_800,
    )
    changed = command(
        world, CUSTOMER, "thing.change", thing="Combi Drill", changes={"note": "loft", "mpn": None}
    )
    assert isinstance(changed, dict)
    assert (changed["note"], changed["mpn"], changed["brand"]) == ("loft", None, "Makita")
    node = world.nodes[CUSTOMER]
    found = things_desk.find_thing(node.reader, node.machine.vault, str(made["thing"])[:8])
    assert found.note == "loft"
    command(world, CUSTOMER, "thing.remove", thing="combi drill")
    assert _things(world) == []
    assert event_types(world, CUSTOMER)[-3:] == ["thing.added", "thing.changed", "thing.removed"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"name": ""}, "thing.invalid"),
        ({"name": "a/b"}, "thing.invalid"),
        ({"name": "x", "gtin": "123"}, "thing.invalid"),
        ({"name": "x", "bought_at": "yesterday"}, "thing.invalid"),
        ({"name": "x", "country": "Germany"}, "thing.invalid"),
        ({"name": "x", "serial": "A1"}, "thing.unknown_field"),
        ({"name": "COMBI DRILL"}, "thing.exists"),
    ],
)
def test_what_cant_be_kept(world: World, params: dict[str, object], code: str) -> None:
    command(world, CUSTOMER, "thing.add", **DRILL)
    with pytest.raises((NodeError, LocalError)) as caught:
        command(world, CUSTOMER, "thing.add", **params)
    assert getattr(caught.value, "code", None) == code


def test_where_no_more_can_be_kept_a_deal_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(things_desk, "MAX_THINGS", 1)
    command(world, CUSTOMER, "thing.add", **DRILL)
    with pytest.raises(NodeError) as caught:
        command(world, CUSTOMER, "thing.add", name="kettle")
    assert caught.value.code == "thing.too_many"
    row = agreed(world)
    (kept,) = _things(world)
    assert (kept.name, kept.deal) == ("combi drill", None), row


def test_what_is_bought_comes_by_itself_and_once(world: World) -> None:
    row = agreed(world)
    (thing,) = _things(world)
    assert (thing.name, thing.gtin) == ("The C Programming Language", "9780131103627")
    assert (thing.bought_from, thing.deal, thing.country) == ("Shop", row.deal, "NL")
    assert thing.vendor_root == world.nodes[VENDOR].machine.identity.root
    assert _things(world, VENDOR) == []
    assert "thing.added" in event_types(world, CUSTOMER)
    in_turn(world, CUSTOMER, partial(things_desk.not_bought, deal=row.deal))
    assert _things(world) == []


def test_the_draft_asks_for_a_repair_a_replacement_or_one_to_rent(world: World) -> None:
    command(world, CUSTOMER, "thing.add", **DRILL, country="DE", note="serial ABC12345")
    made = _draft(world, thing="combi drill", problem="The chuck slips.")
    assert made["request"] == {
        "name": "combi drill",
        "brand": "Makita",
        "mpn": "DHP484",
        "category": 1217,
        "description": "The chuck slips.",
        "country": "DE",
        "function": "Repair",
        "alternatives": ["Sell", "LeaseOut"],
        "lease_days": 14,
    }
    assert made["addressed"] == "to everybody: you trust no vendor that does such things"
    assert made["warnings"] == []
    only = _draft(world, thing="combi drill", request={"alternatives": [], "budget": "60 EUR"})
    assert isinstance(only["request"], dict)
    assert "lease_days" not in only["request"]
    assert only["request"]["budget"] == "60 EUR"


def test_a_report_is_remembered(world: World) -> None:
    made = command(world, CUSTOMER, "thing.add", **DRILL, country="DE")
    assert isinstance(made, dict)
    thing = bytes.fromhex(str(made["thing"]))
    in_turn(world, CUSTOMER, partial(things_desk.note_broken, thing=thing, problem="It smokes."))
    assert _draft(world, thing="combi drill")["problem"] == "It smokes."
    assert event_types(world, CUSTOMER)[-1] == "thing.broken"


def test_nothing_of_that_name(world: World) -> None:
    with pytest.raises(NodeError) as caught:
        _draft(world, thing="kettle")
    assert caught.value.code == "thing.not_found"


VENDOR_DID = keys.to_did(keys.SigningKey(bytes(32)).public)
NOW, DAY = 1_800_000_000, 86_400


def owned(**more: object) -> Owned:
    fields: dict[str, object] = {
        "item_name": "drill",
        "gtin": None,
        "mpn": None,
        "brand": None,
        "category": 1217,
        "country": "DE",
        "bought_from": "Shop",
        "vendor": VENDOR_DID,
        "warranty_until": None,
        **more,
    }
    return Owned(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("until", "reachable", "trusted", "to", "words"),
    [
        (NOW + DAY, True, ["did:b"], [VENDOR_DID], "to Shop alone: warranty until"),
        (NOW + DAY, False, ["did:b"], ["did:b"], "this node can't write to Shop"),
        (NOW + DAY, False, [], None, "to everybody"),
        (NOW - NOW % DAY, True, [], [VENDOR_DID], "to Shop alone"),
        (NOW - 2 * DAY, True, ["did:b"], ["did:b"], "to the one vendor that you trust"),
        (None, True, ["did:b", "did:c"], ["did:b", "did:c"], "to 2 vendors that you trust"),
        (None, True, [], None, "to everybody"),
    ],
)
def test_who_is_asked(
    until: int | None, reachable: bool, trusted: list[str], to: list[str] | None, words: str
) -> None:
    made = draft_request(
        owned(warranty_until=until), None, {}, reachable=reachable, trusted=trusted, now=NOW
    )
    assert made.request.get("to") == to
    assert words in made.addressed


def test_the_owner_decides_otherwise() -> None:
    made = draft_request(
        owned(warranty_until=NOW + DAY), "x", {"to": []}, reachable=True, trusted=[], now=NOW
    )
    assert "to" not in made.request
    assert made.addressed == "to everybody, as you say"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The chuck slips.", []),
        ("E21, leaks after 20 minutes at 230 V", []),
        ("write to ada@example.org", ["an e-mail address"]),
        ("see https://example.org/x", ["a web address"]),
        ("S/N on the back", ["a serial number"]),
        ("its number is 4X7K99210Z", ["a serial number"]),
        ("call 030 123 45 67", ["a number as of a telephone"]),
        ("00:1a:2b:3c:4d:5e", ["a network address"]),
    ],
)
def test_what_may_tell_who_it_is(text: str, found: list[str]) -> None:
    assert [what for what in identifying(text) if what in found] == found
    assert bool(identifying(text)) == bool(found)


def test_a_thing_that_is_bought_knows_its_warranty(make_world: MakeWorld) -> None:
    world = make_world(warranty={"months": 24})
    row = agreed(world)
    (thing,) = _things(world)
    assert thing.bought_at is not None
    assert thing.warranty_until == add_months(thing.bought_at, 24)
    # It came three days later: from then the months count.
    world.now += 3 * DAY
    command(world, VENDOR, "order.say", deal=row.deal.hex(), word="processing")
    command(world, VENDOR, "order.say", deal=row.deal.hex(), word="delivered")
    pass_on(world, VENDOR)
    (thing,) = _things(world)
    assert thing.warranty_until == add_months(floor_day(world.now), 24)


def test_what_is_given_back_is_no_thing_of_the_owners_any_more(world: World) -> None:
    row = order_steps.delivered(world)
    assert len(_things(world)) == 1
    order_steps.say(world, CUSTOMER, row, "return_request", reason="defective")
    order_steps.settle(world)
    order_steps.say(world, VENDOR, row, "return_answer")
    order_steps.settle(world)
    assert len(_things(world)) == 1, "it is still there"
    order_steps.say(world, VENDOR, row, "return_received")
    order_steps.settle(world)
    assert _things(world) == []
    assert event_types(world, CUSTOMER).count("thing.removed") == 1


def test_what_was_cancelled_is_no_thing_of_the_owners(world: World) -> None:
    row = order_steps.ordered(world)
    order_steps.say(world, VENDOR, row, "paid")
    order_steps.say(world, VENDOR, row, "cancel", reason="out_of_stock")
    order_steps.settle(world)
    assert (order_steps.both(world, row)[0], _things(world)) == ("cancelled", [])


def test_what_the_owner_says_of_the_warranty_stays(make_world: MakeWorld) -> None:
    world = make_world(warranty={"months": 24})
    row = agreed(world)
    (thing,) = _things(world)
    changes = {"warranty_until": "2099-01-01"}
    command(world, CUSTOMER, "thing.change", thing=thing.name, changes=changes)
    world.now += 3 * DAY
    command(world, VENDOR, "order.say", deal=row.deal.hex(), word="processing")
    command(world, VENDOR, "order.say", deal=row.deal.hex(), word="delivered")
    pass_on(world, VENDOR)
    (thing,) = _things(world)
    assert thing.warranty_until == parse_day("2099-01-01")
