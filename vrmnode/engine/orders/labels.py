"""The label of an order, for the shop that sends it: address, reference, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine.disclosure import disclosed
from vrmnode.engine.failures import conflict
from vrmnode.engine.orders.order_records import OrderRecord, load_order
from vrmnode.engine.references import find_deal
from vrmnode.engine.vendor import shop
from vrmnode.storage import orders
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmnode.vendor.label import label

Json = dict[str, object]


def show(tx: Connection, vault: Vault, params: Mapping[str, object], now: int) -> Json:
    """The label of an agreed deal of this node's shop.

    Raises:
        ServiceError: `deal.not_found`; `deal.role` for a customer's deal; `order.none` where
            nothing is agreed.
    """
    found = load_order(tx, find_deal(tx, str(params.get("deal") or "")))
    if found.role != "vendor":
        raise conflict("deal.role", "expected a deal of your shop, came one of yours as a customer")
    return of_order(tx, vault, found, now)


def of_order(tx: Connection, vault: Vault, found: OrderRecord, now: int) -> Json:
    """The label of an order that is evaluated already."""
    told = disclosed.of_deal(tx, vault, found.record, now).fields
    order, row = found.order, orders.get(tx, found.deal)
    due = order.payment.due
    asked = None if due is None else due.reference
    made = label(
        order.draft,
        {name: one.value for name, one in told.items() if one.value is not None},
        status=order.status,
        reference=asked or (None if row is None else row.reference),
        sent_from=_home(tx),
        erased=disclosed.is_forgotten(tx, vault, found.record),
    )
    item, vendor = order.draft.item_offered, order.draft.vendor
    return {
        "deal": found.deal.hex(),
        "status": order.status,
        "delivery_method": order.draft.delivery_method,
        "reference": made.reference,
        "lines": list(made.lines),
        "missing": list(made.missing),
        "words": made.words,
        "given_later": [name for name, one in told.items() if not one.committed],
        "item_name": item.name,
        "sku": item.sku,
        "quantity": order.draft.eligible_quantity,
        "sender": [vendor.legal_name or vendor.name, *(vendor.address or "").splitlines()],
    }


def _home(tx: Connection) -> str | None:
    """The shop's country, if it serves no other."""
    details = shop.stored_profile(tx)
    if details is None or len(details.area_served) != 1:
        return None
    return details.area_served[0]
