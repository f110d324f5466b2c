"""The talks about prices that an intent's offers stand in, and the counters that a policy sends.

What to name is a pure function of `vrmnode.customer.bargaining`; sending it is left to `counters`.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrmnode.customer.acceptance import AcceptancePolicy, ceiling, may_bargain, starts_at
from vrmnode.customer.bargaining import Bargain, Named, Talk, bargain
from vrmnode.customer.ranking import RankedOffer
from vrmnode.engine.context import Context
from vrmnode.engine.customer import offers
from vrmnode.engine.mail import mailroom
from vrmnode.engine.negotiation import counters
from vrmnode.engine.records import load_deal, load_message
from vrmnode.storage import deals, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.intents import OwnIntent
from vrmprotocol.draft import Draft
from vrmprotocol.mail import Counter, Decline
from vrmprotocol.message import SignedMessage


def go_on(
    ctx: Context, own: OwnIntent, policy: AcceptancePolicy, ranked: Sequence[RankedOffer]
) -> int | None:
    """Name what the policy wants named now; until when to wait for answers, None: for none."""
    if policy.counter.mode != "automatic" or _has_enough(ctx.tx, own):
        return None
    found = of_offers(ctx.tx, policy, ranked, ctx.now)
    start = starts_at(policy, found, ranked, now=ctx.now, published_at=own.created)
    if start is not None:
        return start
    made = bargain(
        policy.counter,
        found,
        limit=ceiling(policy, offers.limit_of(own)),
        now=ctx.now,
        luck=lambda deal: ctx.random(1)[0],
    )
    for step in made.steps:
        counters.counter(ctx, step.offer, step.total, rule=step.rule)
    return made.until if made.until is not None and made.until > ctx.now else None


def outlook(
    tx: Connection,
    own: OwnIntent,
    policy: AcceptancePolicy,
    ranked: Sequence[RankedOffer],
    now: int,
) -> Bargain:
    """What `go_on` would do now, but for chance; nothing is sent."""
    if policy.counter.mode != "automatic" or _has_enough(tx, own):
        return Bargain()
    found = of_offers(tx, policy, ranked, now)
    start = starts_at(policy, found, ranked, now=now, published_at=own.created)
    if start is not None:
        return Bargain(until=start, words=("it waits for more offers before it names a total",))
    limit = ceiling(policy, offers.limit_of(own))
    return bargain(policy.counter, found, limit=limit, now=now, luck=lambda deal: 0)


def _has_enough(tx: Connection, own: OwnIntent) -> bool:
    return deals.locked_quantity(tx, own.intent_id) >= own.quantity


def of_offers(
    tx: Connection, policy: AcceptancePolicy, ranked: Sequence[RankedOffer], now: int
) -> list[Talk]:
    """A talk for each deal with an offer to which only its price may be an objection."""
    fit = {offer.digest for offer in ranked if may_bargain(policy, offer, now)}
    found: dict[bytes, Talk] = {}
    for offer in ranked:
        if offer.digest in fit and offer.deal not in found:
            talk = _talk(tx, offer, fit)
            if talk is not None:
                found[offer.deal] = talk
    return list(found.values())


def _talk(tx: Connection, best: RankedOffer, fit: set[bytes]) -> Talk | None:
    record = load_deal(tx, best.deal)
    about = _thing(mailroom.offer_of(record.state.offers[best.digest]).draft)
    line = [
        signed
        for signed in record.state.offers.values()
        if _thing(mailroom.offer_of(signed).draft) == about
    ]
    line.sort(key=lambda signed: signed.seq)
    last = line[-1]
    draft = mailroom.offer_of(last).draft
    if last.digest not in fit or draft.business_function == "Buy":
        return None
    totals = [mailroom.offer_of(signed).draft.price_specification.total for signed in line]
    return Talk(
        deal=best.deal,
        vendor_name=best.vendor_name,
        offer=last.digest,
        seq=last.seq,
        valid_through=draft.valid_through,
        currency=draft.price_specification.price_currency,
        first_total=totals[0],
        least_total=min(totals),
        named=_named(tx, best.deal, {signed.digest: signed.seq for signed in line}),
    )


def _thing(draft: Draft) -> tuple[object, ...]:
    """What offers have in common that differ in their price alone."""
    item = draft.item_offered
    return draft.business_function, item.sku, item.name


def _named(tx: Connection, deal: bytes, seqs: dict[bytes, int]) -> tuple[Named, ...]:
    """The totals that were named in this deal, by hand too, in their order."""
    stored = messages.list_messages(tx, deal)
    read = [(item, load_message(item.raw)) for item in stored]
    refused = {
        signed.body.of
        for item, signed in read
        if isinstance(signed, SignedMessage) and isinstance(signed.body, Decline) and not item.own
    }
    found = [
        (item.seq, Named(signed.body.total, seqs.get(signed.body.offer, -1), item.created,
                         item.digest in refused))
        for item, signed in read
        if isinstance(signed, SignedMessage) and isinstance(signed.body, Counter)
    ]  # fmt: skip
    return tuple(named for _, named in sorted(found, key=lambda each: each[0]))
