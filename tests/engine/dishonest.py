"""What no node of ours would sign, signed with the node's own key."""

from __future__ import annotations

from collections.abc import Callable

from vrmnode.engine.context import Context
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.storage import deals
from vrmprotocol import coherence
from vrmprotocol.bodies import MailBody
from vrmprotocol.mail import Decline, WithdrawAccept

BodyOf = Callable[[Context, DealRecord], MailBody | None]


def sign(ctx: Context, deal: bytes, body_of: BodyOf) -> None:
    """Send what no node of ours would, and go on from the state that follows."""
    record = load_deal(ctx.tx, deal)
    body = body_of(ctx, record)
    if body is not None:
        mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ANSWER_LIFETIME_S)
        after = load_deal(ctx.tx, deal).state
        document = after.agreement_file() if after.agreement is not None else None
        deals.update(ctx.tx, deal, updated=ctx.now, state=after.state, document=document)


def withdrawal(ctx: Context, record: DealRecord) -> MailBody | None:
    accept = record.state.accept
    return None if accept is None else WithdrawAccept(accept=accept.digest, reason="changed_mind")


def second_thoughts(ctx: Context, record: DealRecord) -> MailBody | None:
    accept = record.state.accept
    return None if accept is None else Decline(of=accept.digest, reason="out_of_stock")


def countersignature(ctx: Context, record: DealRecord) -> MailBody | None:
    accept, offer = record.state.accept, record.state.accepted_offer
    key = mailroom.own_key(ctx, record)
    if accept is None or offer is None or key is None:
        return None
    return coherence.countersign(accept, offer, key)
