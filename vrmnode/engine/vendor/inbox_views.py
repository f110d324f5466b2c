"""The inbox as the people of a shop see it: the intent in words, and what the node would answer."""

from __future__ import annotations

from vrmnode.engine.audience import readable
from vrmnode.engine.failures import conflict
from vrmnode.engine.records import read_intent
from vrmnode.engine.references import checked_id, only
from vrmnode.engine.vendor import returning, shop
from vrmnode.engine.vendor.returning import History
from vrmnode.engine.vendor.shop import Shop
from vrmnode.errors import ServiceError
from vrmnode.storage import envelopes, inbox, market, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.inbox import InboxEntry
from vrmnode.storage.market import MarketIntent
from vrmnode.storage.secrets import Vault
from vrmnode.values.money import format_money
from vrmnode.vendor import plain_words
from vrmnode.vendor.responder import Plan, Refusal
from vrmnode.vendor.survey import Finding, survey
from vrmprotocol import bodies
from vrmprotocol.market import Intent

Json = dict[str, object]


def find_entry(tx: Connection, reference: str) -> InboxEntry:
    """The waiting intent by the id of its newest form, or the beginning of it.

    An earlier form is none: who looked at that would answer what isn't asked any more.

    Raises:
        ServiceError: `inbox.not_found`, `inbox.ambiguous`, `inbox.changed`, `inbox.answered`,
            `request.id`.
    """
    prefix = checked_id(reference)
    found = inbox.by_prefix(tx, prefix)
    if not found:
        raise _missing(tx, prefix)
    return only("inbox", reference, found)


def _missing(tx: Connection, prefix: str) -> ServiceError:
    """Why there is no such entry: what the human saw may have gone on meanwhile."""
    earlier = [each.author for each in envelopes.by_prefix(tx, prefix)]
    earlier += [each.author for each in messages.by_prefix(tx, prefix, "sealed_intent")]
    for author in earlier:
        newer = inbox.get(tx, author)
        if newer is not None:
            return conflict(
                "inbox.changed",
                "the customer changed the intent meanwhile: look at it again, it is now"
                f" {newer.envelope_id.hex()}",
            )
    for stored in market.intents_by_prefix(tx, prefix):
        if stored.answer is not None:
            return conflict(
                "inbox.answered",
                f"expected an intent that waits, came one that is {stored.answer}"
                f" ({stored.reason})",
            )
    words = f"expected the id of an intent in the inbox, came {prefix!r}"
    return ServiceError("inbox.not_found", words, 404)


def inbox_list(tx: Connection, vault: Vault, now: int) -> list[Json]:
    """What waits, the most urgent first."""
    found = ((entry, market.get_intent(tx, entry.pseudonym)) for entry in inbox.list_entries(tx))
    known = returning.Reading(tx, vault)
    return [
        entry_row(entry, stored, read_intent(stored.body), known.history(stored), now)
        for entry, stored in found
        if stored is not None and stored.valid_through > now
    ]


def entry_row(
    entry: InboxEntry, stored: MarketIntent, intent: Intent, known: History | None, now: int
) -> Json:
    """One line of the inbox; `named`: the customer told it to vendors of its choice alone."""
    claimer = entry.claimer(now)
    return {
        "kind": "intent",
        "id": entry.envelope_id.hex(),
        "named": stored.sealed,
        "returning": returning.shown(known),
        "intent": entry.envelope_id.hex(),
        "wanted": plain_words.wanted(intent),
        "why": entry.why,
        "added": entry.added,
        "answer_by": entry.answer_by,
        "valid_through": entry.valid_through,
        "claimed_by": claimer,
        "claimed_until": None if claimer is None else entry.claimed_until,
        "work": entry.work,
    }


def inbox_show(tx: Connection, vault: Vault, reference: str, now: int) -> Json:
    """One waiting intent: in words, as published, what the node proposes, and what came near.

    Raises:
        ServiceError: as `find_entry`.
    """
    entry = find_entry(tx, reference)
    stored = market.get_intent(tx, entry.pseudonym)
    if stored is None:
        raise _missing(tx, reference)
    intent = read_intent(stored.body)
    known = returning.history(tx, vault, stored)
    here = shop.open_shop(tx, now)
    here = None if here is None else here.to(known)
    return {**entry_row(entry, stored, intent, known, now), **considered(here, intent, now)}


def considered(here: Shop | None, intent: Intent, now: int) -> Json:
    """What an intent says, and what a shop makes of it now."""
    reply = None if here is None else here.reply(intent, now)
    return {
        "told": plain_words.told(intent),
        "published": readable(bodies.to_wire(intent)),
        "proposals": [proposal(plan) for plan in reply] if isinstance(reply, tuple) else [],
        "refusal": refusal(reply) if isinstance(reply, Refusal) else None,
        "near": [] if here is None else [_finding(each) for each in _survey(here, intent, now)],
    }


def proposal(plan: Plan) -> Json:
    """The offer that the node would make."""
    parts, price = plan.parts, plan.parts.price
    return {
        "sku": plan.sku or None,
        "item_name": parts.item_offered.name,
        "function": parts.business_function,
        "quantity": plan.quantity,
        "unit_price": price.unit_price,
        "delivery_charge": price.delivery_charge,
        "total": price.total,
        "currency": price.price_currency,
        "price": format_money(price.total, price.price_currency),
        "terms": parts.terms.terms,
        "addendum": readable(dict(parts.terms.addendum)),
        "delivery_method": parts.delivery_method,
        "delivery_earliest": parts.delivery_earliest,
        "delivery_latest": parts.delivery_latest,
        "valid_through": parts.valid_through,
        "confirm_by": parts.confirm_by,
        "reserved": parts.reserved,
        "rule": plan.rule,
    }


def refusal(reply: Refusal) -> Json:
    """The refusal that the node would send, or keep to itself."""
    return {"reason": reply.reason, "words": reply.words, "sent": reply.send}


def _survey(here: Shop, intent: Intent, now: int) -> list[Finding]:
    return survey(
        intent,
        here.index,
        policy=here.policy,
        details=here.details,
        available=here.available,
        now=now,
    )


def _finding(each: Finding) -> Json:
    miss = each.miss
    return {
        "sku": each.sku,
        "item_name": each.name,
        "function": each.function,
        "found_by": each.found_by,
        "score": each.score,
        "unit_price": each.unit_price,
        "currency": each.currency,
        "total": each.total,
        "miss": None if miss is None else {"reason": miss.reason, "words": miss.words},
    }
