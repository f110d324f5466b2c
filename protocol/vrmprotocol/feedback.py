"""Feedback: public, sealed, and the vendor's reply; the grant that proves a purchase.

Implements the tables and checks of `specs/14-feedback.md`. What a node keeps of it, and for how
long, is left to the node.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta

from vrmprotocol import certificate as certificates
from vrmprotocol import ed25519, encoding, gtin, keys
from vrmprotocol.body_checks import check_language_of, refuse
from vrmprotocol.certificate import SKEW_S, Certificate
from vrmprotocol.errors import RemoteError
from vrmprotocol.fields import (
    Body,
    Bytes32,
    Bytes64,
    Gtin,
    Language,
    Text64,
    Text200,
    Text1000,
    Wire,
)

_CONTEXT = b"vrm/1 feedback grant\0"

Month = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])\Z")]
RatingValue = Annotated[int, Meta(ge=1, le=5)]
Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class ReviewedItem(Wire, frozen=True, kw_only=True):
    """A product that feedback is about; its maker finds it by GTIN or brand."""

    name: Text200 | None = None
    gtin: Gtin | None = None
    mpn: Text64 | None = None
    brand: Text64 | None = None


class Experience(Wire, frozen=True, kw_only=True):
    """What happened, as the customer says; at least one of these."""

    delivery: Literal["on_time", "late", "never"] | None = None
    cancelled_by: Literal["customer", "vendor"] | None = None
    terms: Literal["kept", "broken"] | None = None
    rights_request: Literal["fulfilled", "denied", "unanswered"] | None = None


class Said(Body, frozen=True, kw_only=True):
    """What a customer says: a rating from 1 to 5, what happened, a text and its language."""

    rating_value: RatingValue | None = None
    experience: Experience | None = None
    review_body: Text1000 | None = None
    in_language: Language | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return self.rating_value is None and self.experience is None and self.review_body is None


class Feedback(Said, frozen=True, kw_only=True):
    """What everybody may read about a vendor; the envelope's author is the feedback key.

    Empty, it takes back what an earlier one said.
    """

    v: Literal[1]
    seq: Seq
    certificate: Certificate
    month: Month
    grant: Bytes64
    item_reviewed: ReviewedItem | None = None


class Reply(Body, frozen=True, kw_only=True):
    """What the vendor answers to feedback; the envelope's author is the certificate's subject."""

    v: Literal[1]
    seq: Seq
    certificate: Certificate
    about: Bytes32
    text: Text1000
    in_language: Language | None = None


class SealedFeedback(Said, frozen=True, kw_only=True):
    """What the customer tells the vendor alone."""

    agreement: Bytes32

    def __repr__(self) -> str:
        return "SealedFeedback(hidden)"


def month_of(time: int) -> str:
    """The month `YYYY-MM`, in UTC, of a time (Unix seconds)."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m")


def begins(month: str) -> int:
    """The first second (Unix) of a month `YYYY-MM` in UTC."""
    return int(datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC).timestamp())


def grant(vendor_key: keys.SigningKey, *, root: bytes, feedback_key: bytes, month: str) -> bytes:
    """The vendor's signature (64 bytes) that lets a feedback key speak about it."""
    return vendor_key.sign(_granted(root, feedback_key, month))


def is_granted(
    signature: bytes, *, subject: bytes, root: bytes, feedback_key: bytes, month: str
) -> bool:
    """Whether the key `subject` gave this grant."""
    return ed25519.verify(subject, _granted(root, feedback_key, month), signature)


def check_content(body: Feedback | Reply) -> None:
    """Refuse what is wrong in a body whatever its envelope is.

    Raises:
        RemoteError: `message.body`.
    """
    if isinstance(body, Reply):
        return
    item = body.item_reviewed
    if item is not None:
        if item.gtin is None and item.brand is None:
            raise refuse("itemReviewed", "at least one of gtin, brand")
        if item.gtin is not None and not gtin.is_valid(item.gtin):
            raise refuse("itemReviewed.gtin", "a right check digit")
    _check_said(body)


def check_sealed(body: SealedFeedback) -> None:
    """Refuse sealed feedback that breaks its table.

    Raises:
        RemoteError: `message.body`.
    """
    _check_said(body)
    # SPEC 14: The reader MUST refuse a sealed feedback that says nothing with `message.body`.
    if body.is_empty:
        raise refuse("ratingValue", "it, experience or reviewBody")


def check_author(body: Feedback | Reply, *, author: bytes, created: int, now: int) -> None:
    """Refuse feedback without its vendor's grant, and replies that the vendor didn't sign.

    `author` and `created` are the envelope's, `now` is the moment at which a reply's certificate
    has to be valid (Unix seconds).

    Raises:
        RemoteError: `message.body`, `message.author`, `feedback.grant`, `certificate.*`.
    """
    if isinstance(body, Reply):
        certificates.verify(body.certificate, now=now)
        # SPEC 14: The reader MUST refuse a reply whose envelope isn't signed by the certificate's
        # subject with `message.author`.
        if body.certificate.subject != author:
            raise RemoteError(
                "message.author", "expected the certificate's subject to sign the envelope"
            )
        return
    # SPEC 14: The reader MUST refuse feedback whose month is after that of the envelope's `created`
    # with `message.body`.
    latest = month_of(created + SKEW_S)
    if body.month > latest:
        raise refuse("month", f"at most {latest}, came {body.month}")
    check_grant(body.certificate, body.month, body.grant, author)


def check_grant(
    certificate: Certificate, month: str, signature: bytes, feedback_key: bytes
) -> None:
    """Refuse what isn't a vendor's grant to a feedback key for a month.

    Raises:
        RemoteError: `certificate.*`, `feedback.grant`.
    """
    certificates.verify_signature(certificate)
    _check_month(certificate, month)
    # SPEC 14: The reader MUST refuse feedback whose grant the certificate's subject didn't give for
    # root, author and month with `feedback.grant`.
    if not is_granted(
        signature,
        subject=certificate.subject,
        root=certificate.root,
        feedback_key=feedback_key,
        month=month,
    ):
        raise RemoteError("feedback.grant", "expected the vendor's grant to the author")


# SPEC 14: The reader MUST refuse feedback whose certificate was valid at no time of its month with
# `certificate.not_yet_valid` or `certificate.expired`.
def _check_month(certificate: Certificate, month: str) -> None:
    first, last = certificate.not_before - SKEW_S, certificate.not_after + SKEW_S
    if month < month_of(max(0, first)):
        raise RemoteError(
            "certificate.not_yet_valid", f"expected to be valid in {month}, came a later one"
        )
    if month > month_of(last):
        raise RemoteError(
            "certificate.expired", f"expected to be valid in {month}, came an earlier one"
        )


def _check_said(body: Said) -> None:
    check_language_of("reviewBody", body.review_body, body.in_language)
    if body.experience == Experience():
        raise refuse("experience", "at least one of its keys")


def _granted(root: bytes, feedback_key: bytes, month: str) -> bytes:
    return _CONTEXT + encoding.encode({"v": 1, "root": root, "key": feedback_key, "month": month})
