"""Read models of standing intents: each with its castings and the offers to all of them."""

from __future__ import annotations

from vrmnode.engine import views
from vrmnode.engine.audience import readable
from vrmnode.engine.references import find_standing
from vrmnode.storage import intents, standing_intents
from vrmnode.storage.database import Connection
from vrmnode.storage.standing_intents import StandingIntent

Json = dict[str, object]


def standing_list(tx: Connection) -> list[Json]:
    """Standing intents, newest first."""
    return [standing_row(row) for row in standing_intents.list_all(tx)]


def standing_row(row: StandingIntent) -> Json:
    """One line of the list."""
    return {
        "standing": row.standing.hex(),
        "label": row.label,
        "status": row.status,
        "every_s": row.every_s,
        "until": row.until,
        "next_at": row.next_at,
        "castings": row.castings,
        "created": row.created,
    }


def standing_show(tx: Connection, reference: str, now: int) -> Json:
    """One standing intent: what it asks for, its castings, and the offers to each."""
    row = find_standing(tx, reference)
    castings = [own.intent_id.hex() for own in intents.castings_of(tx, row.standing)]
    every = {str(shown["intent"]): shown for shown in views.intent_list(tx, None)}
    return {
        **standing_row(row),
        "request": readable(dict(row.request)),
        "acceptance": readable(dict(row.acceptance)),
        "intents": [every[casting] for casting in castings],
        "offers": [offer for casting in castings for offer in views.offer_list(tx, casting, now)],
    }
