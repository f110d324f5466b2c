"""The rights requests of deals as the engine sees them, and as both sides are shown them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vrmnode.engine.context import Context
from vrmnode.engine.mail import private_mail
from vrmnode.engine.records import DealRecord, load_deal, load_message
from vrmnode.engine.references import checked_id, only
from vrmnode.storage import deals, messages, rights_planned, timers
from vrmnode.storage.database import Connection
from vrmnode.storage.deals import Deal
from vrmnode.storage.secrets import Vault
from vrmnode.values import reasons
from vrmprotocol import keys, message, rights, rights_answer
from vrmprotocol.errors import passes
from vrmprotocol.message import SignedMessage
from vrmprotocol.rights import Request
from vrmprotocol.rights_bodies import RIGHTS, Right

Json = dict[str, object]

KIND, PART = "rights_request", "rights_data"
LISTED = 1_000
"""Requests that are listed at once, the newest."""

REMINDER = "rights"
"""The timer of a request: it is time to remind of it, it isn't answered in time, or a legal
obligation is over."""

RIGHT_OF: Mapping[str, Right] = {right: right for right in RIGHTS}


@dataclass(frozen=True, slots=True)
class RightsRecord:
    """A request with its deal."""

    record: DealRecord
    request: Request

    @property
    def role(self) -> str:
        """This node's part in the deal."""
        return self.record.row.role


def of_deal(tx: Connection, record: DealRecord) -> tuple[Request, ...]:
    """The requests of a deal that count."""
    stored = messages.list_messages(tx, record.deal)
    return rights.evaluate(record.state, [load_message(item.raw) for item in stored])


def of_message(tx: Connection, digest: bytes) -> RightsRecord | None:
    """The request with this digest; None where none counts."""
    stored = messages.get(tx, digest)
    if stored is None:
        return None
    record = load_deal(tx, stored.deal)
    return next(
        (RightsRecord(record, one) for one in of_deal(tx, record) if one.digest == digest), None
    )


def find(tx: Connection, reference: str) -> RightsRecord:
    """A request by its id, or the beginning of it.

    Raises:
        ServiceError: `request.not_found`, `request.ambiguous`, `request.id`.
    """
    stored = messages.by_prefix(tx, checked_id(reference), kind=KIND)
    found = [of_message(tx, item.digest) for item in stored]
    return only("request", reference, [each for each in found if each is not None])


def listed(tx: Connection, role: str, now: int) -> list[Json]:
    """What this node asked as a customer, or what its shop was asked: what is due first."""
    stored = messages.rights_requests(tx, own=role == deals.CUSTOMER, limit=LISTED)
    found: list[Json] = []
    for deal in dict.fromkeys(item.deal for item in stored):
        record = load_deal(tx, deal)
        rows = of_deal(tx, record)
        found += [shown(RightsRecord(record, one), now) for one in rows]
    planned = _planned(tx) if role == deals.CUSTOMER else []
    return [*planned, *sorted(found, key=_urgency)]


def _planned(tx: Connection) -> list[Json]:
    """What waits for its time to be asked, the next first: no request yet."""
    return [
        {
            **dict.fromkeys(_OF_A_REQUEST),
            "right": row.asked,
            "state": "planned",
            "late": False,
            **_parties(load_deal(tx, row.deal).row),
            "asked_at": row.due_at,
        }
        for row in rights_planned.every(tx)
    ]


def _urgency(row: Json) -> tuple[bool, int, str]:
    waits = row["answered_at"] is None
    at = row["answer_by"] if waits else row["asked_at"]
    assert isinstance(at, int)
    return not waits, at if waits else -at, str(row["request"])


def counts(tx: Connection, now: int) -> Json:
    """How many requests of each part of this node wait for an answer, and until when."""
    return {role: _waiting(listed(tx, role, now)) for role in (deals.CUSTOMER, deals.VENDOR)}


def _waiting(rows: list[Json]) -> Json:
    waits = [row for row in rows if row["request"] is not None and row["answered_at"] is None]
    if not waits:
        return {}
    late = sum(1 for row in waits if row["state"] == "expired")
    return {"waiting": len(waits), "expired": late, "until": waits[0]["answer_by"]}


def shown(found: RightsRecord, now: int) -> Json:
    """A request, ready for JSON."""
    request, row, said = found.request, found.record.row, found.request.status
    answered = request.answered_at
    return {
        "request": request.digest.hex(),
        "right": request.right,
        "state": request.shown_as(now),
        **_parties(row),
        "asked_at": request.message.created,
        "answer_by": request.answer_by,
        "answered_at": answered,
        "late": answered is not None and answered > request.answer_by,
        "reason": None if said is None else said.reason,
        "words": None if said is None or said.reason is None else reasons.RIGHTS[said.reason],
        "until": None if said is None else said.until,
        "note": None if said is None else said.note,
        "deletion": _deletion(request),
        "answer": None if said is None or said.answer is None else said.answer.digest.hex(),
    }


_OF_A_REQUEST = (
    *("request", "answer_by", "answered_at", "reason", "words", "until", "note"),
    *("deletion", "answer"),
)
"""What only a request that was made has."""


def _parties(row: Deal) -> Json:
    return {
        "role": row.role,
        "deal": row.deal.hex(),
        "vendor": keys.to_did(row.vendor_root),
        "vendor_name": row.vendor_name,
        "customer": keys.to_did(row.customer),
    }


def _deletion(request: Request) -> str | None:
    if request.state != "fulfilled" or request.right != "deletion" or request.decisive is None:
        return None
    return request.decisive.digest.hex()


def answer_of(tx: Connection, vault: Vault, found: RightsRecord) -> bytes | None:
    """The bytes of the answer to a request for access; None where it isn't there, or not whole.

    Raises:
        RemoteError: `rights.answer`: the parts aren't what the vendor signed for.
    """
    said = found.request.status
    if said is None or said.answer is None:
        return None
    deal = found.record.deal
    kept = (
        private_mail.content(tx, vault, deal, item.digest)
        for item in messages.list_messages(tx, deal)
        if item.kind == PART
    )
    loaded = [message.verify_and_load(raw, expected_recipient=None) for raw in kept if raw]
    standing = [
        each
        for each in loaded
        if isinstance(each, SignedMessage) and passes(rights.check, each, found.record.state)
    ]
    return rights_answer.assemble(said.answer, found.request.digest, standing)


def watch(ctx: Context, found: RightsRecord) -> None:
    """Look at a request again when there is something to remind of."""
    request, said = found.request, found.request.status
    if not request.is_final:
        last = request.answer_by + 1
        first = request.remind_at()
        timers.arm(ctx.tx, REMINDER, request.digest, first if ctx.now < first else last)
    elif found.role == deals.VENDOR and said is not None and said.until is not None:
        timers.arm(ctx.tx, REMINDER, request.digest, said.until)
    else:
        timers.clear(ctx.tx, REMINDER, request.digest)


def note(ctx: Context, found: RightsRecord, word: str) -> None:
    """Tell the log what became of a request: codes and times, nothing of what is held."""
    request, said = found.request, found.request.status
    reason = None if said is None else said.reason
    ctx.event(
        f"rights.{word}",
        "deal",
        found.record.deal,
        request=request.digest.hex(),
        right=request.right,
        vendor=found.record.row.vendor_name,
        answer_by=request.answer_by,
        reason=reason,
        words=None if reason is None else reasons.RIGHTS[reason],
    )
