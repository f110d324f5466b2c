"""Forgetting a customer: what it disclosed, the keys to it, and the statement that says so.

Implements the vendor's side of specs/09-relationship.md#deletion: by hand, and by itself when the
time that the terms allow is over.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import deletions, disclosed
from vrmnode.engine.failures import conflict, invalid
from vrmnode.engine.mail import private_mail
from vrmnode.engine.orders.order_records import OrderRecord, find_order
from vrmnode.engine.records import DealRecord, load_deal, load_message
from vrmnode.engine.references import find_deal
from vrmnode.engine.rights import requests
from vrmnode.storage import deals, messages, outbox, secrets, timers
from vrmprotocol import contact, negotiation, order_retention
from vrmprotocol.body_checks import RELATIONSHIP_COMMITMENT
from vrmprotocol.deletion_body import DELETION_REASONS, DeletionReason

Json = dict[str, object]

TIMER = "delete_by"
"""Due when the time to keep what was disclosed in a deal is over."""

OVER = frozenset({"delivered", "cancelled", "returned"})
"""The statuses of an order after which its customer may be forgotten without asking again."""


def forget(ctx: Context, params: Mapping[str, object]) -> Json:
    """Erase what a deal's customer has disclosed, and the key that opens the deal's mail.

    Without the key nothing that was sealed to this deal opens again, wherever a copy is; nor does
    what the customer may still send in it. The customer gets a signed statement.

    Raises:
        ServiceError: `deal.not_found`; `deal.role` for a customer's deal; `order.open` unless
            `anyway`; `request.reason`.
    """
    record = load_deal(ctx.tx, find_deal(ctx.tx, str(params.get("deal") or "")))
    if record.row.role != deals.VENDOR:
        raise conflict("deal.role", "expected a deal of your shop, came one of yours as a customer")
    found = find_order(ctx.tx, record.deal)
    is_open = found is not None and found.order.status not in OVER
    if found is not None and is_open and params.get("anyway") is not True:
        raise conflict(
            "order.open",
            f"expected an order that is over, came one that is {found.order.status}; its mail"
            " could not be read any more",
        )
    return _forget(ctx, record, _reason(params.get("reason", "unspecified")))


def _reason(raw: object) -> DeletionReason:
    for reason in DELETION_REASONS:
        if raw == reason:
            return reason
    expected = ", ".join(DELETION_REASONS)
    raise invalid("request.reason", f"reason: expected one of {expected}, came {raw!r}")


def on_request(ctx: Context, record: DealRecord) -> Json:
    """Forget what the customer of a deal has asked to be deleted."""
    return _forget(ctx, record, "on_request")


# SPEC 09: The reader MUST erase what was disclosed when the state of the deal becomes `cancelled`.
# SPEC 09: The vendor's node MUST send a deletion with the reason `cancelled` when it erases what
# was disclosed because the deal became `cancelled`.
def cancelled(ctx: Context, record: DealRecord) -> None:
    """Forget what was disclosed in a deal that was just cancelled, and say so if that was anything.

    With nothing to state the keys stay: whoever withdrew may still be acknowledged. Its texts go in
    either case.
    """
    before = _before_withdrawal(ctx, record)
    if _kept(ctx, before):
        _forget(ctx, before, "cancelled")
    else:
        disclosed.erase(ctx, record)
        # SPEC 09: The vendor's node MUST erase the texts of a deal when it becomes `cancelled`.
        private_mail.erase_all(ctx, record.deal, private_mail.TEXTS)
        ctx.sweep = True


def _before_withdrawal(ctx: Context, record: DealRecord) -> DealRecord:
    """A deal as it is without its withdrawals: what was told in it counts in no other state."""
    known = [load_message(item.raw) for item in messages.list_messages(ctx.tx, record.deal)]
    left = [each for each in known if each.kind != "withdraw_accept"]
    return DealRecord(record.row, negotiation.evaluate(left))


def _kept(ctx: Context, record: DealRecord) -> list[str]:
    """The names of what this node keeps of a customer."""
    told = disclosed.of_deal(ctx.tx, ctx.vault, record, ctx.now)
    names = [name for name in contact.NAMES if name in told.fields or name in told.coming]
    return names if told.relationship is None else [*names, RELATIONSHIP_COMMITMENT]


# SPEC 09: The writer MUST erase what it names in a deletion, and the keys that open copies of it,
# in the step in which it signs the deletion.
# SPEC 09: The writer MUST name in a deletion all fields that it kept of the deal until then.
def _forget(ctx: Context, record: DealRecord, reason: DeletionReason) -> Json:
    names = _kept(ctx, record)
    count = disclosed.erase(ctx, record)
    # SPEC 09: The writer MUST erase with a deletion the texts of the deal.
    private_mail.erase_all(ctx, record.deal)
    secrets.erase(ctx.tx, "deal", record.deal, "reply")
    outbox.done_by_deal(ctx.tx, record.deal, ctx.now)
    _tell_again(ctx, record)
    timers.clear(ctx.tx, TIMER, record.deal)
    timers.clear(ctx.tx, disclosed.TIMER, record.deal)
    ctx.sweep = True
    ctx.event("deal.forgotten", "deal", record.deal)
    statement = deletions.say(ctx, record.deal, names, reason, request=_asked(ctx, record))
    return {
        "deal": record.deal.hex(),
        "erased": count,
        "fields": names,
        "deletion": None if statement is None else statement.hex(),
        "disclosed": disclosed.shown(ctx.tx, ctx.vault, load_deal(ctx.tx, record.deal), ctx.now),
    }


# SPEC 15: After a deletion the vendor's node MUST still send the rights statuses that it made
# before and that aren't acknowledged.
def _tell_again(ctx: Context, record: DealRecord) -> None:
    for item in messages.list_messages(ctx.tx, record.deal):
        if item.own and item.kind == "rights_status" and item.acked_at is None:
            outbox.again(ctx.tx, item.digest, ctx.now)


# SPEC 09: The writer MUST name in a deletion the last request for deletion of the deal, if there is
# one.
def _asked(ctx: Context, record: DealRecord) -> bytes | None:
    asked = [one for one in requests.of_deal(ctx.tx, record) if one.right == "deletion"]
    return asked[-1].digest if asked else None


def watch(ctx: Context, found: OrderRecord) -> None:
    """Look again when the time to keep the data of this order is over, if that is known now."""
    if found.role != deals.VENDOR:
        return
    kept = order_retention.retention_of(found.order.draft)
    until = found.delete_by
    if until is None or kept is None or not kept.afterwards:
        timers.clear(ctx.tx, TIMER, found.deal)
    else:
        timers.arm(ctx.tx, TIMER, found.deal, until)


# SPEC 09: The vendor's node MUST delete what was disclosed in a deal when its time is over and the
# terms say `afterwards`.
def time_is_over(ctx: Context, deal: bytes) -> None:
    """Forget a deal's customer if the terms say so by now."""
    found = find_order(ctx.tx, deal)
    if found is None or found.role != deals.VENDOR:
        return
    until = found.delete_by
    if until is None or until > ctx.now:
        watch(ctx, found)
    elif not disclosed.is_forgotten(ctx.tx, ctx.vault, found.record):
        _forget(ctx, found.record, "afterwards")
