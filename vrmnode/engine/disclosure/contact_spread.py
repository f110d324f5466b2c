"""Contact data once for all: each vendor that may have a new value is told; the list of them.

Implements the writer's side of specs/09-relationship.md#contact_update. To whom is decided by
`vrmnode.customer.spread`; what a vendor has follows from its acknowledgements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vrmnode.customer import spread
from vrmnode.customer.contact import ContactData
from vrmnode.customer.spread import NewValue, Standing
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
from vrmprotocol import (
    agreement,
    bodies,
    contact,
    contact_state,
    encoding,
    keys,
    order_moves,
)
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
    """A deal of a customer's with what its vendor was told.

    `said` has the words about each field that the vendor didn't decline, the newest last; of
    `declined` fields the newest word was.
    """

    record: DealRecord
    standing: Standing
    said: Mapping[str, Sequence[Told]]
    acknowledged: frozenset[bytes]
    deleted: frozenset[str]
    declined: frozenset[str]

    def why_not(self, name: str, now: int) -> str | None:
        """Why its vendor isn't told the new value of a field by itself."""
        if self.deleted:
            return "deleted"  # with it went the vendor's key to the mail of the deal
        return spread.why_not(name, self.standing, now)

    def lacks(self, name: str, data: ContactData, now: int) -> list[NewValue]:
        """What it was told otherwise than the owner has it now and plans it."""
        return spread.lacking(name, data, self.said.get(name, ()), now)

    def unacknowledged(self, name: str, now: int) -> list[bytes]:
        """The words about a field (digests of messages) that count and weren't acknowledged."""
        said = self.said.get(name, ())
        over = {one.message for one in contact_state.current(said, now=now).superseded}
        return [one.message for one in said if one.message not in over | self.acknowledged]


def audiences(tx: Connection, vault: Vault) -> list[Audience]:
    """Every agreed deal of this node's owner as a customer, the one changed last first."""
    rows = deals.list_deals(tx, role=deals.CUSTOMER, state="agreed")
    return [one for row in rows if (one := _audience(tx, vault, row.deal)) is not None]


