"""Cases of feedback.json: who may speak about a vendor, what is said, and what is answered."""

from __future__ import annotations

from typing import Any

from .body_file import BODY
from .cases import VectorFile
from .disclosure_cases import NAMED
from .mail_cases import MailCases
from .market_cases import MarketCases
from .messages import ACCEPTED_AT, FEEDBACK, accept, from_customer, from_vendor, grant, month_of
from .mutation import DROP, put
from .primitives import fixed
from .world import (
    DAY,
    NOW,
    OTHER_ROOT,
    OTHER_VENDOR,
    STRANGER,
    VENDOR,
    VENDOR_ROOT,
    Body,
    altered,
    certificate,
)

GRANT, AUTHOR = "feedback.grant", "message.author"
MONTH = month_of(ACCEPTED_AT)
SAID: Body = {
    "ratingValue": 4,
    "experience": {
        "delivery": "late",
        "cancelledBy": "vendor",
        "terms": "kept",
        "rightsRequest": "fulfilled",
    },
    "reviewBody": "It came late.\nThe kettle is good.",
    "inLanguage": "en",
}
ITEM: Body = {
    "name": "Kettle K-17, steel",
    "gtin": "4006381333931",
    "mpn": "K-17",
    "brand": "Example",
}
CHOICES = {
    "delivery": ("on_time", "late", "never"),
    "cancelledBy": ("customer", "vendor"),
    "terms": ("kept", "broken"),
    "rightsRequest": ("fulfilled", "denied", "unanswered"),
}

NO_WORDS: tuple[tuple[str, Any], ...] = (
    ("unknown", "maybe"),
    ("empty", ""),
    ("int", 1),
    ("nil", None),
)


def feedback_body(**changes: object) -> Body:
    """Feedback with every field."""
    body: Body = {
        "v": 1,
        "seq": 0,
        "certificate": certificate(),
        "month": MONTH,
        "grant": grant(),
        "itemReviewed": ITEM,
        **SAID,
    }
    return altered(body, changes)


class FeedbackCases(MarketCases):
    """Cases about public feedback, by the feedback key."""

    def _given(self, body: Any, author: bytes | None = None, now: int = NOW) -> object:
        return super()._given(body, author or FEEDBACK.public, now)


class ReplyCases(MarketCases):
    """Cases about replies, by the vendor's operational key."""

    def _given(self, body: Any, author: bytes | None = None, now: int = NOW) -> object:
        return super()._given(body, author or VENDOR.public, now)


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "feedback",
        "specs/14-feedback.md",
        "`read` as in market.json, and for sealed feedback as in mail.json. `grant` is what the "
        "vendor with `vendor_secret` signs.",
    )
    _grants(file.at("specs/14-feedback.md#the-grant"))
    _feedback(file.at("specs/14-feedback.md#feedback"))
    _reply(file.at("specs/14-feedback.md#reply"))
    _sealed(file.at("specs/14-feedback.md#sealed_feedback"))
    return file


def _grants(file: VectorFile) -> None:
    for name, comment, time in (
        ("usual", "the month of the accept", ACCEPTED_AT),
        ("first-second", "the first second of a month", 1_798_761_600),
        ("last-second", "the second before", 1_798_761_599),
        ("leap-day", "the last day of a leap February", 1_835_395_200),
        ("year-1970", "the first month of all", 0),
        ("year-2106", "the last month of all", 2**32 - 1),
    ):
        month = month_of(time)
        given = {
            "vendor_secret": VENDOR.seed,
            "root": certificate()["root"],
            "key": FEEDBACK.public,
            "time": time,
        }
        signature = grant(month=month)
        file.ok("grant", f"grant-{name}", comment, given, {"month": month, "grant": signature})


