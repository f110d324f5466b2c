"""What the policies would do now, without doing it: the vendor's with an intent, the customer's.

Nothing here is sent, stored or reserved.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.customer.acceptance import decide, objection
from vrmnode.customer.request import build_intent, read_request
from vrmnode.engine.customer import offers, standing
from vrmnode.engine.failures import invalid
from vrmnode.engine.negotiation import talks
from vrmnode.engine.records import intent_body, own_intent, read_intent
from vrmnode.engine.references import find_intent, find_market_intent, find_offer
from vrmnode.engine.vendor import pause, returning, shop
from vrmnode.engine.vendor.inbox_views import considered
from vrmnode.engine.vendor.shop import Shop
from vrmnode.errors import ServiceError
from vrmnode.storage import deals
from vrmnode.storage.database import Connection
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.secrets import Vault
from vrmnode.vendor.responder import Refusal
from vrmnode.vendor.routing import left_to_human
from vrmprotocol.market import Intent

Json = dict[str, object]


def vendor_policy_test(
    tx: Connection, vault: Vault, params: Mapping[str, object], now: int
) -> Json:
    """What this vendor would answer to a stored intent, or to one that a request describes.

    `returning` says how many finished deals its customer shall have, in place of what is known.

    Raises:
        ServiceError: `request.invalid`, `intent.not_found`, `intent.ambiguous`, `request.id`.
        FieldError: `request.*`.
    """
    reference, request = params.get("intent"), params.get("request")
    if isinstance(reference, str) and request is None:
        stored = find_market_intent(tx, reference)
        intent, known = read_intent(stored.body), returning.history(tx, vault, stored)
    elif isinstance(request, dict) and reference is None:
        known = None
        intent = build_intent(
            read_request(request),
            now=now,
            salt=bytes(16),
            reply_key=bytes(range(32)),
            reply_tag=bytes(16),
        )
    else:
        raise invalid("request.invalid", "expected either an intent or a request")
    here, as_if = shop.open_shop(tx, now), params.get("returning")
    if here is not None:
        here = here.to_finished(as_if) if isinstance(as_if, int) else here.to(known)
    return {
        **_answer(tx, here, intent, now),
        "returning": returning.shown(known),
        **considered(here, intent, now),
    }


def _answer(tx: Connection, here: Shop | None, intent: Intent, now: int) -> Json:
    if here is None:
        return {"answer": "silence", "why": shop.closed(tx)}
    reply = here.reply(intent, now)
    why = left_to_human(here.policy, here.details, intent, reply, now=now)
    if pause.current(tx, now) is not None and (why or isinstance(reply, tuple)):
        sent = here.policy.refuse_when_closed
        return {"answer": "refuse" if sent else "silence", "why": "the shop pauses"}
    if why is not None:
        return {"answer": "human", "why": why}
    if isinstance(reply, Refusal):
        return {"answer": "refuse" if reply.send else "silence", "why": reply.words}
    if reply is None:
        return {"answer": "silence", "why": "nothing in the catalogue comes near"}
    return {"answer": "offer", "why": "; ".join(plan.rule for plan in reply)}


def policy_test(tx: Connection, reference: str, now: int) -> Json:
    """What the customer's policy would do now with the offers to an intent, or with one of them.

    Raises:
        ServiceError: `offer.not_found`, `intent.not_found`, `*.ambiguous`, `request.id`.
    """
    own, only = _meant(tx, reference)
    policy, asked = standing.policy_of(tx, own), intent_body(own).business_function
    limit, least = offers.limit_of(own), offers.least_of(own)
    ranked = offers.ranked(tx, own, now=now, open_only=True)
    decision = decide(
        policy,
        ranked,
        now=now,
        published_at=own.created,
        wanted=own.quantity,
        already_locked=deals.locked_quantity(tx, own.intent_id),
        asked=asked,
        limit=limit,
        least=least,
    )
    bargain = talks.outlook(tx, own, policy, ranked, now)
    action = "counter" if bargain.steps else "wait" if bargain.until else decision.action
    return {
        "intent": own.intent_id.hex(),
        "action": action if own.status == "active" else "none",
        "rule": decision.rule if own.status == "active" else f"none: the intent is {own.status}",
        "counters": list(bargain.words),
        "offers": [
            {
                "offer": offer.digest.hex(),
                "vendor_name": offer.vendor_name,
                "total": offer.total,
                "currency": offer.currency,
                "chosen": offer.digest == decision.digest,
                "objection": objection(
                    policy, offer, now=now, asked=asked, limit=limit, least=least
                ),
            }
            for offer in ranked
            if only in (None, offer.digest)
        ],
    }


def _meant(tx: Connection, reference: str) -> tuple[OwnIntent, bytes | None]:
    """The intent that an id names, or that of the offer which it names, and that offer."""
    try:
        digest = find_offer(tx, reference)
    except ServiceError as error:
        if error.code != "offer.not_found":
            raise
        return find_intent(tx, reference), None
    return own_intent(tx, offers.deal_of(tx, digest).row.intent_id), digest
