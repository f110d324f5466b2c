"""Purchases of this node's owner as it shows them to a verifier, without saying who it is.

Implements the writer's side of specs/12-evidence.md#purchase-history. Which deals are in it the
owner chooses by vendor and year; those under whose key something was published stay out by default,
since they would join the history with that feedback.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.feedback import feedback_keys
from vrmnode.engine.mail import mailroom
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.references import find_vendor
from vrmnode.storage import deals, feedback
from vrmnode.values.fields import Fields
from vrmnode.vendor import taxonomy
from vrmprotocol import demand, keys, purchase_history
from vrmprotocol import feedback as protocol
from vrmprotocol.demand import Band
from vrmprotocol.draft import Draft
from vrmprotocol.mail import Accept, Agreement
from vrmprotocol.order_rules import ENDED
from vrmprotocol.purchase_history import MOST, Shown

Json = dict[str, object]


def make(ctx: Context, params: Mapping[str, object]) -> Json:
    """The file that shows purchases to `verifier` for its `nonce`, the newest first chosen.

    `vendor` and `year` narrow them down; `details` adds categories and bands of totals, which
    nobody but the owner says; `published` takes in deals that it gave public feedback on.

    Raises:
        ServiceError: `history.nothing`, `vendor.*`, `request.*`.
    """
    fields = Fields(params, "request")
    verifier = fields.required_text("verifier", 128)
    nonce = bytes.fromhex(fields.required_text("nonce", 64, "[0-9a-f]{64}"))
    vendor, year = fields.text("vendor", 64), fields.whole("year", 1970, 9999, None)
    details, published = fields.flag("details", False), fields.flag("published", False)
    fields.finish()
    root = None if vendor is None else find_vendor(ctx.tx, vendor)
    found = [
        one
        for one in _purchases(ctx, root, details=details, published=published)
        if year is None or one.month.startswith(f"{year:04}-")
    ]
    if not found:
        raise conflict("history.nothing", "expected a purchase that fits, there is none")
    shown = found[:MOST]
    raw = purchase_history.make(shown, verifier=verifier, nonce=nonce, created_at=ctx.now)
    return {
        "file": base64.b64encode(raw).decode(),
        "purchases": len(shown),
        "left_out": len(found) - len(shown),
        "vendors": sorted({keys.to_did(one.certificate.root) for one in shown}),
    }


def _purchases(
    ctx: Context, root: bytes | None, *, details: bool, published: bool
) -> Iterator[Shown]:
    for row in deals.list_deals(ctx.tx, role=deals.CUSTOMER, state="agreed"):
        if root is not None and row.vendor_root != root:
            continue
        known, key = find_order(ctx.tx, row.deal), feedback_keys.of_deal(ctx, row.deal)
        if known is None or key is None or known.order.status in ENDED:
            continue
        said = feedback.own_of(ctx.tx, ctx.vault, row.deal)
        # Feedback that waits, or was changed, will be public or is so already.
        if said is not None and not published:
            continue
        yield _shown(load_deal(ctx.tx, row.deal), key, details=details)


def _shown(record: DealRecord, key: keys.SigningKey, *, details: bool) -> Shown:
    state = record.state
    assert state.accept is not None
    assert state.agreement is not None
    assert state.accepted_offer is not None
    assert isinstance(state.accept.body, Accept)
    assert isinstance(state.agreement.body, Agreement)
    draft = mailroom.offer_of(state.accepted_offer).draft
    return Shown(
        key=key,
        certificate=draft.vendor.certificate,
        month=protocol.month_of(state.accept.body.accepted_at),
        grant=state.agreement.body.feedback_grant,
        category=taxonomy.top(draft.item_offered.category) if details else None,
        total=_band(draft) if details else None,
    )


def _band(draft: Draft) -> Band:
    price = draft.price_specification
    least, below = demand.band(price.total)
    return Band(price_currency=price.price_currency, least=least, below=below)
