"""Read models: what the API shows of intents, offers, deals and the vendor's shop.

Every function takes a read connection and answers JSON-ready values: ids in lowercase hex, keys
of parties as did:key, times in Unix seconds, money in minor units.
"""

from __future__ import annotations

from vrmnode.engine.audience import readable
from vrmnode.engine.customer import named_views, offers
from vrmnode.engine.customer.named_intent import is_named
from vrmnode.engine.mail import mailroom
from vrmnode.engine.negotiation import counters, questions, refusals
from vrmnode.engine.records import as_state, intent_body, load_deal
from vrmnode.engine.references import find_deal, find_intent, find_offer
from vrmnode.engine.rights import requests
from vrmnode.engine.vendor import pause, shop
from vrmnode.storage import (
    catalogue,
    deals,
    events,
    inbox,
    inbox_mail,
    intents,
    market,
    messages,
    orders,
    outbox,
    pseudonyms,
)
from vrmnode.storage.database import Connection
from vrmnode.storage.deals import Deal
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.secrets import Vault
from vrmnode.vendor.product import product_to_dict
from vrmprotocol import bodies, keys, negotiation
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_text import page

Json = dict[str, object]


def status(tx: Connection, now: int) -> Json:
    """Counts of what the node holds."""
    own = intents.list_intents(tx)
    return {
        "intents": {
            state: sum(1 for one in own if one.status == state)
            for state in ("active", "fulfilled", "withdrawn", "expired")
        },
        "deals": {role: deals.count_by_state(tx, role) for role in ("customer", "vendor")},
        "orders": {role: orders.count_by_status(tx, role) for role in ("customer", "vendor")},
        "market_intents": market.count_intents(tx, now),
        "sealed_intents": market.count_intents(tx, now, sealed=True),
        "products": catalogue.count(tx),
        "inbox": inbox.count(tx) + inbox_mail.count(tx),
        "rights": requests.counts(tx, now),
        "paused": pause.shown(pause.current(tx, now)),
        "outbox": outbox.pending_count(tx),
        "last_event": events.last_id(tx),
    }


def intent_list(tx: Connection, state: str | None) -> list[Json]:
    """Own intents, newest first."""
    return [_intent_row(tx, own) for own in intents.list_intents(tx, state)]


def _intent_row(tx: Connection, own: OwnIntent) -> Json:
    body = intent_body(own)
    budget = body.price_specification
    rows = deals.list_deals(tx, role="customer", intent_id=own.intent_id)
    return {
        "intent": own.intent_id.hex(),
        "label": own.label,
        "item_name": _wanted(own),
        "pseudonym": None if is_named(own) else _pseudonym(tx, own),
        "to": named_views.names(tx, own),
        "status": own.status,
        "quantity": own.quantity,
        "max_price": None if budget is None else budget.max_price,
        "currency": None if budget is None else budget.price_currency,
        "created": own.created,
        "valid_through": own.valid_through,
        "offers": sum(1 for row in rows if row.offer_digest is not None),
        "refusals": sum(1 for row in rows if row.state == "refused"),
        "agreed": deals.bought_quantity(tx, own.intent_id),
        "standing": None if own.standing is None else own.standing.hex(),
    }


def _pseudonym(tx: Connection, own: OwnIntent) -> str:
    (name,) = pseudonyms.of_intent(tx, own.intent_id)
    return keys.to_did(name.pseudonym)


def _wanted(own: OwnIntent) -> str:
    item = intent_body(own).item_offered
    for text in (own.label, item.name, item.gtin, item.mpn):
        if text:
            return text
    return f"category {item.category}"


def intent_show(tx: Connection, reference: str, now: int) -> Json:
    """One own intent with its offers, refusals and what was published."""
    own = find_intent(tx, reference)
    private = offers.private_maximum(own)
    return {
        **_intent_row(tx, own),
        "published": _published(own),
        "to": named_views.told(tx, own, now),
        "acceptance": readable(own.acceptance or {}),
        "private_maximum": None if private is None else str(private),
        "ranking": _ranked(tx, own, now),
        "refused": refusals.refused(tx, own),
        "deals": [
            deal_row(row, now)
            for row in deals.list_deals(tx, role="customer", intent_id=own.intent_id)
            if row.state != "none"
        ],
    }


_EACH_VENDORS_OWN = ("salt", "replyKey", "replyTag")


def _published(own: OwnIntent) -> object:
    """The intent as everybody, or each named vendor, has it."""
    wire = bodies.to_wire(intent_body(own))
    hidden = _EACH_VENDORS_OWN if is_named(own) else ()
    return readable({name: value for name, value in wire.items() if name not in hidden})


