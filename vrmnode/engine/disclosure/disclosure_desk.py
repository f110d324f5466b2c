"""What the customer discloses to a vendor it has agreed with: by hand, and the list of all of it.

Implements the writer's side of specs/09-relationship.md#disclosure. Values come sealed from
`contact_desk` and `openings` and leave sealed (`private_mail`); events and the list name fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from vrmnode.customer.contact import ContactData
from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import contact_desk, declined, openings
from vrmnode.engine.disclosure.openings import Opening
from vrmnode.engine.failures import conflict, invalid
from vrmnode.engine.mail import mailroom, private_mail
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.references import find_deal
from vrmnode.errors import ServiceError
from vrmnode.storage import disclosures, messages, outbox
from vrmnode.storage.database import Connection
from vrmnode.storage.disclosures import StoredDisclosure
from vrmprotocol import agreement, bodies, contact, disclosure, encoding, keys
from vrmprotocol.body_checks import RELATIONSHIP_COMMITMENT
from vrmprotocol.contact_update import ContactUpdate
from vrmprotocol.disclosure_body import (
    MAX_BODY_BYTES,
    MAX_DISCLOSURES,
    DisclosedField,
    Disclosure,
    FieldName,
    OpenedRelationship,
)

Json = dict[str, object]
Params = Mapping[str, object]

NAMES = (*contact.NAMES, RELATIONSHIP_COMMITMENT)
"""What can be disclosed, as the owner names it."""

FIELD_NAMES: dict[str, FieldName] = {name: name for name in get_args(FieldName)}

_DISCLOSURE = "disclosure"


def read_names(raw: object) -> list[str]:
    """The names in a list, each once.

    Raises:
        ServiceError: `contact.unknown_field`, `request.invalid`.
    """
    if not isinstance(raw, list) or not raw:
        raise invalid("request.invalid", "fields: expected a list of names, came another value")
    for name in raw:
        if name not in NAMES:
            expected = ", ".join(NAMES)
            raise invalid(
                "contact.unknown_field", f"fields: expected some of {expected}, came another name"
            )
    return list(dict.fromkeys(raw))


def by_hand(ctx: Context, params: Params) -> Json:
    """Disclose fields that the owner names; with `dry_run` only say what would go to whom.

    Raises:
        ServiceError: `deal.not_found`, `contact.missing`, `contact.unknown_field`,
            `disclosure.too_many`, `disclosure.role`.
        LocalError: `negotiation.illegal_move`.
    """
    record = load_deal(ctx.tx, find_deal(ctx.tx, str(params.get("deal") or "")))
    names = read_names(params.get("fields"))
    if params.get("dry_run"):
        _check(ctx, record, names)
        sent: list[StoredDisclosure] = []
    else:
        sent = disclose(ctx, record, names, rule="by hand")
    return {
        "deal": record.deal.hex(),
        "vendor": keys.to_did(record.row.vendor_root),
        "vendor_name": record.row.vendor_name,
        "fields": names,
        "disclosures": [row.digest.hex() for row in sent],
    }


def check_allowed(record: DealRecord) -> None:
    """Refuse a deal in which nothing can be disclosed.

    Raises:
        ServiceError: `disclosure.role`; LocalError: `negotiation.illegal_move`.
    """
    if record.row.role != "customer":
        raise conflict("disclosure.role", "expected a deal in which you are the customer")
    disclosure.check_allowed(record.state)


def nothing_due(why: str) -> ServiceError:
    """The error of a disclosure that names no field while none is due."""
    return conflict(
        "disclosure.nothing_due",
        f"expected a deal in which something is due, came one in which {why}",
    )


def disclose(
    ctx: Context, record: DealRecord, names: Sequence[str], *, rule: str
) -> list[StoredDisclosure]:
    """Send the vendor of an agreed deal these fields, in as few messages as hold them.

    Raises:
        ServiceError: `contact.missing`, `disclosure.too_many`, `disclosure.role`.
        LocalError: `negotiation.illegal_move`.
    """
    data = _check(ctx, record, names)
    opened = openings.of_deal(ctx, record.deal)
    assert record.state.document is not None
    digest = agreement.document_digest(record.state.document)
    fields = [_entry(name, data, opened) for name in names if name in FIELD_NAMES]
    one = None
    if RELATIONSHIP_COMMITMENT in names:
        one = _relationship(ctx, record, opened)
    parts = _parts(digest, fields, one)
    # SPEC 09: The writer MUST NOT send more than 16 disclosures in a deal.
    if disclosures.count(ctx.tx, record.deal, _DISCLOSURE) + len(parts) > MAX_DISCLOSURES:
        raise conflict(
            "disclosure.too_many", f"expected at most {MAX_DISCLOSURES} disclosures in a deal"
        )
    return [_post(ctx, record, part, rule) for part in parts]


def _check(ctx: Context, record: DealRecord, names: Iterable[str]) -> ContactData:
    """The contact data, if these fields are in it and the deal is one to disclose in."""
    check_allowed(record)
    data = contact_desk.stored(ctx.tx, ctx.vault, ctx.now)
    missing = [name for name in names if name in FIELD_NAMES and name not in data.values]
    if missing:
        raise conflict(
            "contact.missing",
            f"expected {', '.join(missing)} in your contact data, came nothing",
        )
    return data


# SPEC 09: The writer MUST disclose a value that it committed to with the salt of the commitment.
def _entry(name: str, data: ContactData, opened: Mapping[str, Opening]) -> DisclosedField:
    value, kept = data.values[name], opened.get(name)
    salt = None if kept is None or kept.value != value else kept.salt
    return DisclosedField(name=FIELD_NAMES[name], value=value, salt=salt)


def _relationship(
    ctx: Context, record: DealRecord, opened: Mapping[str, Opening]
) -> OpenedRelationship:
    key = openings.relationship_key(ctx, record.row.vendor_root)
    kept = opened.get(RELATIONSHIP_COMMITMENT)
    if kept is None or kept.value != key.public:
        raise conflict(
            "disclosure.erased",
            "expected what opens the relationship in this deal, it was erased from this node",
        )
    signature = disclosure.sign_relationship(key, deal=record.deal, pseudonym=record.row.customer)
    return OpenedRelationship(key=key.public, salt=kept.salt, signature=signature)


def _parts(
    digest: bytes, fields: Sequence[DisclosedField], one: OpenedRelationship | None
) -> list[Disclosure]:
    """As few disclosures as hold all of it."""
    parts = [] if one is None else [Disclosure(agreement=digest, relationship=one)]
    for field in fields:
        last = parts[-1] if parts else Disclosure(agreement=digest)
        longer = Disclosure(
            agreement=digest, fields=(*last.fields, field), relationship=last.relationship
        )
        # SPEC 09: The writer MUST NOT make a disclosure whose body is longer than 2,048 bytes.
        if len(encoding.encode(bodies.to_wire(longer))) > MAX_BODY_BYTES:
            parts.append(Disclosure(agreement=digest, fields=(field,)))
        else:
            parts[-1:] = [longer]
    return parts


def _post(ctx: Context, record: DealRecord, body: Disclosure, rule: str) -> StoredDisclosure:
    until = ctx.now + mailroom.ANSWER_LIFETIME_S
    signed = mailroom.tell(ctx, record, body, until=until)
    return note(ctx, record, signed.digest, body, kind=_DISCLOSURE, rule=rule)


def note(
    ctx: Context,
    record: DealRecord,
    digest: bytes,
    body: Disclosure | ContactUpdate,
    *,
    kind: str,
    rule: str,
) -> StoredDisclosure:
    """Keep for the owner what was told to whom, in the message `digest`."""
    row = StoredDisclosure(
        digest=digest,
        deal=record.deal,
        kind=kind,
        vendor_root=record.row.vendor_root,
        vendor_name=record.row.vendor_name,
        agreement=body.agreement,
        fields=list(body.names),
        rule=rule,
        disclosed_at=ctx.now,
    )
    disclosures.put(ctx.tx, row)
    ctx.event(
        f"{kind}.sent",
        "deal",
        record.deal,
        vendor=record.row.vendor_name,
        fields=", ".join(body.names),
        rule=rule,
    )
    return row


def stop(ctx: Context, deal: bytes) -> None:
    """The deal came to nothing: send no disclosure again, and forget what could be opened."""
    openings.erase(ctx, deal)
    sent = disclosures.of_deal(ctx.tx, deal)
    # SPEC 09: The writer MUST stop sending a disclosure when the state of the deal becomes
    # `cancelled`.
    # SPEC 09: The writer MUST stop sending a contact update when the state of the deal becomes
    # `cancelled`.
    outbox.done_by_digest(ctx.tx, [row.digest for row in sent], ctx.now)
    for row in sent:
        private_mail.erase(ctx, deal, row.digest)


def list_disclosures(tx: Connection, reference: str | None) -> list[Json]:
    """All that was disclosed, newest first; of one deal if it is given."""
    if reference is None:
        found = disclosures.every(tx)
    else:
        found = disclosures.of_deal(tx, find_deal(tx, reference))[::-1]
    gone = {deal: declined.of_deal(tx, deal) for deal in {row.deal for row in found}}
    return [{**_shown(tx, row), "declined": gone[row.deal].get(row.digest)} for row in found]


def _shown(tx: Connection, row: StoredDisclosure) -> Json:
    message = messages.get(tx, row.digest)
    return {
        "disclosure": row.digest.hex(),
        "kind": row.kind,
        "deal": row.deal.hex(),
        "agreement": row.agreement.hex(),
        "vendor": keys.to_did(row.vendor_root),
        "vendor_name": row.vendor_name,
        "fields": row.fields,
        "rule": row.rule,
        "disclosed_at": row.disclosed_at,
        "acknowledged": None if message is None else message.acked_at,
    }
