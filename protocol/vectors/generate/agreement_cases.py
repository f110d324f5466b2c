"""Cases of agreement.json: the file that both keep, and a change in every part of it."""

from __future__ import annotations

from typing import Any

from . import commitment_cases
from .canonical import Pairs, Raw, pack
from .cases import VectorFile
from .messages import (
    ACCEPTED_AT,
    COMMITMENTS,
    agreement_file,
    document_of,
    document_signature,
    draft_body,
    offer,
    small_draft_body,
)
from .mutation import DROP, put
from .notation import notation
from .primitives import Signer, fixed, sha256, with_foreign_order
from .world import (
    CUSTOMER,
    DAY,
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

SCHEMA, DEAL, TOTAL = "agreement.schema", "agreement.deal", "agreement.total_mismatch"
CERTIFICATE = "agreement.certificate"
BY_CUSTOMER, BY_VENDOR = "agreement.customer_signature", "agreement.vendor_signature"


def signed(document: Body, customer: Signer = CUSTOMER, vendor: Signer = VENDOR) -> Body:
    """The file of a document that both signed."""
    return agreement_file(
        document, document_signature(customer, document), document_signature(vendor, document)
    )


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "agreement",
        "specs/03-messages.md#agreement",
        "`verify` checks an agreement file and reports the first check that fails. `make` builds "
        "the file from its parts and the secrets of both parties. `commit` computes a commitment, "
        "`open` says whether it is one to this name and value with this salt.",
    )
    _valid(file)
    good = signed(document_of(offer().body["draft"], offer().digest))
    _schema(file, good)
    _altered(file, good)
    _signed_again(file)
    _signatures(file, good)
    commitment_cases.add(file.at("specs/03-messages.md#accept"))
    return file


def _valid(file: VectorFile) -> None:
    alone = {"relationship": COMMITMENTS["relationship"]}
    digest = offer().digest
    for name, comment, document in (
        ("full", "every field", document_of(draft_body(), digest)),
        (
            "small",
            "the required fields only",
            document_of(small_draft_body(), digest, ACCEPTED_AT, alone),
        ),
        (
            "extension",
            "an extension of the draft",
            document_of(draft_body(ext={"x": [1, None]}), digest),
        ),
        (
            "last-second",
            "accepted in the last second of the certificate, and the skew",
            document_of(draft_body(), digest, certificate()["notAfter"] + 300),
        ),
        (
            "first-second",
            "accepted in the first second of the certificate, less the skew",
            document_of(draft_body(), digest, certificate()["notBefore"] - 300),
        ),
        (
            "late",
            "accepted after confirmBy: for the parties to know, not for the file to say",
            document_of(draft_body(), digest, draft_body()["confirmBy"] + DAY),
        ),
    ):
        whole = signed(document)
        given = {
            "document": notation(document),
            "customer_secret": CUSTOMER.seed,
            "vendor_secret": VENDOR.seed,
        }
        output = {
            "digest": sha256(b"vrm/1 agreement\0", pack(document)),
            "signatures": whole["signatures"],
            "raw": pack(whole),
        }
        file.ok("make", f"make-{name}", comment, given, output)
        file.ok("verify", f"verify-{name}", comment, {"raw": pack(whole)})


# One commitment more than a document may have.
MANY: Body = {
    "relationship": COMMITMENTS["relationship"],
    **{f"field-{n:02}": fixed(f"commitment {n}") for n in range(32)},
}


def _refuse(file: VectorFile, name: str, code: str, comment: str, value: Any) -> None:
    raw = value if isinstance(value, bytes) else pack(value)
    file.bad("verify", name, code, comment, {"raw": raw})


