"""The body of a contact update: what has changed of what a vendor was told, and from when on.

Implements the table of `specs/09-relationship.md#contact_update`. What counts of it beside the
disclosures of its deal is in `contact_state`. Values are in no repr and in no error.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from vrmprotocol import contact, encoding, schema
from vrmprotocol.body_checks import refuse
from vrmprotocol.disclosure_body import MAX_BODY_BYTES, FieldName
from vrmprotocol.fields import Body, Bytes32, Time, Wire

MAX_UPDATES = 32


class UpdatedField(Wire, frozen=True, kw_only=True):
    """A contact field as it is now; without a value the customer has none any more."""

    name: FieldName
    value: str | None = None

    def __repr__(self) -> str:
        return f"UpdatedField({self.name}, value=hidden)"


class ContactUpdate(Body, frozen=True, kw_only=True):
    """New values of contact fields, in force from `effective_from` (Unix seconds)."""

    agreement: Bytes32
    effective_from: Time
    fields: Annotated[tuple[UpdatedField, ...], Meta(min_length=1, max_length=len(contact.NAMES))]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields in it."""
        return tuple(field.name for field in self.fields)


# SPEC 09: The reader MUST refuse a contact update with the same name twice, or with a body longer
# than 2,048 bytes, with `message.body`.
def check(body: ContactUpdate) -> None:
    """Refuse a contact update that breaks its table.

    Raises:
        RemoteError: `message.body`.
    """
    if len(set(body.names)) != len(body.names):
        raise refuse("fields", "each name at most once")
    for field in body.fields:
        known = contact.BY_NAME[field.name]
        if field.value is not None and not known.fits(field.value):
            raise refuse(f"fields.{field.name}", known.expected)
    # SPEC 09: The writer MUST NOT make a contact update whose body is longer than 2,048 bytes.
    size = len(encoding.encode(schema.dump(body)))
    if size > MAX_BODY_BYTES:
        raise refuse("body", f"at most {MAX_BODY_BYTES} bytes, came {size}")
