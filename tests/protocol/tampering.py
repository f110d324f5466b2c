"""What a cheat may do to an agreement file, and by which code and words each is named.

One table for the library and for the command. A tampered file is as its cheat would leave it:
nothing is signed again with keys that a cheat hasn't, but what needs no key is mended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tests.protocol.deals import (
    CERTIFICATE,
    CUSTOMER,
    DAY,
    DRAFT,
    NOW,
    OFFER,
    ROOT,
    STRANGER,
    VENDOR,
    make,
    vendor,
)
from vrmprotocol import agreement, certificate, encoding, keys
from vrmprotocol.draft import deal_id
from vrmprotocol.terms_text import digest, page

ADDENDUM: Mapping[str, Any] = {"marketing": (), "retentionOrder": 30}
TERMED = make(
    DRAFT, addendum=ADDENDUM, terms_text=digest(page(DRAFT.terms, ADDENDUM)), terms="SD-BASE"
)
COMMITMENTS = {"relationship": b"k" * 32, "email": b"a" * 32}
OTHER_COMMITMENTS = {"relationship": b"q" * 32, "email": b"p" * 32}


def document_of(draft: Any = TERMED, **changes: Any) -> Any:
    """The document of a draft."""
    given = {
        "draft": draft,
        "offer": vendor().say("offer", OFFER).digest,
        "accepted_at": NOW,
        "commitments": COMMITMENTS,
    }
    return agreement.document(**{**given, **changes})


def file_of(document: Any, *, customer: Any = CUSTOMER, vendor: Any = VENDOR) -> bytes:
    """The file that two keys make of a document."""
    return agreement.agreement_file(
        document,
        customer_signature=agreement.sign(document, customer),
        vendor_signature=agreement.sign(document, vendor),
    )


GOOD = file_of(document_of())
OTHER = file_of(
    document_of(make(TERMED, deal=deal_id(STRANGER.public, ROOT.public), customer=STRANGER.public)),
    customer=STRANGER,
)


def changed(change: Callable[[Any], None], raw: bytes = GOOD) -> bytes:
    """A file after something was done to its map."""
    fields = encoding.decode_map(raw)
    change(fields)
    return encoding.encode(fields)


def put(path: str, value: Any) -> Callable[[Any], None]:
    """Sets what stands at a path below the document; None takes it away."""

    def change(fields: Any) -> None:
        holder = fields["document"]
        *way, last = path.split(".")
        for step in way:
            holder = holder[step]
        if value is None:
            del holder[last]
        else:
            holder[last] = value

    return change


def sign(who: str, make_signature: Callable[[Any], bytes]) -> Callable[[Any], None]:
    """Sets one signature to what is made of the document."""

    def change(fields: Any) -> None:
        fields["signatures"][who] = make_signature(fields["document"])

    return change


def swap_parties(fields: Any) -> None:
    """The customer as the vendor and the other way round, as far as the form allows."""
    draft = fields["document"]["draft"]
    draft["customer"], draft["vendor"]["root"] = draft["vendor"]["root"], draft["customer"]


def swap_signatures(fields: Any) -> None:
    both = fields["signatures"]
    both["customer"], both["vendor"] = both["vendor"], both["customer"]


def take_from_other(*names: str) -> Callable[[Any], None]:
    """Puts parts of another deal's file into this one."""

    def change(fields: Any) -> None:
        other: Any = encoding.decode_map(OTHER)
        for name in names:
            fields[name] = other[name]

    return change


def raise_price(fields: Any) -> None:
    """A dearer price, all sums in order."""
    price = fields["document"]["draft"]["priceSpecification"]
    price["unitPrice"] += 100
    price["total"] += 100 * fields["document"]["draft"]["eligibleQuantity"]


def loosen(fields: Any) -> None:
    """Another addendum with the digest of its own text."""
    draft = fields["document"]["draft"]
    draft["addendum"] = {"marketing": ["email"], "retentionOrder": 3650}
    looser: Mapping[str, Any] = {"marketing": ("email",), "retentionOrder": 3650}
    draft["termsText"] = digest(page("SD-BASE", looser))


def own_certificate(root: keys.SigningKey, *, claimed: bytes | None = None) -> Any:
    """A certificate for the vendor's key by another root, which may claim to be the vendor's."""
    fields = certificate.to_wire(
        certificate.issue(
            root, subject=VENDOR.public, serial=0, not_before=NOW - DAY, not_after=NOW + DAY
        )
    )
    return fields if claimed is None else {**fields, "root": claimed}


class Tampering(NamedTuple):
    """What is done, and the code, the check and the words that name it."""

    name: str
    raw: bytes
    code: str
    check: str
    fault: str


ALTERED = "neither signature is one of this document: it was altered after both signed it"
BY_CUSTOMER, BY_VENDOR = "agreement.customer_signature", "agreement.vendor_signature"
DEAL, CERTIFIED = "agreement.deal", "agreement.certificate"
TEXT, SCHEMA = "agreement.terms_text", "agreement.schema"
NOT_ROOTS = "the key, the number or the dates in the certificate aren't those that the root signed"
ANOTHERS = "the deal id or the pseudonym was replaced, or all of the deal is another's"

