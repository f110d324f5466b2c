"""How a body stands to the header it came under: parties, deal, certificate, side.

Implements the reader requirements of `specs/03-messages.md#mail-messages` and the first-contact
part of `specs/06-sealing-and-mail.md#the-inner-message`. What needs other messages of the deal is
in `negotiation`, but for `check_repeats`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from vrmprotocol import agreement, bodies, feedback, inner, sealed_intent, topics
from vrmprotocol import certificate as certificates
from vrmprotocol.body_checks import refuse
from vrmprotocol.certificate import Certificate
from vrmprotocol.contact_update import ContactUpdate
from vrmprotocol.deletion_body import Deletion
from vrmprotocol.disclosure_body import Disclosure
from vrmprotocol.draft import deal_id
from vrmprotocol.encoding import Map
from vrmprotocol.errors import RemoteError
from vrmprotocol.feedback import SealedFeedback
from vrmprotocol.inner import Header, SignedMessage
from vrmprotocol.keys import SigningKey
from vrmprotocol.mail import (
    CUSTOMER_DECLINE_REASONS,
    MAX_OFFER_BYTES,
    VENDOR_DECLINE_REASONS,
    Accept,
    Ack,
    Agreement,
    Answer,
    Counter,
    Decline,
    Offer,
    Question,
    WithdrawAccept,
)
from vrmprotocol.reach_bodies import Note, NoteRefusal, Reach, check_writer
from vrmprotocol.rights_bodies import RightsData, RightsRequest, RightsStatus
from vrmprotocol.sealed_intent import SealedIntent

Role: TypeAlias = Literal["customer", "vendor"]

# These say that the message isn't from the right party at all, so nothing is acknowledged.
_OTHER_PARTY = frozenset({"message.author", "message.wrong_deal", "message.wrong_recipient"})


_OF_VENDORS = (Offer, Agreement, Answer, Deletion, RightsStatus, RightsData)
_OF_CUSTOMERS = (
    SealedIntent,
    Accept,
    WithdrawAccept,
    Question,
    Counter,
    Disclosure,
    ContactUpdate,
    Reach,
    NoteRefusal,
    SealedFeedback,
    RightsRequest,
)


def concerns_party(error: RemoteError) -> bool:
    """Whether a failure leaves open who speaks, so that the message is refused as a whole."""
    return error.code in _OTHER_PARTY or error.code.startswith("certificate.")


def check(
    message: SignedMessage, *, writer: Role | None, now: int | None, first_contact: bool
) -> None:
    """Refuse a body that doesn't fit its header.

    `writer` is the author's side, if the reader knows it; `now` (Unix seconds) the moment at
    which certificates have to be valid, None to leave the dates alone; `first_contact` whether
    nothing but this message says who its author is.

    Raises:
        RemoteError: `message.body`, `.wrong_deal`, `.author`, `certificate.*`,
            `agreement.customer_signature`, `recognition.signature`.
    """
    body = message.body
    _check_side(body, writer)
    if isinstance(body, Offer):
        _check_offer(message, body, now)
    elif isinstance(body, Accept):
        _check_accept(message, body)
    elif isinstance(body, Agreement):
        _check_agreement(message, body)
    elif isinstance(body, SealedIntent):
        sealed_intent.check(body, size_bytes=len(message.raw), now=now)
        sealed_intent.check_relationship(body, deal=message.deal, pseudonym=message.author)
    elif isinstance(body, Ack):
        _check_ack(message, body, writer, now)
        # SPEC 03: The reader MUST refuse an ack without a certificate to a reply tag, and a
        # customer's ack with one, with `message.body`.
        if first_contact and body.certificate is None:
            raise refuse("certificate", "it in an ack to a reply tag, came nothing")
    elif isinstance(body, Decline):
        _check_decline(message, body, writer, now)
        # SPEC 03: The reader MUST refuse a decline of an intent without a certificate, and a
        # customer's decline with one, with `message.body`.
        if first_contact and body.certificate is None:
            raise refuse("certificate", "it in a decline of an intent, came nothing")


def load_offer(raw: bytes) -> SignedMessage:
    """The signed offer that an accept embeds (at most 40,000 bytes).

    Its certificate's signature is verified, but not its dates: it was offered in the past.

    Raises:
        RemoteError: `encoding.*`, `message.*`, `certificate.*`.
    """
    opened = inner.read(raw)
    if opened.version != 1 or opened.header.kind != "offer":
        raise refuse("offer", "an offer message")
    body = bodies.from_wire("offer", opened.body, known_ext=_any_extension(opened.body))
    message = inner.interpreted(opened.header, body)
    check(message, writer="vendor", now=None, first_contact=False)
    return message


def load_accept(raw: bytes) -> SignedMessage:
    """The signed accept that an agreement embeds (at most 48,000 bytes), with its offer verified.

    Raises:
        RemoteError: `encoding.*`, `message.*`, `agreement.customer_signature`.
    """
    opened = inner.read(raw)
    if opened.version != 1 or opened.header.kind != "accept":
        raise refuse("acceptMessage", "an accept message")
    body = bodies.from_wire("accept", opened.body, known_ext=_any_extension(opened.body))
    message = inner.interpreted(opened.header, body)
    check(message, writer="customer", now=None, first_contact=False)
    return message


def check_repeats(offer: Offer, earlier: Offer) -> None:
    """Refuse a later offer of a deal that changes how the customer answers.

    Raises:
        RemoteError: `message.body`.
    """
    # SPEC 03: The reader MUST refuse an offer whose secret, reply key or shard isn't that of an
    # earlier offer of the deal with `message.body`.
    same = {
        "secret": offer.secret == earlier.secret,
        "replyKey": offer.reply_key == earlier.reply_key,
        "shard": offer.shard == earlier.shard,
    }
    for name, repeats in same.items():
        if not repeats:
            raise refuse(name, "that of the earlier offer of the deal")


# SPEC 03: The writer MUST countersign exactly the document that follows from the accept.
# SPEC 14: The writer MUST grant in an agreement the feedback key of the accept, for the month of
# its `acceptedAt`.
def countersign(accept: SignedMessage, offer: SignedMessage, key: SigningKey) -> Agreement:
    """The agreement to an accept and the offer it embeds, by the key that signed the offer."""
    assert isinstance(accept.body, Accept)
    assert isinstance(offer.body, Offer)
    return Agreement(
        accept=accept.digest,
        signature=agreement.sign(document_of(accept, offer), key),
        feedback_grant=feedback.grant(
            key,
            root=offer.body.draft.vendor.root,
            feedback_key=accept.body.feedback_key,
            month=feedback.month_of(accept.body.accepted_at),
        ),
    )


def document_of(accept: SignedMessage, offer: SignedMessage) -> Map:
    """The agreement document that follows from an accept and the offer it embeds."""
    assert isinstance(accept.body, Accept)
    assert isinstance(offer.body, Offer)
    return agreement.document(
        draft=offer.body.draft,
        offer=offer.digest,
        accepted_at=accept.body.accepted_at,
        commitments=accept.body.commitments,
    )


def _any_extension(fields: object) -> frozenset[str]:
    # Whoever wrote or took the offer understood it then; an accept of it stands all the same.
    names: set[str] = set()
    for holder in (fields, fields.get("draft") if isinstance(fields, dict) else None):
        ext = holder.get("ext") if isinstance(holder, dict) else None
        names.update(ext if isinstance(ext, dict) else ())
    return frozenset(names)


# SPEC 03: The reader MUST refuse a message of a kind that only the reader's own side writes with
# `message.body`.
def _check_side(body: bodies.MailBody, writer: Role | None) -> None:
    if writer == "customer" and isinstance(body, _OF_VENDORS):
        raise refuse("kind", "one that a customer writes")
    if writer == "vendor" and isinstance(body, _OF_CUSTOMERS):
        raise refuse("kind", "one that a vendor writes")
    if writer is not None and isinstance(body, Note):
        check_writer(body, writer)


def _check_offer(message: SignedMessage, offer: Offer, now: int | None) -> None:
    draft = offer.draft
    # SPEC 03: The reader MUST refuse an offer that wasn't signed by the subject of the certificate
    # in its draft, or whose certificate isn't of the draft's vendor root, with `message.author`.
    if draft.vendor.certificate.root != draft.vendor.root:
        raise RemoteError("message.author", "expected a certificate of the draft's vendor root")
    _check_vendor(message, draft.vendor.certificate, now)
    # SPEC 03: The writer MUST NOT make an offer whose signed message is longer than 40,000 bytes.
    # SPEC 03: The reader MUST refuse an offer whose signed message is longer than 40,000 bytes with
    # `message.body`.
    if len(message.raw) > MAX_OFFER_BYTES:
        raise refuse("offer", f"at most {MAX_OFFER_BYTES} bytes, came {len(message.raw)}")
    # SPEC 03: The reader MUST refuse an offer whose deal, customer or intent differ between header,
    # body and draft with `message.body`.
    if draft.deal != message.deal:
        raise refuse("draft.deal", "the header's deal")
    if draft.customer != message.recipient:
        raise refuse("draft.customer", "the header's recipient")
    if draft.intent != offer.intent:
        raise refuse("draft.intent", "the offer's intent")
    # SPEC 03: The reader MUST refuse an offer whose shard isn't below the number of mail shards
    # with `message.body`.
    if offer.shard >= topics.MAIL_SHARDS:
        raise refuse("shard", f"below {topics.MAIL_SHARDS}, came {offer.shard}")


def _check_vendor(message: Header, certificate: Certificate, now: int | None) -> None:
    if message.deal != deal_id(message.recipient, certificate.root):
        raise RemoteError("message.wrong_deal", "expected the deal of recipient and vendor root")
    if now is None:
        certificates.verify_signature(certificate)
    else:
        certificates.verify(certificate, now=now)
    # SPEC 03: The reader MUST refuse a decline whose author isn't the subject of the certificate in
    # it with `message.author`.
    # SPEC 03: The reader MUST refuse an ack whose author isn't the subject of the certificate in it
    # with `message.author`.
    if message.author != certificate.subject:
        raise RemoteError("message.author", "expected the certificate's subject to sign")


def _check_accept(message: SignedMessage, accept: Accept) -> None:
    # SPEC 03: The reader MUST refuse an accept whose embedded offer isn't a valid offer of the same
    # deal with `message.body`.
    try:
        offer = load_offer(accept.offer)
    except RemoteError as error:
        raise refuse("offer", f"a valid signed offer, came {error.code}") from error
    if offer.deal != message.deal or offer.recipient != message.author:
        raise refuse("offer", "an offer of this deal to the accept's author")
    if offer.author != message.recipient:
        raise refuse("offer", "an offer by the accept's recipient")
    document = document_of(message, offer)
    # SPEC 03: The reader MUST refuse an accept whose signature over the agreement document is wrong
    # with `agreement.customer_signature`.
    if not agreement.verify_signature(document, message.author, accept.signature):
        raise RemoteError(
            "agreement.customer_signature", "expected the customer's signature on the document"
        )


def _check_agreement(message: SignedMessage, agreed: Agreement) -> None:
    if agreed.accept_message is None:
        return
    # SPEC 03: The reader MUST refuse an agreement whose `acceptMessage` isn't a valid accept of the
    # same deal with the digest in `accept`, or isn't its own, with `message.body`.
    try:
        accept = load_accept(agreed.accept_message)
    except RemoteError as error:
        raise refuse("acceptMessage", f"a valid signed accept, came {error.code}") from error
    if accept.digest != agreed.accept:
        raise refuse("acceptMessage", "the accept that is named")
    if accept.deal != message.deal or accept.author != message.recipient:
        raise refuse("acceptMessage", "an accept of this deal by the agreement's recipient")
    if accept.recipient != message.author:
        raise refuse("acceptMessage", "an accept to the agreement's author")


def _check_ack(message: SignedMessage, ack: Ack, writer: Role | None, now: int | None) -> None:
    if ack.certificate is not None:
        if writer == "customer":
            raise refuse("certificate", "none in a customer's ack")
        _check_vendor(message, ack.certificate, now)


def _check_decline(
    message: SignedMessage, decline: Decline, writer: Role | None, now: int | None
) -> None:
    if decline.certificate is not None:
        if writer == "customer":
            raise refuse("certificate", "none in a customer's decline")
        _check_vendor(message, decline.certificate, now)
    side = "vendor" if decline.certificate is not None else writer
    reasons = {"vendor": VENDOR_DECLINE_REASONS, "customer": CUSTOMER_DECLINE_REASONS}
    # SPEC 03: The reader MUST refuse a decline with a reason of the other side with `message.body`.
    if side is not None and decline.reason not in reasons[side]:
        raise refuse("reason", f"one of a {side}")
    # SPEC 05: The reader MUST refuse a decline with `levels` that isn't a vendor's, or has another
    # reason than `terms`, with `message.body`.
    if decline.levels and (side == "customer" or decline.reason != "terms"):
        raise refuse("levels", "them only from a vendor whose reason is terms")
