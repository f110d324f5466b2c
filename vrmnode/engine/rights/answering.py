"""The vendor's side of rights requests: answered by the node, or by its owner.

Implements specs/15-rights.md#by-itself. What is decided follows from
`vrmnode.vendor.rights_policy`; what is held is read by `holdings`; deleting is left to
`disclosure.forgetting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Required, TypedDict, Unpack

from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import disclosed, forgetting
from vrmnode.engine.failures import conflict
from vrmnode.engine.mail import mailroom, private_mail
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.rights import holdings, requests
from vrmnode.engine.rights.requests import RightsRecord
from vrmnode.engine.vendor import shop
from vrmnode.storage import deals, messages
from vrmnode.values.fields import Fields
from vrmnode.vendor.rights_policy import LONGEST_LEGAL_DAYS, Circumstances, Decision, decide
from vrmprotocol import agreement, rights, rights_answer
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.fields import DAY_S
from vrmprotocol.message import SignedMessage
from vrmprotocol.rights_bodies import (
    DENIAL_REASONS,
    MAX_PARTS_PER_DEAL,
    MAX_STATUSES,
    AnswerDigest,
    DenialReason,
    ProgressReason,
    RightsData,
    RightsRequest,
    RightsStatus,
    Status,
)
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_roster import levels_of

Json = dict[str, object]
Params = Mapping[str, object]

FAMILY = "rights"
_STATUS = "rights_status"
_REASONS: dict[str, DenialReason] = {reason: reason for reason in DENIAL_REASONS}


class _Said(TypedDict, total=False):
    """The fields of a status beside those that name what it is about."""

    status: Required[Status]
    reason: DenialReason | ProgressReason | None
    expected_by: int | None
    until: int | None
    answer: AnswerDigest | None
    note: str | None
    in_language: str | None


def after_message(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """Take in a customer's request that was just added to the deal."""
    if not isinstance(signed.body, RightsRequest) or record.row.role != deals.VENDOR:
        return
    try:
        rights.check(signed, record.state)
    except RemoteError as error:
        ctx.notes.append(f"rights request refused: {error.code}")
        return
    found = requests.of_message(ctx.tx, signed.digest)
    assert found is not None
    requests.note(ctx, found, "received")
    requests.watch(ctx, found)
    # SPEC 15: The vendor's node MUST answer a request in the step in which it takes it in, where it
    # answers by itself.
    _act(ctx, found)


def order_changed(ctx: Context, deal: bytes) -> None:
    """The order of a deal went on: do what waited for its end."""
    row = deals.get(ctx.tx, deal)
    if row is None or row.role != deals.VENDOR:
        return
    record = load_deal(ctx.tx, deal)
    for one in requests.of_deal(ctx.tx, record):
        # Deleting for one of them answers the others, too.
        found = requests.of_message(ctx.tx, one.digest)
        if found is not None and _waits_for_order(found):
            _act(ctx, found)


def _waits_for_order(found: RightsRecord) -> bool:
    said = found.request.status
    return found.request.state == "in_progress" and said is not None and said.reason is not None


def obligation_over(ctx: Context, found: RightsRecord) -> None:
    """The legal obligation that a request for deletion was denied for is over."""
    # SPEC 15: The vendor's node MUST delete what a request for deletion asked for when the `until`
    # of its denial is over.
    said = found.request.status
    if found.request.right == "deletion" and said is not None and (said.until or 0) <= ctx.now:
        _delete(ctx, found)


def fulfil(ctx: Context, params: Params) -> Json:
    """Fulfil a request by hand; a deletion also while the order is open, with `anyway`.

    Raises:
        ServiceError: `request.*`, `rights.role`, `rights.answered`, `order.open`,
            `rights.too_many`, `rights.nothing_held`.
        LocalError: `rights.invalid`, `rights.unknown_field`.
    """
    fields = Fields(params, FAMILY)
    found = _own(ctx, fields.required_text("request", 64), again="denied")
    anyway = fields.flag("anyway", False)
    fields.finish()
    if found.request.right == "deletion":
        case = _circumstances(ctx, found.record)
        if not case.holds:
            words = "expected data to delete, nothing that was disclosed is kept: deny it, no_match"
            raise conflict("rights.nothing_held", words)
        if case.order_open and not anyway:
            words = "expected an order that is over; its mail could not be read any more"
            raise conflict("order.open", words)
        _delete(ctx, found)
    elif not _fulfil(ctx, found):
        most = MAX_PARTS_PER_DEAL
        words = f"expected room for the answer in the {most} parts of a deal: deny it"
        raise conflict("rights.too_many", words)
    return _shown(ctx, found)


