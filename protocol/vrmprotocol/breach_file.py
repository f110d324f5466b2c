"""The record of a breach: what shows it, verified by anybody without a node or a network.

Implements `specs/16-breach.md#the-record`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from vrmprotocol import agreement, agreement_report, bodies, breach, encoding, inner, schema
from vrmprotocol.agreement import AgreementFile
from vrmprotocol.agreement_report import AgreementReport, Check, proven
from vrmprotocol.breach import Breach
from vrmprotocol.encoding import Map
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import Wire
from vrmprotocol.inner import Header
from vrmprotocol.mail import Agreement, WithdrawAccept
from vrmprotocol.moments import in_words
from vrmprotocol.reach_bodies import Grant, Note, Purpose, Reach

FILE_TYPE = "vrm-breach-record"
MAX_FILE_BYTES = 262_144

_SCHEMA = "breach.schema"
_SAID: Mapping[Grant, str] = {
    "paused": "the customer had paused messages about it",
    "revoked": "the customer had revoked messages about it",
    "agreed": "the customer had gone back to the terms, which don't permit it",
}

_Message = Annotated[bytes, Meta(max_length=inner.MAX_INNER_BYTES)]


class _File(Wire, frozen=True, kw_only=True):
    v: Literal[1]
    type: Literal["vrm-breach-record"]
    agreement: Annotated[bytes, Meta(max_length=agreement.MAX_FILE_BYTES)]
    note: _Message
    reach: _Message | None = None
    accept_withdrawal: _Message | None = None
    countersignature: _Message | None = None
    acknowledgement: _Message | None = None


@dataclass(frozen=True, slots=True)
class _Cancellation:
    """What says that the customer withdrew from the agreement: its message, and the vendor's."""

    header: Header
    withdrawal: WithdrawAccept
    by: Header
    countersignature: Agreement


@dataclass(frozen=True, slots=True)
class _Read:
    """A well-formed record: each message with its header, rightly signed by its author."""

    agreement: bytes
    header: Header
    note: Note
    purpose: Purpose
    word: tuple[Header, Reach] | None
    cancellation: _Cancellation | None
    acknowledgement: Header | None

    @property
    def forbidding(self) -> Header | None:
        """The customer's message that the vendor had to know of."""
        if self.cancellation is not None:
            return self.cancellation.header
        return None if self.word is None else self.word[0]


def make(agreement_raw: bytes, found: Breach) -> bytes:
    """The record of a breach of the agreement in an agreement file."""
    fields: Map = {"v": 1, "type": FILE_TYPE, "agreement": agreement_raw, "note": found.note.raw}
    if found.countersignature is not None:
        assert found.word is not None
        fields |= {
            "acceptWithdrawal": found.word.raw,
            "countersignature": found.countersignature.raw,
        }
    elif found.word is not None:
        fields["reach"] = found.word.raw
    if found.known is not None and found.known.digest != found.note.digest:
        fields["acknowledgement"] = found.known.raw
    return encoding.encode(fields)


def looks_like_one(raw: bytes) -> bool:
    """Whether bytes are meant as such a record."""
    return FILE_TYPE.encode() in raw[-64:]


def verify(raw: bytes) -> AgreementReport:
    """The report on a record and the agreement in it; nothing is raised."""
    try:
        read = _read(raw)
    except RemoteError as error:
        form = Check("record", False, "proven", str(error), error.code, error.detail)
        return AgreementReport((form, *agreement_report.not_reached()), None)
    # SPEC 16: The verifier MUST check the agreement file in a record as any agreement file, with
    # the codes of one.
    report = agreement_report.verify_file(read.agreement)
    form = Check("record", True, "proven", "the record is well-formed, its messages signed", None)
    if report.file is None:
        return AgreementReport((form, *report.checks), None)
    return AgreementReport((form, *report.checks, *_shown(report.file, read)), report.file)


# SPEC 16: The verifier MUST refuse a record of another form, or with a message that isn't rightly
# signed or isn't of its kind, with `breach.schema`.
def _read(raw: bytes) -> _Read:
    try:
        fields = encoding.decode_map(raw, max_bytes=MAX_FILE_BYTES)
        file = schema.load(_File, fields, code=_SCHEMA)
        header, note = _opened(file.note, "note")
        word = None if file.reach is None else _opened(file.reach, "reach")
        cancellation = _cancellation(file)
        forbidden = word is not None or cancellation is not None
        if not forbidden and file.acknowledgement is not None:
            raise RemoteError(_SCHEMA, "acknowledgement: expected it beside a reach or withdrawal")
        known = file.acknowledgement
        acknowledgement = header if known is None else inner.read(known).header
    except RemoteError as error:
        raise RemoteError(_SCHEMA, str(error)) from error
    assert isinstance(note, Note)
    if note.purpose is None or note.answers is not None:
        raise RemoteError(_SCHEMA, "note: expected one that says what it is about")
    said = None
    if word is not None:
        assert isinstance(word[1], Reach)
        said = (word[0], word[1])
    return _Read(
        file.agreement,
        header,
        note,
        note.purpose,
        said,
        cancellation,
        acknowledgement if forbidden else None,
    )


def _cancellation(file: _File) -> _Cancellation | None:
    if file.accept_withdrawal is None and file.countersignature is None:
        return None
    if file.accept_withdrawal is None or file.countersignature is None or file.reach is not None:
        raise RemoteError(_SCHEMA, "expected a withdrawal and a countersignature, and no reach")
    header, withdrawal = _opened(file.accept_withdrawal, "withdraw_accept")
    by, countersignature = _opened(file.countersignature, "agreement")
    assert isinstance(withdrawal, WithdrawAccept)
    assert isinstance(countersignature, Agreement)
    return _Cancellation(header, withdrawal, by, countersignature)


