"""Cases of mail.json: the bodies of inner messages, signed again after each change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import first_contact_cases, given_back_cases, offer_cases
from .body_file import BODY, BodyCases
from .canonical import pack
from .cases import VectorFile
from .message_cases import CUSTOMERS_EYES, VENDORS_EYES, failure
from .messages import (
    ACCEPTED_AT,
    COMMITMENTS,
    Inner,
    accept,
    accept_body,
    agreement,
    document_of,
    document_signature,
    from_customer,
    from_vendor,
    offer,
)
from .mutation import put
from .notation import notation
from .primitives import fixed, sha256, with_foreign_order
from .world import (
    CUSTOMER,
    DAY,
    NOW,
    OTHER_CUSTOMER,
    OTHER_ROOT,
    OTHER_VENDOR,
    STRANGER,
    VENDOR,
    VENDOR_ROOT,
    Body,
    altered,
    certificate,
)

SIGNATURE = "agreement.customer_signature"
CUSTOMER_REASONS = (
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
)
VENDOR_REASONS = (
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
)
WITHDRAW_REASONS = ("unconfirmed", "changed_mind", "no_longer_wanted", "duplicate", "unspecified")


class MailCases(BodyCases):
    """Cases about the body of one kind of inner message."""

    def __init__(self, file: VectorFile, prefix: str, message: Inner) -> None:
        super().__init__(file, prefix, message.body, "read")
        self.message = message
        self.failure = failure
        self.float_code = "encoding.forbidden_type"
        self.eyes = VENDORS_EYES if message.author is CUSTOMER else CUSTOMERS_EYES
        self.given = lambda body: {"raw": self.around(body).raw, **self.eyes}
        self.output = lambda body: {"digest": self.around(body).digest, "body": notation(body)}

    def around(self, body: Any) -> Inner:
        """The message with this body, rightly signed."""
        return replace(self.message, body=body)

    def refuse_message(self, name: str, code: str, comment: str, raw: bytes) -> None:
        """A whole message that is refused."""
        given = {"raw": raw, **self.eyes}
        name = f"{self.prefix}-{name}"
        self.file.bad(self.op, name, code, comment, given, self.failure(code))


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "mail",
        "specs/03-messages.md#mail-messages",
        "`read` as in message.json. Every message is rightly signed, and from the right side "
        "unless the case says otherwise. A refused body is acknowledged and changes nothing. "
        "`repeat` reads another offer of the deal of an `earlier` one.",
    )
    offer_cases.add(file, MailCases(file, "offer", offer()))
    _accept(file.at("specs/03-messages.md#accept"))
    _agreement(file.at("specs/03-messages.md#agreement"))
    _declines(file.at("specs/03-messages.md#decline"))
    _withdraw(file.at("specs/03-messages.md#withdraw_accept"))
    _question(file.at("specs/03-messages.md#question"))
    _answer(file.at("specs/03-messages.md#answer"))
    _counter(file.at("specs/03-messages.md#counter"))
    _ack(file.at("specs/03-messages.md#ack"))
    _wrong_side(file.at("specs/03-messages.md#mail-messages"))
    return file


def _accept(file: VectorFile) -> None:
    cases = MailCases(file, "accept", accept())
    cases.accept("full", "with all commitments", cases.good)
    alone = {"relationship": COMMITMENTS["relationship"]}
    cases.accept("relationship-alone", "the one that is owed", accept_body(commitments=alone))
    many = {**alone, **{f"field-{n:02}": fixed(f"commitment {n}") for n in range(32)}}
    some = dict(list(many.items())[:32])
    cases.accept("commitments-32", "as many as may be", accept_body(commitments=some))
    longest = {**alone, "a" * 64: bytes(32)}
    cases.accept("commitment-name-64", "a long name", accept_body(commitments=longest))
    largest = accept_body(offer_cases.of_size(40_000))
    cases.accept("offer-40000", "the longest offer", largest)
    larger = accept_body(offer_cases.of_size(40_001))
    cases.refuse("offer-40001", BODY, "an offer that is too long", larger)
    cases.extensions()
    cases.missing("offer", "acceptedAt", "commitments", "feedbackKey", "signature")
    cases.unknown("x", "relationship")
    for name, comment, commitments in (
        ("commitments-33", "one too many", many),
        ("commitments-empty", "none, not even the relationship", {}),
        ("commitments-without", "no relationship", {"name": COMMITMENTS["name"]}),
        ("commitment-31", "31 bytes", {**alone, "address": bytes(31)}),
        ("commitment-str", "text", {**alone, "address": "Musterstraße 1"}),
        ("commitment-name-65", "a name of 65 characters", {**alone, "a" * 65: bytes(32)}),
        ("commitment-name-empty", "an empty name", {**alone, "": bytes(32)}),
        ("commitments-array", "an array", [bytes(32)]),
    ):
        cases.refuse(name, BODY, comment, accept_body(commitments=commitments))
    cases.refuse("at-negative", BODY, "before 1970", accept_body(acceptedAt=-1))
    cases.refuse("at-str", BODY, "text", accept_body(acceptedAt="now"))
    for name, comment, value in (
        ("signature-63", "63 bytes", cases.good["signature"][:63]),
        ("signature-str", "text", "a" * 64),
    ):
        cases.change(name, comment, "signature", value)
    _accepted_offers(cases)
    _accept_signatures(cases)


def _accepted_offers(cases: MailCases) -> None:
    raw = offer().raw
    other_deal = sha256(b"vrm/1 deal\0", OTHER_CUSTOMER.public, VENDOR_ROOT.public)
    elsewhere = replace(offer(), deal=other_deal, recipient=OTHER_CUSTOMER.public)
    draft = {**offer().body["draft"], "deal": other_deal, "customer": OTHER_CUSTOMER.public}
    genuine = replace(elsewhere, body={**offer().body, "draft": draft})
    wrong_total = offer_cases.changed_draft("priceSpecification.total", 10_474)
    for name, comment, embedded in (
        ("offer-empty", "no bytes", b""),
        ("offer-truncated", "an offer cut short", raw[:-1]),
        ("offer-trailing", "a byte after the offer", raw + b"\0"),
        ("offer-altered", "a cheaper offer than the vendor signed", _cheaper()),
        ("offer-signature", "the signature of the offer altered", raw[:-1] + bytes([raw[-1] ^ 1])),
        ("offer-unsigned", "the offer without its signature", pack(offer().unsigned())),
        ("offer-by-stranger", "signed by nobody we know", replace(offer(), author=STRANGER).raw),
        ("offer-of-other-deal", "an offer whose header names another deal", elsewhere.raw),
        ("offer-to-another", "a right offer to somebody else", genuine.raw),
        ("offer-not-an-offer", "an ack in place of the offer", from_vendor("ack", {}).raw),
        (
            "offer-of-other-kind",
            "an offer's body in a message of another kind",
            replace(offer(), kind="decline").raw,
        ),
        ("offer-later-version", "an offer of a later version", offer().with_(v=2).raw),
        ("offer-body-alone", "the body without the message", pack(offer().body)),
        ("offer-wrong-total", "an offer whose total is wrong", wrong_total.raw),
        (
            "offer-other-certificate",
            "the certificate of another key than the offer's author",
            _certified(certificate(subject=OTHER_VENDOR.public)).raw,
        ),
        (
            "offer-other-root",
            "a certificate of another root than the vendor's",
            _certified(certificate(root=OTHER_ROOT)).raw,
        ),
        (
            "offer-certificate-altered",
            "a certificate that its root didn't sign",
            _certified(altered(certificate(), {"serial": 9})).raw,
        ),
    ):
        cases.refuse(name, BODY, comment, {**cases.good, "offer": embedded})
    vouched = replace(offer(), body={**offer().body, "ext": {"x": 1}, "critical": ["x"]})
    comment = "a critical extension of the offer isn't looked at again"
    cases.accept("offer-critical", comment, accept_body(vouched))
    old = certificate(changes={"notAfter": NOW - DAY})
    body = put(offer().body, "draft.vendor.certificate", old)
    comment = "nor are the dates of the vendor's certificate"
    cases.accept("offer-old-certificate", comment, accept_body(replace(offer(), body=body)))
    cases.change("offer-map", "a map instead of its bytes", "offer", offer().unsigned())


def _certified(by: Body) -> Inner:
    """The offer with another certificate in its draft, rightly signed."""
    return replace(offer(), body=put(offer().body, "draft.vendor.certificate", by))


def _cheaper() -> bytes:
    """The offer with another price under the old signature."""
    body = offer_cases.changed_draft("priceSpecification.total", 1).body
    return pack({**offer().unsigned(), "body": body, "sig": offer().sig})


def _accept_signatures(cases: MailCases) -> None:
    draft, digest = offer().body["draft"], offer().digest
    document = document_of(draft, digest)
    prefix = b"vrm/1 agreement signature\0"
    document_digest = sha256(b"vrm/1 agreement\0", pack(document))
    good = cases.good["signature"]
    for name, comment, signature in (
        ("signature-zero", "zero bytes", bytes(64)),
        ("signature-bit", "a bit turned", bytes([good[0] ^ 1]) + good[1:]),
        ("signature-order", "S plus the order of the group", with_foreign_order(good)),
        ("signature-by-vendor", "the vendor's", document_signature(VENDOR, document)),
        ("signature-no-prefix", "without the prefix", CUSTOMER.sign(document_digest)),
        ("signature-of-document", "the document itself", CUSTOMER.sign(prefix + pack(document))),
        (
            "signature-other-time",
            "over another acceptedAt",
            document_signature(CUSTOMER, document_of(draft, digest, ACCEPTED_AT + 1)),
        ),
        (
            "signature-other-offer",
            "over another offer's digest",
            document_signature(CUSTOMER, document_of(draft, bytes(32))),
        ),
        (
            "signature-other-draft",
            "over a draft with another price",
            document_signature(CUSTOMER, document_of({**draft, "reserved": False}, digest)),
        ),
        (
            "signature-other-commitments",
            "over other commitments",
            document_signature(CUSTOMER, document_of(draft, digest, ACCEPTED_AT, {})),
        ),
    ):
        cases.change(name, comment, "signature", signature, SIGNATURE)


def _agreement(file: VectorFile) -> None:
    cases = MailCases(file, "agreement", agreement())
    cases.accept("full", "a countersignature", cases.good)
    cases.extensions()
    cases.missing("accept", "signature", "feedbackGrant")
    cases.unknown("x", "offer")
    cases.wrong(("accept", "bin", 32), ("signature", "bin", 64), ("feedbackGrant", "bin", 64))
    given_back_cases.add(cases)


def _declines(file: VectorFile) -> None:
    by_customer = from_customer("decline", {"of": offer().digest, "reason": "too_expensive"})
    body = {"of": accept().digest, "reason": "out_of_stock", "note": "Sorry."}
    by_vendor = from_vendor("decline", body, seq=1, prev=offer().digest)
    mine = MailCases(file, "customer-decline", by_customer)
    theirs = MailCases(file, "vendor-decline", by_vendor)
    theirs.accept("note", "with a note", theirs.good)
    for cases, own, other in (
        (mine, CUSTOMER_REASONS, VENDOR_REASONS),
        (theirs, VENDOR_REASONS, CUSTOMER_REASONS),
    ):
        for reason in own:
            cases.allow(f"reason-{reason}", "a reason of this side", "reason", reason)
        for reason in [reason for reason in other if reason not in own]:
            cases.change(f"reason-{reason}", "a reason of the other side", "reason", reason)
        for name, value in (("unknown", "because"), ("empty", ""), ("upper", "Terms"), ("int", 1)):
            cases.change(f"reason-{name}", "no such reason", "reason", value)
        cases.missing("of", "reason")
        cases.unknown("x")
        cases.wrong(("of", "bin", 32), ("note", "text", 200))
        cases.extensions()
    certified = {**theirs.good, "certificate": certificate()}
    theirs.accept("certificate", "a vendor's may carry the certificate", certified)
    swapped = {**theirs.good, "certificate": certificate(subject=OTHER_VENDOR.public)}
    theirs.refuse("certificate-other", "message.author", "another key's certificate", swapped)
    with_certificate = {**mine.good, "certificate": certificate()}
    mine.refuse("certificate", BODY, "a customer has no certificate", with_certificate)
    refused = from_vendor("decline", first_contact_cases.declined())
    first_contact_cases.add_decline(MailCases(file, "first-decline", refused))
    first_contact_cases.add_offer(MailCases(file, "first-offer", offer()))


def _withdraw(file: VectorFile) -> None:
    body = {"accept": accept().digest, "reason": "unconfirmed"}
    message = from_customer("withdraw_accept", body, seq=1, prev=accept().digest)
    cases = MailCases(file, "withdraw", message)
    for reason in WITHDRAW_REASONS:
        cases.allow(f"reason-{reason}", "a reason", "reason", reason)
    for name, value in (
        ("of-vendor", "out_of_stock"),
        ("of-decline", "too_expensive"),
        ("empty", ""),
        ("int", 0),
    ):
        cases.change(f"reason-{name}", "no reason to withdraw", "reason", value)
    cases.missing("accept", "reason")
    cases.unknown("x", "note", "of")
    cases.wrong(("accept", "bin", 32))
    cases.extensions()


def _question_message() -> Inner:
    body = {"offer": offer().digest, "text": "Which colour is it?\nBlack would be best."}
    return from_customer("question", body, received=(offer().digest,))


def _question(file: VectorFile) -> None:
    cases = MailCases(file, "question", _question_message())
    cases.accept("full", "two lines", cases.good)
    cases.allow("text-500", "as long as may be", "text", "ü" * 500)
    cases.missing("offer", "text")
    cases.unknown("x", "note")
    cases.wrong(("offer", "bin", 32), ("text", "text", 500))
    cases.extensions()


def _answer(file: VectorFile) -> None:
    body = {"question": _question_message().digest, "text": "Black."}
    message = from_vendor("answer", body, seq=1, prev=offer().digest)
    cases = MailCases(file, "answer", message)
    cases.accept("full", "an answer", cases.good)
    cases.allow("text-1000", "as long as may be", "text", "ü" * 1000)
    cases.missing("question", "text")
    cases.unknown("x", "offer")
    cases.wrong(("question", "bin", 32), ("text", "text", 1000))
    cases.extensions()


def _counter_message() -> Inner:
    body = {"offer": offer().digest, "total": 9_500, "note": "For both."}
    return from_customer("counter", body, received=(offer().digest,))


def _counter(file: VectorFile) -> None:
    cases = MailCases(file, "counter", _counter_message())
    cases.accept("full", "with a note", cases.good)
    cases.optional("note")
    cases.allow("total-0", "nothing", "total", 0)
    cases.missing("offer", "total")
    cases.unknown("x", "priceCurrency")
    cases.wrong(("offer", "bin", 32), ("total", "amount"), ("note", "text", 200))
    cases.extensions()


def _wrong_side(file: VectorFile) -> None:
    """Kinds that only the other side writes, with bodies that would be right from there."""
    answer = {"question": _question_message().digest, "text": "Black."}
    for kind, body in (
        ("offer", offer().body),
        ("agreement", agreement().body),
        ("answer", answer),
    ):
        cases = MailCases(file, "customer", from_customer(kind, body))
        cases.refuse(f"writes-{kind}", BODY, "only vendors write this", body)
    withdrawal = {"accept": accept().digest, "reason": "unconfirmed"}
    for kind, body in (
        ("accept", accept().body),
        ("withdraw_accept", withdrawal),
        ("question", _question_message().body),
        ("counter", _counter_message().body),
    ):
        cases = MailCases(file, "vendor", from_vendor(kind, body))
        cases.refuse(f"writes-{kind}", BODY, "only customers write this", body)


def _ack(file: VectorFile) -> None:
    cases = MailCases(file, "ack", from_vendor("ack", {}, seq=1, prev=offer().digest))
    cases.accept("empty", "nothing inside", {})
    cases.unknown("x", "received")
    cases.extensions()
