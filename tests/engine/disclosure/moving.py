"""A customer who moves, and what her node says of who knows it."""

from __future__ import annotations

from typing import Any

from tests.engine.disclosing import deal_of, disclose, ready
from tests.engine.order_steps import settle
from tests.engine.steps import CUSTOMER, command
from tests.engine.world import World
from vrmnode.engine.disclosure import contact_spread

DAY = 86_400
NEW = {"street_address": "Neue Straße 2", "postal_code": "10117"}


def told(world: World, **given: object) -> dict[str, Any]:
    """What setting contact data answers."""
    answer = command(world, CUSTOMER, "contact.set", **given)
    assert isinstance(answer, dict)
    return answer


def status(world: World, name: str, deal: bytes | None = None) -> dict[str, Any]:
    """What the list says of one field in the deal with the vendor."""
    node = world.nodes[CUSTOMER]
    rows = contact_spread.status(node.reader, node.machine.vault, world.now)
    asked = (deal or deal_of(world)).hex()
    fields = next(row for row in rows if row["deal"] == asked)["fields"]
    assert isinstance(fields, dict)
    found = fields[name]
    assert isinstance(found, dict)
    return found


def living_with(world: World, *names: str) -> None:
    """An agreed deal whose vendor was told some fields and has said so."""
    ready(world)
    if names:
        disclose(world, *names)
    settle(world)
