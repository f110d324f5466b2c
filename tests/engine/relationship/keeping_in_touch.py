"""An agreed deal whose sides keep in touch, and what each of them shows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.disclosing import deal_of, disclose, ready
from tests.engine.order_steps import settle
from tests.engine.steps import CUSTOMER, VENDOR, command
from tests.engine.world import World
from vrmnode.engine.relationship import relation_views
from vrmnode.errors import ServiceError


def living(world: World, *names: str) -> None:
    """An agreed deal whose vendor was told some fields and has said so."""
    ready(world)
    if names:
        disclose(world, *names)
    settle(world)


def related(world: World, who: str, ref: str | None = None) -> dict[str, Any]:
    """The relationship of the deal as one side sees it."""
    node = world.nodes[who]
    asked = {"relation": ref or deal_of(world).hex()}
    return relation_views.show(node.reader, node.machine.vault, asked, world.now)


def cell(world: World, who: str, channel: str, purpose: str) -> str:
    """What one side holds a vendor may do."""
    (deal,) = related(world, who)["deals"]
    return str(deal["reach"][channel][purpose])


def say(world: World, word: str, **given: object) -> dict[str, Any]:
    """A command about the relationship, by the customer."""
    answer = command(world, CUSTOMER, f"relation.{word}", relation=deal_of(world).hex(), **given)
    assert isinstance(answer, dict)
    return answer


def write(world: World, who: str, text: str, **given: object) -> str:
    """A note; its digest."""
    answer = command(
        world, who, "relation.write", relation=deal_of(world).hex(), text=text, **given
    )
    assert isinstance(answer, dict)
    return str(answer["note"])


def refused(world: World, who: str, text: str, **given: object) -> str:
    """The code with which a node refuses to write."""
    with pytest.raises(ServiceError) as caught:
        write(world, who, text, **given)
    return caught.value.code


def notes(world: World, who: str) -> list[tuple[str, str, str | None]]:
    """Who wrote what, and whether it was refused, as one side shows it."""
    return [(n["from"], n["text"], n["refused"]) for n in related(world, who)["notes"]]


__all__ = [
    "VENDOR",
    "cell",
    "living",
    "notes",
    "refused",
    "related",
    "say",
    "settle",
    "write",
]
