"""What was declined or taken back: by whom, what, and why, as a code and in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vrmnode.customer.proffer import refused_because
from vrmnode.engine.records import DealRecord, intent_body, load_deal, load_message
from vrmnode.storage import deals, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.deals import Deal
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.messages import StoredMessage
from vrmnode.values.reasons import words_of
from vrmprotocol import keys, schema, terms_addendum
from vrmprotocol.coherence import Role
from vrmprotocol.mail import Decline, WithdrawAccept
from vrmprotocol.message import SignedMessage

Json = dict[str, object]


def why(signed: SignedMessage | None, writer: Role) -> dict[str, str | None]:
    """The reason of a decline or a withdrawal, as events and answers show it; {} without one."""
    body = None if signed is None else signed.body
    if not isinstance(body, Decline | WithdrawAccept):
        return {}
    found = {"reason": body.reason, "words": words_of(body, writer), "note": None}
    if isinstance(body, Decline):
        found |= {"note": body.note, "in_language": body.in_language}
    return found


def ending(record: DealRecord) -> dict[str, str | None]:
    """Why a deal is refused, declined, withdrawn or cancelled; {} in any other state."""
    state = record.state
    if state.state in ("withdrawn", "cancelled"):
        return why(state.withdraw, "customer")
    decline = state.decline
    by_customer = decline is not None and decline.author == record.row.customer
    return why(decline, "customer" if by_customer else "vendor")


def of_deal(tx: Connection, record: DealRecord) -> list[Json]:
    """Everything that either side declined or took back in a deal, oldest first."""
    stored = messages.list_messages(tx, record.deal)
    kinds = {item.digest: item.kind for item in stored}
    found: list[Json] = []
    for item, signed in said_no(stored):
        writer: Role = "customer" if signed.author == record.row.customer else "vendor"
        row = {"from": writer, "of": _named(signed, kinds), **why(signed, writer)}
        found.append({**row, **_levels(signed), "received": item.received_at})
    return found


def _levels(signed: SignedMessage) -> Json:
    """The levels of terms that a vendor needs, where it says so."""
    levels = schema.dump(signed.body).get("levels")
    return {"levels": levels} if levels else {}


def _named(signed: SignedMessage, kinds: Mapping[bytes, str]) -> str:
    """The kind of what a decline or a withdrawal names."""
    body = signed.body
    if isinstance(body, Decline):
        # Only a decline of the intent carries the vendor's certificate.
        return kinds.get(body.of, "intent" if body.certificate else "message")
    return "accept"


def refused(tx: Connection, own: OwnIntent) -> list[Json]:
    """The vendors that declined the intent and offered nothing; by reason."""
    return _of_vendors(tx, own, lambda row, no: row.state == "refused" and no["of"] == "intent")


def declined(tx: Connection, own: OwnIntent) -> list[Json]:
    """What vendors declined after they had offered: an acceptance, a counter; by reason."""
    return _of_vendors(tx, own, lambda row, no: no["of"] != "intent")


def _of_vendors(tx: Connection, own: OwnIntent, wanted: Callable[[Deal, Json], bool]) -> list[Json]:
    found: list[Json] = []
    for row in deals.list_deals(tx, role="customer", intent_id=own.intent_id):
        vendor = {"vendor": keys.to_did(row.vendor_root), "vendor_name": row.vendor_name}
        for no in of_deal(tx, load_deal(tx, row.deal)):
            if no["from"] == "vendor" and wanted(row, no):
                found.append({**vendor, **no, **_against(own, no.get("levels"))})
    return sorted(found, key=lambda each: (str(each["reason"]), str(each["vendor"])))


def _against(own: OwnIntent, levels: object) -> Json:
    """What speaks against each choice of an intent, by the levels that a vendor needs."""
    if levels is None:
        return {}
    known = terms_addendum.read_levels(levels)
    return {"terms": refused_because(intent_body(own).choices, known)}


def said_no(stored: list[StoredMessage]) -> list[tuple[StoredMessage, SignedMessage]]:
    """The declines and withdrawals among messages, as they read."""
    found = []
    for item in stored:
        if item.kind in ("decline", "withdraw_accept"):
            signed = load_message(item.raw)
            if isinstance(signed, SignedMessage):
                found.append((item, signed))
    return found
