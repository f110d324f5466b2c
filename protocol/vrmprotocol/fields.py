"""Types of fields that several messages share: lengths, ranges and patterns.

Implements `specs/03-messages.md#common-types`. They are checked where a map becomes a struct,
in `schema.load`; values that we build ourselves pass the same check in `schema.dump`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

# No control characters but the line feed (U+0000–U+001F, U+007F–U+009F).
_TEXT = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*\Z"


def is_text(value: str, most: int) -> bool:
    """Whether a str has 1 to so many characters and none that controls."""
    return 1 <= len(value) <= most and re.match(_TEXT, value) is not None


Bytes16 = Annotated[bytes, Meta(min_length=16, max_length=16)]
Bytes32 = Annotated[bytes, Meta(min_length=32, max_length=32)]
Bytes64 = Annotated[bytes, Meta(min_length=64, max_length=64)]

DAY_S = 86_400
Time = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Amount = Annotated[int, Meta(ge=0, le=10**12)]
CategoryId = Annotated[int, Meta(ge=0, le=2**31 - 1)]

Text16 = Annotated[str, Meta(min_length=1, max_length=16, pattern=_TEXT)]
Text64 = Annotated[str, Meta(min_length=1, max_length=64, pattern=_TEXT)]
Text128 = Annotated[str, Meta(min_length=1, max_length=128, pattern=_TEXT)]
Text200 = Annotated[str, Meta(min_length=1, max_length=200, pattern=_TEXT)]
Text256 = Annotated[str, Meta(min_length=1, max_length=256, pattern=_TEXT)]
Text500 = Annotated[str, Meta(min_length=1, max_length=500, pattern=_TEXT)]
Text1000 = Annotated[str, Meta(min_length=1, max_length=1000, pattern=_TEXT)]

Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
Language = Annotated[str, Meta(max_length=35, pattern=r"^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")]
TermsId = Annotated[str, Meta(pattern=r"^[A-Z0-9-]{1,32}\Z")]
Gtin = Annotated[str, Meta(pattern=r"^([0-9]{8}|[0-9]{12,14})\Z")]
Images = Annotated[tuple[Bytes32, ...], Meta(max_length=8)]

BusinessFunction = Literal[
    "Sell", "LeaseOut", "Repair", "Maintain", "ProvideService", "Dispose", "Buy"
]
LeaseDays = Annotated[int, Meta(ge=1, le=3650)]
ItemCondition = Literal["NewCondition", "UsedCondition", "RefurbishedCondition", "DamagedCondition"]
DeliveryMethod = Literal["ship", "pickup", "download", "onsite"]
PaymentMethod = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]

# Values of `ext` are any canonical value; they are carried, never interpreted here.
Ext = Annotated[dict[Text64, object], Meta(max_length=16)]
Critical = Annotated[tuple[Text64, ...], Meta(max_length=16)]

SUITE_X25519 = "x25519-hkdf-sha256-chacha20poly1305"


class Wire(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """A map on the wire: camelCase there, snake_case here; absent optionals are left out."""


class Body(Wire, frozen=True, kw_only=True):
    """The body of a message: it may carry extensions and say which of them are critical."""

    ext: Ext = msgspec.field(default_factory=dict)
    critical: Critical = ()


class RecipientKey(Wire, frozen=True, kw_only=True):
    """The public key that mail is sealed to, with the name of its suite."""

    suite: Text64
    key: Annotated[bytes, Meta(min_length=1, max_length=4096)]
