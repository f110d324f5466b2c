"""Bodies of sealed messages: offer, accept, agreement, decline, question, answer and others.

`in_language` of a body is that of its own text or note.

Implements `specs/03-messages.md#mail-messages`. How they stand to their header and to one
another is checked in `coherence` and `negotiation`.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from vrmprotocol.certificate import Certificate
from vrmprotocol.draft import Draft
from vrmprotocol.fields import (
    Amount,
    Body,
    Bytes32,
    Bytes64,
    Language,
    RecipientKey,
    Text64,
    Text200,
    Text500,
    Text1000,
    Time,
)
from vrmprotocol.terms_addendum import WireLevels

MAX_OFFER_BYTES = 40_000
MAX_ACCEPT_BYTES = 48_000

CustomerReason = Literal[
    "chosen_other",
    "too_expensive",
    "terms",
    "delivery",
    "not_trusted",
    "expired",
    "no_longer_wanted",
    "currency",
    "language",
    "unspecified",
]
VendorReason = Literal[
    "floor",
    "out_of_stock",
    "late",
    "over_budget",
    "out_of_area",
    "terms",
    "quantity",
    "condition",
    "constraint",
    "delivery",
    "payment",
    "currency",
    "closed",
    "withdrawn",
    "invalid",
    "function",
    "below_minimum",
    "unspecified",
]
WithdrawReason = Literal[
    "unconfirmed", "changed_mind", "no_longer_wanted", "duplicate", "unspecified"
]

CUSTOMER_DECLINE_REASONS: frozenset[str] = frozenset(get_args(CustomerReason))
VENDOR_DECLINE_REASONS: frozenset[str] = frozenset(get_args(VendorReason))
WITHDRAW_REASONS: frozenset[str] = frozenset(get_args(WithdrawReason))

Commitments = Annotated[dict[Text64, Bytes32], Meta(min_length=1, max_length=32)]


class Offer(Body, frozen=True, kw_only=True):
    """A vendor's draft, and the secret and key with which the customer answers."""

    intent: Bytes32
    draft: Draft
    secret: Bytes32
    reply_key: RecipientKey
    shard: Annotated[int, Meta(ge=0, le=255)]
    note: Text500 | None = None
    in_language: Language | None = None

    def __repr__(self) -> str:
        return f"Offer(intent={self.intent.hex()[:16]}…, total={self._total()}, secret=hidden)"

    def _total(self) -> str:
        price = self.draft.price_specification
        return f"{price.total} {price.price_currency}"


class Accept(Body, frozen=True, kw_only=True):
    """The customer's signature under the document that follows from the embedded offer."""

    offer: Annotated[bytes, Meta(min_length=1, max_length=MAX_OFFER_BYTES)]
    accepted_at: Time
    commitments: Commitments
    feedback_key: Bytes32
    signature: Bytes64

    def __repr__(self) -> str:
        return f"Accept(accepted_at={self.accepted_at}, offer of {len(self.offer)} bytes)"


class Agreement(Body, frozen=True, kw_only=True):
    """The vendor's signature under the same document and its grant to the feedback key; for a
    customer that has forgotten its accept with that.
    """

    accept: Bytes32
    signature: Bytes64
    feedback_grant: Bytes64
    accept_message: Annotated[bytes, Meta(min_length=1, max_length=MAX_ACCEPT_BYTES)] | None = None

    def __repr__(self) -> str:
        return f"Agreement(accept={self.accept.hex()[:16]}…)"


class Decline(Body, frozen=True, kw_only=True):
    """No to an offer (customer), to an intent, an accept or a counter (vendor).

    `levels` are the vendor's, on the axes on which no choice of the intent can be kept.
    """

    of: Bytes32
    reason: CustomerReason | VendorReason
    levels: WireLevels = msgspec.field(default_factory=dict)
    note: Text200 | None = None
    in_language: Language | None = None
    certificate: Certificate | None = None


class WithdrawAccept(Body, frozen=True, kw_only=True):
    """The customer takes an unconfirmed accept back."""

    accept: Bytes32
    reason: WithdrawReason


class Question(Body, frozen=True, kw_only=True):
    """The customer asks about an offer; it binds nobody."""

    offer: Bytes32
    text: Text500
    in_language: Language | None = None


class Answer(Body, frozen=True, kw_only=True):
    """The vendor answers a question; only what stands in an offer binds."""

    question: Bytes32
    text: Text1000
    in_language: Language | None = None


class Counter(Body, frozen=True, kw_only=True):
    """The better total for which the customer would take an offer, in its currency; no order."""

    offer: Bytes32
    total: Amount
    note: Text200 | None = None
    in_language: Language | None = None


class Ack(Body, frozen=True, kw_only=True):
    """Nothing but the header's `received`; before an offer also whose it is."""

    certificate: Certificate | None = None
