"""The numbers and rules that envelopes obey: sizes, lifetimes, stamp bits, verdicts.

Implements `specs/02-envelope-and-keys.md#limits`; `envelope` applies them in the spec's order.
"""

from __future__ import annotations

from typing import Literal, Protocol

from vrmprotocol import stamp, topics
from vrmprotocol.errors import LocalError, RemoteError

Verdict = Literal["accept", "reject", "ignore"]

MAX_MARKET_BYTES = 65_536
MAX_MAIL_BYTES = 66_560
MAIL_BODY_BYTES = (4096, 8192, 16_384, 32_768, 65_536)
MAX_BODY_BYTES = 65_536
MAIL_LIFETIME_S = 14 * 86_400
PROFILE_LIFETIME_S = 7 * 86_400
MARKET_LIFETIME_S = 90 * 86_400
FEEDBACK_LIFETIME_S = 365 * 86_400
TIME_QUANTUM_S = 600
SKEW_S = 300
MARKET_BASE_BITS = 18
MAIL_BASE_BITS = 16
STAMP_UNIT_BYTES = 4096

MAIL_KIND = "mail"
MARKET_KINDS = frozenset({"intent", "intent_update"})
PROFILE_KIND = "vendor_profile"
FEEDBACK_KINDS = frozenset({"feedback", "reply"})
DIRECTORY_KINDS = frozenset({PROFILE_KIND, "key_update"}) | FEEDBACK_KINDS

# Faults of honest nodes (a clock, a repeat) are ignored; the rest can't come from one.
_VERDICTS: dict[str, Verdict] = {
    "envelope.too_large": "reject",
    "envelope.schema": "reject",
    "envelope.topic": "reject",
    "envelope.mail_size": "reject",
    "envelope.lifetime": "reject",
    "envelope.time_not_quantised": "reject",
    "envelope.expired": "ignore",
    "envelope.from_future": "ignore",
    "envelope.stamp": "reject",
    "envelope.duplicate": "ignore",
    "envelope.signature": "reject",
    "message.version": "accept",
}
_VERDICT_OF_FAMILY: dict[str, Verdict] = {
    "encoding": "reject",
    "message": "ignore",
    "certificate": "ignore",
    "feedback": "ignore",
}


class _Header(Protocol):
    """What the rules look at; `envelope.Envelope` has it."""

    @property
    def kind(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def tag(self) -> bytes | None: ...
    @property
    def created(self) -> int: ...
    @property
    def expires(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def id(self) -> bytes: ...


def verdict_of(code: str) -> Verdict:
    """What a relay does with a message refused with this code: reject also scores the sender.

    `encoding` codes are those of the envelope's own bytes; a body's are `message.body`.

    Raises:
        LocalError: `envelope.no_verdict` for a code that never concerns a gossip message.
    """
    verdict = _VERDICTS.get(code) or _VERDICT_OF_FAMILY.get(code.partition(".")[0])
    if verdict is None:
        raise LocalError("envelope.no_verdict", "expected a code of a gossip message")
    return verdict


def required_bits(kind: str, body_bytes: int) -> int:
    """The leading zero bits an id needs: 18 (mail 16), one more for each doubling from 4096."""
    base = MAIL_BASE_BITS if kind == MAIL_KIND else MARKET_BASE_BITS
    units = max(1, -(-body_bytes // STAMP_UNIT_BYTES))
    return base + (units - 1).bit_length()


# SPEC 02: The writer MUST round `created` down to a multiple of 600 seconds.
def quantise_time(time: int) -> int:
    """The time (Unix seconds) floored to the 10 minutes that envelopes show."""
    return time - time % TIME_QUANTUM_S


def check_form(header: _Header) -> None:
    """Refuse what is wrong whatever the time is, but for stamp and signature.

    Raises:
        RemoteError: `envelope.topic`, `.mail_size`, `.lifetime`, `.time_not_quantised`.
    """
    _check_topic(header)
    # SPEC 02: The reader MUST refuse a mail body of any length that isn't a size class with
    # `envelope.mail_size`.
    if header.kind == MAIL_KIND and len(header.body) not in MAIL_BODY_BYTES:
        raise RemoteError(
            "envelope.mail_size", f"expected one of {MAIL_BODY_BYTES}, came {len(header.body)}"
        )
    _check_lifetime(header)
    # SPEC 02: The reader MUST refuse an envelope with a time that isn't a multiple of 600 with
    # `envelope.time_not_quantised`.
    if header.created % TIME_QUANTUM_S or header.expires % TIME_QUANTUM_S:
        raise RemoteError(
            "envelope.time_not_quantised", f"expected multiples of {TIME_QUANTUM_S} s"
        )


# SPEC 02: The reader MUST refuse mail outside the shard that its tag names with `envelope.topic`.
# SPEC 02: The reader MUST refuse a known market kind outside its own topics, and any kind but
# `mail` in a mail topic, with `envelope.topic`.
def _check_topic(header: _Header) -> None:
    kind, topic, tag = header.kind, header.topic, header.tag
    if kind == MAIL_KIND:
        fits = tag is not None and topic == topics.mail_topic(tag)
    elif kind in MARKET_KINDS:
        fits = topics.is_market(topic)
    elif kind in DIRECTORY_KINDS:
        fits = topics.is_directory(topic)
    else:
        fits = topics.is_market(topic) or topics.is_directory(topic)
    if not fits:
        raise RemoteError("envelope.topic", "expected kind, tag and topic to fit")


# SPEC 02: The reader MUST refuse an envelope whose lifetime doesn't fit its kind with
# `envelope.lifetime`.
def _check_lifetime(header: _Header) -> None:
    lifetime_s = header.expires - header.created
    if header.kind == MAIL_KIND:
        fits = lifetime_s == MAIL_LIFETIME_S
    elif header.kind == PROFILE_KIND:
        fits = 0 < lifetime_s <= PROFILE_LIFETIME_S
    elif header.kind in FEEDBACK_KINDS:
        fits = 0 < lifetime_s <= FEEDBACK_LIFETIME_S
    else:
        fits = 0 < lifetime_s <= MARKET_LIFETIME_S
    if not fits:
        raise RemoteError("envelope.lifetime", f"expected the kind's lifetime, came {lifetime_s} s")


def check_clock(header: _Header, now: int) -> None:
    """Refuse what has ended or comes from the future, with a tolerance of 300 s.

    Raises:
        RemoteError: `envelope.expired`, `envelope.from_future`.
    """
    # SPEC 02: The reader MUST ignore an envelope once `expires + 300` has come, with
    # `envelope.expired`.
    if header.expires + SKEW_S <= now:
        raise RemoteError(
            "envelope.expired", f"expected to live at {now}, came expires {header.expires}"
        )
    # SPEC 02: The reader MUST ignore an envelope created more than 300 seconds after now, with
    # `envelope.from_future`.
    if header.created > now + SKEW_S:
        raise RemoteError(
            "envelope.from_future", f"expected to exist at {now}, came created {header.created}"
        )


def check_stamp(header: _Header) -> None:
    """Refuse too little work.

    Raises:
        RemoteError: `envelope.stamp`.
    """
    # SPEC 02: The reader MUST refuse an envelope whose id has fewer leading zero bits than its kind
    # and size need with `envelope.stamp`.
    bits = required_bits(header.kind, len(header.body))
    found = stamp.leading_zero_bits(header.id)
    if found < bits:
        raise RemoteError("envelope.stamp", f"expected {bits} zero bits, came {found}")
