"""The intents that came and still run, as the people of a shop see them, each with its answer.

What demand was week by week, without showing anyone, is in `demand_desk`.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine.records import read_intent
from vrmnode.engine.vendor import inbox
from vrmnode.storage import market
from vrmnode.storage.database import Connection
from vrmnode.storage.market import MarketIntent
from vrmnode.values.reasons import VENDOR_DECLINE
from vrmnode.vendor import plain_words

Json = dict[str, object]
Params = Mapping[str, object]

NONE = "none"
"""In place of an answer: there is none yet."""
LIMIT = 100
_REFUSED = {
    **VENDOR_DECLINE,
    inbox.TIMED_OUT: "nobody answered it in time",
    inbox.BY_HAND: "you refused it by hand",
}
_IGNORED = {
    "nothing_near": "there is nothing like it in the catalogue",
    "requests": "the policy of terms leaves intents of strangers unanswered",
}


def listed(tx: Connection, params: Params, now: int) -> list[Json]:
    """The newest intents, of those with an `answer` if one is named, at most `limit`."""
    asked, limit = params.get("answer"), params.get("limit")
    answer = market.ANY if asked is None else None if asked == NONE else str(asked)
    most = limit if isinstance(limit, int) else LIMIT
    return [_row(stored) for stored in market.list_intents(tx, now, answer=answer, limit=most)]


def _row(stored: MarketIntent) -> Json:
    intent = read_intent(stored.body)
    budget = intent.price_specification
    return {
        "intent": stored.envelope_id.hex(),
        "named": stored.sealed,
        "status": stored.status,
        "wanted": plain_words.wanted(intent).removeprefix("wants "),
        "country": intent.area.country,
        "max_price": None if budget is None else budget.max_price,
        "currency": None if budget is None else budget.price_currency,
        "received": stored.received_at,
        "valid_through": stored.valid_through,
        "answer": stored.answer,
        "reason": stored.reason,
        "words": _words(stored),
    }


def _words(stored: MarketIntent) -> str | None:
    """The reason for people; that of an offer or of a human's work is in words already."""
    reason = stored.reason
    known = {"refused": _REFUSED, "ignored": _IGNORED}.get(stored.answer or "", {})
    return None if reason is None else known.get(reason, reason)
