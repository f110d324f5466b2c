"""Numbering, acknowledging and queueing the mail of a deal (specs/06-sealing-and-mail.md).

A message is signed, stored and queued in the transaction that changes the state it announces,
so a crash either loses all of it or nothing. Sealing happens later, when a parcel leaves
(`dispatch`), and anew for each attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TypeAlias

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.mail import first_mail, private_mail
from vrmnode.engine.records import DealRecord, load_deal, load_message
from vrmnode.storage import deals, messages, outbox, pseudonyms, tags, timers
from vrmnode.storage.deals import Deal
from vrmnode.storage.messages import StoredMessage
from vrmnode.storage.tags import WatchedTag
from vrmprotocol import envelope, message, order_moves, order_rules
from vrmprotocol import tags as tag_rules
from vrmprotocol.bodies import MailBody, kind_of
from vrmprotocol.certificate import Certificate
from vrmprotocol.contact_update import MAX_UPDATES
from vrmprotocol.deletion_body import MAX_DELETIONS
from vrmprotocol.disclosure_body import MAX_DISCLOSURES
from vrmprotocol.keys import SigningKey
from vrmprotocol.mail import Ack, Offer
from vrmprotocol.message import SignedMessage, UninterpretedMessage
from vrmprotocol.reach_bodies import MAX_NOTES, MAX_REACH
from vrmprotocol.rights_bodies import MAX_PARTS_PER_DEAL, MAX_REQUESTS, MAX_STATUSES

MAX_ACKS_PER_DEAL = 128
"""Acknowledgements sent in one deal at most, so that a peer's repeats can't make mail for ever."""

MAX_PEER_MESSAGES = 640
"""Messages kept of the other side in one deal, acknowledgements and its order's included."""

MAX_OFFERS_PER_DEAL = 12
"""One for each function and counter at most; each is ranked again whenever another comes."""

MAX_QUESTIONS_PER_DEAL = 8
"""Questions of the customer, and answers of the vendor, in one deal."""

MAX_SEALED_FEEDBACK_PER_DEAL = 8
MAX_COUNTERS_PER_DEAL = 4

MAX_SEALED_INTENTS_PER_DEAL = 16

TagWindow: TypeAlias = Callable[[bytes, str, int, Collection[int]], Mapping[bytes, tuple[int, int]]]
"""Which tags are watched: of a secret, a direction, a shard, and the numbers received."""

_NONE_KNOWN = bytes(32)
"""The message before, in a deal that a backup holds without any of this node's own."""

LONGEST_WATCH_S = 90 * 86_400
"""How long the mail of a deal is watched for, whatever the `confirmBy` of an offer says."""

ANSWER_LIFETIME_S = 14 * 86_400
"""How long what answers the other side is repeated until it is acknowledged."""

ORDER_LIFETIME_S = 30 * 86_400
"""How long a statement about an order is repeated until it is acknowledged."""

TAG_LIFETIME_S = envelope.MAIL_LIFETIME_S + envelope.SKEW_S


def post(
    ctx: Context, row: Deal, body: MailBody, *, key: SigningKey, recipient: bytes, until: int
) -> SignedMessage:
    """Sign the next message of this deal, store it and queue it until the time `until`.

    It acknowledges what was received and not acknowledged before.
    """
    # SPEC 06: The writer MUST count `seq` up by one with every new message of a deal, whatever its
    # kind, and set `prev` to the digest of the message before.
    # SPEC 06: The writer MUST NOT sign two different messages with the same `seq` in one deal.
    #
    # The row's counter moves in the same transaction.
    received = messages.to_acknowledge(ctx.tx, row.deal)
    signed = message.sign(
        kind=kind_of(body),
        deal=row.deal,
        seq=row.next_seq,
        prev=row.last_digest or (_NONE_KNOWN if row.next_seq else None),
        key=key,
        recipient=recipient,
        created=ctx.now,
        received=tuple(received),
        body=body,
    )
    messages.put(ctx.tx, stored_form(signed, own=True, at=ctx.now))
    if private_mail.is_private(signed, own=True):
        private_mail.keep(ctx, signed)
    deals.update(
        ctx.tx, row.deal, updated=ctx.now, next_seq=row.next_seq + 1, last_digest=signed.digest
    )
    outbox.put_mail(
        ctx.tx,
        deal=row.deal,
        digest=signed.digest,
        seq=signed.seq,
        # The outbox, too, holds nothing personal: `dispatch` unseals it for each attempt.
        raw=b"" if private_mail.is_private(signed, own=True) else signed.raw,
        next_at=ctx.now,
        until=until,
    )
    if received:
        messages.mark_ack_sent(ctx.tx, received, ctx.now)
    timers.clear(ctx.tx, "acknowledge", row.deal)
    return signed


