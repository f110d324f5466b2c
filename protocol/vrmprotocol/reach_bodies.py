"""Bodies about writing to a customer: reach, a note, and the refusal of one.

Implements the tables of `specs/09-relationship.md#reach`, `#note` and `#note_refusal`. Which notes
are within reach is in `reach`. The text of a note is in no repr and in no error.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, get_args

from msgspec import Meta

from vrmprotocol.body_checks import check_note_language, refuse
from vrmprotocol.fields import Body, Bytes32, Language, Text1000, Wire

Channel: TypeAlias = Literal["email", "letter", "message", "phone", "text"]
Purpose: TypeAlias = Literal["order", "product", "other", "marketing"]
Grant: TypeAlias = Literal["agreed", "granted", "paused", "revoked"]
Refused: TypeAlias = Literal["reach.not_granted", "reach.paused", "reach.revoked"]

CHANNELS: tuple[Channel, ...] = get_args(Channel)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
GRANTS: tuple[Grant, ...] = get_args(Grant)

MAX_REACH = 64
MAX_LOOSE_REACH = 48
"""Of these, those that may do anything but revoke: a customer can always revoke."""
MAX_NOTES = 64


class ReachEntry(Wire, frozen=True, kw_only=True):
    """What holds for one purpose on one channel."""

    channel: Channel
    purpose: Purpose
    status: Grant


class Reach(Body, frozen=True, kw_only=True):
    """The customer says on which channels the vendor may write first, and about what."""

    agreement: Bytes32
    reach: Annotated[
        tuple[ReachEntry, ...], Meta(min_length=1, max_length=len(CHANNELS) * len(PURPOSES))
    ]


class Note(Body, frozen=True, kw_only=True):
    """A text from one side to the other, instead of an e-mail.

    A vendor's says what it is about, or which note of the customer's it answers.
    """

    agreement: Bytes32
    text: Text1000
    in_language: Language | None = None
    purpose: Purpose | None = None
    answers: Bytes32 | None = None

    def __repr__(self) -> str:
        return f"Note(purpose={self.purpose}, text hidden)"


class NoteRefusal(Body, frozen=True, kw_only=True):
    """The customer's node has refused a note of the vendor's, beyond what is permitted."""

    agreement: Bytes32
    note: Bytes32
    code: Refused


def check(body: Reach | Note | NoteRefusal) -> None:
    """Refuse a body that breaks its table.

    Raises:
        RemoteError: `message.body`.
    """
    if isinstance(body, Note):
        check_note_language(body.text, body.in_language)
    elif isinstance(body, Reach):
        _check_once(body)


# SPEC 09: The reader MUST refuse a reach message with the same channel and purpose twice with
# `message.body`.
def _check_once(body: Reach) -> None:
    if len({(one.channel, one.purpose) for one in body.reach}) != len(body.reach):
        raise refuse("reach", "each channel and purpose at most once")


# SPEC 09: The reader MUST refuse a vendor's note that doesn't have exactly one of `purpose` and
# `answers` with `message.body`.
# SPEC 09: The reader MUST refuse a customer's note with `purpose` with `message.body`.
def check_writer(note: Note, writer: Literal["customer", "vendor"]) -> None:
    """Refuse a note that isn't one of its writer's.

    Raises:
        RemoteError: `message.body`.
    """
    if writer == "customer" and note.purpose is not None:
        raise refuse("purpose", "it only in a vendor's note")
    if writer == "vendor" and (note.purpose is None) == (note.answers is None):
        raise refuse("purpose", "either it or answers in a vendor's note")
