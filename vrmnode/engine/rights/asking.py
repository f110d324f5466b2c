"""The customer's side of rights requests: asking, at once or spread, and what comes back.

Implements the customer's part of specs/15-rights.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import deletions
from vrmnode.engine.failures import conflict
from vrmnode.engine.mail import mailroom, private_mail
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.references import find_deal, find_vendor
from vrmnode.engine.rights import requests
from vrmnode.engine.rights.requests import RightsRecord
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, messages, rights_planned, timers
from vrmnode.storage.rights_planned import PlannedRequest
from vrmnode.values.fields import Fields
from vrmprotocol import agreement, rights
from vrmprotocol.deletion_body import Deletion
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.fields import DAY_S
from vrmprotocol.message import SignedMessage
from vrmprotocol.rights_bodies import (
    MAX_REQUESTS,
    RIGHTS,
    Right,
    RightsData,
    RightsRequest,
    RightsStatus,
)

Json = dict[str, object]
Params = Mapping[str, object]

FAMILY = "rights"
TIMER = "rights_planned"
"""Due when a request that was spread has to leave."""

SPREAD_S = DAY_S


def ask(ctx: Context, params: Params) -> Json:
    """Ask the vendor of a deal, or of every deal with a vendor, for a right.

    In all deals: the first at once, each other after a random time of up to a day, or with `now`
    at once, too. With `anyway` a deletion also while an answer to access is on its way.

    Raises:
        ServiceError: `deal.*`, `vendor.*`, `rights.role`, `rights.deleted`, `rights.too_many`,
            `rights.access_first`, `rights.no_deal`, `deal.no_keys`.
        LocalError: `negotiation.illegal_move`, `rights.invalid`, `rights.unknown_field`.
    """
    fields = Fields(params, FAMILY)
    right = requests.RIGHT_OF[fields.one_of("right", RIGHTS, "access")]
    deal, vendor = fields.text("deal", 64), fields.text("vendor", 64)
    at_once, anyway = fields.flag("now", False), fields.flag("anyway", False)
    if (deal is None) == (vendor is None):
        raise fields.error("deal", "a deal or a vendor", "both" if deal else None)
    fields.finish()
    if deal is not None:
        record = load_deal(ctx.tx, find_deal(ctx.tx, deal))
        return {"requests": [_send(ctx, record, right, anyway=anyway)], "planned": []}
    records = _with_vendor(ctx, vendor or "", right, anyway)
    if at_once:
        every = [_send(ctx, each, right, anyway=anyway) for each in records]
        return {"requests": every, "planned": []}
    first, *others = records
    sent = _send(ctx, first, right, anyway=anyway)
    return {"requests": [sent], "planned": [_plan(ctx, each, right) for each in others]}


def _with_vendor(ctx: Context, vendor: str, right: Right, anyway: bool) -> list[DealRecord]:
    """The deals with a vendor in which this can be asked, the newest first."""
    root = find_vendor(ctx.tx, vendor)
    rows = deals.list_deals(ctx.tx, role=deals.CUSTOMER)
    records = [load_deal(ctx.tx, row.deal) for row in rows if row.vendor_root == root]
    found, refused = [], None
    for record in records:
        try:
            _check(ctx, record, right, anyway=anyway)
        except (ServiceError, LocalError) as error:
            refused = error
        else:
            found.append(record)
    if found:
        return found
    if isinstance(refused, ServiceError):
        raise refused
    raise conflict("rights.no_deal", "expected a vendor that you agreed with, came another")


def _check(ctx: Context, record: DealRecord, right: Right, *, anyway: bool) -> None:
    """Refuse a request that can't be made, or that the vendor could not read."""
    if record.row.role != deals.CUSTOMER:
        raise conflict("rights.role", "expected a deal in which you are the customer")
    rights.check_allowed(record.state)
    # SPEC 15: The customer's node MUST refuse to send a rights request in a deal whose vendor has
    # deleted what was disclosed.
    if deletions.standing(ctx.tx, record):
        words = (
            "expected a deal that its vendor still reads, it has deleted what you disclosed and the"
            " key of the deal's mail with it; see: vrm ledger"
        )
        raise conflict("rights.deleted", words)
    asked = requests.of_deal(ctx.tx, record)
    # SPEC 15: The writer MUST NOT send more than 8 rights requests in a deal.
    sent = messages.count_from(ctx.tx, record.deal, record.row.customer, kind=requests.KIND)
    if sent >= MAX_REQUESTS:
        raise conflict("rights.too_many", f"expected at most {MAX_REQUESTS} requests in a deal")
    if any(one.right == right and not one.is_final and ctx.now <= one.answer_by for one in asked):
        words = f"expected a right that you don't wait for, {right} is asked already"
        raise conflict("rights.asked", f"{words}; see: vrm rights list")
    if right == "deletion" and not anyway and _access_waits(ctx, record, asked):
        words = "expected the answer to your request for access first: deletion ends the channel"
        raise conflict("rights.access_first", words)


def _access_waits(ctx: Context, record: DealRecord, asked: tuple[rights.Request, ...]) -> bool:
    return any(
        one.right == "access"
        and ctx.now <= one.answer_by
        and (not one.is_final or _lacks_parts(ctx, RightsRecord(record, one)))
        for one in asked
    )


def _lacks_parts(ctx: Context, found: RightsRecord) -> bool:
    if found.request.state != "fulfilled":
        return False
    try:
        return requests.answer_of(ctx.tx, ctx.vault, found) is None
    except RemoteError:
        return False  # all of them are there, and wrong