def deny(ctx: Context, params: Params) -> Json:
    """Deny a request, with a coded reason and a note.

    Raises:
        ServiceError: `request.*`, `rights.role`, `rights.answered`, `rights.too_many`.
        LocalError: `rights.invalid`, `rights.unknown_field`, `message.body`.
    """
    fields = Fields(params, FAMILY)
    found = _own(ctx, fields.required_text("request", 64))
    reason = _REASONS[fields.one_of("reason", DENIAL_REASONS, "other")]
    note, language = fields.text("note", 500), fields.language("language")
    days = fields.whole("days", 1, LONGEST_LEGAL_DAYS, None)
    if (days is None) == (reason == "legal_obligation"):
        came = "nothing" if days is None else f"{days} with the reason {reason}"
        raise fields.error("days", "them with the reason legal_obligation, and only then", came)
    if reason == "other" and note is None:
        raise fields.error("note", "a note that says the reason", None)
    fields.finish()
    until = None if days is None else _until(ctx, found, days)
    return _say_by_hand(
        ctx, found, status="denied", reason=reason, until=until, note=note, in_language=language
    )


def progress(ctx: Context, params: Params) -> Json:
    """Say that a request is being worked on, and within how many days it will be answered.

    Raises:
        ServiceError: `request.*`, `rights.role`, `rights.answered`, `rights.too_many`.
        LocalError: `rights.invalid`, `rights.unknown_field`.
    """
    fields = Fields(params, FAMILY)
    found = _own(ctx, fields.required_text("request", 64))
    note, language = fields.text("note", 500), fields.language("language")
    days = fields.whole("days", 1, rights.LONGEST_DAYS, rights.ANSWER_DAYS)
    fields.finish()
    expected = found.request.message.created + days * DAY_S
    if expected <= ctx.now:
        raise fields.error("days", "a time to come, counted from the request", days)
    return _say_by_hand(
        ctx, found, status="in_progress", expected_by=expected, note=note, in_language=language
    )


def _own(ctx: Context, reference: str, *, again: str = "") -> RightsRecord:
    found = requests.find(ctx.tx, reference)
    if found.role != deals.VENDOR:
        raise conflict("rights.role", "expected a request to your shop, came one of your own")
    if found.request.is_final and found.request.state != again:
        words = f"expected a request that waits, came one that is {found.request.state}"
        raise conflict("rights.answered", words)
    return found


def _until(ctx: Context, found: RightsRecord, days: int) -> int:
    """The end of a legal obligation of so many days, as far as the terms allow it."""
    case = _circumstances(ctx, found.record)
    if days > case.retention_legal_days:
        words = f"expected at most {case.retention_legal_days} days, as agreed, came {days}"
        raise conflict("rights.retention", words)
    return case.agreed_at + days * DAY_S


def _act(ctx: Context, found: RightsRecord) -> None:
    """Do what the owner's policy says about a request."""
    policy = shop.stored_policy(ctx.tx).rights
    case = _circumstances(ctx, found.record)
    decision = decide(policy, found.request.right, case, ctx.now)
    if decision.action == "fulfil" and found.request.right == "deletion":
        _delete(ctx, found)
    elif decision.action == "fulfil":
        if not _fulfil(ctx, found):
            # SPEC 15: The vendor's node MUST deny a request for access with `too_many_requests`
            # when its answer would have more parts than an answer may have, or than are left in the
            # deal.
            _say(ctx, found, status="denied", reason="too_many_requests")
    else:
        _say_decision(ctx, found, decision)


def _say_decision(ctx: Context, found: RightsRecord, decision: Decision) -> None:
    if decision.action == "deny":
        _say(ctx, found, status="denied", reason=decision.reason, until=decision.until)
    elif decision.action == "wait" and found.request.state == "open":
        expected = found.request.answer_by
        _say(ctx, found, status="in_progress", reason="order_open", expected_by=expected)
    elif decision.action == "person":
        requests.note(ctx, found, "waiting")


