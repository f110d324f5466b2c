"""What goes out to an intent: an offer with the stock it holds, or a refusal.

Implements the vendor's part of specs/03-messages.md (offer, decline of an intent). Which of them,
and what stands in it, was decided before.
"""

from __future__ import annotations

from vrmnode.engine import mailroom, shop
from vrmnode.engine.context import Context
from vrmnode.engine.records import load_deal
from vrmnode.storage import deals, market, reservations
from vrmnode.storage.deals import Deal
from vrmnode.storage.market import MarketIntent
from vrmnode.vendor.responder import Plan, Refusal, complete_draft
from vrmprotocol import negotiation, sealing
from vrmprotocol.bodies import MailBody
from vrmprotocol.draft import deal_id
from vrmprotocol.fields import SUITE_X25519, RecipientKey
from vrmprotocol.keys import SealKey, SigningKey
from vrmprotocol.mail import Decline, Offer
from vrmprotocol.market import Intent
from vrmprotocol.message import SignedMessage
from vrmprotocol.topics import MAIL_SHARDS

NODE_LANGUAGE = "en"
"""Of the notes that nodes write by themselves."""
REFUSAL_LIFETIME_S = 600


def send_offer(ctx: Context, stored: MarketIntent, intent: Intent, plan: Plan) -> None:
    """Reserve, sign the offer and queue it, all in this transaction."""
    key, certified = ctx.identity.vendor_signing(ctx.now)
    deal = deal_id(stored.pseudonym, ctx.identity.root)
    draft = complete_draft(
        plan.parts,
        deal=deal,
        intent_id=stored.envelope_id,
        customer=stored.pseudonym,
        root=ctx.identity.root,
        certificate=certified,
    )
    if plan.reserve_until is not None and not reservations.reserve(
        ctx.tx, deal, plan.sku, plan.quantity, plan.reserve_until, ctx.now
    ):
        send_refusal(ctx, stored, intent, Refusal("out_of_stock", "sold out meanwhile", send=True))
        return
    # SPEC 03: The writer MUST use a new random secret and a new reply key for each deal, and repeat
    # both, and the shard, in later offers of that deal.
    #
    # Later ones answer counters (`counters`): an intent that got an offer isn't considered again.
    seal_key = SealKey(ctx.random(32))
    body = Offer(
        intent=stored.envelope_id,
        draft=draft,
        secret=ctx.random(32),
        reply_key=RecipientKey(suite=SUITE_X25519, key=seal_key.public),
        shard=shop.own_shard(ctx),
    )
    row = _open_deal(ctx, stored, intent, deal)
    deals.update(
        ctx.tx,
        deal,
        updated=ctx.now,
        state="offered",
        total=draft.price_specification.total,
        currency=draft.price_specification.price_currency,
        quantity=draft.eligible_quantity,
        valid_through=draft.valid_through,
        confirm_by=draft.confirm_by,
        shard_in=body.shard,
    )
    ctx.keep_secret("deal", deal, "reply", seal_key.private_bytes())
    ctx.keep_secret("deal", deal, "sku", plan.sku.encode())
    signed = _post(ctx, row, body, key, until=draft.valid_through)
    deals.update(
        ctx.tx,
        deal,
        updated=ctx.now,
        offer_digest=signed.digest,
        body_bytes=sealing.deal_size_class(len(signed.raw)),
    )
    mailroom.watch(ctx, load_deal(ctx.tx, deal))
    market.set_answer(ctx.tx, stored.pseudonym, "offered", plan.rule)
    ctx.event(
        "offer.sent",
        "offer",
        signed.digest,
        deal=deal.hex(),
        sku=plan.sku,
        rule=plan.rule,
        total=draft.price_specification.total,
        currency=draft.price_specification.price_currency,
    )


def _open_deal(ctx: Context, stored: MarketIntent, intent: Intent, deal: bytes) -> Deal:
    row = deals.get(ctx.tx, deal)
    if row is None:
        row = Deal(
            deal=deal,
            role="vendor",
            customer=stored.pseudonym,
            vendor_root=ctx.identity.root,
            vendor_name=shop.own_name(ctx.tx),
            intent_id=stored.envelope_id,
            state="none",
            peer_seal_suite=intent.reply_key.suite,
            peer_seal_key=intent.reply_key.key,
            shard_out=intent.reply_tag[0] % MAIL_SHARDS,
            created=ctx.now,
            updated=ctx.now,
        )
        deals.insert(ctx.tx, row)
    return row


def send_refusal(ctx: Context, stored: MarketIntent, intent: Intent, refusal: Refusal) -> None:
    """Tell the customer once why there is no offer, if the policy says so."""
    already = stored.answer == "refused"
    market.set_answer(ctx.tx, stored.pseudonym, "refused", refusal.reason)
    if not refusal.send or already:
        return
    key, certified = ctx.identity.vendor_signing(ctx.now)
    deal = deal_id(stored.pseudonym, ctx.identity.root)
    row = _open_deal(ctx, stored, intent, deal)
    negotiation.check_move("vendor", load_deal(ctx.tx, deal).state.state, "decline")
    deals.update(ctx.tx, deal, updated=ctx.now, state="refused")
    # SPEC 03: The writer MUST put its certificate into a decline that is the vendor's first message
    # in a deal.
    body = Decline(
        of=stored.envelope_id,
        reason=shop.vendor_reason(refusal.reason),
        note=refusal.words[:200],
        in_language=NODE_LANGUAGE,
        certificate=certified,
    )
    _post(ctx, row, body, key, until=ctx.now + REFUSAL_LIFETIME_S)
    ctx.event("intent.refused", "intent", stored.envelope_id, reason=refusal.reason)


def _post(ctx: Context, row: Deal, body: MailBody, key: SigningKey, *, until: int) -> SignedMessage:
    return mailroom.post(ctx, row, body, key=key, recipient=row.customer, until=until)
