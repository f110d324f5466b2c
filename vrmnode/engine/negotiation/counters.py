"""Counters: the customer names a lower total, the vendor's node answers under its policy.

Implements specs/03-messages.md#counter. A counter changes no state; the vendor's answer is another
offer of the same deal, under the same secret, reply key and shard, or a decline of the counter. How
far to give way is a pure function of `vrmnode.vendor.concessions`.
"""

from __future__ import annotations

import msgspec

from vrmnode.engine.context import Context
from vrmnode.engine.customer import offers
from vrmnode.engine.failures import conflict
from vrmnode.engine.mail import mailroom
from vrmnode.engine.negotiation import refusals
from vrmnode.engine.records import DealRecord, load_deal, load_message
from vrmnode.engine.vendor import inbox_mail, shop
from vrmnode.storage import catalogue, deals, events, messages
from vrmnode.storage.database import Connection
from vrmnode.values.money import Money, format_money
from vrmnode.values.prices import total_of
from vrmnode.vendor.concessions import at_total, concede
from vrmnode.vendor.prices import floor_of
from vrmnode.vendor.terms import answers_counters
from vrmprotocol import negotiation
from vrmprotocol.draft import Draft
from vrmprotocol.mail import Counter, Decline, Offer, VendorReason
from vrmprotocol.message import SignedMessage

Json = dict[str, object]


def counter(
    ctx: Context,
    offer: bytes,
    total: Money,
    *,
    note: str | None = None,
    language: str | None = None,
    rule: str = "by hand",
) -> Json:
    """Tell the vendor for which total its offer would be taken; it binds nobody.

    `rule` says who decided, and why so much.

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
    if not _asks_to_give_way(draft, total.amount):
        if draft.business_function == "Buy":
            raise conflict("counter.not_higher", f"expected more than {offered}, came {total}")
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
    signed = mailroom.tell(ctx, record, body, until=draft.valid_through)
    told: dict[str, str | int] = {
        "deal": record.deal.hex(),
        "offer": offer.hex(),
        "total": total.amount,
        "currency": total.currency,
    }
    ctx.event("counter.sent", "counter", signed.digest, rule=rule, **told)
    return {"counter": signed.digest.hex(), **told}


def _asks_to_give_way(draft: Draft, total: int) -> bool:
    offered = draft.price_specification.total
    return total > offered if draft.business_function == "Buy" else total < offered


def about_offer(tx: Connection, deal: bytes, offer: bytes) -> list[Json]:
    """What was named to the vendor of an offer, oldest first, by which rule, and if it said no."""
    found: list[Json] = []
    declined: dict[bytes, Json] = {}
    for item in messages.list_messages(tx, deal):
        signed = load_message(item.raw)
        if not isinstance(signed, SignedMessage):
            continue
        if isinstance(signed.body, Decline) and not item.own:
            declined[signed.body.of] = dict(refusals.why(signed, "vendor"))
        elif isinstance(signed.body, Counter) and item.own and signed.body.offer == offer:
            told = events.of_subject(tx, "counter", item.digest)
            rule = next((each.data.get("rule") for each in told), None)
            row = {"counter": item.digest.hex(), "total": signed.body.total}
            found.append({**row, "sent_at": item.created, "rule": rule})
    return [{**row, "declined": declined.get(bytes.fromhex(str(row["counter"])))} for row in found]


def after_message(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """React to a counter, or to the decline of one, that was just added to the deal."""
    if isinstance(signed.body, Counter) and record.row.role == "vendor":
        _received(ctx, record, signed, signed.body)
    elif isinstance(signed.body, Decline) and record.row.role == "customer":
        named = messages.get(ctx.tx, signed.body.of)
        if named is not None and named.own and named.kind == "counter":
            told = {"deal": record.deal.hex(), **refusals.why(signed, "vendor")}
            ctx.event("counter.declined", "counter", named.digest, **told)


def _received(ctx: Context, record: DealRecord, signed: SignedMessage, body: Counter) -> None:
    named = record.state.offers.get(body.offer)
    if named is None or record.state.state != "offered":
        return
    told = _told(record, named, body)
    ctx.event("counter.received", "counter", signed.digest, total=body.total, **told)
    policy = shop.stored_policy(ctx.tx)
    if policy.inbox is not None and policy.inbox.counters:
        through = _last(record, named).draft.valid_through
        inbox_mail.add_counter(ctx, record, signed.digest, policy.inbox, through)
    else:
        respond(ctx, signed.digest)


def respond(ctx: Context, counter: bytes) -> None:
    """The node's own answer to a counter, where the vendor's terms let it answer any."""
    record, named, body = _received_counter(ctx, counter)
    if not answers_counters(shop.stored_policy(ctx.tx).terms_policy):
        return
    answer = _answer(ctx, record, named, body)
    if isinstance(answer, Offer):
        _offer(ctx, record, counter, body, answer)
    else:
        refuse(ctx, counter, answer)


def refuse(
    ctx: Context,
    counter: bytes,
    reason: VendorReason,
    *,
    note: str | None = None,
    language: str | None = None,
) -> None:
    """Decline a counter; the offer stands as it was."""
    record, named, body = _received_counter(ctx, counter)
    negotiation.check_move("vendor", record.state.state, "decline")
    tag = language if note else None
    no = Decline(of=counter, reason=reason, note=note, in_language=tag)
    said = mailroom.tell(ctx, record, no, until=ctx.now + mailroom.ANSWER_LIFETIME_S)
    inbox_mail.take_out(ctx, counter)
    why = refusals.why(said, "vendor")
    ctx.event("counter.declined", "counter", counter, **why, **_told(record, named, body))


def give_way(ctx: Context, counter: bytes, total: Money | None, *, anyway: bool = False) -> Json:
    """Answer a counter by hand with an offer at this total, or without one at what was named.

    A total that isn't whole for every piece is rounded in the customer's favour.

    Raises:
        ServiceError: `counter.expired`, `counter.currency`, `counter.no_step`,
            `counter.below_floor`.
        LocalError: `negotiation.illegal_move`.
    """
    record, named, body = _received_counter(ctx, counter)
    last = _last(record, named)
    price = last.draft.price_specification
    asked = Money(body.total, price.price_currency) if total is None else total
    if ctx.now > last.draft.valid_through:
        raise conflict(
            "counter.expired", "expected an offer that stands, came a counter to one over"
        )
    if asked.currency != price.price_currency:
        words = f"expected an amount in {price.price_currency}, came {asked}"
        raise conflict("counter.currency", words)
    buys = last.draft.business_function == "Buy"
    fresh = at_total(price, last.draft.eligible_quantity, asked.amount, up=buys)
    if fresh is None or not _asks_to_give_way(last.draft, fresh.total):
        side = "more" if buys else "less"
        offered = format_money(price.total, price.price_currency)
        raise conflict(
            "counter.no_step", f"expected {side} than the {offered} offered, came {asked}"
        )
    if not buys and not anyway and fresh.unit_price < _floor(ctx, named):
        raise conflict(
            "counter.below_floor",
            f"expected a total within your price rules, came {asked}: say anyway if you mean it",
        )
    answer = msgspec.structs.replace(
        last, draft=msgspec.structs.replace(last.draft, price_specification=fresh)
    )
    sent = _offer(ctx, record, counter, body, answer)
    return {
        "counter": counter.hex(),
        "offers": [
            {
                "offer": sent.digest.hex(),
                "item_name": last.draft.item_offered.name,
                "total": fresh.total,
                "currency": price.price_currency,
                "valid_through": last.draft.valid_through,
            }
        ],
    }


def _offer(
    ctx: Context, record: DealRecord, counter: bytes, body: Counter, answer: Offer
) -> SignedMessage:
    negotiation.check_move("vendor", record.state.state, "offer")
    sent = mailroom.tell(ctx, record, answer, until=answer.draft.valid_through)
    total = answer.draft.price_specification.total
    deals.update(
        ctx.tx,
        record.deal,
        updated=ctx.now,
        offer_digest=sent.digest,
        business_function=answer.draft.business_function,
        total=total,
    )
    inbox_mail.take_out(ctx, counter)
    told = _told(record, record.state.offers[body.offer], body)
    ctx.event("counter.answered", "counter", counter, total=total, **told)
    return sent


def _received_counter(ctx: Context, counter: bytes) -> tuple[DealRecord, SignedMessage, Counter]:
    stored = messages.get(ctx.tx, counter)
    signed = None if stored is None else load_message(stored.raw)
    if not isinstance(signed, SignedMessage) or not isinstance(signed.body, Counter):
        raise TypeError("expected a counter that is kept")
    record = load_deal(ctx.tx, signed.deal)
    return record, record.state.offers[signed.body.offer], signed.body


def _told(record: DealRecord, named: SignedMessage, body: Counter) -> dict[str, str]:
    currency = mailroom.offer_of(named).draft.price_specification.price_currency
    return {"deal": record.deal.hex(), "offer": body.offer.hex(), "currency": currency}


def _alike(record: DealRecord, named: SignedMessage) -> list[Offer]:
    """The deal's offers about the product of one of them, in their order."""
    sku = shop.sku_of(named)
    own = [each for each in record.state.offers.values() if shop.sku_of(each) == sku]
    return [mailroom.offer_of(each) for each in sorted(own, key=lambda each: each.seq)]