def _feedback(file: VectorFile) -> None:
    cases = FeedbackCases(file, "feedback", "feedback", feedback_body())
    cases.accept("full", "every field", cases.good)
    small = feedback_body(**dict.fromkeys(("itemReviewed", *SAID)))
    cases.accept("withdrawn", "says nothing any more", small)
    cases.allow("seq-last", "the greatest number", "seq", 2**31 - 1)
    cases.versions()
    cases.extensions()
    cases.missing("seq", "certificate", "month", "grant")
    cases.optional("itemReviewed", "ratingValue", "experience", "inLanguage")
    cases.unknown("x", "reviewer", "itemReviewed.sku", "experience.price")
    cases.wrong(("seq", "int", 2**31 - 1), ("reviewBody", "text", 1_000), ("grant", "bin", 64))
    _said(cases)
    _item(cases)
    _month(cases)
    _granted(cases)
    _certified(cases)


def _said(cases: MarketCases | MailCases) -> None:
    for value in range(1, 6):
        cases.allow(f"rating-{value}", "a rating", "ratingValue", value)
    no_rating: tuple[tuple[str, Any], ...] = (
        ("0", 0),
        ("6", 6),
        ("str", "5"),
        ("true", True),
        ("nil", None),
    )
    for name, wrong in no_rating:
        cases.change(f"rating-{name}", "no rating", "ratingValue", wrong)
    cases.change("experience-empty", "an experience of nothing", "experience", {})
    cases.change("experience-array", "an array", "experience", ["late"])
    for key, words in CHOICES.items():
        for word in words:
            cases.allow(f"{key}-{word}", "an experience", "experience", {key: word})
        for name, wrong in NO_WORDS:
            cases.change(f"{key}-{name}", "no such word", "experience", {key: wrong})
    comment = "the language of a text that isn't there"
    cases.change("language-alone", comment, "reviewBody", DROP)
    cases.change("language-long", "no language", "inLanguage", "english")


def _item(cases: MarketCases) -> None:
    for name, comment, item in (
        ("gtin-alone", "a GTIN is enough", {"gtin": ITEM["gtin"]}),
        ("brand-alone", "a brand is enough", {"brand": ITEM["brand"]}),
    ):
        cases.allow(f"item-{name}", comment, "itemReviewed", item)
    no_item: tuple[tuple[str, str, Any], ...] = (
        ("empty", "a product without anything", {}),
        ("name-alone", "a name finds no maker", {"name": "Kettle"}),
        ("name-mpn", "nor does its number there", {"name": "Kettle", "mpn": "K-17"}),
        ("gtin-digit", "a wrong check digit", {"gtin": "4006381333932"}),
        ("brand-65", "a brand of 65 characters", {"brand": "b" * 65}),
        ("array", "an array", [ITEM]),
    )
    for name, comment, wrong in no_item:
        cases.change(f"item-{name}", comment, "itemReviewed", wrong)
    for path, most in (("name", 200), ("mpn", 64), ("brand", 64)):
        cases.wrong((f"itemReviewed.{path}", "text", most))


def _month(cases: FeedbackCases) -> None:
    no_month: tuple[tuple[str, Any], ...] = (
        ("00", "2027-00"),
        ("13", "2027-13"),
        ("day", "2027-01-15"),
        ("short", "27-01"),
        ("one-digit", "2027-1"),
        ("word", "January"),
        ("line-feed", f"{MONTH}\n"),
        ("int", 202_701),
    )
    for name, value in no_month:
        cases.change(f"month-{name}", "no month", "month", value)
    after = month_of(NOW + 40 * DAY)
    later = feedback_body(month=after, grant=grant(month=after))
    cases.refuse("month-after", BODY, "a month after the envelope's", later)


def _granted(cases: FeedbackCases) -> None:
    before = month_of(NOW - 20 * DAY)
    for name, comment, value in (
        ("zero", "no signature", bytes(64)),
        ("other-month", "for another month", grant(month=before)),
        ("other-key", "to another feedback key", grant(key=STRANGER.public)),
        ("other-root", "for another root", grant(root=OTHER_ROOT.public)),
        ("other-vendor", "by another vendor's key", grant(OTHER_VENDOR)),
        ("root-key", "by the root itself", grant(VENDOR_ROOT)),
        ("customer", "by the feedback key itself", grant(FEEDBACK)),
    ):
        cases.change(f"grant-{name}", comment, "grant", value, GRANT)
    comment = "under another key than the one that was granted"
    cases.refuse_by("foreign", GRANT, comment, cases.good, author=STRANGER.public)
    cases.refuse_by("by-vendor", GRANT, "by the vendor itself", cases.good, author=VENDOR.public)
    earlier = feedback_body(month=before, grant=grant(month=before))
    cases.accept("earlier", "of a purchase of a month before", earlier)
    moved = put(cases.good, "month", before)
    cases.refuse("month-moved", GRANT, "another month than that of the grant", moved)


