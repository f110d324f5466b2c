"""The body of a disclosure: contact fields with or without their salts, and the relationship.

Implements the tables of `specs/09-relationship.md#disclosure`. How a disclosure stands to the
agreement is in `disclosure`. Values and salts are in no repr and in no error.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from vrmprotocol import contact, encoding, schema
from vrmprotocol.body_checks import refuse
from vrmprotocol.fields import Body, Bytes32, Bytes64, Wire

MAX_BODY_BYTES = 2_048
MAX_DISCLOSURES = 16

FieldName: TypeAlias = Literal[
    "name",
    "street_address",
    "postal_code",
    "locality",
    "region",
    "country",
    "email",
    "telephone",
]


class DisclosedField(Wire, frozen=True, kw_only=True):
    """A contact field; with its salt it opens the commitment of the agreement."""

    name: FieldName
    value: str
    salt: Bytes32 | None = None

    def __repr__(self) -> str:
        return f"DisclosedField({self.name}, value=hidden)"


class OpenedRelationship(Wire, frozen=True, kw_only=True):
    """The relationship key, its salt, and its signature over deal and pseudonym."""

    key: Bytes32
    salt: Bytes32
    signature: Bytes64

    def __repr__(self) -> str:
        return "OpenedRelationship(hidden)"


class Disclosure(Body, frozen=True, kw_only=True):
    """What the customer tells the vendor of itself, under the agreement that it names."""

    agreement: Bytes32
    fields: Annotated[tuple[DisclosedField, ...], Meta(max_length=len(contact.NAMES))] = ()
    relationship: OpenedRelationship | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what is in it, the relationship last."""
        named = tuple(field.name for field in self.fields)
        return named if self.relationship is None else (*named, "relationship")


# SPEC 09: The reader MUST refuse a disclosure without `fields` and `relationship`, with the same
# name twice, or with a body longer than 2,048 bytes, with `message.body`.
def check(body: Disclosure) -> None:
    """Refuse a disclosure that breaks its table.

    Raises:
        RemoteError: `message.body`.
    """
    if not body.names:
        raise refuse("fields", "it, or relationship")
    if len(set(body.names)) != len(body.names):
        raise refuse("fields", "each name at most once")
    for field in body.fields:
        known = contact.BY_NAME[field.name]
        if not known.fits(field.value):
            raise refuse(f"fields.{field.name}", known.expected)
    # SPEC 09: The writer MUST NOT make a disclosure whose body is longer than 2,048 bytes.
    size = len(encoding.encode(schema.dump(body)))
    if size > MAX_BODY_BYTES:
        raise refuse("body", f"at most {MAX_BODY_BYTES} bytes, came {size}")