def _ranked(tx: Connection, own: OwnIntent, now: int) -> list[Json]:
    states = {row.deal.hex(): row for row in deals.list_deals(tx, intent_id=own.intent_id)}
    found: list[Json] = []
    for offer in offers.ranked(tx, own, now=now):
        shown = dict(offer.to_dict())
        row = states.get(str(shown.get("deal")))
        found.append(
            {
                **shown,
                "offer": shown.get("digest"),
                "counters": counters.about_offer(tx, offer.deal, offer.digest),
                "intent": own.intent_id.hex(),
                "vendor": keys.to_did(offer.vendor_root),
                "state": None if row is None else row.state,
            }
        )
    return found


def offer_list(tx: Connection, reference: str | None, now: int) -> list[Json]:
    """Offers to one intent or to all, each intent's best first."""
    chosen = [find_intent(tx, reference)] if reference else intents.list_intents(tx)
    return [row for own in chosen for row in _ranked(tx, own, now)]


def offer_show(tx: Connection, vault: Vault, reference: str, now: int) -> Json:
    """One offer: its rank, the whole signed draft, and what was asked about it."""
    digest = find_offer(tx, reference)
    record = offers.deal_of(tx, digest)
    own = intents.get_by_id(tx, record.row.intent_id)
    ranked = [] if own is None else _ranked(tx, own, now)
    place = next((row for row in ranked if row["offer"] == digest.hex()), {})
    signed = record.state.offers[digest]
    wire = bodies.to_wire(signed.body)
    choice = mailroom.offer_of(signed).draft.choice
    return {
        **place,
        "deal": record.deal.hex(),
        "terms_text": None if unknown(choice) else page(choice.terms, choice.addendum),
        "draft": readable(wire.get("draft")),
        "questions": questions.about_offer(tx, vault, record.deal, digest),
    }


def deal_list(tx: Connection, role: str | None, state: str | None, now: int) -> list[Json]:
    """Deals of both roles, the one changed last first."""
    rows = deals.list_deals(tx, role=role, state=state)
    return [deal_row(row, now) for row in rows if row.state != "none"]


def deal_row(row: Deal, now: int) -> Json:
    """One line of the list of deals."""
    return {
        "deal": row.deal.hex(),
        "role": row.role,
        "state": row.state,
        "display_state": negotiation.display_state(as_state(row.state), row.confirm_by, now),
        "vendor": keys.to_did(row.vendor_root),
        "vendor_name": row.vendor_name,
        "customer": keys.to_did(row.customer),
        "intent": row.intent_id.hex(),
        "offer": None if row.offer_digest is None else row.offer_digest.hex(),
        "business_function": row.business_function,
        "total": row.total,
        "currency": row.currency,
        "quantity": row.quantity,
        "confirm_by": row.confirm_by,
        "created": row.created,
        "updated": row.updated,
        "fault": row.fault,
    }


def deal_show(tx: Connection, reference: str, now: int) -> Json:
    """One deal with its messages and, once agreed, the document."""
    record = load_deal(tx, find_deal(tx, reference))
    stored = messages.list_messages(tx, record.deal)
    return {
        **deal_row(record.row, now),
        "evaluated_state": record.state.state,
        "document": readable(record.state.document),
        "refusals": refusals.of_deal(tx, record),
        "order": _order(tx, record.deal),
        "messages": [
            {
                "digest": item.digest.hex(),
                "kind": item.kind,
                "from": record.row.role if item.own else _other(record.row.role),
                "seq": item.seq,
                "created": item.created,
                "received": item.received_at,
                "acknowledged": item.acked_at if item.own else item.ack_sent_at,
            }
            for item in stored
        ],
        "faults": [f"{fault.code}: {fault.detail}" for fault in record.state.faults],
    }


def _order(tx: Connection, deal: bytes) -> Json | None:
    row = orders.get(tx, deal)
    return None if row is None else {"status": row.status, "payment": row.payment}


def _other(role: str) -> str:
    return "vendor" if role == "customer" else "customer"


def vendor_profile(tx: Connection) -> Json:
    """What the vendor says of itself."""
    details = shop.stored_profile(tx)
    return {} if details is None else dict(details.to_dict())


def catalogue_list(tx: Connection, limit: int, after: str | None) -> Json:
    """A page of the catalogue, by SKU."""
    page = catalogue.list_products(tx, limit, after)
    return {
        "products": [product_to_dict(shop.for_sale(product)) for product in page],
        "count": catalogue.count(tx),
        "next": page[-1].sku if len(page) == limit else None,
    }


def event_page(tx: Connection, after: int, limit: int) -> list[Json]:
    """Events with a higher id, oldest first."""
    return [
        {
            "id": event.id,
            "at": event.at,
            "type": event.type,
            "subject_kind": event.subject_kind,
            "subject": event.subject_id.hex(),
            "data": event.data,
        }
        for event in events.after(tx, after, limit)
    ]
