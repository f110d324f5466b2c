"""What a human of the vendor does with an intent in the inbox: claim, answer, refuse.

Whatever a human answers passes the checks of an automatic offer; what the customer's node would
object to is told before it is sent (`vrmnode.customer.fitness`).
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.customer.fitness import problems_of
from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict, not_found
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import read_intent
from vrmnode.engine.vendor import answering, inbox, returning, shop
from vrmnode.engine.vendor.inbox_views import entry_row, find_entry
from vrmnode.engine.vendor.shop import Shop
from vrmnode.storage import catalogue, market
from vrmnode.storage.inbox import InboxEntry
from vrmnode.storage.market import MarketIntent
from vrmnode.values.fields import Fields
from vrmnode.vendor.by_hand import ByHand, free_item, plan_by_hand, read_by_hand
from vrmnode.vendor.inbox_rules import REASONS
from vrmnode.vendor.matching import NearMiss
from vrmnode.vendor.product import Product
from vrmnode.vendor.responder import Plan, Refusal, Reply, with_reason
from vrmprotocol.market import Intent
from vrmprotocol.message import SignedMessage

Json = dict[str, object]
Params = Mapping[str, object]

NAME_CHARACTERS = 40
OFFER_NOTE_CHARACTERS, REFUSAL_NOTE_CHARACTERS = 500, 200


def claim(ctx: Context, params: Params) -> Json:
    """Say who works on an intent, so that nobody else does; it ends by itself.

    Raises:
        ServiceError: `inbox.*`, `request.id`; FieldError `request.invalid`.
    """
    entry, name = _entry(ctx, params), _name(params, needed=True)
    return _row(ctx, inbox.claim(ctx, entry, name or ""))


def release(ctx: Context, params: Params) -> Json:
    """Leave an intent to others again.

    Raises:
        ServiceError: `inbox.*`, `request.id`; FieldError `request.invalid`.
    """
    entry, name = _entry(ctx, params), _name(params, needed=True)
    return _row(ctx, inbox.release(ctx, entry, name or ""))


def answer(ctx: Context, params: Params) -> Json:
    """Send the node's proposal, or what the human makes of it, as an offer.

    Raises:
        ServiceError: `inbox.*`, `product.not_found`, `request.id`.
        FieldError: `answer.*`, `request.invalid`.
    """
    entry, name = _entry(ctx, params), _name(params)
    inbox.require_free(entry, name, ctx.now)
    stored, intent = _intent(ctx, entry)
    here = _shop(ctx).to(returning.history(ctx.tx, ctx.vault, stored))
    fields = Fields(params, "request")
    note, anyway = fields.text("note", OFFER_NOTE_CHARACTERS), fields.flag("anyway", False)
    language = fields.language("language")
    said = params.get("offer")
    wish = read_by_hand(said if isinstance(said, dict) else {}, here.policy.currency, ctx.now)
    plans = _plans(ctx, here, intent, wish)
    if not anyway:
        for plan in plans:
            _require_fit(ctx, stored, intent, plan)
    inbox.take_out(ctx, entry)
    how = "by hand" if name is None else f"by hand, {name}"
    sent = answering.send_offers(ctx, stored, intent, plans, how=how, note=note, language=language)
    if not sent:
        raise _impossible(NearMiss("out_of_stock", "it is out of stock"))
    ctx.event("inbox.answered", "intent", entry.envelope_id, by=name, offers=len(sent))
    return {"intent": entry.envelope_id.hex(), "offers": [_sent_row(each) for each in sent]}


def _sent_row(signed: SignedMessage) -> Json:
    draft = mailroom.offer_of(signed).draft
    price = draft.price_specification
    return {
        "offer": signed.digest.hex(),
        "item_name": draft.item_offered.name,
        "function": draft.business_function,
        "total": price.total,
        "currency": price.price_currency,
        "valid_through": draft.valid_through,
    }


def refuse(ctx: Context, params: Params) -> Json:
    """Tell the customer that there will be no offer, and why.

    Raises:
        ServiceError: `inbox.*`, `request.id`; FieldError `request.invalid`.
    """
    entry, name = _entry(ctx, params), _name(params)
    inbox.require_free(entry, name, ctx.now)
    stored, intent = _intent(ctx, entry)
    fields = Fields(params, "request")
    reason = REASONS[fields.one_of("reason", REASONS, "unspecified")]
    refusal = Refusal(reason, fields.text("note", REFUSAL_NOTE_CHARACTERS) or "", send=True)
    language = fields.language("language")
    inbox.take_out(ctx, entry)
    told = answering.send_refusal(
        ctx, stored, intent, refusal, kept_as=inbox.BY_HAND, language=language
    )
    ctx.event("inbox.refused", "intent", entry.envelope_id, by=name, reason=reason)
    return {"intent": entry.envelope_id.hex(), "reason": reason, "told": told}


def _entry(ctx: Context, params: Params) -> InboxEntry:
    reference = params.get("intent")
    return find_entry(ctx.tx, reference if isinstance(reference, str) else "")


def _name(params: Params, *, needed: bool = False) -> str | None:
    fields = Fields(params, "request")
    text = fields.required_text if needed else fields.text
    return text("by", NAME_CHARACTERS)


def _row(ctx: Context, entry: InboxEntry) -> Json:
    stored, intent = _intent(ctx, entry)
    known = returning.history(ctx.tx, ctx.vault, stored)
    return entry_row(entry, stored, intent, known, ctx.now)


def _intent(ctx: Context, entry: InboxEntry) -> tuple[MarketIntent, Intent]:
    stored = market.get_intent(ctx.tx, entry.pseudonym)
    if stored is None or stored.valid_through <= ctx.now:
        raise conflict("inbox.expired", "expected an intent that still stands, came one that ended")
    intent = read_intent(stored.body)
    if not answering.may_answer(ctx, entry.pseudonym, intent):
        raise conflict("inbox.answered", "expected an intent without a deal, came one with one")
    return stored, intent


def _shop(ctx: Context) -> Shop:
    here = shop.open_shop(ctx.tx, ctx.now)
    if here is None:
        raise conflict(
            "inbox.no_shop", "expected a profile and a policy that answers, came a shop without"
        )
    return here


def _plans(ctx: Context, here: Shop, intent: Intent, wish: ByHand) -> tuple[Plan, ...]:
    """The offers that the human wants: the node's own, or one with what is said of it."""
    reply = None if wish.sku or wish.name else here.reply(intent, ctx.now)
    if isinstance(reply, tuple) and wish.changes_nothing:
        return reply
    product, stock = _product(ctx, here, intent, wish, reply)
    found = plan_by_hand(
        intent,
        wish,
        product,
        policy=here.policy,
        details=here.details,
        stock=stock,
        now=ctx.now,
    )
    if isinstance(found, NearMiss):
        raise _impossible(found)
    if wish.unit_price is not None:
        return (found,)
    priced = with_reason((found,), here.why)
    return priced if isinstance(priced, tuple) else ()


