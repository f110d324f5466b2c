"""The answer to a request for access: one JSON-LD document, written, cut into parts, read back.

Implements `specs/15-rights.md#the-answer`. What belongs into it is the knowledge of the node that
writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, structs

from vrmprotocol import encoding
from vrmprotocol.agreement_graph import time_text
from vrmprotocol.disclosure_body import FieldName
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.inner import SignedMessage
from vrmprotocol.legal_basis import DPV, DpvBasis
from vrmprotocol.rights_bodies import (
    MAX_ANSWER_BYTES,
    PART_BYTES,
    AnswerDigest,
    RightsData,
    parts_of,
)

CODE = "rights.answer"

CONTEXT: dict[str, object] = {
    "@version": 1.1,
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "type": "@type",
    "answeredAt": {"@id": "dct:created", "@type": "xsd:dateTime"},
    "controller": {"@id": "dpv:hasDataController", "@type": "@id"},
    "subject": {"@id": "dpv:hasDataSubject", "@type": "@id"},
    "legalBasis": {"@id": "dpv:hasLegalBasis", "@type": "@id"},
    "purpose": "dpv:hasPurpose",
    "deleteBy": {"@id": "schema:expires", "@type": "xsd:dateTime"},
    "agreement": "dct:references",
    "deal": "dct:isPartOf",
    "request": "dct:source",
    "contact": {"@id": "dpv:hasPersonalData", "@container": "@list"},
    "messages": {"@id": "schema:hasPart", "@container": "@list"},
    "person": "schema:about",
    "order": "schema:mainEntity",
    "records": {"@id": "dct:extent", "@type": "@json"},
    "digest": "dct:identifier",
    "kind": "schema:additionalType",
    "sender": "schema:sender",
    "receivedAt": {"@id": "schema:dateReceived", "@type": "xsd:dateTime"},
    "disclosedAt": {"@id": "schema:dateCreated", "@type": "xsd:dateTime"},
    "effectiveFrom": {"@id": "schema:validFrom", "@type": "xsd:dateTime"},
    "body": {"@id": "schema:text", "@type": "@json"},
    "name": "schema:name",
    "value": "schema:value",
    "status": "schema:orderStatus",
    "payment": "schema:paymentStatus",
    "reference": "schema:orderNumber",
    "email": "schema:email",
    "telephone": "schema:telephone",
    "address": "schema:address",
    "streetAddress": "schema:streetAddress",
    "postalCode": "schema:postalCode",
    "addressLocality": "schema:addressLocality",
    "addressRegion": "schema:addressRegion",
    "addressCountry": "schema:addressCountry",
}

_Hex = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Did = Annotated[str, Meta(pattern=r"^did:key:z[1-9A-HJ-NP-Za-km-z]{1,64}\Z")]
_TimeText = Annotated[
    str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
]
_Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
_Text = Annotated[str, Meta(min_length=1, max_length=256)]
_Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class _Json(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A map of the document; every key is always there."""


class HeldField(_Json, frozen=True, kw_only=True):
    """A contact field as the vendor's database has it."""

    name: FieldName
    value: _Text | None
    committed: bool
    disclosed_at: _TimeText
    effective_from: _TimeText | None


class HeldMessage(_Json, frozen=True, kw_only=True):
    """A message that the vendor's database has."""

    digest: _Hex
    kind: _Word
    sender: Literal["customer", "vendor"]
    received_at: _TimeText
    content: Literal["kept", "partly", "erased"]
    body: dict[str, object] | None = None


class HeldOrder(_Json, frozen=True, kw_only=True):
    """The order as the vendor's database has it."""

    status: _Word
    payment: _Word
    reference: _Text | None


