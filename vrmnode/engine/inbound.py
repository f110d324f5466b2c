"""What arrived: market messages are kept and answered, mail to this node is opened.

Every function here is idempotent by id: a crash after the commit and a repetition by a peer
change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrmnode.engine import arrivals
from vrmnode.engine.context import ACK_DELAY_S, Context
from vrmnode.engine.customer import customer_desk, room
from vrmnode.engine.disclosure import deletions, disclosed, disclosure_rules
from vrmnode.engine.feedback import kept_feedback, sealed_feedback
from vrmnode.engine.mail import first_mail, mailroom
from vrmnode.engine.negotiation import counters, questions
from vrmnode.engine.orders import order_desk
from vrmnode.engine.records import DealRecord, intent_body, load_deal, own_intent, read_intent
from vrmnode.engine.relationship import breach_desk, note_desk, reach_desk
from vrmnode.engine.rights import answering, asking
from vrmnode.engine.trust import key_desk
from vrmnode.engine.vendor import demand_desk, inbox_mail, profile_desk, sealed_intents, vendor_desk
from vrmnode.storage import (
    deals,
    envelopes,
    key_updates,
    market,
    messages,
    outbox,
    pseudonyms,
    tags,
    timers,
)
from vrmnode.storage.market import MarketIntent, StoredProfile
from vrmnode.storage.pseudonyms import Pseudonym
from vrmnode.storage.tags import WatchedTag
from vrmprotocol import envelope, functions, message, sealing, stamp
from vrmprotocol import market as market_bodies
from vrmprotocol.certificate import Certificate, check_not_revoked
from vrmprotocol.draft import deal_id
from vrmprotocol.envelope import Envelope
from vrmprotocol.errors import RemoteError
from vrmprotocol.feedback import Feedback, Reply
from vrmprotocol.key_update import KeyUpdate
from vrmprotocol.keys import SealKey
from vrmprotocol.mail import Ack, Agreement, Decline, Offer
from vrmprotocol.market import Intent, IntentUpdate, VendorProfile
from vrmprotocol.message import Role, SignedMessage, UninterpretedMessage


# SPEC 03: The reader MUST NOT open any network connection because of what a message contains.
#
# Nothing here could: the engine has no network, and what it returns are messages to known topics.
def accept_envelope(ctx: Context, arrived: Envelope, *, named: bool = True) -> bool:
    """Keep a verified envelope and act on what it says, once; whether it was new."""
    (new,) = arrivals.keep(ctx, [arrived], named=named)
    if new:
        _act_on(ctx, arrived)
    return new


def _act_on(ctx: Context, arrived: Envelope) -> None:
    if arrived.is_mail:
        _open_mail(ctx, arrived)
        return
    body = market_bodies.load_market(arrived)
    if isinstance(body, Intent):
        _keep_intent(ctx, arrived, body, seq=0, status="active")
    elif isinstance(body, IntentUpdate):
        _keep_intent(ctx, arrived, body.intent, seq=body.seq, status=body.status)
    elif isinstance(body, VendorProfile):
        _keep_profile(ctx, arrived, body)
    elif isinstance(body, KeyUpdate):
        key_desk.keep(ctx, arrived, body)
    elif isinstance(body, Feedback):
        kept_feedback.keep(ctx, arrived, body)
    elif isinstance(body, Reply):
        kept_feedback.keep_reply(ctx, arrived, body)


def _keep_intent(ctx: Context, arrived: Envelope, body: Intent, *, seq: int, status: str) -> None:
    if pseudonyms.get(ctx.tx, arrived.author) is not None:
        return  # our own, come back
    known = market.get_intent(ctx.tx, arrived.author)
    if known is not None and seq > 0:
        original = read_intent(known.body)
        if (original.reply_tag, original.reply_key) != (body.reply_tag, body.reply_key):
            return
        if seq > known.seq and body.valid_through < known.valid_through:
            return
    stored = MarketIntent(
        pseudonym=arrived.author,
        envelope_id=arrived.id,
        seq=seq,
        status=status,
        body=market_bodies.to_body(body),
        valid_through=body.valid_through,
        received_at=ctx.now,
        answer=None,
        reason=None,
    )
    if not market.upsert_intent(ctx.tx, stored):
        return
    if known is None and status == "active":
        demand_desk.note(ctx, arrived.author, body)
        vendor_desk.consider(ctx, arrived.author)
    else:
        vendor_desk.intent_changed(ctx, stored)


def _keep_profile(ctx: Context, arrived: Envelope, body: VendorProfile) -> None:
    root = body.certificate.root
    if root == ctx.identity.root or key_updates.is_revoked(ctx.tx, root, arrived.author):
        return
    could_be_reached = first_mail.door(ctx.tx, root, ctx.now) is not None
    stored = StoredProfile(
        root=root,
        seq=body.seq,
        envelope_id=arrived.id,
        name=body.name,
        body=arrived.body,
        expires=arrived.expires,
        received_at=ctx.now,
    )
    if market.upsert_profile(ctx.tx, stored) and not could_be_reached:
        for name in pseudonyms.of_vendor(ctx.tx, root):
            outbox.hasten(ctx.tx, deal_id(name.pseudonym, root), ctx.now)


# SPEC 06: The reader MUST take a message under any tag that it watches for the deal, whatever
# number the tag is of.
#
# A tag says which deal the mail is of and nothing else: its number isn't compared.
def _open_mail(ctx: Context, arrived: Envelope) -> None:
    watched = tags.lookup(ctx.tx, arrived.tag or b"")
    if watched is None:
        return
    keys = _seal_keys(ctx, watched)
    if not keys:
        return
    try:
        inner = _opened(arrived, keys)
    except RemoteError as error:
        ctx.notes.append(f"mail to one of our tags doesn't open: {error}")
        return
    receive(
        ctx, watched, inner, body_bytes=len(arrived.body), work=stamp.leading_zero_bits(arrived.id)
    )


def _opened(arrived: Envelope, keys: list[SealKey]) -> bytes:
    """The inner message under the first of the keys that opens it."""
    for key in keys[:-1]:
        try:
            return sealing.open_envelope(arrived, seal_key=key)
        except RemoteError:
            continue
    return sealing.open_envelope(arrived, seal_key=keys[-1])


def _seal_keys(ctx: Context, watched: WatchedTag) -> list[SealKey]:
    if watched.kind == "profile":
        return profile_desk.kept_prekeys(ctx)
    if watched.kind == "intent":
        private = ctx.secret("intent", watched.owner, "reply")
    else:
        row = deals.get(ctx.tx, watched.owner)
        if row is None:
            return []
        owner = ("deal", row.deal) if row.role == "vendor" else ("intent", row.customer)
        private = ctx.secret(*owner, "reply")
    return [] if private is None else [SealKey(private)]


def receive(ctx: Context, watched: WatchedTag, inner: bytes, *, body_bytes: int, work: int) -> None:
    """Take in the inner message of a mail that was sent to a watched tag.

    A message that is malformed, forged or not ours is noted and dropped: whoever sent it is
    hidden behind the mail, so nobody can be blamed for it.
    """
    try:
        if watched.kind == "intent":
            signed, record = _first_contact(ctx, watched.owner, inner, body_bytes, work)
        elif watched.kind == "profile":
            signed, record = sealed_intents.first_mail(ctx, inner, body_bytes)
        else:
            signed, record = _in_deal(ctx, watched.owner, inner)
    except RemoteError as error:
        ctx.notes.append(f"mail refused: {error}")
        return
    if record is None:
        return
    fresh = mailroom.keep(ctx, signed)
    # SPEC 06: The writer MUST acknowledge every message of the other side that passes the checks up
    # to its author, except an `ack` and a decline of an intent.
    if (signed.kind != "ack" and record.row.role == "vendor") or _can_answer(record, signed):
        timers.arm_earlier(ctx.tx, "acknowledge", record.deal, ctx.now + ACK_DELAY_S)
    if not fresh:
        return
    record = DealRecord(record.row, load_deal(ctx.tx, record.deal).state)
    if record.state.faults:
        deals.update(ctx.tx, record.deal, updated=ctx.now, fault=record.state.faults[0].code)
    if isinstance(signed, SignedMessage):
        if record.row.role == "customer":
            customer_desk.after_message(ctx, record, signed)
        else:
            sealed_intents.after_message(ctx, record, signed)
            vendor_desk.after_message(ctx, record, signed)
        questions.after_message(ctx, record, signed)
        counters.after_message(ctx, record, signed)
        if record.row.role == "vendor":
            inbox_mail.settled(ctx, load_deal(ctx.tx, record.deal))
        order_desk.after_message(ctx, record.deal, signed)
        sealed_feedback.after_message(ctx, record, signed.body)
        answering.after_message(ctx, record, signed)
        asking.after_message(ctx, record, signed)
    disclosed.after_message(ctx, record, signed)
    deletions.after_message(ctx, record, signed)
    reach_desk.after_message(ctx, record, signed)
    note_desk.after_message(ctx, record, signed)
    breach_desk.after_message(ctx, record, signed)
    if record.row.role == deals.CUSTOMER:
        disclosure_rules.consider(ctx, record.deal)
    _open_earlier(ctx, mailroom.watch(ctx, load_deal(ctx.tx, record.deal)))


def _open_earlier(ctx: Context, fresh: Sequence[bytes]) -> None:
    """Open mail that came before its tag was known: gossip and files keep no order."""
    for stored in envelopes.by_tags(ctx.tx, fresh):
        _open_mail(ctx, envelope.unsecure_load(stored.raw))


def _can_answer(record: DealRecord, signed: SignedMessage | UninterpretedMessage) -> bool:
    """Whether the customer can acknowledge: not an ack, and an offer's secret is known."""
    return signed.kind != "ack" and (record.first_offer is not None or signed.kind == "offer")