def _opened(raw: bytes, kind: str) -> tuple[Header, bodies.MailBody]:
    """A rightly signed message of a kind, whoever its author is."""
    opened = inner.read(raw)
    if opened.version != 1 or opened.header.kind != kind:
        raise RemoteError(_SCHEMA, f"{kind}: expected a {kind}, came another message")
    known = bodies.named_extensions(opened.body)
    return opened.header, bodies.from_wire(kind, opened.body, known_ext=known)


def _shown(file: AgreementFile, read: _Read) -> tuple[Check, ...]:
    draft, digest = file.draft, agreement.document_digest(file.document)
    vendor, customer = draft.vendor.certificate.subject, draft.customer
    ways = {(read.header.author, read.header.recipient, read.header.deal)}
    names = {read.note.agreement}
    if read.acknowledgement is not None:
        known = read.acknowledgement
        ways.add((known.author, known.recipient, known.deal))
    if read.cancellation is not None:
        by = read.cancellation.by
        ways.add((by.author, by.recipient, by.deal))
    if read.forbidding is not None:
        ways.add((read.forbidding.recipient, read.forbidding.author, read.forbidding.deal))
    if read.word is not None:
        names.add(read.word[1].agreement)
    # SPEC 16: The verifier MUST refuse a record whose note, acknowledgement or countersignature
    # isn't one of the agreement's vendor key to its pseudonym, or whose reach or withdrawal isn't
    # one of that pseudonym to that key, all in its deal, with `breach.author`.
    author = proven(
        "author",
        ways == {(vendor, customer, draft.deal)},
        "the vendor's key of this agreement wrote the note to its pseudonym",
        "a message isn't one between the parties of this agreement, or not in this deal",
        "breach.author",
    )
    # SPEC 16: The verifier MUST refuse a record whose note or reach names another agreement with
    # `breach.agreement`.
    named = proven(
        "agreement",
        names == {digest},
        "it was written under this agreement",
        "a message names another agreement",
        "breach.agreement",
    )
    return author, named, *_beyond(file, read), *_asserted(read)


def _beyond(file: AgreementFile, read: _Read) -> tuple[Check, ...]:
    about = f"it writes first about {read.purpose}"
    if read.cancellation is not None:
        return _withdrawn(file, read.cancellation, about), _was_known(read)
    permits = breach.permitted(file.draft, read.purpose)
    # SPEC 16: The verifier MUST refuse a record without `reach` and `acceptWithdrawal` whose note
    # the terms permit, or whose terms it doesn't know, with `breach.within`.
    if read.word is None:
        words = "and the terms don't let the vendor do that"
        within = f"{about}, which the terms may permit"
        return (proven("beyond", permits is False, f"{about}, {words}", within, "breach.within"),)
    word = read.word[1]
    cell = (breach.CHANNEL, read.purpose)
    grant = next((e.status for e in word.reach if (e.channel, e.purpose) == cell), None)
    holds = grant is not None and breach.forbids(grant, permits)
    # SPEC 16: The verifier MUST refuse a record whose `reach` doesn't forbid what its note is about
    # with `breach.within`.
    beyond = proven(
        "beyond",
        holds,
        f"{about}, and {_SAID.get(grant or 'granted')}",
        f"{about}, which the customer's word doesn't forbid",
        "breach.within",
    )
    return beyond, _was_known(read)


# SPEC 16: The verifier MUST refuse a record whose countersignature isn't the vendor's signature in
# its agreement file, or names another accept than its withdrawal, with `breach.within`.
def _withdrawn(file: AgreementFile, found: _Cancellation, about: str) -> Check:
    signed = found.countersignature
    holds = signed.signature == file.vendor_signature and signed.accept == found.withdrawal.accept
    return proven(
        "beyond",
        holds,
        f"{about}, and the customer had withdrawn from this agreement",
        f"{about}, and it isn't shown that the customer withdrew from this agreement",
        "breach.within",
    )


# SPEC 16: The verifier MUST refuse a record whose acknowledgement doesn't name its `reach` or
# `acceptWithdrawal`, or whose note is neither that acknowledgement nor of a higher number, with
# `breach.not_acknowledged`.
def _was_known(read: _Read) -> Check:
    known, note, forbidding = read.acknowledgement, read.header, read.forbidding
    assert known is not None
    assert forbidding is not None
    earlier = known.digest == note.digest or known.seq < note.seq
    return proven(
        "known",
        forbidding.digest in known.received and earlier,
        f"the vendor had acknowledged that: its message {known.seq}, the note is its {note.seq}",
        "it isn't shown that the vendor had acknowledged that before it wrote",
        "breach.not_acknowledged",
    )


# SPEC 16: The verifier MUST report as asserted every time in a record, and that the customer hadn't
# permitted the note by another word.
def _asserted(read: _Read) -> tuple[Check, ...]:
    permission = "the customer hadn't permitted it by another word, says whoever shows this"
    said = {"time of the note": (read.header.created, "vendor")}
    if read.forbidding is not None:
        said["time of the customer's word"] = (read.forbidding.created, "customer")
    times = (
        Check(name, True, "asserted", f"{in_words(at)}, as the {who} says", None)
        for name, (at, who) in said.items()
    )
    text = " ".join(read.note.text.split())
    wrote = Check("text", True, "proven", f"what the vendor wrote: {text}", None)
    return wrote, *times, Check("no other permission", True, "asserted", permission, None)