def _send(ctx: Context, record: DealRecord, right: Right, *, anyway: bool) -> Json:
    _check(ctx, record, right, anyway=anyway)
    assert record.state.document is not None
    body = RightsRequest(agreement=agreement.document_digest(record.state.document), right=right)
    # SPEC 15: The writer MUST send a rights request again until it is acknowledged or its time is
    # over.
    until = ctx.now + rights.LONGEST_DAYS * DAY_S
    signed = mailroom.tell(ctx, record, body, until=until)
    found = requests.of_message(ctx.tx, signed.digest)
    assert found is not None
    requests.watch(ctx, found)
    requests.note(ctx, found, "requested")
    return requests.shown(found, ctx.now)


# SPEC 15: The customer's node MUST wait a random time of up to 24 hours before each request but the
# first when it asks in all deals with a vendor, unless its owner says otherwise.
def _plan(ctx: Context, record: DealRecord, right: Right) -> Json:
    due_at = ctx.now + 1 + int.from_bytes(ctx.random(4), "big") % SPREAD_S
    row = PlannedRequest(deal=record.deal, asked=right, due_at=due_at)
    rights_planned.put(ctx.tx, row)
    timers.arm_earlier(ctx.tx, TIMER, record.deal, due_at)
    return _shown_plan(row)


def cancel(ctx: Context, params: Params) -> Json:
    """Ask no more for what is planned: of a deal or of every deal with a vendor, one right or all.

    What was asked already stays so.

    Raises:
        ServiceError: `deal.*`, `vendor.*`, `rights.not_planned`.
        LocalError: `rights.invalid`, `rights.unknown_field`.
    """
    fields = Fields(params, FAMILY)
    right = fields.one_of("right", RIGHTS, None)
    deal, vendor = fields.text("deal", 64), fields.text("vendor", 64)
    if (deal is None) == (vendor is None):
        raise fields.error("deal", "a deal or a vendor", "both" if deal else None)
    fields.finish()
    if deal is not None:
        found = rights_planned.of_deal(ctx.tx, find_deal(ctx.tx, deal))
    else:
        root = find_vendor(ctx.tx, vendor or "")
        rows = rights_planned.every(ctx.tx)
        found = [row for row in rows if load_deal(ctx.tx, row.deal).row.vendor_root == root]
    gone = [row for row in found if right in (None, row.asked)]
    if not gone:
        words = "expected a request that waits for its time, there is none"
        raise conflict("rights.not_planned", words)
    for row in gone:
        rights_planned.remove(ctx.tx, row.deal, row.asked)
        vendor_name = load_deal(ctx.tx, row.deal).row.vendor_name
        ctx.event("rights.cancelled", "deal", row.deal, right=row.asked, vendor=vendor_name)
        if not rights_planned.of_deal(ctx.tx, row.deal):
            timers.clear(ctx.tx, TIMER, row.deal)
    return {"cancelled": [_shown_plan(row) for row in gone]}


def _shown_plan(row: PlannedRequest) -> Json:
    return {"deal": row.deal.hex(), "right": row.asked, "due_at": row.due_at}


def due(ctx: Context, deal: bytes) -> None:
    """Send what was planned in a deal, as far as its time has come."""
    for row in rights_planned.of_deal(ctx.tx, deal):
        if row.due_at > ctx.now:
            timers.arm_earlier(ctx.tx, TIMER, deal, row.due_at)
            continue
        rights_planned.remove(ctx.tx, deal, row.asked)
        try:
            right = requests.RIGHT_OF[row.asked]
            _send(ctx, load_deal(ctx.tx, deal), right, anyway=False)
        except (ServiceError, LocalError) as error:
            # What happened since the owner asked stands against it; the owner reads what.
            ctx.event("rights.not_sent", "deal", deal, right=row.asked, reason=error.code)


def after_message(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """Tell the customer what a message of the vendor that was just added says of its requests."""
    body = signed.body
    if record.row.role != deals.CUSTOMER:
        return
    if isinstance(body, RightsStatus | RightsData):
        try:
            rights.check(signed, record.state)
        except RemoteError as error:
            ctx.notes.append(f"{signed.kind} refused: {error.code}")
            return
        if isinstance(body, RightsData):
            # SPEC 15: The node MUST keep no byte of a part in the clear.
            private_mail.keep(ctx, signed)
        _note(ctx, record, body.request, signed)
    elif isinstance(body, Deletion) and body.request is not None:
        _note(ctx, record, body.request, signed)


def _note(ctx: Context, record: DealRecord, request: bytes, signed: SignedMessage) -> None:
    found = requests.of_message(ctx.tx, request)
    if found is None or found.record.deal != record.deal:
        return
    requests.watch(ctx, found)
    if isinstance(signed.body, RightsData):
        _note_answer(ctx, found)
        return
    if found.request.decisive is not None and found.request.decisive.digest == signed.digest:
        requests.note(ctx, found, found.request.state)
    if isinstance(signed.body, RightsStatus) and signed.body.answer is not None:
        _note_answer(ctx, found)


def _note_answer(ctx: Context, found: RightsRecord) -> None:
    """Say so once the last missing part of an answer is there."""
    try:
        raw = requests.answer_of(ctx.tx, ctx.vault, found)
    except RemoteError as error:
        ctx.event("rights.answer_refused", "deal", found.record.deal, reason=error.code)
        return
    if raw is not None:
        requests.note(ctx, found, "answered")
