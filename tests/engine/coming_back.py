"""A customer that has bought from a vendor, and comes back to it."""

from __future__ import annotations

from typing import Any

from tests.engine.order_steps import PREPAID, delivered, ordered, settle
from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    command,
    known_sealed,
    pass_on,
    set_shop_policy,
)
from tests.engine.world import World
from vrmnode.engine.mail import first_mail
from vrmnode.engine.vendor import returning
from vrmnode.engine.vendor.returning import History
from vrmnode.storage import deals, messages
from vrmnode.storage.deals import Deal
from vrmnode.storage.messages import StoredMessage

FIVE: dict[str, Any] = {**PREPAID, "returning": {"discount_percent": 5}}


def bought(world: World, *, told: bool = True, finished: bool = True) -> Deal:
    """A deal under a policy with a discount, by default delivered and the relationship opened."""
    row = (delivered if finished else ordered)(world, FIVE)
    if told:
        open_in(world, row)
    return row


def open_in(world: World, row: Deal) -> None:
    command(world, CUSTOMER, "deal.disclose", deal=row.deal.hex(), fields=["relationship"])
    settle(world)


def come_back(world: World, *, recognised: bool = True, **asked: Any) -> None:
    """Ask the vendor alone for the same again; it has the intent, and may have answered."""
    world.now += 60
    world.publish(CUSTOMER, 1, False, to=[VENDOR], recognised=recognised, **asked)
    pass_on(world, CUSTOMER)
    pass_on(world, VENDOR)


def known(world: World) -> History | None:
    """What the vendor knows of who asked last."""
    node = world.nodes[VENDOR]
    return returning.history(node.reader, node.machine.vault, known_sealed(world, VENDOR))


def leave_to_human(world: World) -> None:
    set_shop_policy(world, VENDOR, **FIVE, inbox={"above": "0 EUR"})


def asked(world: World) -> list[StoredMessage]:
    """The sealed intents that the customer wrote, oldest first."""
    reader = world.nodes[CUSTOMER].reader
    found = [
        each
        for row in deals.list_deals(reader)
        for each in messages.list_messages(reader, row.deal)
        if each.own and each.kind == first_mail.SEALED_INTENT
    ]
    return sorted(found, key=lambda each: (each.created, each.seq))
