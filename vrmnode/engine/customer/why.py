"""Why an intent has no offers, or none to accept: what this node knows, and nothing else.

Known is to how many peers the intent was handed, who answered what, and what speaks against each
offer. Who else got it, and why somebody is silent, nobody can know, so it isn't guessed
(specs/03-messages.md#intent: declines are a courtesy).
"""

from __future__ import annotations

from vrmnode.customer.acceptance import decide
from vrmnode.engine.customer import named_views, offers, standing
from vrmnode.engine.customer.named_intent import is_named
from vrmnode.engine.negotiation import refusals, talks
from vrmnode.engine.records import intent_body
from vrmnode.engine.references import find_intent
from vrmnode.storage import deals
from vrmnode.storage.database import Connection
from vrmnode.storage.intents import OwnIntent
from vrmnode.values.functions import does
from vrmprotocol import keys

Json = dict[str, object]


def intent_why(tx: Connection, reference: str, now: int) -> Json:
    """What is known of how an intent fares: where it went, who answered, what the node decides.

    Raises:
        ServiceError: `intent.not_found`, `intent.ambiguous`, `request.id`.
    """
    own = find_intent(tx, reference)
    offered = _offers(tx, own, now)
    refused = refusals.refused(tx, own)
    return {
        "intent": own.intent_id.hex(),
        "status": own.status,
        "created": own.created,
        "valid_through": own.valid_through,
        "handed_at": own.handed_at,
        "handed_to": own.handed_to,
        "offers": offered,
        "refused": refused,
        "declined": refusals.declined(tx, own),
        "decision": _decision(tx, own, now),
        "counters": _counters(tx, own, now),
        "to": named_views.told(tx, own, now),
        "known": _known(tx, own, offered, refused, now),
    }


def _offers(tx: Connection, own: OwnIntent, now: int) -> list[Json]:
    asked = intent_body(own).business_function
    return [
        {
            "offer": each.digest.hex(),
            "vendor": keys.to_did(each.vendor_root),
            "vendor_name": each.vendor_name,
            "business_function": each.business_function,
            "does": does(each.business_function, asked),
            "total": each.total,
            "currency": each.currency,
            "acceptable": each.acceptable,
            "problems": [{"code": one.code, "words": one.words} for one in each.problems],
        }
        for each in offers.ranked(tx, own, now=now)
    ]


def _decision(tx: Connection, own: OwnIntent, now: int) -> str:
    """What the node does by itself with the offers that are open, and why."""
    if own.status != "active":
        return f"none: the intent is {own.status}"
    return decide(
        standing.policy_of(tx, own),
        offers.ranked(tx, own, now=now, open_only=True),
        now=now,
        published_at=own.created,
        wanted=own.quantity,
        already_locked=deals.locked_quantity(tx, own.intent_id),
        asked=intent_body(own).business_function,
        limit=offers.limit_of(own),
        least=offers.least_of(own),
    ).rule


def _counters(tx: Connection, own: OwnIntent, now: int) -> list[str]:
    """What the node does by itself about prices, and why: a sentence for each vendor."""
    if own.status != "active":
        return []
    ranked = offers.ranked(tx, own, now=now, open_only=True)
    return list(talks.outlook(tx, own, standing.policy_of(tx, own), ranked, now).words)


def _known(
    tx: Connection, own: OwnIntent, offered: list[Json], refused: list[Json], now: int
) -> list[str]:
    """The same in sentences: what was observed, and where the node's knowledge ends."""
    told = ["it was handed to no peer so far"]
    if is_named(own):
        told = named_views.known(tx, own, now)
    elif own.handed_to is not None:
        peers = _count(own.handed_to, "peer")
        told = [f"it was handed to {peers}; how far they passed it on, this node can't see"]
    if not offered and not refused:
        if own.handed_to is not None or is_named(own):
            told.append("nobody has answered; vendors needn't say why, so silence says nothing")
        return told
    fitting = sum(1 for each in offered if each["acceptable"])
    offers = _count(len(offered), "offer")
    without = "without problems" if len(offered) == 1 else f"{fitting} of them without problems"
    if len(offered) == 1 and not fitting:
        without = "with problems"
    told.append(f"{offers} came, {without}" if offered else "no offer came so far")
    said_no = _count(len(refused), "vendor") if refused else "no vendor"
    told.append(f"{said_no} refused; who is silent may not have it, or not have heard of it")
    return told


def _count(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"