class _Address(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    type: Literal["schema:PostalAddress"]
    streetAddress: _Text | None = None
    postalCode: _Text | None = None
    addressLocality: _Text | None = None
    addressRegion: _Text | None = None
    addressCountry: _Text | None = None


class _Person(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    type: Literal["schema:Person"]
    name: _Text | None = None
    email: _Text | None = None
    telephone: _Text | None = None
    address: _Address | None = None


class Answer(_Json, frozen=True, kw_only=True):
    """All that a vendor holds of a customer under one deal."""

    context: dict[str, object] = msgspec.field(name="@context")
    type: Literal["dpv:RightFulfilmentNotice"]
    answered_at: _TimeText
    deal: _Hex
    agreement: _Hex
    request: _Hex
    controller: _Did
    subject: _Did
    purpose: _Text | None
    legal_basis: Annotated[tuple[DpvBasis, ...], Meta(min_length=1, max_length=3)]
    delete_by: _TimeText | None
    sale_opted_out: bool
    contact: Annotated[tuple[HeldField, ...], Meta(max_length=16)]
    relationship: _Did | None
    order: HeldOrder | None
    messages: Annotated[tuple[HeldMessage, ...], Meta(max_length=1_024)]
    records: Annotated[dict[_Word, _Count], Meta(max_length=64)]
    person: _Person | None
    left_out: Annotated[int, Meta(ge=0, le=1_024)]

    def __repr__(self) -> str:
        return f"Answer({len(self.contact)} fields, {len(self.messages)} messages)"


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Answer)

_IN_ADDRESS = {
    "street_address": "streetAddress",
    "postal_code": "postalCode",
    "locality": "addressLocality",
    "region": "addressRegion",
    "country": "addressCountry",
}


# SPEC 15: The writer MUST give in the answer each value as its database has it.
def answer(
    *,
    answered_at: int,
    deal: bytes,
    agreement: bytes,
    request: bytes,
    controller: str,
    subject: str,
    purpose: str | None,
    legal_basis: Sequence[DpvBasis],
    delete_by: int | None,
    sale_opted_out: bool,
    contact: Sequence[HeldField],
    relationship: str | None,
    order: HeldOrder | None,
    messages: Iterable[HeldMessage],
    records: Mapping[str, int],
    portable: bool,
) -> Answer:
    """The answer of these facts (times in Unix seconds, ids in bytes, parties as did:key)."""
    listed = sorted(messages, key=lambda one: (one.received_at, one.digest))
    if not portable:
        listed = [structs.replace(one, body=None) for one in listed]
    return Answer(
        context=CONTEXT,
        type="dpv:RightFulfilmentNotice",
        answered_at=time_text(answered_at),
        deal=deal.hex(),
        agreement=agreement.hex(),
        request=request.hex(),
        controller=controller,
        subject=subject,
        purpose=purpose,
        legal_basis=tuple(legal_basis),
        delete_by=None if delete_by is None else time_text(delete_by),
        sale_opted_out=sale_opted_out,
        contact=tuple(contact),
        relationship=relationship,
        order=order,
        messages=tuple(listed),
        records={name: count for name, count in records.items() if count},
        # SPEC 15: With portability the writer MUST put what `contact` says into `person` too, and
        # into `body` what each message says that the customer wrote.
        person=_person(contact, time_text(answered_at)) if portable else None,
        left_out=0,
    )


def _person(contact: Sequence[HeldField], now: str) -> _Person:
    # Times in this form are in their order as texts, too.
    in_force = [one for one in contact if one.effective_from is None or one.effective_from <= now]
    values = {one.name: one.value for one in in_force if one.value is not None}
    address = {there: values[here] for here, there in _IN_ADDRESS.items() if here in values}
    return _Person(
        type="schema:Person",
        name=values.get("name"),
        email=values.get("email"),
        telephone=values.get("telephone"),
        address=_Address(type="schema:PostalAddress", **address) if address else None,
    )


def write(told: Answer) -> bytes:
    """The bytes of an answer; the longest bodies are left out until it is short enough.

    Raises:
        LocalError: `rights.answer` where it is too long even so.
    """
    raw = _ENCODER.encode(told)
    bodies = sorted(_lengths(told), reverse=True)
    while len(raw) > MAX_ANSWER_BYTES and bodies:
        _, at = bodies.pop(0)
        kept = list(told.messages)
        kept[at] = structs.replace(kept[at], body=None)
        told = structs.replace(told, messages=tuple(kept), left_out=told.left_out + 1)
        raw = _ENCODER.encode(told)
    if len(raw) > MAX_ANSWER_BYTES:
        raise LocalError(CODE, f"expected at most {MAX_ANSWER_BYTES} bytes, came {len(raw)}")
    return raw


def _lengths(told: Answer) -> list[tuple[int, int]]:
    """Length and place of every body; of equal ones the later counts as longer."""
    return [
        (len(_ENCODER.encode(one.body)), at)
        for at, one in enumerate(told.messages)
        if one.body is not None
    ]


# SPEC 15: The reader MUST refuse an answer that isn't of this form, or not in its one form, with
# `rights.answer`.
def read(raw: bytes) -> Answer:
    """The answer that some bytes are.

    Raises:
        RemoteError: `rights.answer`.
    """
    if len(raw) > MAX_ANSWER_BYTES:
        raise RemoteError(CODE, f"expected at most {MAX_ANSWER_BYTES} bytes, came {len(raw)}")
    try:
        told = _DECODER.decode(raw)
        same = _ENCODER.encode(told) == raw
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise RemoteError(CODE, "expected the form of an answer, came another") from None
    if not same:
        raise RemoteError(CODE, "expected the one form of this answer, came another")
    if told.context != CONTEXT:
        raise RemoteError(CODE, "@context: expected that of the spec, came another")
    present = set(told.legal_basis)
    if told.legal_basis != tuple(each for each in DPV.values() if each in present):
        raise RemoteError(CODE, "legalBasis: expected each once, in their order, came others")
    if "dpv:Contract" not in present:
        raise RemoteError(CODE, "legalBasis: expected dpv:Contract, came none")
    return told


# SPEC 15: The reader MUST refuse an answer about another deal, agreement, request, vendor or
# pseudonym with `rights.answer`.
def check(told: Answer, *, expected: Mapping[str, str]) -> None:
    """Refuse an answer about something else; `expected` has the values of its keys.

    Raises:
        RemoteError: `rights.answer`.
    """
    for name, value in expected.items():
        if getattr(told, name) != value:
            raise RemoteError(CODE, f"{name}: expected that of the request, came another")


def digest_of(raw: bytes) -> AnswerDigest:
    """By what an answer is known when its parts are there."""
    return AnswerDigest(digest=encoding.sha256(raw), size=len(raw), parts=parts_of(len(raw)))


# SPEC 15: The writer MUST put 2,560 bytes of the answer into every part but the last.
def cut(raw: bytes) -> list[bytes]:
    """The parts of an answer, in their order."""
    return [raw[at : at + PART_BYTES] for at in range(0, len(raw), PART_BYTES)]


# SPEC 15: The reader MUST put the answer together when all parts are there, and refuse it with
# `rights.answer` if size or digest differ.
def assemble(known: AnswerDigest, request: bytes, parts: Iterable[SignedMessage]) -> bytes | None:
    """The answer that these parts of a request make up; None while some are missing.

    Of several messages with one number the one counts that was signed first.

    Raises:
        RemoteError: `rights.answer`.
    """
    found: dict[int, bytes] = {}
    for message in sorted(parts, key=lambda each: (each.seq, each.digest)):
        body = message.body
        if isinstance(body, RightsData) and body.request == request and body.part < known.parts:
            found.setdefault(body.part, body.data)
    if len(found) < known.parts:
        return None
    raw = b"".join(found[part] for part in range(known.parts))
    if digest_of(raw) != known:
        raise RemoteError(CODE, "expected the bytes that the vendor signed for, came others")
    return raw