def can_tell(ctx: Context, record: DealRecord) -> bool:
    """Whether `tell` has the keys that it takes."""
    return own_key(ctx, record) is not None and counterpart(record) is not None


def tell(ctx: Context, record: DealRecord, body: MailBody, *, until: int) -> SignedMessage:
    """`post` with this side's key to the other side of a deal.

    Raises:
        ServiceError: `deal.no_keys`.
    """
    key, recipient = own_key(ctx, record), counterpart(record)
    if key is None or recipient is None:
        raise conflict("deal.no_keys", "expected a deal that can be written in, its key is gone")
    row = load_deal(ctx.tx, record.deal).row
    return post(ctx, row, body, key=key, recipient=recipient, until=until)


def stored_form(
    signed: SignedMessage | UninterpretedMessage, *, own: bool, at: int
) -> StoredMessage:
    """The row that keeps a message."""
    return StoredMessage(
        digest=signed.digest,
        deal=signed.deal,
        author=signed.author,
        seq=signed.seq,
        kind=signed.kind,
        own=own,
        created=signed.created,
        received_at=at,
        acked_at=None,
        ack_sent_at=None,
        raw=private_mail.header_form(signed)
        if private_mail.is_private(signed, own=own)
        else signed.raw,
    )


def keep(ctx: Context, signed: SignedMessage | UninterpretedMessage) -> bool:
    """Store a received message and note what it acknowledges; False if it was known.

    A repeated message means that our acknowledgement was lost: it is owed again.
    """
    settled = [digest for digest in signed.received if _is_own(ctx, digest, signed.deal)]
    # SPEC 06: The writer MUST stop resending a message when it is acknowledged.
    if settled:
        _note_told(ctx, signed.deal, settled)
        messages.mark_acked(ctx.tx, settled, ctx.now)
        outbox.done_by_digest(ctx.tx, settled, ctx.now)
    # SPEC 06: The reader MUST recognise a message that it has by its digest, whatever envelope
    # brings it, for as long as it keeps the deal.
    known = messages.get(ctx.tx, signed.digest) is not None
    if not known and _has_its_fill(ctx, signed):
        ctx.notes.append("message dropped: the deal has its fill of them")
        return False
    fresh = messages.put(ctx.tx, stored_form(signed, own=False, at=ctx.now))
    if not fresh:
        messages.need_ack_again(ctx.tx, signed.digest)
    elif isinstance(signed, SignedMessage) and signed.kind in private_mail.AS_THEY_COME:
        private_mail.keep(ctx, signed)
    return fresh


def _note_told(ctx: Context, deal: bytes, digests: list[bytes]) -> None:
    """Say that a named vendor has the intent, when it says so first."""
    settled = [messages.get(ctx.tx, digest) for digest in digests]
    told = [item for item in settled if item and item.kind == first_mail.SEALED_INTENT]
    row = deals.get(ctx.tx, deal)
    if row is not None and any(item.acked_at is None for item in told):
        ctx.event("intent.acknowledged", "intent", row.intent_id, vendor=row.vendor_name)