def _certified(cases: FeedbackCases) -> None:
    for name, code, comment, changes in (
        ("altered", "certificate.signature", "altered", {"sig": bytes(64)}),
        ("schema", "certificate.schema", "no serial", {"serial": None}),
    ):
        broken = altered(certificate(), changes)
        cases.change(f"certificate-{name}", comment, "certificate", broken, code)
    other = certificate(root=OTHER_ROOT)
    cases.change("certificate-root", "of another root", "certificate", other, GRANT)
    subject = certificate(subject=OTHER_VENDOR.public)
    cases.change("certificate-subject", "of another key", "certificate", subject, GRANT)
    # The month of world's NOW is January 2027, from 1798761600 on.
    month_start = 1_798_761_600
    for name, comment, dates in (
        ("ended-in-month", "ended in its month", {"notAfter": month_start}),
        ("ended-at-skew", "ended 300 s before its month", {"notAfter": month_start - 300}),
        ("begun-in-month", "begun after the purchase", {"notBefore": NOW + DAY}),
    ):
        cases.allow(f"certificate-{name}", comment, "certificate", certificate(changes=dates))
    ended = certificate(changes={"notAfter": month_start - 301})
    comment = "ended 301 s before its month"
    cases.change("certificate-ended", comment, "certificate", ended, "certificate.expired")
    begun = certificate(changes={"notBefore": month_start + 31 * DAY + 300})
    comment = "begun 300 s after its month"
    cases.change("certificate-begun", comment, "certificate", begun, "certificate.not_yet_valid")
    edge = certificate(changes={"notBefore": month_start + 31 * DAY + 299})
    cases.allow("certificate-begun-at-skew", "begun 299 s after", "certificate", edge)


def _reply(file: VectorFile) -> None:
    good: Body = {
        "v": 1,
        "seq": 0,
        "certificate": certificate(),
        "about": FEEDBACK.public,
        "text": "We are sorry that it came late.",
        "inLanguage": "en",
    }
    cases = ReplyCases(file, "reply", "reply", good)
    cases.accept("full", "every field", cases.good)
    cases.versions()
    cases.extensions()
    cases.missing("seq", "certificate", "about", "text")
    cases.optional("inLanguage")
    cases.unknown("x", "ratingValue")
    cases.wrong(("seq", "int", 2**31 - 1), ("about", "bin", 32), ("text", "text", 1_000))
    comment = "not signed by the certificate's subject"
    cases.refuse_by("by-stranger", AUTHOR, comment, good, author=STRANGER.public)
    cases.refuse_by("by-customer", AUTHOR, "by the customer", good, author=FEEDBACK.public)
    cases.refuse_by("by-root", AUTHOR, "by the root", good, author=certificate()["root"])
    cases.refuse_by("late", "certificate.expired", "too late", good, now=NOW + 500 * DAY)
    altered_one = altered(certificate(), {"sig": bytes(64)})
    code = "certificate.signature"
    cases.change("certificate-altered", "altered", "certificate", altered_one, code)


def _sealed(file: VectorFile) -> None:
    body = {"agreement": NAMED, **SAID}
    message = from_customer("sealed_feedback", body, seq=1, prev=accept().digest)
    cases = MailCases(file, "sealed", message)
    cases.accept("full", "every field", cases.good)
    cases.extensions()
    cases.missing("agreement")
    cases.optional("ratingValue", "experience", "inLanguage")
    cases.unknown("x", "itemReviewed")
    cases.wrong(("agreement", "bin", 32), ("reviewBody", "text", 1_000))
    _said(cases)
    silent = {"agreement": fixed("an agreement")}
    cases.refuse("silent", BODY, "says nothing", silent)
    theirs = MailCases(file, "vendor", from_vendor("sealed_feedback", body))
    theirs.refuse("writes-sealed", BODY, "only customers write this", body)
