"""The shop's screen: its open orders with what to do next, and one order with its label.

What is shown of an order beside this is in `order_views`; what is sealed is opened for these
queries and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine import views
from vrmnode.engine.disclosure import deletions, disclosed, disclosure_rules
from vrmnode.engine.orders import labels, order_views
from vrmnode.engine.orders.order_records import load_order
from vrmnode.engine.records import load_deal
from vrmnode.engine.rights import requests
from vrmnode.engine.rights.requests import RightsRecord
from vrmnode.engine.vendor import returning
from vrmnode.storage import deals, orders
from vrmnode.storage.database import Connection
from vrmnode.storage.orders import OrderRow
from vrmnode.storage.secrets import Vault
from vrmnode.vendor.next_steps import next_step
from vrmprotocol import rights

Json = dict[str, object]
Params = Mapping[str, object]


def order_list(tx: Connection, vault: Vault, params: Params, now: int) -> list[Json]:
    """The orders of this node's shop in which somebody has something to do, or all of them.

    Those in which the shop has to act come first, and of these what is due first.
    """
    everything = params.get("all") is True
    # Returns are asked for when all seems settled: the newest orders are looked at in any case.
    known = {row.deal: row for row in orders.list_orders(tx, role=deals.VENDOR)}
    known |= {row.deal: row for row in orders.unfinished(tx, deals.VENDOR)}
    rows = [_row(tx, vault, row, now) for row in known.values()]
    return sorted((row for row in rows if everything or not row["closed"]), key=_urgency)


def _urgency(row: Json) -> tuple[bool, bool, int]:
    until = row["until"]
    return bool(row["closed"]), not row["to_do"], until if isinstance(until, int) else 2**63


def _row(tx: Connection, vault: Vault, row: OrderRow, now: int) -> Json:
    found = load_order(tx, row.deal)
    label = labels.of_order(tx, vault, found, now)
    missing = label["missing"]
    step = next_step(found.order, tuple(missing) if isinstance(missing, list) else ())
    return {
        **order_views.order_row(tx, row),
        "delivery_method": found.order.draft.delivery_method,
        "to_do": step.mine,
        "next": step.words,
        "until": step.until,
        "closed": step.closed,
    }


def order_show(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """One order: to the shop with its label, to the customer with what is due to be disclosed."""
    shown = order_views.order_show(tx, str(params.get("deal") or ""), now)
    found = load_order(tx, bytes.fromhex(str(shown["deal"])))
    if found.role == "customer":
        return {**shown, "wanted": disclosure_rules.wanted(tx, vault, found.record, now)}
    known = returning.of_order(tx, vault, found.deal)
    return {
        **shown,
        "label": labels.of_order(tx, vault, found, now),
        "returning": returning.shown(known),
    }


def deal_show(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """One deal: of a vendor's also what its customer has disclosed, of a customer's what is due."""
    shown = views.deal_show(tx, str(params.get("deal") or ""), now)
    record = load_deal(tx, bytes.fromhex(str(shown["deal"])))
    asked = requests.of_deal(tx, record)
    shown |= {
        "deletions": deletions.shown(tx, record),
        "rights": [requests.shown(RightsRecord(record, one), now) for one in asked],
        # SPEC 15: The vendor's node MUST show with every deal whose customer has opted out of sale
        # that it has.
        "sale_opted_out": rights.opted_out_of_sale(asked),
    }
    if record.row.role == deals.CUSTOMER:
        return {**shown, "wanted": disclosure_rules.wanted(tx, vault, record, now)}
    return {**shown, "disclosed": disclosed.shown(tx, vault, record, now)}