def _product(
    ctx: Context, here: Shop, intent: Intent, wish: ByHand, reply: Reply
) -> tuple[Product, int | None]:
    """What is offered, and how much of it there is; None: not counted."""
    if wish.name is not None:
        return free_item(wish, intent, here.details, here.policy.currency), None
    sku = wish.sku or (reply[0].sku if isinstance(reply, tuple) else None)
    if sku is None:
        why = f": {reply.words}" if isinstance(reply, Refusal) else ""
        raise conflict(
            "inbox.no_proposal",
            f"expected a sku or the name of an item, the node has nothing to propose{why}",
        )
    row = catalogue.get(ctx.tx, sku)
    if row is None:
        raise not_found("product", sku)
    return shop.for_sale(row), here.available(sku)


def _impossible(miss: NearMiss) -> Exception:
    return conflict(f"inbox.{miss.reason}", f"no such offer can be made: {miss.words}")


def _require_fit(ctx: Context, stored: MarketIntent, intent: Intent, plan: Plan) -> None:
    """Refuse an offer to which the customer's node would object.

    Raises:
        ServiceError: `inbox.unfit`.
    """
    draft = answering.drafted(ctx, stored, plan)
    problems = problems_of(draft, intent, ctx.now, None, declined=False)
    if problems:
        words = "; ".join(f"{each.words} [{each.code}]" for each in problems)
        raise conflict(
            "inbox.unfit",
            f"expected what the customer asked for, its node would say: {words}",
        )
