"""A customer with contact data who discloses to a vendor, and what is found where."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.steps import (
    CUSTOMER,
    VENDOR,
    agreed,
    command,
    deal_with,
    in_turn,
)
from tests.engine.world import World
from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import disclosed
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import deals
from vrmprotocol import agreement, message
from vrmprotocol.bodies import MailBody, kind_of
from vrmprotocol.contact_state import Disclosed
from vrmprotocol.message import SignedMessage
from vrmprotocol.order_bodies import Cancel, OrderEvent
from vrmprotocol.order_rules import DELIVERY_WORDS, DeliveryWord

ANNA = {
    "name": "Anna Muster",
    "street_address": "Musterstraße 1\n3. Stock",
    "postal_code": "10115",
    "locality": "Berlin",
    "country": "DE",
    "email": "anna@mail.example",
}
PLACE = ["postal_code", "locality", "country"]


def deal_of(world: World) -> bytes:
    return deal_with(world, CUSTOMER, VENDOR).deal


def disclose(world: World, *names: str) -> None:
    command(world, CUSTOMER, "deal.disclose", deal=deal_of(world).hex(), fields=list(names))


def shown(world: World) -> Disclosed:
    """What the vendor's node shows of its customer."""
    node = world.nodes[VENDOR]
    record = load_deal(node.reader, deal_of(world))
    return disclosed.of_deal(node.reader, node.machine.vault, record, world.now)


def values(world: World) -> dict[str, str]:
    return {name: str(one.value) for name, one in shown(world).fields.items()}


def code_of(world: World, name: str, **params: object) -> str:
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, name, **params)
    return caught.value.code


def files_of(world: World, who: str) -> bytes:
    path = world.nodes[who].database.path
    present = [path.with_name(path.name + suffix) for suffix in ("", "-wal")]
    return b"".join(Path(one).read_bytes() for one in present if one.exists())


def clear_values(world: World, who: str) -> list[str]:
    """The fields whose values stand in a node's files as they are."""
    raw = files_of(world, who)
    return [
        name
        for name, value in ANNA.items()
        if name != "country"
        for line in value.split("\n")
        if line.encode() in raw
    ]


def ready(world: World) -> None:
    """An agreed deal of a customer with contact data."""
    command(world, CUSTOMER, "contact.set", **ANNA)
    agreed(world)


def load(ctx: Context, world: World) -> DealRecord:
    return load_deal(ctx.tx, deal_of(world))


def customer_says(world: World, body: MailBody, *, seq: int = 30, **changes: object) -> bytes:
    """A message of the customer's that its node would not have sent."""
    row = deal_with(world, CUSTOMER, VENDOR)
    record = load_deal(world.nodes[CUSTOMER].reader, row.deal)

    def sign(ctx: Context) -> SignedMessage:
        key = mailroom.own_key(ctx, record)
        assert key is not None and record.vendor_author is not None
        return message.sign(
            kind=kind_of(body),
            deal=row.deal,
            seq=seq,
            prev=bytes(32),
            key=key,
            recipient=record.vendor_author,
            created=ctx.now,
            received=(),
            body=body,
        )

    signed = in_turn(world, CUSTOMER, sign)
    assert isinstance(signed, SignedMessage)
    return signed.raw


def document_digest(world: World) -> bytes:
    state = load_deal(world.nodes[CUSTOMER].reader, deal_of(world)).state
    assert state.document is not None
    return agreement.document_digest(state.document)


def secret_names(world: World, who: str) -> set[str]:
    rows = world.nodes[who].reader.rows("SELECT name FROM secrets")
    return {str(name) for (name,) in rows if str(name).startswith("message ")}


def vendor_says_event(world: World, event: str) -> None:
    """The vendor's word about the order of the deal, or its cancel."""
    record = load_deal(world.nodes[VENDOR].reader, deal_of(world))
    digest = document_digest(world)

    def post(ctx: Context) -> None:
        key = mailroom.own_key(ctx, record)
        assert key is not None
        row = deals.get(ctx.tx, record.deal)
        assert row is not None
        body: MailBody = Cancel(agreement=digest, reason="out_of_stock")
        if event != "cancel":
            body = OrderEvent(agreement=digest, event=DELIVERY_WORD[event], at=ctx.now)
        mailroom.post(ctx, row, body, key=key, recipient=row.customer, until=ctx.now + 10**6)

    in_turn(world, VENDOR, post)


DELIVERY_WORD: dict[str, DeliveryWord] = {word: word for word in DELIVERY_WORDS}
