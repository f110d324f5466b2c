"""The customer's side of a deal: offers come in, one is accepted, the demand stays locked.

Implements the customer's column of specs/04-negotiation.md. What to prefer and whether to accept
without asking are pure functions of `vrmnode.customer`; this module applies their answers inside
one transaction, so that never more is bought than was wanted.
"""

from __future__ import annotations

from vrmnode.customer.acceptance import decide
from vrmnode.engine.context import Context
from vrmnode.engine.customer import incoming_offers, offers, standing, things_desk
from vrmnode.engine.disclosure import declined, disclosure_desk, openings
from vrmnode.engine.failures import conflict
from vrmnode.engine.feedback import feedback_keys
from vrmnode.engine.mail import mailroom
from vrmnode.engine.negotiation import refusals, talks
from vrmnode.engine.records import DealRecord, intent_body, load_deal, own_intent, reload
from vrmnode.storage import deals, key_updates, market, messages, timers
from vrmnode.storage.deals import Deal
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.pseudonyms import Pseudonym
from vrmprotocol import agreement, negotiation
from vrmprotocol.envelope import SKEW_S
from vrmprotocol.mail import (
    Accept,
    CustomerReason,
    Decline,
    Offer,
    WithdrawAccept,
    WithdrawReason,
)
from vrmprotocol.message import SignedMessage
from vrmprotocol.topics import MAIL_SHARDS


def open_deal(
    ctx: Context, name: Pseudonym, signed: SignedMessage, *, body_bytes: int, work: int
) -> Deal:
    """The deal that a vendor's first message starts, made if it isn't there yet."""
    row = deals.get(ctx.tx, signed.deal)
    if row is not None:
        if row.offer_digest is None and isinstance(signed.body, Offer):
            # The vendor refused first; the deal's size class comes with its first offer.
            deals.update(ctx.tx, row.deal, updated=ctx.now, body_bytes=body_bytes)
        return row
    root = root_of(signed)
    profile = market.get_profile(ctx.tx, root)
    row = Deal(
        deal=signed.deal,
        role="customer",
        customer=name.pseudonym,
        vendor_root=root,
        vendor_name="" if profile is None else profile.name,
        intent_id=name.intent_id,
        state="none",
        shard_in=name.reply_tag[0] % MAIL_SHARDS,
        body_bytes=body_bytes,
        work=work,
        created=ctx.now,
        updated=ctx.now,
    )
    deals.insert(ctx.tx, row)
    return row


def root_of(signed: SignedMessage) -> bytes:
    """The root that certified the author of a vendor's first message."""
    if isinstance(signed.body, Offer):
        return signed.body.draft.vendor.root
    if isinstance(signed.body, Decline) and signed.body.certificate is not None:
        return signed.body.certificate.root
    raise TypeError(f"expected a first message with a certificate, came {signed.kind}")


