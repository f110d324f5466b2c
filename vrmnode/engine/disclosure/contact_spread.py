"""Contact data once for all: each vendor that may have a new value is told; the list of them.

Implements the writer's side of specs/09-relationship.md#contact_update. To whom is decided by
`vrmnode.customer.spread`; what a vendor has follows from its acknowledgements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vrmnode.customer import spread
from vrmnode.customer.contact import ContactData
from vrmnode.customer.spread import Standing
from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import (
    contact_desk,
    declined,
    deletions,
    disclosure_desk,
    statements,
)
from vrmnode.engine.mail import mailroom
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.relationship import reach_state
from vrmnode.storage import deals, disclosures, messages, outbox
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmnode.values import reasons
from vrmprotocol import agreement, bodies, contact, encoding, keys, order_moves
from vrmprotocol.contact_state import Told
from vrmprotocol.contact_update import MAX_UPDATES, ContactUpdate, UpdatedField
from vrmprotocol.deletion_body import Deletion
from vrmprotocol.disclosure_body import MAX_BODY_BYTES
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_roster import levels_of

Json = dict[str, object]

UPDATE = "contact_update"
RULE = "automatic: contact data changed"
LIFETIME_S = 180 * 86_400
"""How long a change is repeated until it is acknowledged: a vendor may be away for months."""


@dataclass(frozen=True, slots=True)
class Audience:
    """A deal of a customer's with what its vendor was told, newest words, by field.

    `last` has what the vendor didn't decline; of `declined` fields the newest word was.
    """

    record: DealRecord
    standing: Standing
    last: Mapping[str, Told]
    acknowledged: frozenset[bytes]
    deleted: frozenset[str]
    declined: frozenset[str]

    def why_not(self, name: str, now: int) -> str | None:
        """Why its vendor isn't told the new value of a field by itself."""
        if self.deleted:
            return "deleted"  # with it went the vendor's key to the mail of the deal
        return spread.why_not(name, self.standing, now)

    def lacks(self, name: str, data: ContactData) -> bool:
        """Whether it was told something else than the owner has now."""
        told = self.last.get(name)
        return data.values.get(name) != (None if told is None else told.value)


def audiences(tx: Connection, vault: Vault) -> list[Audience]:
    """Every agreed deal of this node's owner as a customer, the one changed last first."""
    found = []
    for row in deals.list_deals(tx, role=deals.CUSTOMER, state="agreed"):
        record = load_deal(tx, row.deal)
        known = find_order(tx, row.deal)
        if known is None:
            continue
        spoken_of = _newest(tx, vault, record)
        gone_back = declined.of_deal(tx, row.deal)
        said = [one for one in spoken_of if one.message not in gone_back]
        last = {one.name: one for one in said}
        newest = {one.name: one for one in spoken_of}
        # A vendor may date what it says as far ahead as it likes.
        spoken = max(
            min(item.created, item.received_at) for item in messages.list_messages(tx, row.deal)
        )
        draft = known.order.draft
        levels = {} if unknown(draft.choice) else levels_of(draft.terms, draft.addendum)
        standing = Standing(
            told=frozenset(last),
            service=str(levels.get("service")),
            reach=reach_state.of_deal(tx, record, complete=False),
            order_status=known.order.status,
            spoken_until=order_moves.spoken_until(draft, spoken),
        )
        has = frozenset(
            one.message
            for one in said
            if (item := messages.get(tx, one.message)) is not None and item.acked_at is not None
        )
        gone = frozenset(
            name
            for stated in deletions.standing(tx, record)
            for name in (stated.body.fields if isinstance(stated.body, Deletion) else ())
        )
        refused = frozenset(n for n, one in newest.items() if one.message in gone_back)
        found.append(Audience(record, standing, last, has, gone, refused))
    return found


def _newest(tx: Connection, vault: Vault, record: DealRecord) -> list[Told]:
    """Every word that the owner has said in a deal about a field, the newest last."""
    kept = statements.of_deal(tx, vault, record, own=True).values()
    said = [one for each in kept for one in each.said]
    return sorted(said, key=lambda each: (each.seq, each.message))


def tell(
    ctx: Context,
    data: ContactData,
    names: Sequence[str],
    *,
    effective_from: int,
    dry_run: bool = False,
) -> list[Json]:
    """Tell every vendor that may have them the values of these fields; to whom they went."""
    told = []
    for one in audiences(ctx.tx, ctx.vault):
        fields = [n for n in names if one.lacks(n, data) and one.why_not(n, ctx.now) is None]
        parts = _parts(one.record, fields, data, effective_from)
        if not parts or not _has_room(ctx.tx, one.record.deal, len(parts)):
            continue
        if not dry_run:
            for part in parts:
                _post(ctx, one.record, part)
        told.append({**_vendor(one.record), "fields": fields})
    return told


