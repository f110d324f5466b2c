"""What this node can count about a vendor, and from what (specs/14-feedback.md#counts)."""

from __future__ import annotations

from vrmnode.customer import vendor_counts as counting
from vrmnode.customer.vendor_counts import MOST_EVIDENCE, Count
from vrmnode.engine.feedback import kept_feedback
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import load_deal
from vrmnode.engine.references import find_vendor
from vrmnode.engine.rights import requests
from vrmnode.storage import breaches, deals, feedback
from vrmnode.storage.database import Connection
from vrmprotocol import keys

Json = dict[str, object]

NOTE = (
    "These are counts and no score: weigh them yourself. Your own deals are few, and what others"
    " say is attested by the vendor alone."
)


# SPEC 14: The reader MUST tell with each count what was counted and what it leaves open, and MUST
# NOT make one number of several counts.
def counts(tx: Connection, reference: str, now: int) -> Json:
    """Counts about one vendor: of this node's own deals, and of the feedback that it has.

    Raises:
        ServiceError: `vendor.not_found`, `vendor.ambiguous`, `request.vendor`.
    """
    root = find_vendor(tx, reference)
    own = [row for row in deals.list_deals(tx, role=deals.CUSTOMER) if row.vendor_root == root]
    orders = {row.deal.hex(): known.order for row in own if (known := find_order(tx, row.deal))}
    found = [row for row in breaches.every(tx) if row.vendor_root == root]
    said = feedback.about_vendor(tx, root, now, kept_feedback.MOST_FEEDBACK)
    by_evidence = {
        kind: [row.message.hex() for row in found if row.evidence == kind]
        for kind in ("proven", "suspected")
    }
    asked = [one for row in own for one in requests.of_deal(tx, load_deal(tx, row.deal))]
    return {
        "vendor": keys.to_did(root),
        "own": _shown(
            counting.of_own(orders, by_evidence["proven"], by_evidence["suspected"], asked, now)
        ),
        "others": _shown(
            counting.of_others({row.key.hex(): kept_feedback.read(row) for row in said})
        ),
        "note": NOTE,
    }


def _shown(found: list[Count]) -> list[Json]:
    return [
        {
            "name": each.name,
            "count": len(each.evidence),
            "evidence": list(each.evidence[:MOST_EVIDENCE]),
            "shows": each.limits.shows,
            "leaves_open": each.limits.leaves_open,
        }
        for each in found
    ]
