"""Short ways to bring an order to the point that a test is about."""

from __future__ import annotations

from typing import Any

from tests.engine.steps import CUSTOMER, VENDOR, agreed, command, own_intent, set_shop_policy
from tests.engine.world import SKU, World
from vrmnode.engine.orders import order_views
from vrmnode.storage import catalogue, deals
from vrmnode.storage.deals import Deal

DAY = 86_400
IBAN = "NL91ABNA0417164300"
PAY = [{"method": "bank_transfer", "payee": "Shop", "account": IBAN}]
PREPAID: dict[str, Any] = {
    "payment": {"method": ["bank_transfer"], "due": "on_agreement", "pay_within": "2d"},
    "orders": {"pay": PAY},
}


def ordered(world: World, policy: dict[str, Any] | None = None) -> Deal:
    """An agreed deal under a policy of the vendor, told to both."""
    set_shop_policy(world, VENDOR, **(PREPAID if policy is None else policy))
    row = agreed(world)
    settle(world)
    return row


def delivered(world: World, policy: dict[str, Any] | None = None) -> Deal:
    """`ordered`, paid and delivered, told to both."""
    row = ordered(world, policy)
    say(world, VENDOR, row, "paid")
    say(world, VENDOR, row, "delivered")
    settle(world)
    return row


def settle(world: World) -> None:
    """Let everything that is due come and go."""
    for _ in range(3):
        world.now += 3
        world._settle()


def say(world: World, who: str, row: Deal, word: str, **fields: object) -> dict[str, Any]:
    shown = command(world, who, "order.say", deal=row.deal.hex(), word=word, **fields)
    assert isinstance(shown, dict)
    return shown


def shown(world: World, who: str, row: Deal) -> dict[str, Any]:
    return order_views.order_show(world.nodes[who].reader, row.deal.hex(), world.now)


def both(world: World, row: Deal) -> tuple[str, str]:
    """Status and payment, which both sides have to agree on."""
    mine, theirs = shown(world, CUSTOMER, row), shown(world, VENDOR, row)
    own = ("role", "side", "can_say")
    assert {n: v for n, v in mine.items() if n not in own} == {
        n: v for n, v in theirs.items() if n not in own
    }
    return mine["status"], mine["payment"]["status"]


def stock(world: World, vendor: str = VENDOR) -> int:
    product = catalogue.get(world.nodes[vendor].reader, SKU)
    assert product is not None and product.stock is not None
    return product.stock


def locked(world: World) -> int:
    return deals.locked_quantity(world.nodes[CUSTOMER].reader, own_intent(world).intent_id)
