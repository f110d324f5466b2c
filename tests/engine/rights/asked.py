"""A customer who asks a vendor about its data, and what both nodes know of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.engine.disclosing import ANNA, deal_of, disclose, ready
from tests.engine.disclosing import vendor_says_event as says
from tests.engine.steps import CUSTOMER, VENDOR, command, in_turn, pass_on, set_shop_policy
from tests.engine.world import World
from vrmnode.engine import clockwork
from vrmnode.engine.rights import answers, requests
from vrmnode.errors import ServiceError
from vrmprotocol.errors import LocalError

DAY = 86_400
BY_HAND: dict[str, Any] = {"access": "by_hand", "deletion": "by_hand", "sale_opt_out": "by_hand"}


def told(world: World, *names: str, over: bool = True, **policy: object) -> None:
    """Anna's data disclosed to a vendor with these rules about rights, and the order over."""
    ready(world)
    if policy:
        set_shop_policy(world, VENDOR, rights=policy)
    disclose(world, *(names or (*ANNA, "relationship")))
    pass_on(world, CUSTOMER)
    if over:
        says(world, "delivered")
        pass_on(world, VENDOR, CUSTOMER)


def ask(world: World, right: str, **params: object) -> dict[str, Any]:
    """The customer's request in its only deal, as its node shows it."""
    about = params if "vendor" in params else {"deal": deal_of(world).hex(), **params}
    answer: Any = command(world, CUSTOMER, "rights.request", right=right, **about)
    found: dict[str, Any] = answer["requests"][0]
    return found


def settled(world: World) -> None:
    """Let what is due go to and fro until nothing does."""
    for _ in range(4):
        pass_on(world, CUSTOMER, VENDOR)


def rows(world: World, who: str) -> list[dict[str, Any]]:
    role = "customer" if who == CUSTOMER else "vendor"
    return requests.listed(world.nodes[who].reader, role, world.now)


def row(world: World, who: str) -> dict[str, Any]:
    (found,) = rows(world, who)
    return found


def show(world: World, request: str, who: str = CUSTOMER) -> dict[str, Any]:
    node = world.nodes[who]
    params = {"request": request}
    return answers.show(node.reader, node.machine.vault, params, world.now)


def answer(world: World, request: str) -> dict[str, Any]:
    """The document that the customer exports."""
    node = world.nodes[CUSTOMER]
    found = answers.export(node.reader, node.machine.vault, {"request": request}, world.now)
    document: dict[str, Any] = json.loads(base64.b64decode(str(found["file"])))
    return document


def run_timers(world: World, who: str) -> None:
    in_turn(world, who, lambda ctx: clockwork.run_due(ctx, max_store_bytes=10**9, limit=100))


def code_of(world: World, who: str, name: str, /, **params: object) -> str:
    """The code with which a node refuses a command."""
    with pytest.raises((ServiceError, LocalError)) as caught:
        command(world, who, name, **params)
    error = caught.value
    assert isinstance(error, ServiceError | LocalError)
    return error.code
