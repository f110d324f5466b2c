"""What a customer that was restored from a backup has forgotten, and is told when that shows.

Implements the vendor's part of specs/04-negotiation.md#after-a-restore. The customer can't ask: it
doesn't know that there is something. But what it says after its accept, nobody says who knows it.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, body_of
from vrmnode.storage import messages, outbox
from vrmprotocol import order_rules
from vrmprotocol.mail import Accept, Agreement, Decline
from vrmprotocol.message import SignedMessage

_AFTER_AN_ACCEPT = frozenset({"agreement", *order_rules.MOST})
_BEFORE_AN_ACCEPT = frozenset({"decline", "question", "counter"})


def after_message(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """Answer what shows that the customer has forgotten its accept."""
    accept = record.state.accept
    if accept is None:
        return
    another = isinstance(signed.body, Accept) and signed.digest != accept.digest
    late = signed.kind in _BEFORE_AN_ACCEPT and signed.seq > accept.seq
    until = ctx.now + mailroom.ANSWER_LIFETIME_S
    if record.state.state == "agreed" and (another or late):
        _give_back(ctx, record, accept, until)
    # SPEC 04: The vendor MUST decline with `invalid` another accept that comes to a deal that is
    # `declined`, `withdrawn` or `cancelled`.
    elif another and record.state.state in ("declined", "withdrawn", "cancelled"):
        mailroom.tell(ctx, record, Decline(of=signed.digest, reason="invalid"), until=until)


# SPEC 04: The vendor MUST send another agreement, with the accept in it, when another accept comes
# to a deal that is `agreed`, or a decline, a question or a counter that the customer numbered after
# the accept; and with it once more the agreement that counts and all it has said about the order.
def _give_back(ctx: Context, record: DealRecord, accept: SignedMessage, until: int) -> None:
    agreed = record.state.agreement
    assert agreed is not None
    assert isinstance(agreed.body, Agreement)
    if _is_on_its_way(ctx, record):
        return
    body = Agreement(
        accept=accept.digest,
        signature=agreed.body.signature,
        feedback_grant=agreed.body.feedback_grant,
        accept_message=accept.raw,
    )
    for item in messages.list_messages(ctx.tx, record.deal):
        if item.own and item.kind in _AFTER_AN_ACCEPT:
            outbox.again(ctx.tx, item.digest, ctx.now)
    mailroom.tell(ctx, record, body, until=until)


def _is_on_its_way(ctx: Context, record: DealRecord) -> bool:
    """Whether one was sent that the customer hasn't acknowledged yet: it is repeated anyway."""
    return any(
        item.own and item.kind == "agreement" and item.acked_at is None and _has_accept(item.raw)
        for item in messages.list_messages(ctx.tx, record.deal)
    )


def _has_accept(raw: bytes) -> bool:
    body = body_of(raw)
    return isinstance(body, Agreement) and body.accept_message is not None
