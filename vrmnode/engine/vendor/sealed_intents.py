"""Sealed intents as the vendor gets them: first mail at its profile's tag, and what replaces it.

Implements the vendor's part of specs/06-sealing-and-mail.md#first-mail-to-a-vendor. A sealed intent
is kept and answered like one of the market (`vendor_desk`); its digest stands for the envelope's
id. Acknowledging is left to `mailroom`.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmnode.engine.records import DealRecord, load_deal, read_intent
from vrmnode.engine.vendor import answering, returning, vendor_desk
from vrmnode.storage import deals, market
from vrmnode.storage.market import MarketIntent
from vrmprotocol import encoding, message, schema, sealed_intent, sealing
from vrmprotocol.draft import deal_id
from vrmprotocol.errors import RemoteError
from vrmprotocol.message import SignedMessage, UninterpretedMessage
from vrmprotocol.sealed_intent import SealedIntent


def first_mail(
    ctx: Context, inner: bytes, body_bytes: int
) -> tuple[SignedMessage | UninterpretedMessage, DealRecord]:
    """The message of a customer that came to the profile's tag, and its deal, begun if need be.

    Raises:
        RemoteError: `message.*`: it isn't for this vendor, or nobody could be answered.
    """
    signed = message.verify_and_load(
        inner,
        expected_recipient=ctx.identity.vendor_keys(ctx.now),
        reader="vendor",
        now=ctx.now,
    )
    if signed.deal != deal_id(signed.author, ctx.identity.root):
        raise RemoteError("message.wrong_deal", "the deal id doesn't follow from the parties")
    if deals.get(ctx.tx, signed.deal) is None:
        _begin(ctx, signed, body_bytes)
    record = load_deal(ctx.tx, signed.deal)
    if record.row.role != "vendor":
        raise RemoteError("message.wrong_deal", "expected a deal in which this node sells")
    return signed, record


# SPEC 06: The reader MUST drop a first message at a profile's tag that isn't a sealed intent with a
# usable body and a `replyKey` that it can seal to.
def _begin(ctx: Context, signed: SignedMessage | UninterpretedMessage, body_bytes: int) -> None:
    """Begin the deal of a stranger's sealed intent, so that it can be kept and answered."""
    if isinstance(signed, UninterpretedMessage) and signed.kind == "sealed_intent":
        raise RemoteError(signed.code, signed.detail)
    body = signed.body if isinstance(signed, SignedMessage) else None
    if not isinstance(body, SealedIntent):
        raise RemoteError("message.body", f"expected a sealed intent first, came {signed.kind}")
    if not sealing.can_seal_to(body.intent.reply_key):
        raise RemoteError("message.body", "replyKey: expected one to which an answer can be sealed")
    if body.intent.valid_through <= ctx.now:
        raise RemoteError("message.body", "validThrough: expected an intent that isn't over")
    known = market.get_intent(ctx.tx, signed.author)
    if known is not None:
        _check_sealed(known)
    deal = answering.open_deal(ctx, signed.author, signed.digest, body.intent)
    deals.update(ctx.tx, deal.deal, updated=ctx.now, body_bytes=body_bytes)


def _check_sealed(known: MarketIntent) -> None:
    if not known.sealed:
        raise RemoteError("message.body", "expected a pseudonym that isn't known from the market")


def after_message(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """Keep a sealed intent that was just added to its deal, and answer it or its change."""
    if not isinstance(signed.body, SealedIntent):
        return
    known = market.get_intent(ctx.tx, signed.author)
    if known is not None:
        try:
            _check_sealed(known)
            later = signed.seq > known.seq
            sealed_intent.check_replaces(signed.body.intent, read_intent(known.body), later=later)
        except RemoteError as error:
            ctx.notes.append(f"sealed intent left aside: {error}")
            return
    stored = MarketIntent(
        pseudonym=signed.author,
        envelope_id=signed.digest,
        sealed=True,
        seq=signed.seq,
        status=signed.body.status,
        body=encoding.encode(schema.dump(signed.body.intent)),
        valid_through=signed.body.intent.valid_through,
        received_at=ctx.now,
    )
    if not market.upsert_intent(ctx.tx, stored):
        return
    returning.keep(ctx, record, signed.body)
    if known is None and stored.status == "active":
        # SPEC 06: The vendor MUST acknowledge a sealed intent also when it leaves it to a person or
        # doesn't answer it.
        #
        # What answers it carries the acknowledgement; where nothing does, the timer armed before
        # sends one.
        ctx.event("intent.received", "intent", signed.digest, deal=record.deal.hex())
        vendor_desk.consider(ctx, signed.author)
    else:
        vendor_desk.intent_changed(ctx, stored)
