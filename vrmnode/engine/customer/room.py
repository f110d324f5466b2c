"""Which vendors' answers an intent keeps when more of them come than the customer wants.

The best by trust, then by the work in the envelope, never by who came first
(specs/03-messages.md#intent): otherwise a crowd of strangers could fill the list in a second.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmnode.engine.customer import standing
from vrmnode.engine.customer.customer_desk import root_of
from vrmnode.engine.records import intent_body
from vrmnode.storage import deals, messages, secrets
from vrmnode.storage.deals import Deal
from vrmnode.storage.intents import OwnIntent
from vrmprotocol.mail import Offer
from vrmprotocol.message import SignedMessage

_REPLACEABLE = ("none", "offered", "refused", "declined")

MAX_VENDORS_SEEN = 1_000
"""Vendors that one intent remembers, those included that had to give way."""

Rank = tuple[bool, bool, int]


def make_room(ctx: Context, own: OwnIntent, signed: SignedMessage, *, work: int) -> bool:
    """Whether a vendor's first message is kept; a weaker vendor's deal gives way if need be."""
    rows = deals.list_deals(ctx.tx, role="customer", intent_id=own.intent_id)
    kept = [row for row in rows if row.state != "none"]
    if signed.deal in {row.deal for row in kept}:
        return True
    if signed.deal not in {row.deal for row in rows} and len(rows) >= MAX_VENDORS_SEEN:
        return False
    # SPEC 03: The customer's node MUST keep a deal in which it has accepted, whatever came of it,
    # and count none among `maxOffers` whose accept was declined.
    kept = [row for row in kept if row.state != "declined" or not _has_accepted(ctx, row)]
    if len(kept) < intent_body(own).max_offers:
        return True
    trusted = standing.trusted(ctx.tx)
    newcomer: Rank = (isinstance(signed.body, Offer), root_of(signed) in trusted, work)
    weakest = min(
        (row for row in kept if row.state in _REPLACEABLE),
        key=lambda row: _rank(row, trusted),
        default=None,
    )
    if weakest is None or _rank(weakest, trusted) >= newcomer:
        return False
    # The row stays: it says which sequence numbers this node has used, should the vendor come back.
    deals.clear(ctx.tx, weakest.deal, ctx.now)
    secrets.erase(ctx.tx, "deal", weakest.deal)
    return True


def _has_accepted(ctx: Context, row: Deal) -> bool:
    return any(
        item.own and item.kind == "accept" for item in messages.list_messages(ctx.tx, row.deal)
    )


def _rank(row: Deal, trusted: frozenset[bytes]) -> Rank:
    """Offers before refusals, trusted vendors before others, then more work."""
    return row.state == "offered", row.vendor_root in trusted, row.work
