"""Read models of intents to named vendors: who was told, who has it, and what one waits for."""

from __future__ import annotations

from vrmnode.engine.mail import first_mail
from vrmnode.engine.records import load_deal
from vrmnode.storage import deals, market, outbox, pseudonyms
from vrmnode.storage.database import Connection
from vrmnode.storage.deals import Deal
from vrmnode.storage.intents import OwnIntent
from vrmnode.values.spans import format_moment
from vrmprotocol import keys
from vrmprotocol.draft import deal_id

Json = dict[str, object]


def names(tx: Connection, own: OwnIntent) -> list[Json]:
    """The named vendors of an intent; none of a published one."""
    return [
        {"vendor": keys.to_did(row.vendor_root), "vendor_name": row.vendor_name}
        for row in _rows(tx, own)
    ]


def told(tx: Connection, own: OwnIntent, now: int) -> list[Json]:
    """The named vendors of an intent, each with how far the intent has come."""
    return [_told(tx, row, now) for row in _rows(tx, own)]


def known(tx: Connection, own: OwnIntent, now: int) -> list[str]:
    """The same in sentences, the vendors that don't have it yet named."""
    rows = told(tx, own, now)
    have = [row for row in rows if row["acknowledged"] is not None]
    said = [f"{len(have)} of the {len(rows)} vendors it is for say that they have it"]
    if len(rows) == 1:
        said = [f"the vendor it is for {'says' if have else 'has not said'} that it has it"]
    said += [
        f"{row['vendor_name'] or row['vendor']}: {row['words']}"
        for row in rows
        if row["acknowledged"] is None
    ]
    return said


def _rows(tx: Connection, own: OwnIntent) -> list[Deal]:
    found = [
        deals.get(tx, deal_id(name.pseudonym, name.vendor_root))
        for name in pseudonyms.of_intent(tx, own.intent_id)
        if name.vendor_root is not None
    ]
    return [row for row in found if row is not None]


def _told(tx: Connection, row: Deal, now: int) -> Json:
    said = [item for item in first_mail.sealed_intents(tx, row.deal) if item.own]
    has_it = next((item.acked_at for item in reversed(said) if item.acked_at is not None), None)
    return {
        "vendor": keys.to_did(row.vendor_root),
        "vendor_name": row.vendor_name,
        "pseudonym": keys.to_did(row.customer),
        "deal": row.deal.hex(),
        "state": row.state,
        "acknowledged": has_it,
        "recognised": any(
            (body := first_mail.sealed_intent_of(item)) is not None
            and body.relationship is not None
            for item in said
        ),
        "words": f"has it since {format_moment(has_it)}" if has_it else _waiting(tx, row, now),
    }


def _waiting(tx: Connection, row: Deal, now: int) -> str:
    """Why a vendor doesn't say that it has the intent, as far as this node knows."""
    pending = outbox.pending(tx, now, row.deal)
    attempts = sum(item.attempts for item in pending)
    if not pending:
        return "was not heard of, and it is sent no more"
    if first_mail.is_first_mail(load_deal(tx, row.deal)) and not _reachable(tx, row, now):
        return f"{_unreachable(tx, row)}; it waits for a newer profile"
    if attempts == 0:
        return "not sent so far: there was no peer to take it"
    times = {1: "once", 2: "twice"}.get(attempts, f"{attempts} times")
    return f"sent {times}, not acknowledged; its node may be off; sent again until the intent ends"


def _reachable(tx: Connection, row: Deal, now: int) -> bool:
    return first_mail.door(tx, row.vendor_root, now) is not None


def _unreachable(tx: Connection, row: Deal) -> str:
    if market.get_profile(tx, row.vendor_root) is None:
        return "this node doesn't have its profile any more"
    return "the key in its profile, to which the intent is sealed, can't be used any more"
