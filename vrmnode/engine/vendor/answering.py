"""What goes out to an intent: offers with the stock they hold, or a refusal.

Implements the vendor's part of specs/03-messages.md (offer, decline of an intent). Which of them,
and what stands in it, was decided before.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrmnode.engine.context import Context
from vrmnode.engine.mail import mailroom
from vrmnode.engine.negotiation import refusals
from vrmnode.engine.records import load_deal
from vrmnode.engine.vendor import shop
from vrmnode.storage import deals, market, reservations
from vrmnode.storage.deals import Deal
from vrmnode.storage.market import MarketIntent
from vrmnode.vendor.responder import Plan, Refusal, complete_draft
from vrmprotocol import negotiation, sealing
from vrmprotocol.bodies import MailBody
from vrmprotocol.draft import Draft, deal_id
from vrmprotocol.fields import SUITE_X25519, RecipientKey
from vrmprotocol.keys import SealKey, SigningKey
from vrmprotocol.mail import Decline, Offer
from vrmprotocol.market import Intent
from vrmprotocol.message import SignedMessage
from vrmprotocol.topics import MAIL_SHARDS

NODE_LANGUAGE = "en"
"""Of the notes that nodes write by themselves."""
REFUSAL_LIFETIME_S = 600


def may_answer(ctx: Context, pseudonym: bytes, intent: Intent) -> bool:
    """Whether the deal hasn't gone beyond a refusal, and mail to the customer can be sealed.

    A deal that moved on stays as it is, though its intent was forgotten and comes back by an
    update; what can't be sealed would hold stock for nobody.
    """
    row = deals.get(ctx.tx, deal_id(pseudonym, ctx.identity.root))
    if row is not None and row.state not in ("none", "refused"):
        return False
    return sealing.can_seal_to(intent.reply_key)


def drafted(ctx: Context, stored: MarketIntent, plan: Plan) -> Draft:
    """The draft that an offer by this plan has."""
    _, certified = ctx.identity.vendor_signing(ctx.now)
    return complete_draft(
        plan.parts,
        deal=deal_id(stored.pseudonym, ctx.identity.root),
        intent_id=stored.envelope_id,
        customer=stored.pseudonym,
        root=ctx.identity.root,
        certificate=certified,
    )


def send_offers(
    ctx: Context,
    stored: MarketIntent,
    intent: Intent,
    plans: Sequence[Plan],
    *,
    how: str,
    note: str | None = None,
    language: str | None = None,
) -> list[SignedMessage]:
    """Reserve, sign and queue an offer for each plan, all in one deal and in this transaction.

    `how` says who decided, `language` is that of the note. None is sent where all stock is gone
    meanwhile: the intent is refused then.
    """
    deal = deal_id(stored.pseudonym, ctx.identity.root)
    plans = [plan for plan in plans if _reserve(ctx, deal, plan)]
    if not plans:
        send_refusal(ctx, stored, intent, Refusal("out_of_stock", "sold out meanwhile", send=True))
        return []
    key, _ = ctx.identity.vendor_signing(ctx.now)
    drafts = [drafted(ctx, stored, plan) for plan in plans]
    # SPEC 03: The writer MUST use a new random secret and a new reply key for each deal, and repeat
    # both, and the shard, in later offers of that deal.
    #
    # Later ones answer counters (`counters`): an intent that got an offer isn't considered again.
    seal_key, secret = SealKey(ctx.random(32)), ctx.random(32)
    reply_key = RecipientKey(suite=SUITE_X25519, key=seal_key.public)
    open_deal(ctx, stored.pseudonym, stored.envelope_id, intent)
    ctx.keep_secret("deal", deal, "reply", seal_key.private_bytes())
    sent = []
    for plan, draft in zip(plans, drafts, strict=True):
        body = Offer(
            intent=stored.envelope_id,
            draft=draft,
            secret=secret,
            reply_key=reply_key,
            shard=shop.own_shard(ctx),
            note=note,
            in_language=language if note else None,
        )
        row = load_deal(ctx.tx, deal).row
        signed = _post(ctx, row, body, key, until=draft.valid_through)
        sent.append(signed)
        _tell(ctx, signed, draft, f"{how}: {plan.rule}")
    _note_offered(ctx, deal, sent, drafts)
    market.set_answer(ctx.tx, stored.pseudonym, "offered", f"{how}: {plans[0].rule}")
    return sent


def _reserve(ctx: Context, deal: bytes, plan: Plan) -> bool:
    """Hold what the plan promises to hold; False if it is gone."""
    if plan.reserve_until is None:
        return True
    return reservations.reserve(ctx.tx, deal, plan.sku, plan.quantity, plan.reserve_until, ctx.now)


def _note_offered(
    ctx: Context, deal: bytes, sent: Sequence[SignedMessage], drafts: Sequence[Draft]
) -> None:
    """The deal's row shows the offer that the customer asked for in the first place."""
    deals.update(
        ctx.tx,
        deal,
        updated=ctx.now,
        state="offered",
        offer_digest=sent[0].digest,
        business_function=drafts[0].business_function,
        total=drafts[0].price_specification.total,
        currency=drafts[0].price_specification.price_currency,
        quantity=drafts[0].eligible_quantity,
        valid_through=max(draft.valid_through for draft in drafts),
        confirm_by=max(draft.confirm_by for draft in drafts),
        shard_in=shop.own_shard(ctx),
        # The size of the longest for all: one that stood out would show that they are several.
        body_bytes=max(sealing.deal_size_class(len(signed.raw)) for signed in sent),
    )
    mailroom.watch(ctx, load_deal(ctx.tx, deal))


