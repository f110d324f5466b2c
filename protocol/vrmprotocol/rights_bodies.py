"""The bodies of rights requests: what a customer asks, what becomes of it, the parts of an answer.

Implements the tables of `specs/15-rights.md`. Which of them count, and what follows, is in
`rights`; what the parts make up is in `rights_answer`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, get_args

from msgspec import Meta

from vrmprotocol.body_checks import check_note_language, refuse
from vrmprotocol.fields import Body, Bytes32, Language, Text500, Time, Wire

MAX_REQUESTS = 8
MAX_STATUSES = 24
MAX_PARTS_PER_DEAL = 96

MAX_PARTS = 48
PART_BYTES = 2_560
MAX_ANSWER_BYTES = MAX_PARTS * PART_BYTES

Right: TypeAlias = Literal["access", "deletion", "sale:opt_out"]
Status: TypeAlias = Literal["in_progress", "fulfilled", "denied"]
DenialReason: TypeAlias = Literal[
    "legal_obligation",
    "claim_not_covered",
    "outside_jurisdiction",
    "too_many_requests",
    "no_match",
    "insuf_verification",
    "suspected_fraud",
    "other",
]
ProgressReason: TypeAlias = Literal["order_open"]

RIGHTS: tuple[Right, ...] = get_args(Right)
DENIAL_REASONS: tuple[DenialReason, ...] = get_args(DenialReason)
_PROGRESS_REASONS: tuple[ProgressReason, ...] = get_args(ProgressReason)


class RightsRequest(Body, frozen=True, kw_only=True):
    """What a customer asks of the vendor of an agreed deal."""

    agreement: Bytes32
    right: Right


class AnswerDigest(Wire, frozen=True, kw_only=True):
    """By what an answer is known when its parts are there: SHA-256, bytes, number of parts."""

    digest: Bytes32
    size: Annotated[int, Meta(ge=1, le=MAX_ANSWER_BYTES)]
    parts: Annotated[int, Meta(ge=1, le=MAX_PARTS)]


class RightsStatus(Body, frozen=True, kw_only=True):
    """What becomes of a request, as its vendor says; times in Unix seconds."""

    agreement: Bytes32
    request: Bytes32
    status: Status
    reason: DenialReason | ProgressReason | None = None
    expected_by: Time | None = None
    until: Time | None = None
    answer: AnswerDigest | None = None
    note: Text500 | None = None
    in_language: Language | None = None


class RightsData(Body, frozen=True, kw_only=True):
    """A part of the answer to a request for access: at most 2,560 bytes of it."""

    agreement: Bytes32
    request: Bytes32
    part: Annotated[int, Meta(ge=0, le=MAX_PARTS - 1)]
    data: Annotated[bytes, Meta(min_length=1, max_length=PART_BYTES)]

    def __repr__(self) -> str:
        return f"RightsData(part={self.part}, {len(self.data)} bytes)"


# SPEC 15: The reader MUST refuse a rights status that lacks a field of its row, or has one that its
# row doesn't, with `message.body`.
def check_status(body: RightsStatus) -> None:
    """Refuse a status that breaks its table.

    Raises:
        RemoteError: `message.body`.
    """
    reasons: tuple[str, ...] = ()
    if body.status == "denied":
        reasons = DENIAL_REASONS
        if body.reason is None:
            raise refuse("reason", "it in a denial, came nothing")
    elif body.status == "in_progress":
        reasons = _PROGRESS_REASONS
    if body.reason is not None and body.reason not in reasons:
        raise refuse("reason", f"one of {body.status}")
    _check_there("expectedBy", body.expected_by, body.status == "in_progress")
    _check_there("until", body.until, body.reason == "legal_obligation")
    if body.answer is not None:
        _check_there("answer", body.answer, body.status == "fulfilled")
        _check_parts(body.answer)
    # SPEC 15: The reader MUST refuse a denial for `other` without a note with `message.body`.
    if body.reason == "other" and body.note is None:
        raise refuse("note", "it beside the reason other, came nothing")
    check_note_language(body.note, body.in_language)


def parts_of(size: int) -> int:
    """How many parts an answer of so many bytes has."""
    return -(-size // PART_BYTES)


def _check_there(name: str, value: object, wanted: bool) -> None:
    if (value is not None) != wanted:
        raise refuse(name, "it here, came nothing" if wanted else "none here")


def _check_parts(answer: AnswerDigest) -> None:
    if answer.parts != parts_of(answer.size):
        raise refuse("answer.parts", f"{parts_of(answer.size)} for {answer.size} bytes")
