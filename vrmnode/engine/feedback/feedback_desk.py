"""What the owner says about vendors, to everybody or to the vendor alone, and a vendor's replies.

Public feedback waits a random time in this node, and until then can be changed or taken back
without anybody having seen it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from msgspec import structs

from vrmnode.customer import opinion
from vrmnode.engine import market_messages
from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.feedback import feedback_keys, kept_feedback, sealed_feedback
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.references import checked_id, find_deal, find_vendor, only
from vrmnode.engine.stated_time import stated_creation
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, feedback, timers
from vrmnode.storage.database import Connection
from vrmnode.storage.feedback import OwnFeedback, StoredFeedback
from vrmnode.storage.secrets import Vault
from vrmnode.storage.table import hex_bounds
from vrmnode.values.fields import Fields
from vrmprotocol import encoding, envelope, market, schema
from vrmprotocol import feedback as protocol
from vrmprotocol.draft import Draft
from vrmprotocol.envelope import Envelope
from vrmprotocol.feedback import Feedback, Reply, ReviewedItem, Said
from vrmprotocol.gtin import gtin14
from vrmprotocol.keys import SigningKey
from vrmprotocol.mail import Accept, Agreement

Json = dict[str, object]
Params = Mapping[str, object]

TIMER = "feedback"


def give(ctx: Context, params: Params) -> Json:
    """Say something about the vendor of a deal: in public, or with `sealed` to it alone.

    Public feedback takes the place of what was said before, and leaves after a random time of up
    to 7 days, or at once with `now`. With `product` it is about what was bought, too.

    Raises:
        ServiceError: `deal.*`, `feedback.not_agreed`, `feedback.no_product`, `feedback.erased`,
            `feedback.too_many`.
        LocalError: `feedback.invalid`, `feedback.unknown_field`.
    """
    fields = Fields(params, opinion.FAMILY)
    record = _agreed(ctx.tx, fields.required_text("deal", 64))
    sealed, at_once = fields.flag("sealed", False), fields.flag("now", False)
    product = fields.flag("product", False)
    said = opinion.read(fields)
    fields.finish()
    if sealed:
        return sealed_feedback.tell(ctx, record, said)
    item = _item(_draft(record)) if product else None
    return _plan(ctx, record, said, item, at_once=at_once)


def withdraw(ctx: Context, params: Params) -> Json:
    """Say nothing any more; what is out already is replaced by empty feedback.

    Raises:
        ServiceError: `deal.*`, `feedback.not_found`, `feedback.erased`.
        LocalError: `feedback.invalid`, `feedback.unknown_field`.
    """
    fields = Fields(params, opinion.FAMILY)
    reference, at_once = fields.required_text("deal", 64), fields.flag("now", False)
    fields.finish()
    record = _agreed(ctx.tx, reference)
    own = feedback.own_of(ctx.tx, ctx.vault, record.deal)
    if own is None:
        words = f"expected a deal that you have said something about, came {reference!r}"
        raise ServiceError("feedback.not_found", words, 404)
    if own.published_at is None and own.seq == 0:
        feedback.remove_own(ctx.tx, record.deal)
        timers.clear(ctx.tx, TIMER, record.deal)
        ctx.sweep = True
        return {"deal": record.deal.hex(), "published_at": None, "due_at": None}
    return _plan(ctx, record, Said(), None, at_once=at_once)


def reply(ctx: Context, params: Params) -> Json:
    """Answer feedback about this vendor, in public; takes the place of an earlier reply.

    Raises:
        ServiceError: `feedback.not_found`, `feedback.ambiguous`, `feedback.not_ours`.
        LocalError: `feedback.invalid`, `feedback.unknown_field`.
    """
    fields = Fields(params, opinion.FAMILY)
    row = _find(ctx.tx, fields.required_text("feedback", 64))
    text, language = fields.required_text("text", 1_000), fields.language("language")
    fields.finish()
    if row.root != ctx.identity.root:
        raise conflict("feedback.not_ours", "expected feedback about this vendor, came another's")
    last = feedback.reply_to(ctx.tx, row.root, row.key)
    key, certified = ctx.identity.vendor_signing(ctx.now)
    body = Reply(
        v=1,
        seq=0 if last is None else last.seq + 1,
        certificate=certified,
        about=row.key,
        text=text,
        in_language=language,
    )
    kept_feedback.keep_reply(ctx, _publish(ctx, "reply", body, key), body)
    ctx.event("feedback.replied", "feedback", row.key)
    return kept_feedback.shown(ctx.tx, row)


def due(ctx: Context, deal: bytes) -> None:
    """The waiting time of feedback is over: publish it."""
    own, row = feedback.own_of(ctx.tx, ctx.vault, deal), deals.get(ctx.tx, deal)
    if own is None or row is None or own.published_at is not None:
        return
    record, key = load_deal(ctx.tx, deal), feedback_keys.of_deal(ctx, deal)
    if key is None or record.state.state != "agreed":
        return
    month, granted = _granted(record)
    body = Feedback(
        v=1,
        seq=own.seq,
        certificate=_draft(record).vendor.certificate,
        month=month,
        grant=granted,
        **structs.asdict(_planned(own)),
    )
    # In the first minutes of a month, `created` as it is set back would lie in the month before.
    sent = _publish(ctx, "feedback", body, key, not_before=protocol.begins(month))
    kept_feedback.keep(ctx, sent, body)
    feedback.put_own(ctx.tx, ctx.vault, replace(own, published_at=ctx.now))
    ctx.event("feedback.published", "deal", deal)


def feedback_list(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """Feedback about a vendor, or about a product by GTIN or brand; without either, one's own.

    Raises:
        ServiceError: `vendor.*`.
        LocalError: `feedback.invalid`, `feedback.unknown_field`, `gtin.invalid`.
    """
    fields = Fields(params, opinion.FAMILY)
    vendor, gtin, brand = (
        fields.text("vendor", 64),
        fields.text("gtin", 14),
        fields.text("brand", 64),
    )
    fields.finish()
    if vendor is not None:
        root = find_vendor(tx, vendor)
        rows = feedback.about_vendor(tx, root, now, kept_feedback.COUNTED)
        return kept_feedback.listed(tx, rows)
    if gtin is not None or brand is not None:
        number = None if gtin is None else gtin14(gtin)
        name = None if brand is None else brand.casefold()
        rows = feedback.about_product(tx, number, name, now, kept_feedback.COUNTED)
        return kept_feedback.listed(tx, rows)
    return {"own": [_own_shown(own) for own in feedback.every_own(tx, vault)]}


class _Planned(Said, frozen=True, kw_only=True):
    """What waits to be published, as it is kept."""

    item_reviewed: ReviewedItem | None = None


def _planned(own: OwnFeedback) -> _Planned:
    return schema.load(_Planned, encoding.decode_map(own.body), code="message.body")


def _plan(
    ctx: Context, record: DealRecord, said: Said, item: ReviewedItem | None, *, at_once: bool
) -> Json:
    key = feedback_keys.of_deal(ctx, record.deal)
    if key is None:
        raise conflict("feedback.erased", "expected a deal whose feedback key is kept, it is gone")
    before = feedback.own_of(ctx.tx, ctx.vault, record.deal)
    # SPEC 14: The writer MUST set the `seq` of feedback above that of any earlier feedback under
    # the same key.
    seq = 0 if before is None else before.seq + (before.published_at is not None)
    wait_s = 0 if at_once else opinion.wait_s(ctx.random(8))
    body = _Planned(item_reviewed=item, **structs.asdict(said))
    own = OwnFeedback(
        deal=record.deal,
        key=key.public,
        seq=seq,
        body=encoding.encode(schema.dump(body)),
        due_at=ctx.now + wait_s,
        published_at=None,
    )
    feedback.put_own(ctx.tx, ctx.vault, own)
    timers.arm(ctx.tx, TIMER, record.deal, own.due_at)
    ctx.event("feedback.planned", "deal", record.deal, due_at=own.due_at)
    return _own_shown(own)


def _publish(
    ctx: Context,
    kind: Literal["feedback", "reply"],
    body: Feedback | Reply,
    key: SigningKey,
    *,
    not_before: int = 0,
) -> Envelope:
    sent = market_messages.for_directory(
        kind,
        market.to_body(body),
        created=stated_creation(ctx.now, not_before=not_before),
        lives_s=envelope.FEEDBACK_LIFETIME_S,
        key=key,
        grind=ctx.grind,
    )
    market_messages.publish(ctx, sent)
    return sent


def _agreed(tx: Connection, reference: str) -> DealRecord:
    record = load_deal(tx, find_deal(tx, reference))
    if record.row.role != deals.CUSTOMER or record.state.state != "agreed":
        raise conflict(
            "feedback.not_agreed",
            "expected a deal that you made as a customer and that is agreed, came"
            f" one that is {record.state.state}",
        )
    return record


def _find(tx: Connection, reference: str) -> StoredFeedback:
    bounds = hex_bounds(checked_id(reference))
    found = [] if bounds is None else feedback.by_prefix(tx, *bounds)
    return only("feedback", reference, found)


def _draft(record: DealRecord) -> Draft:
    if record.state.accepted_offer is None:
        raise TypeError("an agreed deal has an offer")
    return mailroom.offer_of(record.state.accepted_offer).draft


def _granted(record: DealRecord) -> tuple[str, bytes]:
    accept, signed = record.state.accept, record.state.agreement
    if accept is None or signed is None:
        raise TypeError("an agreed deal has an accept and an agreement")
    assert isinstance(accept.body, Accept)
    assert isinstance(signed.body, Agreement)
    return protocol.month_of(accept.body.accepted_at), signed.body.feedback_grant


def _item(draft: Draft) -> ReviewedItem:
    item = draft.item_offered
    if item.gtin is None and item.brand is None:
        raise conflict(
            "feedback.no_product", "expected a product with a GTIN or a brand, this has neither"
        )
    return ReviewedItem(name=item.name, gtin=item.gtin, mpn=item.mpn, brand=item.brand)


def _own_shown(own: OwnFeedback) -> Json:
    said = _planned(own)
    return {
        "deal": own.deal.hex(),
        "feedback": own.key.hex(),
        **kept_feedback.told(said),
        "product": said.item_reviewed is not None,
        "due_at": own.due_at,
        "published_at": own.published_at,
    }
