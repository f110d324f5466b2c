"""Cases of sealed_intent.json: what a customer says to one vendor, and the ack before an offer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import recognition_cases
from .body_file import BODY, CRITICAL, UNKNOWN
from .cases import VectorFile
from .mail_cases import MailCases
from .message_cases import FIRST_CONTACT, VENDORS_EYES
from .messages import Inner, from_customer, from_vendor, offer
from .mutation import put
from .notation import notation
from .primitives import Signer
from .world import (
    DAY,
    NOW,
    OTHER_CUSTOMER,
    OTHER_ROOT,
    OTHER_VENDOR,
    REPLY_TAG,
    STRANGER,
    VENDOR,
    VENDOR_ROOT,
    Body,
    altered,
    certificate,
    intent_body,
    small_intent_body,
    suite_key,
)

LONGEST = 16_332
LATEST = NOW + 90 * DAY + 300
OLDER_KEY = Signer.named("vendor signing 7")


def sealed(status: str = "active", **changes: object) -> Inner:
    """The customer's first message to the vendor."""
    return from_customer("sealed_intent", {"status": status, "intent": intent_body(**changes)})


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "sealed_intent",
        "specs/03-messages.md#sealed_intent",
        "`read` as in message.json; `recipient` may be a list: the keys that the vendor's root has "
        "certified, where mail to a profile's tag may name any of them. `replace` gets the intent "
        "that the reader knows of the deal, a later one, and whether its `seq` is the higher one. "
        "`sign` gives the signature by which a relationship key lets a vendor recognise it.",
    )
    cases = MailCases(file, "intent", sealed())
    _valid(cases)
    _fields(cases)
    _bounds(cases)
    _wrong_side(file)
    _parties(file.at("specs/06-sealing-and-mail.md#first-mail-to-a-vendor"))
    _replacing(file.at("specs/03-messages.md#sealed_intent"))
    _acks(file.at("specs/03-messages.md#ack"))
    recognition_cases.add(file, sealed())
    return file


def _valid(cases: MailCases) -> None:
    cases.accept("full", "every field of an intent", cases.good)
    small = {"status": "active", "intent": small_intent_body()}
    cases.accept("small", "the required fields only", small)
    cases.allow("withdrawn", "wanted no more", "status", "withdrawn")


def _fields(cases: MailCases) -> None:
    cases.missing("status", "intent", "intent.salt", "intent.replyKey", "intent.replyTag")
    cases.missing("intent.itemOffered", "intent.acceptedTerms", "intent.validThrough", "intent.v")
    cases.unknown("v", "seq", "salt", "intent.status", "intent.itemOffered.sku")
    for name, status in (("empty", ""), ("closed", "closed"), ("upper", "Active"), ("int", 1)):
        cases.change(f"status-{name}", "no such status", "status", status)
    cases.wrong(
        ("intent", "map"),
        ("intent.salt", "bin", 16),
        ("intent.replyTag", "bin", 16),
        ("intent.eligibleQuantity", "int", 10_000, 1),
        ("intent.maxOffers", "int", 100, 1),
        ("intent.itemOffered.gtin", "gtin"),
    )
    wrong: tuple[tuple[str, str, Any, str], ...] = (
        ("version", "intent.v", 2, "an intent of a later version"),
        ("item", "intent.itemOffered", {}, "nothing is wanted"),
        ("brand", "intent.itemOffered", {"brand": "Example"}, "a brand alone says nothing"),
        ("terms", "intent.acceptedTerms", ["SD-BASE"] * 2, "a choice twice"),
        ("day", "intent.availabilityEnds", NOW + 1, "not a whole day"),
        ("must", "intent.must", [], "an empty optional array is left out"),
        ("reply-key", "intent.replyKey.key", bytes(31), "a reply key of 31 bytes"),
    )
    for name, path, value, comment in wrong:
        cases.change(f"market-{name}", comment, path, value)
    cases.extensions()
    known = {"x-colour": 1}
    cases.allow("inner-ext", "an unknown extension of the intent is ignored", "intent.ext", known)
    critical = put(put(cases.good, "intent.ext", known), "intent.critical", ["x-colour"])
    cases.refuse("inner-critical", CRITICAL, "but not a critical one", critical)
    cases.refuse("inner-unknown", UNKNOWN, "a field of no intent", put(cases.good, "intent.x", 1))


def _bounds(cases: MailCases) -> None:
    cases.accept("longest", f"{LONGEST} bytes, signed", _padded(cases, LONGEST))
    cases.refuse("too-long", BODY, "a byte more", _padded(cases, LONGEST + 1))
    latest = put(cases.good, "intent.validThrough", LATEST)
    cases.accept("latest", "90 days and the clocks' difference from now", latest)
    later = put(cases.good, "intent.validThrough", LATEST + 1)
    cases.refuse("too-late", BODY, "a second more", later)
    over = put(cases.good, "intent.validThrough", NOW - DAY)
    cases.accept("over", "one that has ended is well formed", over)


def _padded(cases: MailCases, size: int) -> Body:
    def body(length: int) -> Body:
        return {**cases.good, "ext": {"pad": bytes(length)}}

    frame = len(cases.around(body(10_000)).raw) - 10_000
    return body(size - frame)


