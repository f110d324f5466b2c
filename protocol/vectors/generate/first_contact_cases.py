"""Cases of mail.json about the first message that comes from a vendor: a decline or an offer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .envelope_file import intent_envelope
from .message_cases import FIRST_CONTACT
from .messages import offer
from .mutation import DROP
from .world import NOW, OTHER_ROOT, OTHER_VENDOR, Body, altered, certificate

if TYPE_CHECKING:
    from .mail_cases import MailCases

NOT_YET, EXPIRED = "certificate.not_yet_valid", "certificate.expired"


def declined() -> Body:
    """The body of a vendor's first word, if that is no."""
    return {"of": intent_envelope().id, "reason": "closed", "certificate": certificate()}


def add_decline(cases: MailCases) -> None:
    """A decline of an intent, and what is none."""
    body = cases.good
    cases.eyes = FIRST_CONTACT
    cases.failure = lambda code: {"acknowledged": False}
    cases.accept("full", "a decline of an intent, with the certificate", body)
    comment = "without a certificate nobody knows whose it is"
    cases.change("certificate-missing", comment, "certificate", DROP)
    for name, code, comment, changed in (
        ("altered", "certificate.signature", "altered", {"sig": bytes(64)}),
        ("schema", "certificate.schema", "no serial", {"serial": None}),
    ):
        broken = {**body, "certificate": altered(certificate(), changed)}
        cases.refuse(f"certificate-{name}", code, comment, broken)
    early = certificate(changes={"notBefore": NOW + 301})
    late = certificate(changes={"notAfter": NOW - 301})
    cases.change("certificate-early", "not valid yet", "certificate", early, NOT_YET)
    cases.change("certificate-late", "not valid any more", "certificate", late, EXPIRED)
    other = certificate(subject=OTHER_VENDOR.public)
    comment = "the certificate of another key"
    cases.change("certificate-other-key", comment, "certificate", other, "message.author")
    foreign = certificate(root=OTHER_ROOT)
    comment = "another root, from which another deal id follows"
    cases.change("certificate-other-root", comment, "certificate", foreign, "message.wrong_deal")


def add_offer(cases: MailCases) -> None:
    """An offer that can't be used is answered by nothing: it brings the key to answer with."""
    cases.eyes = FIRST_CONTACT
    cases.failure = lambda code: {"acknowledged": False}
    cases.accept("full", "an offer begins a deal", cases.good)
    cases.missing("secret", "draft.reserved", "draft.vendor.certificate")
    cases.unknown("x", "draft.x")
    path = "draft.priceSpecification.total"
    cases.change("total", "a cent too little", path, 10_474, "message.total_mismatch")
    path = "draft.vendor.certificate"
    for name, code, comment, value in (
        ("altered", "certificate.signature", "another serial after signing", {"serial": 9}),
        ("schema", "certificate.schema", "a key too many", {"x": 1}),
    ):
        broken = altered(certificate(), value)
        cases.change(f"certificate-{name}", comment, path, broken, code)
    early = certificate(changes={"notBefore": NOW + 301})
    late = certificate(changes={"notAfter": NOW - 301})
    cases.change("certificate-early", "not valid yet", path, early, NOT_YET)
    cases.change("certificate-late", "not valid any more", path, late, EXPIRED)
    other = certificate(subject=OTHER_VENDOR.public)
    cases.change("certificate-other-key", "another key's", path, other, "message.author")
    vendor = {**cases.good["draft"]["vendor"], "root": OTHER_ROOT.public}
    foreign = {**vendor, "certificate": certificate(root=OTHER_ROOT)}
    comment = "another root, from which another deal id follows"
    cases.change("other-root", comment, "draft.vendor", foreign, "message.wrong_deal")
    raw = replace(offer(), kind="poem").raw
    cases.refuse_message("unknown-kind", "message.version", "a kind of later times", raw)
    raw = offer().with_(v=2).raw
    cases.refuse_message("later-version", "message.version", "a later version", raw)