def _schema(file: VectorFile, good: Body) -> None:
    raw = pack(good)
    for name, comment, broken in (
        ("empty", "no bytes", b""),
        ("truncated", "the last byte is missing", raw[:-1]),
        ("half", "the second half is missing", raw[: len(raw) // 2]),
        ("trailing", "a byte after the file", raw + b"\0"),
        ("newline", "a line feed after the file, as an editor leaves it", raw + b"\n"),
        ("array", "an array", pack([good])),
        ("over-65536", "a file that is too long", _long(good)),
        ("document-alone", "the document without signatures", pack(good["document"])),
        ("reversed", "keys in reverse order", pack(Pairs(sorted(good.items(), reverse=True)))),
        ("long-int", "the version in two bytes", pack({**good, "v": Raw(b"\xcc\x01")})),
    ):
        _refuse(file, name, SCHEMA, comment, broken)
    for name, path, value in (
        ("v", "v", 2),
        ("v-missing", "v", DROP),
        ("type", "type", "vrm-agreement"),
        ("type-missing", "type", DROP),
        ("unknown", "x", 1),
        ("document-missing", "document", DROP),
        ("document-bytes", "document", pack(good["document"])),
        ("document-v", "document.v", 2),
        ("document-type", "document.type", "vrm-agreement-file"),
        ("document-unknown", "document.x", 1),
        ("draft-missing", "document.draft", DROP),
        ("draft-unknown", "document.draft.x", 1),
        ("draft-v", "document.draft.v", 2),
        ("draft-gtin", "document.draft.itemOffered.gtin", "4006381333932"),
        ("draft-float", "document.draft.returns.days", Raw(b"\xcb" + bytes(8))),
        ("draft-field-missing", "document.draft.terms", DROP),
        ("offer-missing", "document.offer", DROP),
        ("offer-31", "document.offer", bytes(31)),
        ("accepted-at-negative", "document.acceptedAt", -1),
        ("accepted-at-missing", "document.acceptedAt", DROP),
        ("commitments-missing", "document.commitments", DROP),
        ("commitments-without", "document.commitments.relationship", DROP),
        ("commitment-31", "document.commitments.relationship", bytes(31)),
        ("commitments-33", "document.commitments", MANY),
        ("signatures-missing", "signatures", DROP),
        ("signature-missing", "signatures.vendor", DROP),
        ("signature-63", "signatures.customer", bytes(63)),
        ("signature-third", "signatures.witness", bytes(64)),
    ):
        _refuse(file, f"schema-{name}", SCHEMA, f"{path} is wrong", put(good, path, value))


def _long(good: Body) -> bytes:
    """A file of 65,537 bytes that is right otherwise."""
    frame = len(pack(signed(_with_extension(good, 60_000)))) - 60_000
    return pack(signed(_with_extension(good, 65_537 - frame)))


def _with_extension(good: Body, size: int) -> Body:
    whole: Body = put(good["document"], "draft.ext", {"x": bytes(size)})
    return whole


def _turned(value: Any) -> Any:
    """A value of the same type that differs in one bit, or one word."""
    if isinstance(value, bytes):
        return value[:7] + bytes([value[7] ^ 1]) + value[8:]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value ^ 1
    return WORDS[value]


WORDS = {
    "Example Kettles": "Example Kettler",
    "Example Kettles GmbH": "Example Kettles AG",
    "https://kettles.example": "https://kettles.test",
    "Kesselweg 1\n10115 Berlin": "Kesselweg 2\n10115 Berlin",
    "Sell": "Buy",
    "Kettle K-17, steel": "Kettle K-16, steel",
    "4006381333931": "9780306406157",
    "K-17": "K-16",
    "100-17": "100-16",
    "Example": "Examplf",
    "1.7 l, 40 to 100 °C.": "1.6 l, 40 to 100 °C.",
    "NewCondition": "UsedCondition",
    "EUR": "USD",
    "ship": "pickup",
    "K-2027-1": "K-2027-2",
    "vendor": "customer",
    "SD-BASE": "SD-BASE-A",
    "de": "en",
}

PARTS: list[tuple[str, str]] = [
    ("document.offer", BY_CUSTOMER),
    ("document.acceptedAt", BY_CUSTOMER),
    ("document.commitments.relationship", BY_CUSTOMER),
    ("document.commitments.street_address", BY_CUSTOMER),
    ("document.draft.deal", DEAL),
    ("document.draft.customer", DEAL),
    ("document.draft.vendor.root", DEAL),
    ("document.draft.intent", BY_CUSTOMER),
    ("document.draft.vendor.certificate.root", CERTIFICATE),
    ("document.draft.vendor.certificate.subject", CERTIFICATE),
    ("document.draft.vendor.certificate.serial", CERTIFICATE),
    ("document.draft.vendor.certificate.notBefore", CERTIFICATE),
    ("document.draft.vendor.certificate.notAfter", CERTIFICATE),
    ("document.draft.vendor.certificate.sig", CERTIFICATE),
    ("document.draft.vendor.name", BY_CUSTOMER),
    ("document.draft.vendor.legalName", BY_CUSTOMER),
    ("document.draft.vendor.url", BY_CUSTOMER),
    ("document.draft.vendor.address", BY_CUSTOMER),
    ("document.draft.businessFunction", BY_CUSTOMER),
    ("document.draft.itemOffered.name", BY_CUSTOMER),
    ("document.draft.itemOffered.gtin", BY_CUSTOMER),
    ("document.draft.itemOffered.mpn", BY_CUSTOMER),
    ("document.draft.itemOffered.sku", BY_CUSTOMER),
    ("document.draft.itemOffered.brand", BY_CUSTOMER),
    ("document.draft.itemOffered.category", BY_CUSTOMER),
    ("document.draft.itemOffered.description", BY_CUSTOMER),
    ("document.draft.itemOffered.itemCondition", BY_CUSTOMER),
    ("document.draft.eligibleQuantity", TOTAL),
    ("document.draft.priceSpecification.priceCurrency", BY_CUSTOMER),
    ("document.draft.priceSpecification.unitPrice", TOTAL),
    ("document.draft.priceSpecification.deliveryCharge", TOTAL),
    ("document.draft.priceSpecification.total", TOTAL),
    ("document.draft.priceSpecification.taxIncluded", BY_CUSTOMER),
    ("document.draft.priceSpecification.taxRatePpm", BY_CUSTOMER),
    ("document.draft.deliveryMethod", BY_CUSTOMER),
    ("document.draft.deliveryEarliest", BY_CUSTOMER),
    ("document.draft.deliveryLatest", BY_CUSTOMER),
    ("document.draft.payment.dueDays", BY_CUSTOMER),
    ("document.draft.payment.reference", BY_CUSTOMER),
    ("document.draft.returns.days", BY_CUSTOMER),
    ("document.draft.returns.cost", BY_CUSTOMER),
    ("document.draft.terms", BY_CUSTOMER),
    ("document.draft.inLanguage", BY_CUSTOMER),
    ("document.draft.validThrough", BY_CUSTOMER),
    ("document.draft.confirmBy", BY_CUSTOMER),
    ("document.draft.reserved", BY_CUSTOMER),
    ("signatures.customer", BY_CUSTOMER),
    ("signatures.vendor", BY_VENDOR),
]


def _altered(file: VectorFile, good: Body) -> None:
    """Every part, changed without signing again; the code names what shows it first."""
    for path, code in PARTS:
        value: Any = good
        for part in path.split("."):
            value = value[part]
        name = path.removeprefix("document.").removeprefix("draft.").replace(".", "-").lower()
        comment = f"{path} altered, nothing signed again"
        _refuse(file, f"altered-{name}", code, comment, put(good, path, _turned(value)))
    raw = pack(good)
    place = raw.index(fixed("kettle image")) + 4
    turned = raw[:place] + bytes([raw[place] ^ 0x10]) + raw[place + 1 :]
    comment = "a bit of an image's hash turned"
    _refuse(file, "altered-itemoffered-image", BY_CUSTOMER, comment, turned)
    without = put(good, "document.draft.payment.reference", DROP)
    _refuse(file, "removed-reference", BY_CUSTOMER, "an optional field taken out", without)
    added = put(good, "document.draft.ext", {"x": 1})
    _refuse(file, "added-extension", BY_CUSTOMER, "an extension put in", added)
    fewer = put(good, "document.commitments.street_address", DROP)
    _refuse(file, "removed-commitment", BY_CUSTOMER, "a commitment taken out", fewer)


def _signed_again(file: VectorFile) -> None:
    """Wrong documents that both parties rightly signed."""
    good, digest = draft_body(), offer().digest
    other = sha256(b"vrm/1 deal\0", OTHER_CUSTOMER.public, VENDOR_ROOT.public)
    for name, code, comment, document in (
        ("deal", DEAL, "the deal of others", document_of({**good, "deal": other}, digest)),
        (
            "deal-swapped",
            DEAL,
            "the parties hashed in the wrong order",
            document_of(
                {**good, "deal": sha256(b"vrm/1 deal\0", VENDOR_ROOT.public, CUSTOMER.public)},
                digest,
            ),
        ),
        (
            "total",
            TOTAL,
            "a total that isn't the sum",
            document_of(put(good, "priceSpecification.total", 10_474), digest),
        ),
        (
            "certificate-over",
            CERTIFICATE,
            "accepted 301 s after its end",
            document_of(good, digest, certificate()["notAfter"] + 301),
        ),
        (
            "certificate-before",
            CERTIFICATE,
            "accepted 301 s before its start",
            document_of(good, digest, certificate()["notBefore"] - 301),
        ),
        (
            "certificate-root",
            CERTIFICATE,
            "a certificate of another root",
            _with_certificate(certificate(root=OTHER_ROOT)),
        ),
        (
            "certificate-forged",
            CERTIFICATE,
            "a certificate that the operational key signed itself",
            _with_certificate({**certificate(root=VENDOR), "root": VENDOR_ROOT.public}),
        ),
        (
            "certificate-serial",
            CERTIFICATE,
            "another serial than was certified",
            _with_certificate({**certificate(), "serial": 1}),
        ),
    ):
        _refuse(file, f"signed-{name}", code, comment, signed(document))


def _with_certificate(value: Body) -> Body:
    return document_of(put(draft_body(), "vendor.certificate", value), offer().digest)


def _signatures(file: VectorFile, good: Body) -> None:
    document = good["document"]
    digest = sha256(b"vrm/1 agreement\0", pack(document))
    prefix = b"vrm/1 agreement signature\0"
    for who, code, signer, others in (
        ("customer", BY_CUSTOMER, CUSTOMER, (OTHER_CUSTOMER, VENDOR)),
        ("vendor", BY_VENDOR, VENDOR, (VENDOR_ROOT, OTHER_VENDOR, CUSTOMER)),
    ):
        right = good["signatures"][who]
        wrong = [
            ("zero", "zero bytes", bytes(64)),
            ("order", "S plus the order of the group", with_foreign_order(right)),
            ("no-prefix", "the digest without its prefix", signer.sign(digest)),
            (
                "of-document",
                "the document instead of its digest",
                signer.sign(prefix + pack(document)),
            ),
            ("by-stranger", "somebody else's", document_signature(STRANGER, document)),
            (
                "of-other-document",
                "of another document",
                document_signature(signer, {**document, "acceptedAt": ACCEPTED_AT + 1}),
            ),
        ]
        for number, other in enumerate(others):
            made = document_signature(other, document)
            wrong.append((f"by-other-{number}", "a key that has no say here", made))
        for name, comment, signature in wrong:
            changed = put(good, f"signatures.{who}", signature)
            _refuse(file, f"{who}-{name}", code, comment, changed)
    both = good["signatures"]
    swapped = altered(
        good, {"signatures": {"customer": both["vendor"], "vendor": both["customer"]}}
    )
    _refuse(file, "signatures-swapped", BY_CUSTOMER, "the two signatures swapped", swapped)
