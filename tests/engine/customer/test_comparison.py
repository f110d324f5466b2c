"""Offers side by side: one column an offer, one row a fact, as signed."""

from __future__ import annotations

import json

from tests.engine.steps import CUSTOMER, OTHER_VENDOR, VENDOR, offered, own_intent, pass_on
from tests.engine.world import World
from vrmnode.engine import views
from vrmnode.engine.customer.comparison import offer_compare


def _compared(world: World) -> dict[str, object]:
    tx, reference = world.nodes[CUSTOMER].reader, own_intent(world).intent_id.hex()
    shown = offer_compare(tx, reference, world.now)
    assert json.loads(json.dumps(shown)) == shown
    return shown


def test_columns_are_those_of_the_ranking_and_rows_are_complete(world: World) -> None:
    offered(world, vendors=(VENDOR, OTHER_VENDOR))
    shown = _compared(world)
    ranked = views.offer_list(world.nodes[CUSTOMER].reader, None, world.now)
    columns, rows = shown["offers"], shown["rows"]
    assert isinstance(columns, list) and isinstance(rows, list)
    assert [each["offer"] for each in columns] == [each["offer"] for each in ranked]
    assert len(columns) == 2
    facts = {row["name"]: row for row in rows}
    assert facts["total"]["values"] == [each["price"] for each in ranked]
    assert facts["total"]["differ"] == (ranked[0]["price"] != ranked[1]["price"])
    assert facts["terms"] == {"name": "terms", "values": ["SD-BASE"] * 2, "differ": False}
    assert all(len(row["values"]) == 2 for row in rows)


def test_an_intent_without_offers_has_no_columns(world: World) -> None:
    world.publish(CUSTOMER, 1, automatic=False)
    shown = _compared(world)
    assert shown["offers"] == []
    assert {len(row["values"]) for row in shown["rows"]} == {0}  # type: ignore[attr-defined]


def test_what_speaks_against_an_offer_stands_with_it(world: World) -> None:
    row = offered(world)
    world.now = (row.valid_through or 0) + 1
    pass_on(world)
    columns = _compared(world)["offers"]
    assert isinstance(columns, list)
    assert (columns[0]["acceptable"], columns[0]["problems"][0]["code"]) == (False, "expired")