def _wrong_side(file: VectorFile) -> None:
    cases = MailCases(file, "vendor", from_vendor("sealed_intent", sealed().body))
    cases.refuse("writes-sealed-intent", BODY, "only customers write this", cases.good)


def _parties(file: VectorFile) -> None:
    eyes: Body = {"reader": "vendor", "recipient": [VENDOR.public, OLDER_KEY.public], "now": NOW}
    for name, comment, message in (
        ("to-current-key", "addressed to the key of the newest profile", sealed()),
        (
            "to-older-key",
            "addressed to a key of an earlier profile",
            replace(sealed(), recipient=OLDER_KEY.public),
        ),
        ("later-first", "a later one may come first", replace(sealed(), seq=3, prev=bytes(32))),
    ):
        given = {"raw": message.raw, **eyes}
        output = {"digest": message.digest, "body": notation(message.body)}
        file.ok("read", f"first-{name}", comment, given, output)
    for name, code, comment, message in (
        ("to-root", "message.wrong_recipient", "to the root", _to(VENDOR_ROOT)),
        ("to-other-vendor", "message.wrong_recipient", "to another vendor", _to(OTHER_VENDOR)),
        ("forged", "message.signature", "signed by another", replace(sealed(), signer=STRANGER)),
    ):
        given = {"raw": message.raw, **eyes}
        file.bad("read", f"first-{name}", code, comment, given, {"acknowledged": False})
    by_other = replace(sealed(), author=OTHER_CUSTOMER)
    given = {"raw": by_other.raw, **VENDORS_EYES}
    comment = "by another pseudonym than the deal's"
    output = {"acknowledged": False}
    file.bad("read", "by-other-customer", "message.author", comment, given, output)


def _to(recipient: Signer) -> Inner:
    return replace(sealed(), recipient=recipient.public)


def _replacing(file: VectorFile) -> None:
    known = notation(intent_body())
    for name, comment, later, changes in (
        ("longer", "it stands longer", True, {"validThrough": NOW + 40 * DAY}),
        ("same-end", "it ends with the earlier one", True, {"eligibleQuantity": 3}),
        ("earlier", "an earlier one that comes late may end earlier", False, {"validThrough": NOW}),
    ):
        given = {"known": known, "intent": notation(intent_body(**changes)), "later": later}
        file.ok("replace", f"replace-{name}", comment, given)
    other_key = suite_key(bytes(range(32)))
    wrong: list[tuple[str, str, bool, Body]] = [
        ("shorter", "it ends before the one it replaces", True, {"validThrough": NOW + 29 * DAY}),
        ("key", "another reply key", True, {"replyKey": other_key}),
        ("key-earlier", "another reply key in an earlier one", False, {"replyKey": other_key}),
        ("tag", "another reply tag", True, {"replyTag": bytes(16)}),
        ("tag-bit", "a bit of the tag turned", False, {"replyTag": _flipped(REPLY_TAG)}),
    ]
    for name, comment, later, changes in wrong:
        given = {"known": known, "intent": notation(intent_body(**changes)), "later": later}
        file.bad("replace", f"replace-{name}", BODY, comment, given)


def _flipped(tag: bytes) -> bytes:
    return tag[:-1] + bytes([tag[-1] ^ 1])


def _acks(file: VectorFile) -> None:
    body: Body = {"certificate": certificate()}
    message = from_vendor("ack", body, received=(sealed().digest,))
    cases = MailCases(file, "ack", message)
    cases.eyes = FIRST_CONTACT
    cases.failure = lambda code: {"acknowledged": False}
    cases.accept("certified", "with the certificate, to a reply tag", body)
    cases.refuse("without-certificate", BODY, "nobody knows whose it is", {})
    for name, code, comment, changed in (
        ("altered", "certificate.signature", "altered", {"sig": bytes(64)}),
        ("schema", "certificate.schema", "no serial", {"serial": None}),
    ):
        broken = {"certificate": altered(certificate(), changed)}
        cases.refuse(f"certificate-{name}", code, comment, broken)
    moments: tuple[tuple[str, str, str, Any], ...] = (
        ("early", "certificate.not_yet_valid", "not valid yet", {"notBefore": NOW + 301}),
        ("late", "certificate.expired", "not valid any more", {"notAfter": NOW - 301}),
    )
    for name, code, comment, changes in moments:
        dated = {"certificate": certificate(changes=changes)}
        cases.refuse(f"certificate-{name}", code, comment, dated)
    other = {"certificate": certificate(subject=OTHER_VENDOR.public)}
    cases.refuse("certificate-other-key", "message.author", "another key's", other)
    foreign = {"certificate": certificate(root=OTHER_ROOT)}
    comment = "another root, from which another deal id follows"
    cases.refuse("certificate-other-root", "message.wrong_deal", comment, foreign)
    later = MailCases(file, "later-ack", from_vendor("ack", body, seq=1, prev=offer().digest))
    later.accept("certified", "a vendor's may always carry it", body)
    mine = MailCases(file, "customer-ack", from_customer("ack", body))
    mine.refuse("certified", BODY, "a customer has no certificate", body)
