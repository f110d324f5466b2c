"""What leaves: each due outbox row becomes a parcel, sealed anew for every attempt.

Reading a row needs the database; sealing and stamping need only the parcel, so they run outside
the transaction (specs/06-sealing-and-mail.md#resending).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from vrmnode.engine import market_messages
from vrmnode.engine.context import Context
from vrmnode.engine.mail import first_mail, private_mail
from vrmnode.engine.records import DealRecord, load_deal, read_intent
from vrmnode.engine.stated_time import stated_creation
from vrmnode.storage import deals, envelopes, intents, market, messages, outbox, pseudonyms, seen
from vrmnode.storage.envelopes import StoredEnvelope
from vrmnode.storage.messages import StoredMessage
from vrmnode.storage.outbox import OutboxRow
from vrmprotocol import envelope, sealing, tags
from vrmprotocol.deletion_body import MAX_ATTEMPTS
from vrmprotocol.errors import LocalError
from vrmprotocol.fields import RecipientKey
from vrmprotocol.keys import SigningKey
from vrmprotocol.topics import mail_topic

FIRST_RETRY_S, LAST_RETRY_S = 5, 3600
PATIENT_AFTER, PATIENT_RETRY_S = 32, 6 * 3600
"""Attempts, about a day of them, after which a reader that is away isn't called by the hour."""
CLOCK_RETRY_S = 30


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message about to leave: a market envelope as it is, or mail still to be sealed."""

    row: int
    topic: str
    raw: bytes = field(repr=False)
    tag: bytes | None = None
    recipient_key: RecipientKey | None = None
    body_bytes: int = 0
    one_of_several: bool = False
    """Whether other first mail says the same to others: not at the same moment, then."""

    @property
    def is_mail(self) -> bool:
        """Whether it has to be sealed first."""
        return self.tag is not None


def parcels(ctx: Context, limit: int = 64, *, clock_is_off: bool = False) -> list[Parcel]:
    """The messages that are due; rows that can't be sent any more are closed.

    Args:
        clock_is_off: this node's clock differs from the others'. Market messages are sent once,
            so they wait until it is right: with a wrong time everybody would ignore them.
    """
    found = []
    for row in outbox.due(ctx.tx, ctx.now, limit):
        if row.kind == "market":
            ready_at = _stated(ctx, row)
            if clock_is_off or ready_at > ctx.now:
                outbox.postpone(ctx.tx, row.id, max(ready_at, ctx.now + CLOCK_RETRY_S))
            else:
                found.append(Parcel(row.id, row.topic, row.raw))
            continue
        parcel = mail_parcel(ctx, row)
        if parcel is not None:
            found.append(parcel)
        elif _waits(ctx, row):
            outbox.postpone(ctx.tx, row.id, ctx.now + LAST_RETRY_S)
        else:
            outbox.done(ctx.tx, row.id, ctx.now)
    return found


def _stated(ctx: Context, row: OutboxRow) -> int:
    """When an own market envelope says that it was made: later than now after a wrong clock."""
    stored = None if row.envelope_id is None else envelopes.get(ctx.tx, row.envelope_id)
    return 0 if stored is None else stored.created


def mail_parcel(ctx: Context, row: OutboxRow) -> Parcel | None:
    """A row of mail with where it goes; None when it can't be sent, or not now."""
    stored = messages.get(ctx.tx, row.digest or b"")
    if row.deal is None or row.seq is None or stored is None:
        return None
    record = load_deal(ctx.tx, row.deal)
    if first_mail.rests(ctx.tx, record, stored):
        return None
    if first_mail.is_first_mail(record):
        return _first_parcel(ctx, record, row)
    deal = record.row
    tag = _tag(ctx, record, row, stored)
    raw = row.raw or private_mail.content(ctx.tx, ctx.vault, row.deal, stored.digest)
    if deal.peer_seal_suite is None or deal.peer_seal_key is None or tag is None or raw is None:
        return None
    key = RecipientKey(suite=deal.peer_seal_suite, key=deal.peer_seal_key)
    return _mail(row.id, raw, tag, key, deal.body_bytes)


def _mail(row_id: int, raw: bytes, tag: bytes, key: RecipientKey, body_bytes: int) -> Parcel:
    return Parcel(
        row=row_id,
        topic=mail_topic(tag),
        raw=raw,
        tag=tag,
        recipient_key=key,
        # SPEC 06: The writer MUST use the deal's size class for every mail of the deal that fits
        # into it, acknowledgements included.
        body_bytes=max(body_bytes, sealing.size_class(len(raw))),
    )


def _first_parcel(ctx: Context, record: DealRecord, row: OutboxRow) -> Parcel | None:
    # SPEC 06: The writer MUST send a sealed intent to the `replyTag` of the newest profile of the
    # vendor that it has, sealed to the `prekey` of that profile, at every attempt until it knows an
    # offer of the deal.
    door = first_mail.door(ctx.tx, record.row.vendor_root, ctx.now)
    if door is None:
        return None
    parcel = _mail(row.id, row.raw, door.tag, door.key, record.row.body_bytes)
    others = len(pseudonyms.of_intent(ctx.tx, record.row.intent_id)) - 1
    return replace(parcel, one_of_several=others > 0)


def _waits(ctx: Context, row: OutboxRow) -> bool:
    """Whether mail that can't be sent now may be sent later: then it keeps its place."""
    stored = messages.get(ctx.tx, row.digest or b"")
    return stored is not None and stored.kind == first_mail.SEALED_INTENT