def _first_contact(
    ctx: Context, pseudonym: bytes, inner: bytes, body_bytes: int, work: int
) -> tuple[SignedMessage | UninterpretedMessage, DealRecord | None]:
    """An offer, or a refusal, to one of our intents: the deal follows from its certificate."""
    signed = message.verify_and_load(
        inner, expected_recipient=pseudonym, reader="customer", now=ctx.now
    )
    name = pseudonyms.get(ctx.tx, pseudonym)
    if name is None or not isinstance(signed, SignedMessage):
        return signed, None
    _check_not_revoked(ctx, signed)
    if isinstance(signed.body, Offer):
        _check_offer(ctx, signed, signed.body, name)
        _check_same_channel(ctx, signed, signed.body)
    elif isinstance(signed.body, Decline):
        _check_refusal(signed, signed.body, pseudonym)
    elif isinstance(signed.body, Ack) and name.vendor_root is not None:
        pass  # whose it is was proved by its certificate
    else:
        raise RemoteError("message.body", f"expected a first message, came {signed.kind}")
    if name.vendor_root is not None:
        return signed, _told_deal(ctx, name, signed, body_bytes)
    own = own_intent(ctx.tx, name.intent_id)
    if not room.make_room(ctx, own, signed, work=work):
        ctx.notes.append("first message dropped: better vendors have answered the intent")
        return signed, None
    row = customer_desk.open_deal(ctx, name, signed, body_bytes=body_bytes, work=work)
    return signed, load_deal(ctx.tx, row.deal)