def _parts(
    record: DealRecord, names: Iterable[str], data: ContactData, effective_from: int
) -> list[ContactUpdate]:
    """As few contact updates as hold all of it."""
    assert record.state.document is not None
    digest = agreement.document_digest(record.state.document)
    parts: list[ContactUpdate] = []
    for name in names:
        field = UpdatedField(name=disclosure_desk.FIELD_NAMES[name], value=data.values.get(name))
        before = parts[-1].fields if parts else ()
        longer = ContactUpdate(
            agreement=digest, effective_from=effective_from, fields=(*before, field)
        )
        # SPEC 09: The writer MUST NOT make a contact update whose body is longer than 2,048 bytes.
        if len(encoding.encode(bodies.to_wire(longer))) > MAX_BODY_BYTES:
            alone = ContactUpdate(agreement=digest, effective_from=effective_from, fields=(field,))
            parts.append(alone)
        else:
            parts[-1:] = [longer]
    return parts


# SPEC 09: The writer MUST NOT send more than 32 contact updates in a deal.
def _has_room(tx: Connection, deal: bytes, more: int) -> bool:
    return disclosures.count(tx, deal, UPDATE) + more <= MAX_UPDATES


def _post(ctx: Context, record: DealRecord, body: ContactUpdate) -> None:
    # SPEC 09: The writer MUST NOT send a contact update while the state of the deal isn't `agreed`.
    #
    # `audiences` are agreed deals, read in this very turn.
    # SPEC 09: The writer MUST send a contact update again until it is acknowledged, for 180 days.
    signed = mailroom.tell(ctx, record, body, until=ctx.now + LIFETIME_S)
    disclosure_desk.note(ctx, record, signed.digest, body, kind=UPDATE, rule=RULE)
    # An answer may come after months of silence.
    mailroom.watch(ctx, load_deal(ctx.tx, record.deal))


def _vendor(record: DealRecord) -> Json:
    return {
        "deal": record.deal.hex(),
        "vendor": keys.to_did(record.row.vendor_root),
        "vendor_name": record.row.vendor_name,
    }


# SPEC 09: The customer's node MUST tell its owner of each vendor that was told a field whether it
# has the new value, still has an old one, or wasn't told and why.
def status(tx: Connection, vault: Vault, now: int) -> list[Json]:
    """Deal by deal, what its vendor has of each field that the owner has or ever told."""
    data = contact_desk.stored(tx, vault)
    return [
        {
            **_vendor(one.record),
            "order_status": one.standing.order_status,
            "fields": {
                name: _field(tx, one, name, data, now)
                for name in contact.NAMES
                if name in data.values or name in one.last
            },
        }
        for one in audiences(tx, vault)
    ]


def _field(tx: Connection, one: Audience, name: str, data: ContactData, now: int) -> Json:
    """What a vendor has of a field: `new`, `old` or `nothing`, and what becomes of it."""
    last = one.last.get(name)
    arrived = last is not None and last.message in one.acknowledged
    up_to_date = not one.lacks(name, data)
    has = "nothing"
    if name in one.deleted:
        return {"has": has, "told_at": None if last is None else last.at, **_why("deleted")}
    if last is not None and arrived and up_to_date:
        has = "new"
    elif _has_old(tx, one, name):
        has = "old"
    shown: Json = {"has": has, "told_at": None if last is None else last.at}
    if last is not None and last.effective_from > now:
        shown["effective_from"] = last.effective_from
    if last is not None and up_to_date and not arrived:
        waits = outbox.is_pending(tx, last.message, now)
        return {**shown, "on_its_way": waits, **({} if waits else _why("lapsed"))}
    if has == "new":
        return shown
    why = one.why_not(name, now)
    if name in one.declined and why in (None, "never_disclosed"):
        why = "declined"
    elif why is None:
        why = "not_told" if _has_room(tx, one.record.deal, 1) else "too_many"
    return {**shown, **_why(why)}


def _why(reason: str) -> Json:
    return {"why": reason, "words": reasons.CONTACT[reason]}


def _has_old(tx: Connection, one: Audience, name: str) -> bool:
    """Whether a vendor has acknowledged any word about a field."""
    return any(
        name in row.fields and (item := messages.get(tx, row.digest)) and item.acked_at
        for row in declined.standing(tx, one.record.deal)
    )
