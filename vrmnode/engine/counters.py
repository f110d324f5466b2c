"""Counters: the customer names a lower total, the vendor's node answers under its policy.

Implements specs/03-messages.md#counter. A counter changes no state; the vendor's answer is another
offer of the same deal, under the same secret, reply key and shard, or a decline of the counter. How
far to give way is a pure function of `vrmnode.vendor.concessions`.
"""

from __future__ import annotations

import msgspec

from vrmnode.engine import mailroom, offers, shop
from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.storage import catalogue, deals, messages
from vrmnode.values.money import Money
from vrmnode.values.prices import total_of
from vrmnode.vendor.concessions import concede
from vrmnode.vendor.prices import floor_of
from vrmprotocol import negotiation
from vrmprotocol.bodies import MailBody
from vrmprotocol.draft import Price
from vrmprotocol.mail import Counter, Decline, Offer
from vrmprotocol.message import SignedMessage

Json = dict[str, object]


def counter(
    ctx: Context,
    offer: bytes,
    total: Money,
    *,
    note: str | None = None,
    language: str | None = None,
) -> Json:
    """Tell the vendor for which total its offer would be taken; it binds nobody.

    Raises:
        ServiceError: `offer.not_found`, `offer.declined`, `counter.currency`,
            `counter.not_lower`, `counter.too_many`.
        LocalError: `negotiation.illegal_move`, `negotiation.expired`, `message.body`.
    """
    record = offers.deal_of(ctx.tx, offer)
    negotiation.check_move("customer", record.state.state, "counter")
    if offer in record.state.declined_offers:
        raise conflict("offer.declined", "expected an open offer, came one you declined")
    draft = mailroom.offer_of(record.state.offers[offer]).draft
    negotiation.check_acceptable(draft, ctx.now)
    offered = total_of(draft)
    if total.currency != offered.currency:
        words = f"expected an amount in {offered.currency}, came {total}"
        raise conflict("counter.currency", words)
    # SPEC 03: The writer MUST NOT counter with a total that isn't below that of the offer, or, with
    # `Buy`, above it.
    if draft.business_function == "Buy":
        if total <= offered:
            raise conflict("counter.not_higher", f"expected more than {offered}, came {total}")
    elif total >= offered:
        raise conflict("counter.not_lower", f"expected less than {offered}, came {total}")
    # SPEC 03: The writer MUST NOT send more than 4 counters in a deal.
    stored = messages.list_messages(ctx.tx, record.deal)
    if sum(item.own and item.kind == "counter" for item in stored) >= (
        mailroom.MAX_COUNTERS_PER_DEAL
    ):
        most = mailroom.MAX_COUNTERS_PER_DEAL
        raise conflict("counter.too_many", f"expected at most {most} in a deal, came another")
    tag = language if note else None
    body = Counter(offer=offer, total=total.amount, note=note, in_language=tag)
    signed = _post(ctx, record, body, until=draft.valid_through)
    told: dict[str, str | int] = {
        "deal": record.deal.hex(),
        "offer": offer.hex(),
        "total": total.amount,
        "currency": total.currency,
    }
    ctx.event("counter.sent", "counter", signed.digest, **told)
    return {"counter": signed.digest.hex(), **told}


def after_message(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """React to a counter, or to the decline of one, that was just added to the deal."""
    if isinstance(signed.body, Counter) and record.row.role == "vendor":
        _received(ctx, record, signed, signed.body)
    elif isinstance(signed.body, Decline) and record.row.role == "customer":
        named = messages.get(ctx.tx, signed.body.of)
        if named is not None and named.own and named.kind == "counter":
            told = {"deal": record.deal.hex(), "reason": signed.body.reason}
            ctx.event("counter.declined", "counter", named.digest, **told)


def _received(ctx: Context, record: DealRecord, signed: SignedMessage, body: Counter) -> None:
    named = record.state.offers.get(body.offer)
    if named is None or record.state.state != "offered":
        return
    sku = shop.sku_of(named)
    # Of several offers side by side, those about the same product as the one that is named.
    own = [each for each in record.state.offers.values() if shop.sku_of(each) == sku]
    own.sort(key=lambda each: each.seq)
    first, last = mailroom.offer_of(own[0]), mailroom.offer_of(own[-1])
    if ctx.now > last.draft.valid_through:
        return
    currency = last.draft.price_specification.price_currency
    told = {"deal": record.deal.hex(), "offer": body.offer.hex(), "currency": currency}
    ctx.event("counter.received", "counter", signed.digest, total=body.total, **told)
    price = _price(ctx, sku, first, last, body, rounds=len(own) - 1)
    if price is None:
        negotiation.check_move("vendor", record.state.state, "decline")
        no = Decline(of=signed.digest, reason="floor")
        _post(ctx, record, no, until=ctx.now + mailroom.ANSWER_LIFETIME_S)
        ctx.event("counter.declined", "counter", signed.digest, reason="floor", **told)
        return
    negotiation.check_move("vendor", record.state.state, "offer")
    draft = msgspec.structs.replace(last.draft, price_specification=price)
    # The same secret, reply key and shard as in the deal's first offer.
    lower = msgspec.structs.replace(last, draft=draft)
    sent = _post(ctx, record, lower, until=draft.valid_through)
    deals.update(ctx.tx, record.deal, updated=ctx.now, offer_digest=sent.digest, total=price.total)
    ctx.event("counter.answered", "counter", signed.digest, total=price.total, **told)


def _price(
    ctx: Context, sku: str | None, first: Offer, last: Offer, body: Counter, *, rounds: int
) -> Price | None:
    """What the vendor's policy lets this node offer now; None: it gives way no further.

    What it pays for what it buys, the owner alone raises.
    """
    here = shop.open_shop(ctx)
    product = None if sku is None else catalogue.get(ctx.tx, sku)
    if here is None or here.policy.counter is None or product is None:
        return None
    if last.draft.business_function == "Buy":
        return None
    if last.draft.price_specification.price_currency != here.policy.currency:
        return None  # the floor is in another currency by now
    return concede(
        here.policy.counter,
        first=first.draft.price_specification,
        last=last.draft.price_specification,
        quantity=last.draft.eligible_quantity,
        asked_total=body.total,
        floor=floor_of(shop.for_sale(product), here.policy.prices),
        rounds=rounds,
        luck=ctx.random(1)[0],
    )


def _post(ctx: Context, record: DealRecord, body: MailBody, *, until: int) -> SignedMessage:
    row = load_deal(ctx.tx, record.deal).row
    key, recipient = mailroom.own_key(ctx, record), mailroom.counterpart(record)
    if key is None or recipient is None:
        raise conflict("deal.no_keys", "expected a deal that can be written in, its key is gone")
    return mailroom.post(ctx, row, body, key=key, recipient=recipient, until=until)
