"""The frames of `/vrm/submit/1`: envelopes one way, what became of them the other way.

Implements `specs/13-submit.md#frames`. What is checked, and when an answer may leave, is left to
the node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from vrmprotocol import encoding, envelope, schema
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import Wire

PROTOCOL = "/vrm/submit/1"
MAX_ENVELOPE_BYTES = envelope.MAX_MAIL_BYTES
MAX_ANSWER_BYTES = 32_768
MAX_RESULTS = 256
MAX_UNANSWERED = 2_048
"""Envelopes that may be on their way without an answer."""
IDLE_S = 60
"""Seconds after which a session is over in which nothing is said and nothing waits."""

KEPT = "kept"
DUPLICATE = "envelope.duplicate"
NOT_KEPT = "submit.not_kept"
TOPIC = "submit.topic"
DONE = frozenset({KEPT, DUPLICATE})
"""Results that say that the envelope is on the other side's disk."""

_CODE = "submit.frame"
_Result = Annotated[str, Meta(pattern=r"^(kept|[a-z_]{1,31}\.[a-z_]{1,31})\Z")]


class Answer(Wire, frozen=True, kw_only=True):
    """What became of the next envelopes, in the order in which they came; or a refusal of all."""

    results: Annotated[tuple[_Result, ...], Meta(min_length=1, max_length=MAX_RESULTS)] | None = (
        None
    )
    refused: Literal["busy"] | None = None


def write_answer(answer: Answer) -> bytes:
    """The bytes of an answer, without the length before it."""
    return encoding.encode(schema.dump(answer))


# SPEC 13: The reader MUST refuse an answer that breaks its table with `submit.frame`.
def read_answer(raw: bytes) -> Answer:
    """An answer of the side that takes envelopes.

    Raises:
        RemoteError: `submit.frame`, `encoding.*`.
    """
    fields = encoding.decode(raw, max_bytes=MAX_ANSWER_BYTES)
    if not isinstance(fields, dict):
        raise RemoteError(_CODE, "expected a map, came another value")
    found = schema.load(Answer, fields, code=_CODE)
    if (found.results is None) == (found.refused is None):
        raise RemoteError(_CODE, "expected one of results and refused")
    return found


def answers(results: Sequence[str]) -> list[Answer]:
    """The answers that carry these results, in their order."""
    return [
        Answer(results=tuple(results[at : at + MAX_RESULTS]))
        for at in range(0, len(results), MAX_RESULTS)
    ]