# SPEC 03: The reader MUST NOT keep more than 8 questions of a deal, or more than 8 answers.
# SPEC 03: The reader MUST NOT keep more than 4 counters of a deal.
# SPEC 09: The reader MUST NOT keep more than 16 disclosures of a deal.
# SPEC 09: The reader MUST NOT keep more than 4 deletions of a deal.
# SPEC 09: The reader MUST NOT keep more than 32 contact updates of a deal.
# SPEC 09: The reader MUST NOT keep more than 64 reach messages of a deal.
# SPEC 09: The reader MUST NOT keep more than 64 notes of a deal and side.
# SPEC 09: The reader MUST NOT keep more than 64 refusals of a deal.
# SPEC 03: The reader MUST NOT keep more than 12 offers of a deal.
# SPEC 11: The reader MUST NOT keep more messages of an order of one kind and side than the table of
# limits says.
# SPEC 03: The reader MUST NOT keep more than 16 sealed intents of a deal.
# SPEC 14: The reader MUST NOT keep more than 8 sealed feedbacks of a deal.
# SPEC 15: The reader MUST NOT keep more than 8 rights requests of a deal.
# SPEC 15: The reader MUST NOT keep more than 24 rights statuses of a deal.
# SPEC 15: The reader MUST NOT keep more than 96 parts of answers of a deal.
_MOST_OF_KIND = {
    "sealed_intent": MAX_SEALED_INTENTS_PER_DEAL,
    "offer": MAX_OFFERS_PER_DEAL,
    "question": MAX_QUESTIONS_PER_DEAL,
    "answer": MAX_QUESTIONS_PER_DEAL,
    "counter": MAX_COUNTERS_PER_DEAL,
    "sealed_feedback": MAX_SEALED_FEEDBACK_PER_DEAL,
    **order_rules.MOST,
    "disclosure": MAX_DISCLOSURES,
    "deletion": MAX_DELETIONS,
    "contact_update": MAX_UPDATES,
    "reach": MAX_REACH,
    "note": MAX_NOTES,
    "note_refusal": MAX_NOTES,
    "rights_request": MAX_REQUESTS,
    "rights_status": MAX_STATUSES,
    "rights_data": MAX_PARTS_PER_DEAL,
}


def _has_its_fill(ctx: Context, signed: SignedMessage | UninterpretedMessage) -> bool:
    """Whether the deal has as many messages, all or of this kind, of the other side as are kept."""
    count = partial(messages.count_from, ctx.tx, signed.deal, signed.author)
    most = _MOST_OF_KIND.get(signed.kind)
    if most is not None and count(kind=signed.kind) >= most:
        return True
    return count() >= MAX_PEER_MESSAGES


def _is_own(ctx: Context, digest: bytes, deal: bytes) -> bool:
    known = messages.get(ctx.tx, digest)
    return known is not None and known.own and known.deal == deal


def own_key(ctx: Context, record: DealRecord) -> SigningKey | None:
    """The key that signs for this node in this deal; None if it was erased."""
    if record.row.role == "vendor":
        author = record.vendor_author
        return None if author is None else ctx.identity.vendor_key_of(author, ctx.now)
    return pseudonym_key(ctx, record.row)


def pseudonym_key(ctx: Context, row: Deal) -> SigningKey:
    """The key that signs for the customer in a deal of its own."""
    name = pseudonyms.get(ctx.tx, row.customer)
    if name is None:
        raise TypeError("expected a deal of one of our pseudonyms")
    return ctx.identity.pseudonym(name.key_context)


def counterpart(record: DealRecord) -> bytes | None:
    """The public key to which this node's messages of the deal are addressed."""
    return record.vendor_author if record.row.role == "customer" else record.row.customer


def send_acknowledgement(ctx: Context, record: DealRecord) -> None:
    """Acknowledge what nothing else has acknowledged meanwhile."""
    key, recipient = own_key(ctx, record), counterpart(record)
    owed = messages.to_acknowledge(ctx.tx, record.deal)
    stored = messages.list_messages(ctx.tx, record.deal)
    if owed and record.row.role == "vendor" and not first_mail.customer_has_offer(stored):
        _acknowledge_at_reply_tag(ctx, record, stored, owed)
        return
    if key is None or recipient is None or not owed:
        return
    own = [item for item in stored if item.own]
    last = max(own, key=lambda item: item.seq, default=None)
    if (
        last is not None
        and last.kind == "ack"
        and set(owed) <= set(load_message(last.raw).received)
    ):
        # SPEC 06: The writer MUST answer a duplicate by sealing its last message again, at the next
        # attempt, if that message is an `ack` that names the duplicate.
        #
        # The same acknowledgement again, in a fresh envelope: a new one each time would run out
        # of the window that the other side watches.
        outbox.again(ctx.tx, last.digest, ctx.now)
        messages.mark_ack_sent(ctx.tx, owed, ctx.now)
    elif sum(1 for item in own if item.kind == "ack") < MAX_ACKS_PER_DEAL:
        post(ctx, record.row, Ack(), key=key, recipient=recipient, until=ctx.now + TAG_LIFETIME_S)