def _check_not_revoked(ctx: Context, signed: SignedMessage) -> None:
    """Refuse what a revoked key says to begin a deal with, or to bind its root further.

    What it says to end a deal is taken: that can only cost the vendor.
    """
    body = signed.body
    if isinstance(body, Offer):
        certified: Certificate | None = body.draft.vendor.certificate
    else:
        certified = body.certificate if isinstance(body, Decline | Ack) else None
    if certified is None or messages.get(ctx.tx, signed.digest) is not None:
        return
    rows = key_updates.revoked_by(ctx.tx, certified.root)
    check_not_revoked(certified, frozenset(row.subject for row in rows))


def _check_binds_no_further(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """Refuse an offer or an agreement by a key that is revoked, in a deal that is known."""
    if isinstance(signed.body, Offer):
        _check_not_revoked(ctx, signed)
    revoked = key_updates.is_revoked(ctx.tx, record.row.vendor_root, signed.author)
    new = messages.get(ctx.tx, signed.digest) is None
    if isinstance(signed.body, Agreement) and revoked and new:
        raise RemoteError("certificate.revoked", "expected an agreement by a key not revoked")


def _told_deal(ctx: Context, name: Pseudonym, signed: SignedMessage, body_bytes: int) -> DealRecord:
    """The deal that our sealed intent began, for what its vendor answers."""
    # SPEC 06: The reader MUST refuse what comes to the reply tag of a sealed intent from another
    # vendor root than the one it was sent to with `message.author`.
    if signed.deal != deal_id(name.pseudonym, name.vendor_root or b""):
        raise RemoteError("message.author", "expected the vendor that was asked, came another")
    record = load_deal(ctx.tx, signed.deal)
    if isinstance(signed.body, Offer) and record.first_offer is None:
        deals.update(ctx.tx, signed.deal, updated=ctx.now, body_bytes=body_bytes)
    return record


def _is_form_of(ctx: Context, envelope_id: bytes, name: Pseudonym) -> bool:
    """Whether the intent was told in that envelope or sealed message, as itself or an update."""
    if name.vendor_root is not None:
        told = messages.get(ctx.tx, envelope_id)
        kind = None if told is None or told.author != name.pseudonym else told.kind
        return kind == first_mail.SEALED_INTENT
    own = own_intent(ctx.tx, name.intent_id)
    if envelope_id in (own.intent_id, own.envelope_id):
        return True
    published = envelopes.get(ctx.tx, envelope_id)
    return published is not None and published.own and published.author == name.pseudonym


def _check_offer(ctx: Context, signed: SignedMessage, offer: Offer, name: Pseudonym) -> None:
    vendor, pseudonym = offer.draft.vendor, name.pseudonym
    if signed.deal != deal_id(pseudonym, vendor.root):
        raise RemoteError("message.wrong_deal", "the deal id doesn't follow from the parties")
    if vendor.certificate.root != vendor.root or vendor.certificate.subject != signed.author:
        raise RemoteError("message.author", "the author isn't the certified key of the vendor")
    if offer.draft.deal != signed.deal or offer.draft.customer != pseudonym:
        raise RemoteError("message.body", "the draft names another deal or customer")
    if offer.intent != offer.draft.intent or not _is_form_of(ctx, offer.intent, name):
        raise RemoteError("message.body", "intent: the offer answers another intent")
    functions.check_answers(offer.draft, intent_body(own_intent(ctx.tx, name.intent_id)))
    if not sealing.can_seal_to(offer.reply_key):
        raise RemoteError("message.body", "replyKey: expected one to which an answer can be sealed")


def _check_same_channel(ctx: Context, signed: SignedMessage, offer: Offer) -> None:
    """SPEC 06: later offers of a deal repeat its secret, reply key and shard."""
    if deals.get(ctx.tx, signed.deal) is None:
        return
    first = load_deal(ctx.tx, signed.deal).first_offer
    if first is not None and (first.secret, first.reply_key, first.shard) != (
        offer.secret,
        offer.reply_key,
        offer.shard,
    ):
        raise RemoteError("message.body", "secret: a later offer changed the deal's channel")


def _check_refusal(signed: SignedMessage, decline: Decline, pseudonym: bytes) -> None:
    certified = decline.certificate
    if certified is None or certified.subject != signed.author:
        raise RemoteError("message.author", "the author isn't the certified key of the vendor")
    if signed.deal != deal_id(pseudonym, certified.root):
        raise RemoteError("message.wrong_deal", "the deal id doesn't follow from the parties")


def _in_deal(
    ctx: Context, deal: bytes, inner: bytes
) -> tuple[SignedMessage | UninterpretedMessage, DealRecord | None]:
    record = load_deal(ctx.tx, deal)
    key, author = mailroom.own_key(ctx, record), mailroom.counterpart(record)
    if key is None or author is None:
        raise RemoteError("message.wrong_deal", "the deal has no keys any more")
    try:
        signed = message.verify_and_load(
            inner,
            expected_recipient=key.public,
            expected_deal=deal,
            expected_author=author,
            reader=_role(record),
            now=ctx.now,
        )
    except RemoteError as error:
        if error.code == "message.author":
            breach_desk.suspect(ctx, record, inner)
        raise
    if record.row.role == "customer" and isinstance(signed, SignedMessage):
        _check_binds_no_further(ctx, record, signed)
    name = pseudonyms.get(ctx.tx, record.row.customer)
    if isinstance(signed, SignedMessage) and isinstance(signed.body, Offer) and name is not None:
        _check_offer(ctx, signed, signed.body, name)
        _check_same_channel(ctx, signed, signed.body)
    return signed, record


def _role(record: DealRecord) -> Role:
    return "vendor" if record.row.role == "vendor" else "customer"