def _tag(ctx: Context, record: DealRecord, row: OutboxRow, stored: StoredMessage) -> bytes | None:
    """The published reply tag for first contact, else the derived one of this attempt."""
    # SPEC 06: The writer MUST send every mail of a deal to the derived tag of its `seq` and
    # attempt, except the vendor's first offer, a decline of the intent, an ack before the customer
    # is known to have an offer, a sealed intent before an offer is known, and attempts behind
    # numbers left out.
    if first_mail.goes_to_reply_tag(record, stored):
        wanted = market.get_intent(ctx.tx, record.row.customer)
        return None if wanted is None else read_intent(wanted.body).reply_tag
    offer = record.first_offer
    if offer is None:
        return None
    direction = tags.VENDOR if record.row.role == "vendor" else tags.CUSTOMER
    shard = record.row.shard_out or 0
    seq, attempt = tags.address(stored.seq, row.attempts, _left_out(ctx, stored))
    return tags.derive(offer.secret, direction, seq, attempt, shard)


def _left_out(ctx: Context, stored: StoredMessage) -> list[int]:
    """The numbers below a message's own that this node can't find used: it was restored."""
    missing = messages.missing_seqs(ctx.tx, stored.deal, stored.author, stored.seq)
    return [seq for seq in missing if seq < stored.seq]


def seal(
    parcel: Parcel,
    *,
    now: int,
    random: Callable[[int], bytes],
    grind: Callable[[bytes, int], bytes],
) -> bytes:
    """The raw envelope of a parcel: mail gets a one-time author and a stamp of its own.

    Raises:
        LocalError: `seal.*`.
    """
    if parcel.tag is None:
        return parcel.raw
    if parcel.recipient_key is None:
        raise LocalError("seal.unknown_suite", "expected the recipient's key, came none")
    # SPEC 06: The writer MUST seal a message anew, with a new author key and the tag of the next
    # attempt, each time it sends it again.
    # SPEC 02: The writer MUST give every mail envelope a new author key and erase its private half
    # after signing.
    #
    # The key is kept nowhere: it goes with this call.
    return sealing.build_mail(
        parcel.raw,
        recipient_key=parcel.recipient_key,
        tag=parcel.tag,
        body_bytes=parcel.body_bytes,
        created=stated_creation(now),
        one_time_key=SigningKey(random(32)),
        grind=grind,
    )


def sent(ctx: Context, parcel: Parcel, raw: bytes, *, peers: int, spread: int) -> None:
    """Note that a parcel left, to how many peers, and when it has to leave again.

    Args:
        raw: the envelope that left.
        peers: the number of peers that have it, now that it is spread; 0 means nobody has it.
        spread: 0..99, random: varies the retry by +-20 %, so that retries show no pattern.
    """
    if peers and parcel.is_mail and raw:
        _keep_as_if_received(ctx, raw)
    row = outbox.get(ctx.tx, parcel.row)
    if row is None or row.done_at is not None:
        return
    if peers == 0:
        outbox.postpone(ctx.tx, row.id, ctx.now + FIRST_RETRY_S)
        return
    if row.kind == "market" and row.envelope_id is not None:
        market_messages.spread(ctx, row.envelope_id)
        intents.note_handed(ctx.tx, row.envelope_id, at=ctx.now, peers=peers)
    if _is_one_shot(ctx, row):
        outbox.record_attempt(ctx.tx, row.id, ctx.now)
        outbox.done(ctx.tx, row.id, ctx.now)
        return
    wait = min(FIRST_RETRY_S * 2 ** min(row.attempts, PATIENT_AFTER), LAST_RETRY_S)
    if row.attempts >= PATIENT_AFTER:
        wait = PATIENT_RETRY_S
    wait += wait * (spread - 50) // 250
    outbox.record_attempt(ctx.tx, row.id, ctx.now + max(1, wait))


def _keep_as_if_received(ctx: Context, raw: bytes) -> None:
    """Treat own mail as everybody's: known, and kept for others like any envelope.

    A node that took its own mail for new when it is replayed, or that alone didn't have it, would
    tell whoever tries that it is the author.
    """
    # SPEC 02: The node MUST remember the ids of its own envelopes as it does those of accepted
    # ones.
    mail = envelope.unsecure_load(raw)
    seen.add(ctx.tx, mail.id, mail.expires + envelope.SKEW_S)
    envelopes.put(
        ctx.tx,
        StoredEnvelope(
            id=mail.id,
            topic=mail.topic,
            kind=mail.kind,
            author=mail.author,
            tag=mail.tag,
            created=mail.created,
            expires=mail.expires,
            received_at=ctx.now,
            named_from=ctx.now,
            raw=raw,
        ),
    )


def given_up(ctx: Context, parcel: Parcel) -> None:
    """End a parcel that can't be sealed, now or later."""
    outbox.done(ctx.tx, parcel.row, ctx.now)


def _is_one_shot(ctx: Context, row: OutboxRow) -> bool:
    """Market messages, acknowledgements and first-contact refusals are sent once."""
    if row.kind == "market":
        return True
    stored = messages.get(ctx.tx, row.digest or b"")
    # SPEC 09: The writer MUST NOT send a deletion more than 8 times.
    # SPEC 15: After a deletion the vendor's node MUST NOT send a rights status more than 8 times.
    #
    # Who erased the key of the deal's mail can't read that it came.
    if stored is not None and (stored.kind == "deletion" or _is_unheard(ctx, stored)):
        return row.attempts + 1 >= MAX_ATTEMPTS
    return stored is None or stored.kind == "ack" or first_mail.is_certified(stored)


def _is_unheard(ctx: Context, stored: StoredMessage) -> bool:
    """Whether this is a status of a vendor that can't read mail of the deal any more."""
    row = deals.get(ctx.tx, stored.deal)
    is_vendor = row is not None and row.role == deals.VENDOR
    return (
        stored.kind == "rights_status"
        and is_vendor
        and ctx.secret("deal", stored.deal, "reply") is None
    )