def _audience(tx: Connection, vault: Vault, deal: bytes) -> Audience | None:
    record, known = load_deal(tx, deal), find_order(tx, deal)
    if known is None:
        return None
    spoken_of = _newest(tx, vault, record)
    gone_back = declined.of_deal(tx, deal)
    said = [one for one in spoken_of if one.message not in gone_back]
    newest = {one.name: one for one in spoken_of}
    # A vendor may date what it says as far ahead as it likes.
    spoken = max(min(item.created, item.received_at) for item in messages.list_messages(tx, deal))
    draft = known.order.draft
    levels = {} if unknown(draft.choice) else levels_of(draft.terms, draft.addendum)
    standing = Standing(
        told=frozenset(one.name for one in said),
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
    by_field = {name: [one for one in said if one.name == name] for name in standing.told}
    return Audience(record, standing, by_field, has, gone, refused)


def _newest(tx: Connection, vault: Vault, record: DealRecord) -> list[Told]:
    """Every word that the owner has said in a deal about a field, the newest last."""
    kept = statements.of_deal(tx, vault, record, own=True).values()
    said = [one for each in kept for one in each.said]
    return sorted(said, key=lambda each: (each.seq, each.message))


def tell(
    ctx: Context, data: ContactData, names: Sequence[str], *, dry_run: bool = False
) -> list[Json]:
    """Tell every vendor that may have them these fields as they are and are planned; to whom."""
    told = []
    for one in audiences(ctx.tx, ctx.vault):
        lacking = _lacking(one, data, names, ctx.now)
        if _tell_one(ctx, one, lacking, dry_run=dry_run):
            told.append({**_vendor(one.record), "fields": list(lacking)})
    return told


def withheld(
    tx: Connection, vault: Vault, data: ContactData, names: Sequence[str], now: int
) -> list[Json]:
    """The vendors of open orders that keep old values of these fields, and why."""
    kept: list[Json] = []
    for one in audiences(tx, vault):
        reasons_of: dict[str, list[str]] = {}
        for name in names:
            why = one.why_not(name, now) if one.said.get(name) else None
            if why not in (None, *_SETTLED) and one.lacks(name, data, now):
                reasons_of.setdefault(why, []).append(name)
        vendor = _vendor(one.record)
        kept += [{**vendor, "fields": fields, **_why(why)} for why, fields in reasons_of.items()]
    return kept


_SETTLED = ("order_ended", "deleted")
"""Why nothing is left for a vendor to be told."""


# SPEC 09: The customer's node MUST tell the vendor to which it discloses a field the announced next
# value of that field as well, if that vendor may have it.
def tell_plans(ctx: Context, deal: bytes) -> None:
    """Tell the vendor of a deal, which was just told something, what of it will change."""
    data = contact_desk.stored(ctx.tx, ctx.vault, ctx.now)
    names = [name for name, one in data.planned.items() if one.announce]
    one = _audience(ctx.tx, ctx.vault, deal) if names else None
    if one is not None:
        _tell_one(ctx, one, _lacking(one, data, names, ctx.now))


def _lacking(
    one: Audience, data: ContactData, names: Iterable[str], now: int
) -> dict[str, list[NewValue]]:
    """What a vendor lacks of these fields and may have."""
    may = [name for name in names if one.why_not(name, now) is None]
    return {name: words for name in may if (words := one.lacks(name, data, now))}


def _tell_one(
    ctx: Context, one: Audience, lacking: Mapping[str, list[NewValue]], *, dry_run: bool = False
) -> bool:
    """Tell a vendor all of it, if a deal has room for that; whether it was told anything."""
    parts = _parts(one.record, lacking)
    if not parts or not _has_room(ctx.tx, one.record.deal, len(parts)):
        return False
    for part in parts if not dry_run else ():
        _post(ctx, one.record, part)
    return True


def _parts(record: DealRecord, lacking: Mapping[str, list[NewValue]]) -> list[ContactUpdate]:
    """As few contact updates as hold all of it, what begins first first."""
    assert record.state.document is not None
    digest = agreement.document_digest(record.state.document)
    parts: list[ContactUpdate] = []
    for since in sorted({one.effective_from for words in lacking.values() for one in words}):
        fields = [
            UpdatedField(name=disclosure_desk.FIELD_NAMES[name], value=one.value)
            for name, words in lacking.items()
            for one in words
            if one.effective_from == since
        ]
        parts += _parts_from(digest, since, fields)
    return parts


def _parts_from(digest: bytes, since: int, fields: Iterable[UpdatedField]) -> list[ContactUpdate]:
    parts: list[ContactUpdate] = []
    for field in fields:
        before = parts[-1].fields if parts else ()
        longer = ContactUpdate(agreement=digest, effective_from=since, fields=(*before, field))
        # SPEC 09: The writer MUST NOT make a contact update whose body is longer than 2,048 bytes.
        if len(encoding.encode(bodies.to_wire(longer))) > MAX_BODY_BYTES:
            parts.append(ContactUpdate(agreement=digest, effective_from=since, fields=(field,)))
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
# has the new value, still has an old one, may have what it didn't acknowledge, or wasn't told and
# why.
def status(tx: Connection, vault: Vault, now: int) -> list[Json]:
    """Deal by deal, what its vendor has of each field that the owner has or ever told."""
    data = contact_desk.stored(tx, vault, now)
    return [
        {
            **_vendor(one.record),
            "order_status": one.standing.order_status,
            "fields": {
                name: _field(tx, one, name, data, now)
                for name in contact.NAMES
                if name in data.names or name in one.said
            },
        }
        for one in audiences(tx, vault)
    ]


def _field(tx: Connection, one: Audience, name: str, data: ContactData, now: int) -> Json:
    """What a vendor has of a field: `new`, `old`, `sent` or `nothing`, and what becomes of it."""
    last = one.said[name][-1] if name in one.said else None
    shown: Json = {"has": "nothing", "told_at": None if last is None else last.at}
    if name in one.deleted:
        return {**shown, **_why("deleted")}
    up_to_date = not one.lacks(name, data, now)
    unread = one.unacknowledged(name, now)
    if last is not None and up_to_date and not unread:
        shown["has"] = "new"
    else:
        shown["has"] = _has_before(tx, one, name)
    if last is not None and last.effective_from > now:
        shown["effective_from"] = last.effective_from
    if shown["has"] == "new":
        return shown
    if last is not None and up_to_date:
        waits = any(outbox.is_pending(tx, digest, now) for digest in unread)
        return {**shown, "on_its_way": waits, **({} if waits else _why("lapsed"))}
    why = one.why_not(name, now)
    if name in one.declined and why in (None, "never_disclosed"):
        why = "declined"
    elif why is None:
        why = "not_told" if _has_room(tx, one.record.deal, 1) else "too_many"
    return {**shown, **_why(why)}


def _why(reason: str) -> Json:
    return {"why": reason, "words": reasons.CONTACT[reason]}


def _has_before(tx: Connection, one: Audience, name: str) -> str:
    """What a vendor has that lacks the newest word about a field.

    `old` if it has acknowledged any word about it, `sent` if it may have one all the same.
    """
    rows = [row for row in declined.standing(tx, one.record.deal) if name in row.fields]
    found = [messages.get(tx, row.digest) for row in rows]
    if any(item is not None and item.acked_at is not None for item in found):
        return "old"
    return "sent" if rows else "nothing"
