"""Why there are no offers: only what was observed, each coded reason in words."""

from __future__ import annotations

import json
from functools import partial

from tests.engine.conftest import MakeWorld
from tests.engine.steps import CUSTOMER, VENDOR, offered, own_intent, pass_on, set_shop_policy
from tests.engine.world import World
from vrmnode.engine.customer.why import intent_why
from vrmnode.engine.mail.dispatch import parcels, sent


def _why(world: World) -> dict[str, object]:
    node = world.nodes[CUSTOMER]
    shown = intent_why(node.reader, own_intent(world).intent_id.hex(), world.now)
    assert json.loads(json.dumps(shown)) == shown
    return shown


def _rows(shown: dict[str, object], name: str) -> list[dict[str, object]]:
    found = shown[name]
    assert isinstance(found, list)
    return found


def _hand_over(world: World, peers: int) -> None:
    node = world.nodes[CUSTOMER]
    found = node.machine.turn(parcels)
    assert isinstance(found, list)
    for parcel in found:
        node.machine.turn(partial(sent, parcel=parcel, raw=b"", peers=peers, spread=50))


def test_an_intent_that_nobody_took_says_so(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    for _ in range(2):
        shown = _why(world)
        assert (shown["handed_at"], shown["handed_to"]) == (None, None)
        assert shown["known"] == ["it was handed to no peer so far"]
        _hand_over(world, peers=0)


def test_the_number_of_peers_is_that_of_the_sending(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    _hand_over(world, peers=3)
    shown = _why(world)
    assert (shown["handed_at"], shown["handed_to"]) == (world.now, 3)
    assert shown["offers"] == shown["refused"] == []
    told = " ".join(shown["known"])  # type: ignore[arg-type]
    assert "handed to 3 peers" in told and "nobody has answered" in told


def test_a_refusal_is_told_with_its_code_in_words(make_world: MakeWorld) -> None:
    world = make_world(stock=(0, 0))
    set_shop_policy(world, "vendor-2", answer=False)
    world.publish(CUSTOMER, 1, automatic=False)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)
    shown = _why(world)
    (refused,) = _rows(shown, "refused")
    assert (refused["reason"], refused["words"]) == ("out_of_stock", "none is left in stock")
    assert refused["received"] == world.now
    assert "handed to 1 peer;" in shown["known"][0]  # type: ignore[index]
    assert shown["known"][1:] == [  # type: ignore[index]
        "no offer came so far",
        "1 vendor refused; who is silent may not have it, or not have heard of it",
    ]
    # Two vendors heard it; of the silent one nothing is said.
    assert len(_rows(shown, "refused")) == 1


def test_an_offer_is_told_with_what_speaks_against_it(world: World) -> None:
    row = offered(world)
    (offer,) = _rows(_why(world), "offers")
    assert (offer["acceptable"], offer["problems"]) == (True, [])
    assert "1 offer came, without problems" in _why(world)["known"]  # type: ignore[operator]
    world.now = (row.valid_through or 0) + 1
    (offer,) = _rows(_why(world), "offers")
    assert "1 offer came, with problems" in _why(world)["known"]  # type: ignore[operator]
    assert [one["code"] for one in _rows(offer, "problems")] == ["expired"]


def test_what_the_node_decides_is_told(world: World) -> None:
    offered(world)
    assert _why(world)["decision"] == "manual: you accept offers yourself"
