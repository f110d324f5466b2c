"""The agreement document, its two signatures, and the file that both sides keep.

Implements `specs/03-messages.md#agreement`. Checking a file is in `agreement_report`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from vrmprotocol import draft as drafts
from vrmprotocol import ed25519, encoding, keys, schema
from vrmprotocol.body_checks import check_commitments, check_extensions
from vrmprotocol.draft import Draft
from vrmprotocol.encoding import Map
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import Bytes32, Bytes64, Text64, Time, Wire

DOCUMENT_TYPE = "vrm-agreement"
FILE_TYPE = "vrm-agreement-file"
FILE_SUFFIX = ".vrm"
MAX_FILE_BYTES = 65_536

_DIGEST_CONTEXT = b"vrm/1 agreement\0"
_SIGNATURE_CONTEXT = b"vrm/1 agreement signature\0"


class _Document(Wire, frozen=True, kw_only=True):
    v: Literal[1]
    type: Literal["vrm-agreement"]
    draft: Draft
    offer: Bytes32
    accepted_at: Time
    commitments: Annotated[dict[Text64, Bytes32], Meta(min_length=1, max_length=32)]


class _Signatures(Wire, frozen=True, kw_only=True):
    customer: Bytes64
    vendor: Bytes64


class _File(Wire, frozen=True, kw_only=True):
    v: Literal[1]
    type: Literal["vrm-agreement-file"]
    document: _Document
    signatures: _Signatures


@dataclass(frozen=True, slots=True)
class AgreementFile:
    """A well-formed agreement file; nothing in it is verified yet.

    `fields` is all of it, as it was decoded. `accepted_at` is Unix seconds; `offer` is the digest
    (32 bytes) of the offer message.
    """

    fields: Map
    document: Map
    draft: Draft
    offer: bytes
    accepted_at: int
    commitments: Mapping[str, bytes]
    customer_signature: bytes
    vendor_signature: bytes


def document(
    *, draft: Draft, offer: bytes, accepted_at: int, commitments: Mapping[str, bytes]
) -> Map:
    """The agreement document: what both sides sign."""
    return {
        "v": 1,
        "type": DOCUMENT_TYPE,
        "draft": schema.dump(draft),
        "offer": offer,
        "acceptedAt": accepted_at,
        "commitments": dict(commitments),
    }


def document_digest(document: Map) -> bytes:
    """The digest (32 bytes) that names a document."""
    return encoding.sha256(_DIGEST_CONTEXT + encoding.encode(document))


def sign(document: Map, key: keys.SigningKey) -> bytes:
    """The signature (64 bytes) of one party under a document."""
    return key.sign(_SIGNATURE_CONTEXT + document_digest(document))


def verify_signature(document: Map, public: bytes, signature: bytes) -> bool:
    """Whether a party's signature (64 bytes) under a document is right."""
    return ed25519.verify(public, _SIGNATURE_CONTEXT + document_digest(document), signature)


def agreement_file(document: Map, *, customer_signature: bytes, vendor_signature: bytes) -> bytes:
    """The bytes of the file; the same on both sides, since signatures are deterministic."""
    return encoding.encode(
        {
            "v": 1,
            "type": FILE_TYPE,
            "document": document,
            "signatures": {"customer": customer_signature, "vendor": vendor_signature},
        }
    )


def read_file(raw: bytes) -> AgreementFile:
    """The contents of an agreement file, well-formed but not verified.

    Raises:
        RemoteError: `encoding.*`, `agreement.schema`.
    """
    fields = encoding.decode_map(raw, max_bytes=MAX_FILE_BYTES)
    try:
        loaded = schema.load(_File, fields, code="agreement.schema")
        drafts.check_form(loaded.document.draft)
        check_commitments(loaded.document.commitments)
        # Whether a critical extension is understood was the parties' matter when they signed.
        check_extensions(loaded.document.draft, frozenset(loaded.document.draft.ext))
    except RemoteError as error:
        raise RemoteError("agreement.schema", error.detail) from error
    document_fields = fields["document"]
    assert type(document_fields) is dict
    return AgreementFile(
        fields=fields,
        document=document_fields,
        draft=loaded.document.draft,
        offer=loaded.document.offer,
        accepted_at=loaded.document.accepted_at,
        commitments=loaded.document.commitments,
        customer_signature=loaded.signatures.customer,
        vendor_signature=loaded.signatures.vendor,
    )