def _circumstances(ctx: Context, record: DealRecord) -> Circumstances:
    told = disclosed.of_deal(ctx.tx, ctx.vault, record, ctx.now)
    found, agreed = find_order(ctx.tx, record.deal), record.state.agreement
    assert agreed is not None
    draft = rights.draft_of(record.state)
    on_request, legal = False, 0
    if draft is not None and not unknown(draft.choice):
        levels = levels_of(draft.terms, draft.addendum)
        deletion, days = levels["deletion"], levels["retentionLegal"]
        assert isinstance(deletion, tuple)
        assert isinstance(days, int)
        on_request, legal = "onRequest" in deletion, days
    return Circumstances(
        on_request=on_request,
        holds=bool(told.fields or told.coming) or told.relationship is not None,
        order_open=found is not None and found.order.status not in forgetting.OVER,
        agreed_at=agreed.created,
        retention_legal_days=legal,
    )


def _delete(ctx: Context, found: RightsRecord) -> None:
    forgetting.on_request(ctx, found.record)
    _told(ctx, found)


def _fulfil(ctx: Context, found: RightsRecord) -> bool:
    """Answer a request for access or about sale; False where there is no room for it."""
    if found.request.right != "access":
        return _say(ctx, found, status="fulfilled")
    record, request = found.record, found.request
    told = holdings.answer(ctx.tx, ctx.vault, record, request, ctx.now)
    try:
        raw = rights_answer.write(told)
    except LocalError as error:
        ctx.notes.append(f"access isn't answered: {error.detail}")
        return False
    parts = rights_answer.cut(raw)
    # SPEC 15: The writer MUST NOT send more than 96 parts of answers in a deal.
    if _sent(ctx, record, requests.PART) + len(parts) > MAX_PARTS_PER_DEAL:
        return False
    if not _say(ctx, found, status="fulfilled", answer=rights_answer.digest_of(raw)):
        return False
    named = _document(record)
    for number, data in enumerate(parts):
        body = RightsData(agreement=named, request=request.digest, part=number, data=data)
        mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ORDER_LIFETIME_S)
    return True


def _say(ctx: Context, found: RightsRecord, **said: Unpack[_Said]) -> bool:
    """Send a status; False where the deal has room for no other."""
    record = found.record
    # SPEC 15: The writer MUST NOT send more than 24 rights statuses in a deal.
    if _sent(ctx, record, _STATUS) >= MAX_STATUSES or not mailroom.can_tell(ctx, record):
        ctx.notes.append("rights request: no status can be sent in this deal any more")
        return False
    if found.request.right == "deletion" and said.get("reason") == "no_match":
        # SPEC 15: The vendor's node MUST erase the texts of the deal when it denies a request for
        # deletion with `no_match`.
        private_mail.erase_all(ctx, record.deal, private_mail.TEXTS)
        ctx.sweep = True
    body = RightsStatus(agreement=_document(record), request=found.request.digest, **said)
    mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ORDER_LIFETIME_S)
    _told(ctx, found)
    return True


def _say_by_hand(ctx: Context, found: RightsRecord, **said: Unpack[_Said]) -> Json:
    if not _say(ctx, found, **said):
        words = f"expected a deal in which you can say more, its {MAX_STATUSES} statuses are used"
        raise conflict("rights.too_many", words)
    return _shown(ctx, found)


def _told(ctx: Context, found: RightsRecord) -> None:
    """Tell the owner's log what was just answered, and look again when there is reason to."""
    after = requests.of_message(ctx.tx, found.request.digest)
    assert after is not None
    requests.note(ctx, after, after.request.state)
    requests.watch(ctx, after)


def _shown(ctx: Context, found: RightsRecord) -> Json:
    after = requests.of_message(ctx.tx, found.request.digest)
    assert after is not None
    return requests.shown(after, ctx.now)


def _sent(ctx: Context, record: DealRecord, kind: str) -> int:
    return sum(
        1 for item in messages.list_messages(ctx.tx, record.deal) if item.own and item.kind == kind
    )


def _document(record: DealRecord) -> bytes:
    assert record.state.document is not None
    return agreement.document_digest(record.state.document)
