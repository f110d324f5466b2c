"""The file of a deletion: the vendor's statement with the agreement that it is about.

Implements `specs/12-evidence.md#deletion-file`: made by either side, verified by anybody offline.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from vrmprotocol import agreement, agreement_report, bodies, encoding, inner, schema
from vrmprotocol.agreement import AgreementFile
from vrmprotocol.agreement_report import AgreementReport, Check, proven
from vrmprotocol.deletion_body import Deletion
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import Wire
from vrmprotocol.inner import Header
from vrmprotocol.moments import in_words

FILE_TYPE = "vrm-deletion-file"
MAX_FILE_BYTES = 131_072

_SCHEMA = "deletion.schema"


class _File(Wire, frozen=True, kw_only=True):
    v: Literal[1]
    type: Literal["vrm-deletion-file"]
    agreement: Annotated[bytes, Meta(max_length=agreement.MAX_FILE_BYTES)]
    message: Annotated[bytes, Meta(max_length=inner.MAX_INNER_BYTES)]


def make(agreement_raw: bytes, message_raw: bytes) -> bytes:
    """The file of an agreement file and the deletion message, both as they were signed."""
    return encoding.encode(
        {"v": 1, "type": FILE_TYPE, "agreement": agreement_raw, "message": message_raw}
    )


def looks_like_one(raw: bytes) -> bool:
    """Whether bytes are meant as such a file, and as no agreement file."""
    return FILE_TYPE.encode() in raw[-64:]


def verify(raw: bytes) -> AgreementReport:
    """The report on a deletion and its agreement; nothing is raised."""
    try:
        agreed, header, body = _read(raw)
    except RemoteError as error:
        form = Check("deletion", False, "proven", str(error), error.code, error.detail)
        return AgreementReport((form, *agreement_report.not_reached()), None)
    # SPEC 12: The verifier MUST check the agreement file in a deletion file as any agreement file,
    # with the codes of one.
    report = agreement_report.verify_file(agreed)
    form = Check("deletion", True, "proven", "the statement is well-formed and signed", None)
    if report.file is None:
        return AgreementReport((form, *report.checks), None)
    return AgreementReport((form, *report.checks, *_fit(report.file, header, body)), report.file)


# SPEC 12: The verifier MUST refuse a deletion file of another form, or whose message isn't a
# rightly signed deletion, with `deletion.schema`.
def _read(raw: bytes) -> tuple[bytes, Header, Deletion]:
    try:
        fields = encoding.decode_map(raw, max_bytes=MAX_FILE_BYTES)
        file = schema.load(_File, fields, code=_SCHEMA)
        opened = inner.read(file.message)
        if opened.version != 1 or opened.header.kind != "deletion":
            raise RemoteError(_SCHEMA, "message: expected a deletion")
        known = bodies.named_extensions(opened.body)
        body = bodies.from_wire("deletion", opened.body, known_ext=known)
    except RemoteError as error:
        raise RemoteError(_SCHEMA, str(error)) from error
    assert isinstance(body, Deletion)
    return file.agreement, opened.header, body


def _fit(file: AgreementFile, header: Header, body: Deletion) -> tuple[Check, ...]:
    draft, digest = file.draft, agreement.document_digest(file.document)
    # SPEC 12: The verifier MUST refuse a deletion file whose message isn't one of the agreement's
    # vendor key to its pseudonym in its deal with `deletion.author`.
    author = proven(
        "author",
        (header.author, header.recipient, header.deal)
        == (draft.vendor.certificate.subject, draft.customer, draft.deal),
        "the vendor's key of this agreement said it to its pseudonym",
        "it isn't the vendor of this agreement who said it, or not in this deal",
        "deletion.author",
    )
    # SPEC 12: The verifier MUST refuse a deletion file whose message names another agreement with
    # `deletion.agreement`.
    named = proven(
        "agreement",
        body.agreement == digest,
        "it is about this agreement",
        "it is about another agreement",
        "deletion.agreement",
    )
    # SPEC 09: The reader MUST show what a deletion says as asserted, and whose key said it as
    # proven.
    said = (
        ("deleted", f"{', '.join(body.fields)}, as the vendor says"),
        ("time of deletion", f"{in_words(body.deleted_at)}, as the vendor says"),
        ("reason", f"{body.reason}, as the vendor says"),
    )
    return author, named, *(Check(name, True, "asserted", words, None) for name, words in said)
