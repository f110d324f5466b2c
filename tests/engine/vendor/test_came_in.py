"""What came in, and what was answered, as a shop sees it."""

from __future__ import annotations

import pytest

from tests.engine.steps import CUSTOMER, VENDOR, command, own_intent, set_shop_policy, stay_silent
from tests.engine.vendor.test_inbox import publish
from tests.engine.world import World
from vrmnode.engine.vendor import came_in


def came(world: World, **params: object) -> list[dict[str, object]]:
    return came_in.listed(world.nodes[VENDOR].reader, params, world.now)


@pytest.mark.parametrize(
    ("policy", "quantity", "answer", "words"),
    [
        ({}, 1, "offered", "automatic: B-1 found by gtin"),
        ({}, 99, "refused", "it isn't sold in that quantity"),
        ({"refuse_near_misses": False}, 99, "refused", "it isn't sold in that quantity"),
        ({"inbox": {"everything": True}}, 1, "human", "everything is left to a human"),
        ({"answer": False}, 1, None, None),
    ],
)
def test_each_intent_has_its_answer_and_why(
    world: World, policy: dict[str, object], quantity: int, answer: str | None, words: str | None
) -> None:
    stay_silent(world, "vendor-2")
    set_shop_policy(world, VENDOR, **policy)
    intent = publish(world, quantity=quantity)
    (row,) = came(world)
    assert (row["intent"], row["answer"], row["status"]) == (intent, answer, "active")
    assert (row["words"] is None) == (words is None)
    assert str(row["words"]).startswith(str(words))
    assert str(row["wanted"]).startswith("to buy ") and row["country"] == "NL"
    assert came(world, answer=answer or "none") == [row]
    other = "ignored" if answer != "ignored" else "offered"
    assert came(world, answer=other) == []


def test_what_is_not_in_the_catalogue_shows_what_was_wanted(world: World) -> None:
    command(world, VENDOR, "catalogue.remove", skus=["B-1"])
    publish(world)
    (row,) = came(world, answer="ignored")
    assert (row["reason"], row["words"]) == (
        "nothing_near",
        "there is nothing like it in the catalogue",
    )


def test_what_a_human_refused_says_so(world: World) -> None:
    set_shop_policy(world, VENDOR, inbox={"everything": True})
    intent = publish(world)
    command(world, VENDOR, "inbox.refuse", intent=intent)
    (row,) = came(world)
    assert (row["answer"], row["words"]) == ("refused", "you refused it by hand")


def test_the_newest_are_shown_and_those_that_are_over_are_not(world: World) -> None:
    publish(world)
    assert came(world, limit=1) == came(world)
    world.now = own_intent(world, CUSTOMER).valid_through + 1
    assert came(world) == []