def _acknowledge_at_reply_tag(
    ctx: Context, record: DealRecord, stored: list[StoredMessage], owed: list[bytes]
) -> None:
    """Acknowledge sealed intents of a customer that may know nothing but its own reply tag."""
    said = [item for item in stored if item.own and first_mail.is_certified(item)]
    # SPEC 06: The writer MUST answer a duplicate of a sealed intent that an ack or a decline to the
    # reply tag has named by sealing that message again.
    for item in sorted(said, key=lambda each: each.seq, reverse=True):
        if set(owed) <= set(load_message(item.raw).received):
            outbox.again(ctx.tx, item.digest, ctx.now)
            messages.mark_ack_sent(ctx.tx, owed, ctx.now)
            return
    if len(said) >= MAX_ACKS_PER_DEAL:
        return
    key, certified = vendor_voice(ctx, record)
    # SPEC 03: The writer MUST put its certificate into an ack that goes to a reply tag.
    body = Ack(certificate=certified)
    until = ctx.now + TAG_LIFETIME_S
    post(ctx, record.row, body, key=key, recipient=record.row.customer, until=until)


def vendor_voice(ctx: Context, record: DealRecord) -> tuple[SigningKey, Certificate]:
    """The key and certificate with which the vendor speaks in a deal: those of its offer."""
    offer = record.first_offer
    if offer is not None:
        certified = offer.draft.vendor.certificate
        key = ctx.identity.vendor_key_of(certified.subject, ctx.now)
        if key is not None:
            return key, certified
    return ctx.identity.vendor_signing(ctx.now)


def watch(ctx: Context, record: DealRecord, *, window: TagWindow = tag_rules.window) -> list[bytes]:
    """Watch the tags that the other side's next messages of this deal can carry; the new ones."""
    offer = record.first_offer
    if offer is None:
        return []
    row = record.row
    direction, author = (
        (tag_rules.VENDOR, offer.draft.vendor.certificate.subject)
        if row.role == "customer"
        else (tag_rules.CUSTOMER, row.customer)
    )
    received = messages.seqs(ctx.tx, row.deal, author)
    found = window(offer.secret, direction, row.shard_in or 0, received)
    until = _watch_until(record, ctx.now) + TAG_LIFETIME_S
    # A peer that counts in leaps would leave a trail of windows behind.
    tags.unwatch_below(ctx.tx, row.deal, max(received, default=0) - tag_rules.LOOK_BACK)
    known = tags.untils(ctx.tx, row.deal)
    tags.watch(
        ctx.tx,
        [
            WatchedTag(
                tag=tag,
                kind="deal",
                owner=row.deal,
                seq=seq,
                attempt=attempt,
                until=until,
            )
            for tag, (seq, attempt) in found.items()
            if known.get(tag, -1) < until
        ],
    )
    return [tag for tag in found if tag not in known]


def _watch_until(record: DealRecord, now: int) -> int:
    accepted = record.state.accepted_offer
    if record.state.agreement is not None and accepted is not None:
        return order_moves.keep_until(offer_of(accepted).draft, now)
    return min(record.row.confirm_by or now, now + LONGEST_WATCH_S)


def offer_of(signed: SignedMessage) -> Offer:
    """The body of a message that is known to be an offer."""
    if not isinstance(signed.body, Offer):
        raise TypeError(f"expected an offer, came {signed.kind}")
    return signed.body
