"""The label of an order, for the shop that sends it: address, reference, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine import disclosed, shop
from vrmnode.engine.failures import conflict
from vrmnode.engine.records import DealRecord, load_deal, load_message
from vrmnode.engine.references import find_deal
from vrmnode.storage import messages
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmnode.vendor.label import label
from vrmprotocol import order
from vrmprotocol.order import Order

Json = dict[str, object]


def show(tx: Connection, vault: Vault, params: Mapping[str, object], now: int) -> Json:
    """The label of an agreed deal of this node's shop.

    Raises:
        ServiceError: `deal.not_found`; `deal.role` for a customer's deal; `order.none` where
            nothing is agreed.
    """
    record = load_deal(tx, find_deal(tx, str(params.get("deal") or "")))
    if record.row.role != "vendor":
        raise conflict("deal.role", "expected a deal of your shop, came one of yours as a customer")
    stored = messages.list_messages(tx, record.deal)
    found = order.of_deal(record.state, [load_message(item.raw) for item in stored])
    if found is None:
        raise conflict("order.none", f"expected an agreed deal, came one {record.state.state}")
    return of_order(tx, vault, record, found)


def of_order(tx: Connection, vault: Vault, record: DealRecord, found: Order) -> Json:
    """The label of an order that is evaluated already."""
    told = disclosed.of_deal(tx, vault, record).fields
    due = found.payment.due
    made = label(
        found.draft,
        {name: one.value for name, one in told.items()},
        status=found.status,
        reference=None if due is None else due.reference,
        sent_from=_home(tx),
    )
    item, vendor = found.draft.item_offered, found.draft.vendor
    return {
        "deal": record.deal.hex(),
        "status": found.status,
        "delivery_method": found.draft.delivery_method,
        "reference": made.reference,
        "lines": list(made.lines),
        "missing": list(made.missing),
        "words": made.words,
        "given_later": [name for name, one in told.items() if not one.committed],
        "item_name": item.name,
        "sku": item.sku,
        "quantity": found.draft.eligible_quantity,
        "sender": [vendor.legal_name or vendor.name, *(vendor.address or "").splitlines()],
    }


def _home(tx: Connection) -> str | None:
    """The shop's country, if it serves no other."""
    details = shop.stored_profile(tx)
    if details is None or len(details.area_served) != 1:
        return None
    return details.area_served[0]
