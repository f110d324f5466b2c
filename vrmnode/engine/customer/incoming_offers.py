"""Offers as they come in: several may stand open in one deal, and the deal's row shows one.

Which is the better one to accept is left to the ranking; the row shows that for what was asked in
the first place, and of several (a counter brought another) the newest.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, intent_body, own_intent
from vrmnode.storage import deals, timers
from vrmprotocol.envelope import SKEW_S
from vrmprotocol.message import SignedMessage


def note(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """Tell of an offer that was just added to the deal, and plan its end."""
    draft = mailroom.offer_of(signed).draft
    if record.state.accept is None:
        _show(ctx, record)
        timers.arm_earlier(ctx.tx, "offer_end", record.deal, end_of(signed))
    ctx.event(
        "offer.received",
        "offer",
        signed.digest,
        deal=record.deal.hex(),
        intent=record.row.intent_id.hex(),
        vendor=draft.vendor.name,
        function=draft.business_function,
        total=draft.price_specification.total,
        currency=draft.price_specification.price_currency,
    )


def still_open(record: DealRecord) -> dict[bytes, SignedMessage]:
    """The offers of a deal that the customer hasn't declined, by digest."""
    declined = record.state.declined_offers
    return {digest: each for digest, each in record.state.offers.items() if digest not in declined}


def end_of(signed: SignedMessage) -> int:
    """When an offer can't be accepted any more, whichever clock is asked."""
    return mailroom.offer_of(signed).draft.valid_through + SKEW_S


def _show(ctx: Context, record: DealRecord) -> None:
    asked = intent_body(own_intent(ctx.tx, record.row.intent_id)).functions
    offers = list(still_open(record).values() or record.state.offers.values())
    drafts = [mailroom.offer_of(each).draft for each in offers]
    shown = min(
        offers,
        key=lambda each: (
            asked.index(mailroom.offer_of(each).draft.business_function),
            -each.seq,
        ),
    )
    offer = mailroom.offer_of(shown)
    price = offer.draft.price_specification
    deals.update(
        ctx.tx,
        record.deal,
        updated=ctx.now,
        vendor_name=offer.draft.vendor.name,
        offer_digest=shown.digest,
        business_function=offer.draft.business_function,
        total=price.total,
        currency=price.price_currency,
        quantity=offer.draft.eligible_quantity,
        valid_through=max(draft.valid_through for draft in drafts),
        confirm_by=max(draft.confirm_by for draft in drafts),
        shard_out=offer.shard,
        peer_seal_suite=offer.reply_key.suite,
        peer_seal_key=offer.reply_key.key,
    )