def _tell(ctx: Context, signed: SignedMessage, draft: Draft, rule: str) -> None:
    ctx.event(
        "offer.sent",
        "offer",
        signed.digest,
        deal=signed.deal.hex(),
        sku=draft.item_offered.sku,
        function=draft.business_function,
        rule=rule,
        total=draft.price_specification.total,
        currency=draft.price_specification.price_currency,
    )


def open_deal(ctx: Context, pseudonym: bytes, intent_id: bytes, intent: Intent) -> Deal:
    """The vendor's deal with a pseudonym, made if it isn't there yet."""
    deal = deal_id(pseudonym, ctx.identity.root)
    row = deals.get(ctx.tx, deal)
    if row is None:
        row = Deal(
            deal=deal,
            role="vendor",
            customer=pseudonym,
            vendor_root=ctx.identity.root,
            vendor_name=shop.own_name(ctx.tx),
            intent_id=intent_id,
            state="none",
            peer_seal_suite=intent.reply_key.suite,
            peer_seal_key=intent.reply_key.key,
            shard_out=intent.reply_tag[0] % MAIL_SHARDS,
            created=ctx.now,
            updated=ctx.now,
        )
        deals.insert(ctx.tx, row)
    return row


def send_refusal(
    ctx: Context,
    stored: MarketIntent,
    intent: Intent,
    refusal: Refusal,
    *,
    kept_as: str | None = None,
    language: str | None = NODE_LANGUAGE,
) -> bool:
    """Tell the customer once why there is no offer, if the policy says so; whether it was told.

    `kept_as` is how this node remembers the reason, if not by its code; `language` is that of the
    refusal's words.
    """
    market.set_answer(ctx.tx, stored.pseudonym, "refused", kept_as or refusal.reason)
    deal = deal_id(stored.pseudonym, ctx.identity.root)
    known = deals.get(ctx.tx, deal)
    if not refusal.send or (known is not None and known.state == "refused"):
        return False
    key, certified = ctx.identity.vendor_signing(ctx.now)
    row = open_deal(ctx, stored.pseudonym, stored.envelope_id, intent)
    negotiation.check_move("vendor", load_deal(ctx.tx, deal).state.state, "decline")
    deals.update(ctx.tx, deal, updated=ctx.now, state="refused")
    note = refusal.words[:200] or None
    # SPEC 03: The writer MUST put its certificate into a decline that is the vendor's first message
    # in a deal.
    body = Decline(
        of=stored.envelope_id,
        reason=refusal.reason,
        levels={} if refusal.terms is None else dict(refusal.terms.levels),
        note=note,
        in_language=language if note else None,
        certificate=certified,
    )
    signed = _post(ctx, row, body, key, until=ctx.now + REFUSAL_LIFETIME_S)
    why = refusals.why(signed, "vendor")
    if refusal.terms is not None and refusal.terms.reasons:
        why |= {"terms": "; ".join(refusal.terms.reasons)}
    ctx.event("intent.refused", "intent", stored.envelope_id, **why)
    return True


def _post(ctx: Context, row: Deal, body: MailBody, key: SigningKey, *, until: int) -> SignedMessage:
    return mailroom.post(ctx, row, body, key=key, recipient=row.customer, until=until)