TABLE = [
    Tampering(
        "addendum-removed",
        changed(put("draft.addendum", None)),
        TEXT,
        "terms text",
        "the addendum or the digest of the text was replaced",
    ),
    Tampering(
        "addendum-added",
        changed(
            put("draft.addendum", {"retentionOrder": 3650}),
            file_of(document_of(make(TERMED, addendum={}, terms_text=digest(page("SD-BASE", {}))))),
        ),
        TEXT,
        "terms text",
        "an addendum was put in: the text is that of SD-BASE without one",
    ),
    Tampering(
        "terms-replaced",
        changed(put("draft.terms", "SD-BASE-ATP-S3P")),
        TEXT,
        "terms text",
        "the terms were replaced: the text is that of SD-BASE",
    ),
    Tampering(
        "text-digest-replaced",
        changed(put("draft.termsText", bytes(32))),
        TEXT,
        "terms text",
        "the addendum or the digest of the text was replaced",
    ),
    Tampering(
        "terms-loosened-with-their-digest",
        changed(loosen),
        BY_CUSTOMER,
        "vendor signature",
        ALTERED,
    ),
    Tampering(
        "price-alone",
        changed(put("draft.priceSpecification.unitPrice", 1)),
        "agreement.total_mismatch",
        "total",
        "expected a total of 492, came 4488, in minor units of the currency",
    ),
    Tampering("price-and-total", changed(raise_price), BY_CUSTOMER, "customer signature", ALTERED),
    Tampering(
        "time-of-acceptance",
        changed(put("acceptedAt", NOW - 3600)),
        BY_CUSTOMER,
        "customer signature",
        ALTERED,
    ),
    Tampering(
        "time-outside-the-certificate",
        changed(put("acceptedAt", CERTIFICATE.not_after + 301)),
        CERTIFIED,
        "certificate dates",
        f"expected a time of acceptance from {CERTIFICATE.not_before} to {CERTIFICATE.not_after},"
        f" came {CERTIFICATE.not_after + 301}",
    ),
    Tampering("deal-id", changed(put("draft.deal", bytes(32))), DEAL, "deal id", ANOTHERS),
    Tampering(
        "pseudonym", changed(put("draft.customer", STRANGER.public)), DEAL, "deal id", ANOTHERS
    ),
    Tampering(
        "vendor-root",
        changed(put("draft.vendor.root", STRANGER.public)),
        DEAL,
        "deal id",
        "the vendor root was replaced: the deal is one with the root of the certificate",
    ),
    Tampering(
        "parties-swapped",
        changed(swap_parties),
        DEAL,
        "deal id",
        "customer and vendor have changed places",
    ),
    Tampering(
        "signing-key",
        changed(put("draft.vendor.certificate.subject", STRANGER.public)),
        CERTIFIED,
        "certificate",
        NOT_ROOTS,
    ),
    Tampering(
        "certificate-prolonged",
        changed(put("draft.vendor.certificate.notAfter", CERTIFICATE.not_after + DAY)),
        CERTIFIED,
        "certificate",
        NOT_ROOTS,
    ),
    Tampering(
        "certificate-of-another-root",
        changed(put("draft.vendor.certificate", own_certificate(STRANGER))),
        CERTIFIED,
        "certificate",
        "the certificate is of another root than the vendor's",
    ),
    Tampering(
        "certificate-forged",
        changed(put("draft.vendor.certificate", own_certificate(STRANGER, claimed=ROOT.public))),
        CERTIFIED,
        "certificate",
        NOT_ROOTS,
    ),
    Tampering(
        "commitment-replaced",
        changed(put("commitments", OTHER_COMMITMENTS)),
        BY_CUSTOMER,
        "vendor signature",
        ALTERED,
    ),
    Tampering(
        "commitment-removed",
        changed(put("commitments.email", None)),
        BY_CUSTOMER,
        "customer signature",
        ALTERED,
    ),
    Tampering(
        "offer-of-another-deal",
        changed(put("offer", bytes(32))),
        BY_CUSTOMER,
        "vendor signature",
        ALTERED,
    ),
    Tampering(
        "signatures-swapped",
        changed(swap_signatures),
        BY_CUSTOMER,
        "customer signature",
        "in the place of the customer's signature is the vendor's",
    ),
    Tampering(
        "signatures-of-another-deal",
        changed(take_from_other("signatures")),
        BY_CUSTOMER,
        "vendor signature",
        ALTERED,
    ),
    Tampering(
        "document-of-another-deal",
        changed(take_from_other("document")),
        BY_CUSTOMER,
        "customer signature",
        ALTERED,
    ),
    Tampering(
        "customer-signature-forged",
        changed(sign("customer", lambda document: agreement.sign(document, STRANGER))),
        BY_CUSTOMER,
        "customer signature",
        "the vendor signed this document; only the customer's signature was replaced",
    ),
    Tampering(
        "vendor-signature-forged",
        changed(sign("vendor", lambda document: agreement.sign(document, STRANGER))),
        BY_VENDOR,
        "vendor signature",
        "the customer signed this document; only the vendor's signature was replaced",
    ),
    Tampering(
        "signed-by-the-root-itself",
        changed(sign("vendor", lambda document: agreement.sign(document, ROOT))),
        BY_VENDOR,
        "vendor signature",
        "the vendor root signed, and not the key that it certified",
    ),
    Tampering(
        "clause-put-in",
        changed(put("draft.penalty", 10_000)),
        SCHEMA,
        "schema",
        "document.draft.penalty: expected no such field",
    ),
    Tampering(
        "signature-removed",
        changed(lambda fields: fields["signatures"].pop("customer")),
        SCHEMA,
        "schema",
        "customer",
    ),
    Tampering("cut-short", GOOD[:-1], SCHEMA, "encoding", "encoding.truncated"),
    Tampering("something-after-the-end", GOOD + b"\n", SCHEMA, "encoding", "encoding.trailing"),
    Tampering(
        "same-content-other-bytes",
        GOOD.replace(b"\xa1v\x01", b"\xa1v\xcc\x01"),
        SCHEMA,
        "encoding",
        "encoding.noncanonical",
    ),
]