def after_message(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """React to a vendor's message that was just added to the deal."""
    before, state = record.row.state, record.state.state
    if isinstance(signed.body, Offer):
        incoming_offers.note(ctx, record, signed)
    if state == before:
        declined.after_message(ctx, record, signed)
        if isinstance(signed.body, Offer | Decline):
            consider(ctx, own_intent(ctx.tx, record.row.intent_id))
        return
    deals.update(ctx.tx, record.deal, updated=ctx.now, state=state)
    if state == "agreed":
        record = _hold(ctx, record)
        if _overbought(ctx, record):
            _refuse_late_agreement(ctx, record)
        else:
            _conclude(ctx, record)
    elif state in ("declined", "cancelled", "refused"):
        if state == "cancelled":
            _keep_document(ctx, record)
            things_desk.not_bought(ctx, record.deal)
            disclosure_desk.stop(ctx, record.deal)
        ctx.event(
            f"deal.{state}",
            "deal",
            record.deal,
            **refusals.ending(record),
            vendor=record.row.vendor_name,
        )
        timers.clear(ctx.tx, "confirm", record.deal)
    own = own_intent(ctx.tx, record.row.intent_id)
    standing.refresh(ctx, own)
    if state != "agreed":
        consider(ctx, own_intent(ctx.tx, own.intent_id))


def _overbought(ctx: Context, record: DealRecord) -> bool:
    own = own_intent(ctx.tx, record.row.intent_id)
    return deals.locked_quantity(ctx.tx, own.intent_id) > own.quantity


def _hold(ctx: Context, record: DealRecord) -> DealRecord:
    """The deal with its row about what is agreed, also where a backup doesn't know the accept."""
    accept, offered = record.state.accept, record.state.accepted_offer
    if accept is None or offered is None:
        raise TypeError("an agreed deal has an accept and its offer")
    _lock(ctx, record.deal, offered, "agreed")
    if messages.get(ctx.tx, accept.digest) is None:
        openings.erase(ctx, record.deal)  # those are of another accept
    return reload(ctx, record)


# SPEC 04: The customer's node MUST withdraw an accept when its deal becomes `agreed` and its lock
# is then above the intent's quantity.
def _refuse_late_agreement(ctx: Context, record: DealRecord) -> None:
    """The goods were bought elsewhere, after a no or unknowingly; the yes now comes too late."""
    _send_withdrawal(ctx, record, "duplicate")
    record = reload(ctx, record)
    deals.update(ctx.tx, record.deal, updated=ctx.now, state=record.state.state)
    _keep_document(ctx, record)
    timers.clear(ctx.tx, "confirm", record.deal)
    disclosure_desk.stop(ctx, record.deal)
    ctx.event("deal.cancelled", "deal", record.deal, **refusals.ending(record))


def consider(ctx: Context, own: OwnIntent) -> None:
    """Name lower totals, accept an offer, or wait, where the intent's policy says so."""
    if own.status != "active":
        return
    policy = standing.acceptance_policy(ctx, own)
    if "automatic" not in (policy.mode, policy.counter.mode):
        return  # before all offers are ranked: a flood of them would cost its square
    ranked = offers.ranked(ctx.tx, own, now=ctx.now, open_only=True)
    until = talks.go_on(ctx, own, policy, ranked)
    if until is not None:
        timers.arm(ctx.tx, "consider", own.intent_id, until)
        return
    decision = decide(
        policy,
        ranked,
        now=ctx.now,
        published_at=own.created,
        wanted=own.quantity,
        already_locked=deals.locked_quantity(ctx.tx, own.intent_id),
        asked=intent_body(own).business_function,
        limit=offers.limit_of(own),
        least=offers.least_of(own),
    )
    if decision.action == "accept" and decision.digest is not None:
        accept(ctx, decision.digest, rule=decision.rule)
    elif decision.action == "wait" and decision.until is not None:
        timers.arm(ctx.tx, "consider", own.intent_id, decision.until)


def accept(ctx: Context, digest: bytes, *, rule: str) -> DealRecord:
    """Sign the agreement that an offer drafts and send the acceptance.

    Raises:
        ServiceError: `offer.not_found`, `offer.declined`, `negotiation.expired`,
            `negotiation.illegal_move`: more would be bought than the intent wants.
        LocalError: `negotiation.illegal_move`.
    """
    record = offers.deal_of(ctx.tx, digest)
    own = own_intent(ctx.tx, record.row.intent_id)
    negotiation.check_move("customer", record.state.state, "accept")
    signed = record.state.offers[digest]
    draft = mailroom.offer_of(signed).draft
    if digest in record.state.declined_offers:
        raise conflict("offer.declined", "expected an open offer, came one you declined")
    # SPEC 04: The customer's node MUST refuse to accept an offer of a key that its root is known to
    # have revoked with `certificate.revoked`.
    if key_updates.is_revoked(ctx.tx, record.row.vendor_root, signed.author):
        raise conflict(
            "certificate.revoked",
            f"expected an offer that {draft.vendor.name} stands by, came one of a key that it has"
            " revoked since: somebody else may have it",
        )
    if ctx.now > draft.valid_through:
        raise conflict(
            "negotiation.expired",
            f"expected an offer still valid, came one that ended {draft.valid_through}",
        )
    # SPEC 04: The customer's node MUST refuse an accept that would raise the lock above the
    # intent's quantity with `negotiation.illegal_move`.
    locked = deals.locked_quantity(ctx.tx, own.intent_id)
    if locked + draft.eligible_quantity > own.quantity:
        raise conflict(
            "negotiation.illegal_move",
            f"expected at most {own.quantity} of this intent to be bought, {locked} are bought or"
            f" being bought and this offer is for {draft.eligible_quantity}",
        )
    key = mailroom.pseudonym_key(ctx, record.row)
    commitments = openings.commit(ctx, record.deal, record.row.vendor_root)
    document = agreement.document(
        draft=draft, offer=digest, accepted_at=ctx.now, commitments=commitments
    )
    mailroom.post(
        ctx,
        record.row,
        Accept(
            # SPEC 03: The writer MUST embed in an accept the signed offer byte for byte.
            offer=signed.raw,
            accepted_at=ctx.now,
            commitments=commitments,
            feedback_key=feedback_keys.new(ctx, record.deal).public,
            signature=agreement.sign(document, key),
        ),
        key=key,
        recipient=draft.vendor.certificate.subject,
        until=ctx.now + mailroom.ANSWER_LIFETIME_S,
    )
    # SPEC 04: The customer's node MUST raise the lock in the same transaction in which it signs the
    # accept.
    _lock(ctx, record.deal, signed, "accepted")
    timers.clear(ctx.tx, "offer_end", record.deal)
    timers.arm(ctx.tx, "confirm", record.deal, draft.confirm_by + SKEW_S)
    ctx.event(
        "offer.accepted",
        "offer",
        digest,
        deal=record.deal.hex(),
        rule=rule,
        total=draft.price_specification.total,
        currency=draft.price_specification.price_currency,
        vendor=draft.vendor.name,
    )
    return reload(ctx, record)


def _lock(ctx: Context, deal: bytes, offered: SignedMessage, state: str) -> None:
    """Let a deal's row be about the offer in the accept that counts."""
    draft = mailroom.offer_of(offered).draft
    deals.update(
        ctx.tx,
        deal,
        updated=ctx.now,
        state=state,
        offer_digest=offered.digest,
        business_function=draft.business_function,
        total=draft.price_specification.total,
        currency=draft.price_specification.price_currency,
        quantity=draft.eligible_quantity,
        valid_through=draft.valid_through,
        confirm_by=draft.confirm_by,
    )


def decline(
    ctx: Context,
    digest: bytes,
    reason: CustomerReason,
    *,
    note: str | None = None,
    language: str | None = None,
) -> DealRecord:
    """Refuse an offer, with a coded reason.

    Raises:
        ServiceError: `offer.not_found`; LocalError: `negotiation.illegal_move`.
    """
    record = offers.deal_of(ctx.tx, digest)
    negotiation.check_move("customer", record.state.state, "decline")
    if digest in record.state.declined_offers:
        return record
    offer = mailroom.offer_of(record.state.offers[digest])
    signed = mailroom.post(
        ctx,
        record.row,
        Decline(of=digest, reason=reason, note=note, in_language=language if note else None),
        key=mailroom.pseudonym_key(ctx, record.row),
        recipient=offer.draft.vendor.certificate.subject,
        until=ctx.now + mailroom.ANSWER_LIFETIME_S,
    )
    record = reload(ctx, record)
    deals.update(ctx.tx, record.deal, updated=ctx.now, state=record.state.state)
    if record.state.state == "declined":
        timers.clear(ctx.tx, "offer_end", record.deal)
    ctx.event(
        "offer.declined",
        "offer",
        digest,
        deal=record.deal.hex(),
        vendor=record.row.vendor_name,
        **refusals.why(signed, "customer"),
    )
    return record


def withdraw(ctx: Context, deal: bytes, reason: WithdrawReason) -> DealRecord:
    """Withdraw an acceptance that the vendor has not confirmed yet.

    Raises:
        ServiceError: `deal.not_found`; LocalError: `negotiation.illegal_move`.
    """
    record = load_deal(ctx.tx, deal)
    negotiation.check_move("customer", record.state.state, "withdraw_accept")
    _send_withdrawal(ctx, record, reason)
    deals.update(ctx.tx, deal, updated=ctx.now, state="withdrawn")
    timers.clear(ctx.tx, "confirm", deal)
    disclosure_desk.stop(ctx, deal)
    record = reload(ctx, record)
    ctx.event("deal.withdrawn", "deal", deal, **refusals.ending(record))
    return record


def _send_withdrawal(ctx: Context, record: DealRecord, reason: WithdrawReason) -> None:
    accepted, author = record.state.accept, record.vendor_author
    if accepted is None or author is None:
        raise TypeError("a deal in which this node accepted has an accept and its offer")
    mailroom.post(
        ctx,
        record.row,
        WithdrawAccept(accept=accepted.digest, reason=reason),
        key=mailroom.pseudonym_key(ctx, record.row),
        recipient=author,
        until=ctx.now + mailroom.ANSWER_LIFETIME_S,
    )


def _conclude(ctx: Context, record: DealRecord) -> None:
    """Keep the co-signed agreement and let the other vendors go."""
    _keep_document(ctx, record)
    timers.clear(ctx.tx, "confirm", record.deal)
    ctx.event(
        "deal.agreed",
        "deal",
        record.deal,
        vendor=record.row.vendor_name,
        function=record.row.business_function,
        total=record.row.total,
        currency=record.row.currency,
        intent=record.row.intent_id.hex(),
    )
    things_desk.bought(ctx, record)
    own = own_intent(ctx.tx, record.row.intent_id)
    if deals.locked_quantity(ctx.tx, own.intent_id) >= own.quantity:
        decline_open_offers(ctx, own, reason="chosen_other")


def _keep_document(ctx: Context, record: DealRecord) -> None:
    deals.update(ctx.tx, record.deal, updated=ctx.now, document=record.state.agreement_file())


def confirmation_missing(ctx: Context, deal: bytes) -> None:
    """The vendor's time to confirm is over: show it; under an automatic policy withdraw.

    Nothing is final by this: a countersignature that crosses makes the deal cancelled on both
    sides, free of charge.
    """
    record = load_deal(ctx.tx, deal)
    if record.state.state != "accepted":
        return
    ctx.event("deal.unconfirmed", "deal", deal, vendor=record.row.vendor_name)
    own = own_intent(ctx.tx, record.row.intent_id)
    if standing.acceptance_policy(ctx, own).mode == "automatic":
        withdraw(ctx, deal, "unconfirmed")
        consider(ctx, own_intent(ctx.tx, own.intent_id))


def offer_ended(ctx: Context, deal: bytes) -> None:
    """The validity of an open offer is over: tell the vendor, so that it frees what it held."""
    record = load_deal(ctx.tx, deal)
    if record.state.state != "offered":
        return
    for digest, signed in incoming_offers.still_open(record).items():
        if incoming_offers.end_of(signed) <= ctx.now:
            decline(ctx, digest, "expired")
    for signed in incoming_offers.still_open(reload(ctx, record)).values():
        timers.arm_earlier(ctx.tx, "offer_end", deal, incoming_offers.end_of(signed))


def decline_open_offers(ctx: Context, own: OwnIntent, *, reason: CustomerReason) -> None:
    """Refuse every offer of the intent that is still open."""
    for row in deals.list_deals(ctx.tx, role="customer", state="offered", intent_id=own.intent_id):
        for digest in incoming_offers.still_open(load_deal(ctx.tx, row.deal)):
            decline(ctx, digest, reason)