def _last(record: DealRecord, named: SignedMessage) -> Offer:
    return _alike(record, named)[-1]


def _floor(ctx: Context, named: SignedMessage) -> int:
    here, sku = shop.open_shop(ctx.tx, ctx.now), shop.sku_of(named)
    product = None if sku is None else catalogue.get(ctx.tx, sku)
    if here is None or product is None:
        return 0
    return floor_of(shop.for_sale(product), here.policy.prices)


def _answer(
    ctx: Context, record: DealRecord, named: SignedMessage, body: Counter
) -> Offer | VendorReason:
    """The better offer that the vendor's policy lets this node make now, or why there is none.

    What it pays for what it buys, the owner alone raises.
    """
    sku = shop.sku_of(named)
    # Of several offers side by side, those about the same product as the one that is named.
    own = _alike(record, named)
    first, last = own[0], own[-1]
    if ctx.now > last.draft.valid_through:
        return "late"
    if not _asks_to_give_way(mailroom.offer_of(named).draft, body.total):
        return "invalid"
    here = shop.open_shop(ctx.tx, ctx.now)
    if here is None:
        return "closed"
    product = None if sku is None else catalogue.get(ctx.tx, sku)
    if product is None:
        return "withdrawn"
    if here.policy.counter is None or last.draft.business_function == "Buy":
        return "floor"
    if last.draft.price_specification.price_currency != here.policy.currency:
        return "currency"  # the floor is in another by now
    price = concede(
        here.policy.counter,
        first=first.draft.price_specification,
        last=last.draft.price_specification,
        quantity=last.draft.eligible_quantity,
        asked_total=body.total,
        floor=floor_of(shop.for_sale(product), here.policy.prices),
        rounds=len(own) - 1,
        luck=ctx.random(1)[0],
    )
    if price is None:
        return "floor"
    # The same secret, reply key and shard as in the deal's first offer.
    return msgspec.structs.replace(
        last, draft=msgspec.structs.replace(last.draft, price_specification=price)
    )
