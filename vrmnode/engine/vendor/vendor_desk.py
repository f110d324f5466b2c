"""The vendor's side: intents come in, offers go out, acceptances are decided.

Implements the vendor's column of specs/04-negotiation.md. Which product fits, at what price, and
what is refused why are pure functions of `vrmnode.vendor`; this module applies their answers
inside one transaction together with the stock they need.
"""

from __future__ import annotations

from vrmnode.engine.context import NODE, Context
from vrmnode.engine.disclosure import forgetting
from vrmnode.engine.mail import mailroom
from vrmnode.engine.negotiation import refusals
from vrmnode.engine.records import DealRecord, load_deal, read_intent, reload
from vrmnode.engine.vendor import answering, inbox, pause, reminders, returning, shop
from vrmnode.storage import (
    catalogue,
    deals,
    key_updates,
    market,
    messages,
    reservations,
    settings,
    timers,
)
from vrmnode.storage.deals import Deal
from vrmnode.storage.market import MarketIntent
from vrmnode.vendor.responder import Refusal
from vrmnode.vendor.routing import left_to_human
from vrmnode.vendor.terms import answers_intents
from vrmprotocol import coherence
from vrmprotocol.bodies import MailBody
from vrmprotocol.draft import deal_id
from vrmprotocol.keys import SigningKey
from vrmprotocol.mail import Decline, VendorReason
from vrmprotocol.message import SignedMessage

RECONSIDERED = "vendor.reconsidered"
RECONSIDERED_AT_ONCE = 50

BUSY_S = 60
"""The window, and the pause, of the vendor's limit of offers per minute."""


def consider(ctx: Context, pseudonym: bytes) -> None:
    """Answer an intent that was received: with an offer, a coded refusal, or not at all."""
    stored = market.get_intent(ctx.tx, pseudonym)
    if stored is None or not _is_open(ctx, stored):
        return
    intent = read_intent(stored.body)
    if not answering.may_answer(ctx, pseudonym, intent):
        return
    here = shop.open_shop(ctx.tx, ctx.now)
    if here is None:
        return
    if not answers_intents(here.policy.terms_policy):
        market.set_answer(ctx.tx, pseudonym, "ignored", "requests")
        return
    if messages.answers_since(ctx.tx, ctx.now - BUSY_S) >= here.policy.max_offers_per_minute:
        timers.arm(ctx.tx, "answer", pseudonym, ctx.now + BUSY_S)
        return
    here = here.to(returning.history(ctx.tx, ctx.vault, stored))
    reply = here.reply(intent, ctx.now)
    why = left_to_human(here.policy, here.details, intent, reply, now=ctx.now)
    paused = pause.current(ctx.tx, ctx.now)
    if paused and (why or isinstance(reply, tuple)) and not inbox.is_claimed(ctx, pseudonym):
        inbox.leave(ctx, pseudonym, "paused")
        no = Refusal("closed", paused.note or "", here.policy.refuse_when_closed)
        answering.send_refusal(ctx, stored, intent, no, language=paused.language)
        return
    if why is not None or inbox.is_claimed(ctx, pseudonym):
        inbox.add(ctx, here, stored, intent, why)
        return
    inbox.leave(ctx, pseudonym, "answered_by_node")
    if isinstance(reply, Refusal):
        answering.send_refusal(ctx, stored, intent, reply)
    elif reply is not None:
        answering.send_offers(ctx, stored, intent, reply, how="automatic")
    else:
        market.set_answer(ctx.tx, pseudonym, "ignored", "nothing_near")


def _is_open(ctx: Context, stored: MarketIntent) -> bool:
    return (
        stored.status == "active" and stored.valid_through > ctx.now and stored.answer != "offered"
    )


def _post(ctx: Context, row: Deal, body: MailBody, key: SigningKey, *, until: int) -> SignedMessage:
    return mailroom.post(ctx, row, body, key=key, recipient=row.customer, until=until)


def intent_changed(ctx: Context, stored: MarketIntent) -> None:
    """An intent was updated: a withdrawn one frees what an open offer of ours reserved."""
    if stored.status == "withdrawn":
        inbox.leave(ctx, stored.pseudonym, "withdrawn")
        deal = deal_id(stored.pseudonym, ctx.identity.root)
        row = deals.get(ctx.tx, deal)
        if row is not None and row.role == "vendor" and row.state == "offered":
            reservations.release(ctx.tx, deal)
            ctx.event("reservation.released", "deal", deal, reason="intent_withdrawn")
    else:
        consider(ctx, stored.pseudonym)


def after_message(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """React to a customer's message that was just added to the deal."""
    before, state = record.row.state, record.state.state
    # SPEC 04: The vendor MUST NOT countersign an accept whose withdrawal it has seen.
    #
    # With the withdrawal in the set the state isn't `accepted`, whichever came first.
    if state == "accepted":
        _decide(ctx, record)
        return
    if state == "offered":
        _free_declined(ctx, record)
    if state == before:
        reminders.after_message(ctx, record, signed)
        return
    deals.update(ctx.tx, record.deal, updated=ctx.now, state=state)
    if state in ("declined", "withdrawn", "cancelled"):
        _let_go(ctx, record, state)


# SPEC 04: The vendor MUST release what an offer holds once the customer has declined every offer of
# the deal that holds it.
def _free_declined(ctx: Context, record: DealRecord) -> None:
    state = record.state
    skus = {digest: shop.sku_of(offer) for digest, offer in state.offers.items()}
    still_open = {sku for digest, sku in skus.items() if digest not in state.declined_offers}
    for sku in {sku for sku in skus.values() if sku is not None} - still_open:
        if reservations.release(ctx.tx, record.deal, sku):
            ctx.event("reservation.released", "deal", record.deal, reason="declined", sku=sku)


def _let_go(ctx: Context, record: DealRecord, state: str) -> None:
    reservations.release(ctx.tx, record.deal)
    if state == "cancelled":
        deals.update(ctx.tx, record.deal, updated=ctx.now, document=record.state.agreement_file())
        forgetting.cancelled(ctx, record)
    ctx.event(f"deal.{state}", "deal", record.deal, **refusals.ending(record))


# SPEC 04: The vendor MUST release what offers of a key hold when it revokes the key, and decline
# with `closed` an accept of such an offer.
def key_revoked(ctx: Context, subject: bytes) -> None:
    """One of this vendor's keys is void: what it offered isn't held any longer."""
    for row in deals.list_deals(ctx.tx, role="vendor", state="offered"):
        record = load_deal(ctx.tx, row.deal)
        if record.vendor_author == subject and reservations.release(ctx.tx, row.deal):
            ctx.event("reservation.released", "deal", row.deal, reason="key_revoked")


def _decide(ctx: Context, record: DealRecord) -> None:
    """Countersign an acceptance or decline it; the vendor alone decides, here and once."""
    # SPEC 04: The vendor MUST NOT send both an agreement and a decline for the same accept.
    #
    # Either answer changes the state in this transaction, and only `accepted` leads here.
    accepted, offered = record.state.accept, record.state.accepted_offer
    key = None if offered is None else ctx.identity.vendor_key_of(offered.author, ctx.now)
    if accepted is None or offered is None or key is None:
        return
    draft = mailroom.offer_of(offered).draft
    # SPEC 04: The vendor MUST decline an accept that it first sees after `confirmBy`, with
    # reason `late`.
    if ctx.now > draft.confirm_by:
        _decline_acceptance(ctx, record, accepted, key, "late")
        return
    if key_updates.is_revoked(ctx.tx, ctx.identity.root, offered.author):
        _decline_acceptance(ctx, record, accepted, key, "closed")
        return
    # SPEC 04: The vendor MUST take the goods out of stock in the same transaction in which it
    # countersigns.
    #
    # An item that a human offered without having it in the catalogue has no sku, and no stock.
    sku = shop.sku_of(offered)
    if sku is not None and not reservations.sell(
        ctx.tx, record.deal, sku, draft.eligible_quantity, ctx.now
    ):
        gone = catalogue.get(ctx.tx, sku) is None
        reason: VendorReason = "withdrawn" if gone else "out_of_stock"
        _decline_acceptance(ctx, record, accepted, key, reason)
        return
    body = coherence.countersign(accepted, offered, key)
    _post(ctx, record.row, body, key, until=ctx.now + mailroom.ANSWER_LIFETIME_S)
    # SPEC 09: The vendor MUST keep the relationship key of a sealed intent so that erasing it
    # erases every copy, and erase it when that intent is replaced, withdrawn or over, or its deal
    # is agreed.
    returning.forget(ctx, record.deal)
    record = reload(ctx, record)
    deals.update(
        ctx.tx,
        record.deal,
        updated=ctx.now,
        state=record.state.state,
        offer_digest=offered.digest,
        business_function=draft.business_function,
        document=record.state.agreement_file(),
        total=draft.price_specification.total,
        currency=draft.price_specification.price_currency,
        quantity=draft.eligible_quantity,
    )
    ctx.event(
        "deal.agreed",
        "deal",
        record.deal,
        sku=sku,
        function=draft.business_function,
        quantity=draft.eligible_quantity,
        total=draft.price_specification.total,
        currency=draft.price_specification.price_currency,
    )


def _decline_acceptance(
    ctx: Context, record: DealRecord, accepted: SignedMessage, key: SigningKey, reason: VendorReason
) -> None:
    signed = _post(
        ctx,
        record.row,
        Decline(of=accepted.digest, reason=reason),
        key,
        until=ctx.now + mailroom.ANSWER_LIFETIME_S,
    )
    deals.update(ctx.tx, record.deal, updated=ctx.now, state="declined")
    reservations.release(ctx.tx, record.deal)
    ctx.event("deal.declined", "deal", record.deal, **refusals.why(signed, "vendor"))


def reservations_lapsed(ctx: Context) -> None:
    """Free the stock of offers that nobody accepted in time."""
    for deal in reservations.lapse(ctx.tx, ctx.now):
        ctx.event("reservation.lapsed", "deal", deal)


def reconsider(ctx: Context) -> None:
    """Look again at open intents after the catalogue, the policy or the profile changed."""
    settings.put(ctx.tx, RECONSIDERED, "")
    reconsider_more(ctx)


def reconsider_more(ctx: Context) -> None:
    """Look at the next few of them; others of the node's tasks have their turn in between."""
    after = bytes.fromhex(settings.get(ctx.tx, RECONSIDERED, ""))
    found = market.to_reconsider(ctx.tx, ctx.now, after, RECONSIDERED_AT_ONCE)
    for stored in found:
        consider(ctx, stored.pseudonym)
    if len(found) == RECONSIDERED_AT_ONCE:
        settings.put(ctx.tx, RECONSIDERED, found[-1].pseudonym.hex())
        timers.arm(ctx.tx, "reconsider_more", NODE, ctx.now)
