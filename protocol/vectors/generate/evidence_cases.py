"""Cases of evidence.json: agreements as linked data, and as credentials."""

from __future__ import annotations

from typing import Any

from . import linked_data
from .agreement_cases import signed
from .canonical import pack
from .cases import VectorFile
from .linked_data import header, jws, payload
from .messages import document_of, draft_body, offer, small_draft_body
from .mutation import DROP, put
from .world import CUSTOMER, OTHER_CUSTOMER, STRANGER, VENDOR, VENDOR_ROOT, Body

SCHEMA, SIGNATURE = "credential.schema", "credential.signature"
ISSUER, CONTENT = "credential.issuer", "credential.content"
LEVELS: Body = {"marketing": ["email", "phone"], "retentionOrder": 36500, "reach": "any"}


def build() -> VectorFile:
    """evidence.json."""
    file = VectorFile(
        "evidence",
        "specs/12-evidence.md",
        "`linked_data` gives the document of an agreement file, `issue` the credential that the "
        "party with this `secret` makes of it, `verify_credential` reports on one.",
    )
    _linked(file.at("specs/12-evidence.md#linked-data"))
    _credentials(file.at("specs/12-evidence.md#credential"))
    return file


def _document(**changes: Any) -> Body:
    return document_of(draft_body(**changes), offer().digest)


def _linked(file: VectorFile) -> None:
    good = draft_body()
    for name, comment, document in (
        ("full", "every field", document_of(good, offer().digest)),
        ("small", "the required fields only", document_of(small_draft_body(), offer().digest)),
        ("addendum", "an addendum", _document(addendum=LEVELS)),
        ("broad", "the loosest agreement", _document(terms="SD-BASE-ATP-S3P-DP")),
        ("pdc", "to answer the intent only", _document(terms="PDC-AI")),
        (
            "yen",
            "an amount without decimals",
            document_of(put(good, "priceSpecification.priceCurrency", "JPY"), offer().digest),
        ),
    ):
        raw = pack(signed(document))
        value = {"@context": linked_data.CONTEXT, **linked_data.described(raw, document)}
        output = {"text": linked_data.text(value).decode()}
        file.ok("linked_data", f"linked-{name}", comment, {"raw": raw}, output)
    unknown = "export.unknown_terms"
    for name, code, comment, document in (
        ("unknown-id", unknown, "terms outside the roster", _document(terms="SD-LATER")),
        ("unknown-axis", unknown, "an unknown axis", _document(addendum={"colour": "red"})),
        ("unknown-level", unknown, "an unknown level", _document(addendum={"reach": "some"})),
        (
            "currency",
            "export.unknown_currency",
            "gold has no minor units",
            document_of(put(good, "priceSpecification.priceCurrency", "XAU"), offer().digest),
        ),
    ):
        raw = pack(signed(document))
        file.bad("linked_data", f"linked-{name}", code, comment, {"raw": raw})


def _credentials(file: VectorFile) -> None:
    document = document_of(draft_body(), offer().digest)
    raw = pack(signed(document))
    for name, comment, signer in (
        ("customer", "issued by the customer", CUSTOMER),
        ("vendor", "issued by the vendor", VENDOR),
    ):
        made = jws(header(signer.public), payload(raw, document, signer.public), signer)
        given = {"raw": raw, "secret": signer.seed}
        file.ok("issue", f"credential-{name}", comment, given, {"text": made.decode()})
        by = {"text": made.decode()}
        file.ok("verify_credential", f"credential-by-{name}", comment, by)
    for name, who in (("root", VENDOR_ROOT), ("stranger", STRANGER)):
        comment = "a key that signed no agreement"
        given = {"raw": raw, "secret": who.seed}
        file.bad("issue", f"credential-issue-{name}", ISSUER, comment, given)
    _forms(file, raw, document)
    _changed(file, raw, document)


def _refuse(file: VectorFile, name: str, code: str, comment: str, raw: bytes) -> None:
    file.bad("verify_credential", f"credential-{name}", code, comment, {"text": raw.decode()})


def _forms(file: VectorFile, raw: bytes, document: Body) -> None:
    head, body = header(CUSTOMER.public), payload(raw, document, CUSTOMER.public)
    made = jws(head, body, CUSTOMER)
    first, second, third = made.split(b".")
    for name, comment, broken in (
        ("empty", "no bytes", b""),
        ("two-parts", "without a signature", first + b"." + second),
        ("four-parts", "a part too many", made + b".AA"),
        ("padded", "padding in base64url", made + b"=="),
        ("line-feed", "a line feed behind it", made + b"\n"),
        ("no-json", "a payload that isn't JSON", b".".join((first, b"e30x", third))),
        ("array", "a payload that isn't a map", jws(head, [body], CUSTOMER)),
        ("none", "no algorithm", jws({**head, "alg": "none"}, body, CUSTOMER)),
        ("alg", "another algorithm", jws({**head, "alg": "ES256"}, body, CUSTOMER)),
        ("typ", "another type", jws({**head, "typ": "JWT"}, body, CUSTOMER)),
        ("kid", "the key of another", jws(header(VENDOR.public), body, CUSTOMER)),
        ("crit", "more in the header", jws({**head, "crit": ["b64"]}, body, CUSTOMER)),
        ("issuer-web", "no did:key", jws(head, {**body, "issuer": "did:web:a.example"}, CUSTOMER)),
        ("evidence", "without the file", jws(head, put(body, "evidence", DROP), CUSTOMER)),
        (
            "evidence-media",
            "a file of another kind",
            jws(head, _evidence(body, ("application/octet-stream", "text/plain")), CUSTOMER),
        ),
        (
            "evidence-base64",
            "a space in the base64",
            jws(head, _evidence(body, ("base64,", "base64, ")), CUSTOMER),
        ),
        (
            "evidence-two",
            "two files",
            jws(head, {**body, "evidence": body["evidence"] * 2}, CUSTOMER),
        ),
    ):
        _refuse(file, name, SCHEMA, comment, broken)
    turned = first + b"." + second + b"." + b"A" * 86
    _refuse(file, "zero-signature", SIGNATURE, "a signature of zeros", turned)
    by_vendor = jws(head, body, VENDOR)
    _refuse(file, "signed-by-other", SIGNATURE, "the other party signed for it", by_vendor)
    short = first + b"." + second + b"." + third[:80]
    _refuse(file, "short-signature", SIGNATURE, "four bytes of the signature are missing", short)


def _evidence(body: Body, change: tuple[str, str]) -> Body:
    """The payload with a change in the URL of its file."""
    (entry,) = body["evidence"]
    url = entry["schema:contentUrl"].replace(*change)
    return {**body, "evidence": [{**entry, "schema:contentUrl": url}]}


def _changed(file: VectorFile, raw: bytes, document: Body) -> None:
    """Rightly signed by their issuers, and yet wrong."""
    head, body = header(CUSTOMER.public), payload(raw, document, CUSTOMER.public)
    for name, comment, path, value in (
        ("name", "a word more", "name", "Gold customer"),
        ("valid-from", "another time", "validFrom", "2020-01-01T00:00:00Z"),
        ("valid-until", "an end", "validUntil", "2020-01-01T00:00:00Z"),
        ("context", "without its prefixes", "@context", ["https://www.w3.org/ns/credentials/v2"]),
        ("type", "a type more", "type", ["VerifiableCredential", "schema:Order"]),
        (
            "terms",
            "other terms",
            "credentialSubject.type",
            ["odrl:Agreement", "ieee-7012:SD-BASE-A"],
        ),
        ("rules", "without its prohibitions", "credentialSubject.odrl:prohibition", DROP),
        ("number", "a number for a text", "credentialSubject.dct:relation.schema:orderNumber", 1),
    ):
        _refuse(
            file, f"content-{name}", CONTENT, comment, jws(head, put(body, path, value), CUSTOMER)
        )
    for name, signer in (("root", VENDOR_ROOT), ("stranger", STRANGER)):
        made = jws(header(signer.public), payload(raw, document, signer.public), signer)
        _refuse(file, f"issuer-{name}", ISSUER, "issued by who is no party", made)
    for name, code, broken in _files(document):
        comment = "the agreement file in it is wrong"
        made = jws(head, payload(broken, document, CUSTOMER.public), CUSTOMER)
        _refuse(file, f"file-{name}", code, comment, made)


def _files(document: Body) -> list[tuple[str, str, bytes]]:
    good = signed(document)
    cheaper = put(good, "document.draft.priceSpecification.total", 1)
    others = signed(document, customer=OTHER_CUSTOMER)
    return [
        ("empty", "agreement.schema", b""),
        ("total", "agreement.total_mismatch", pack(cheaper)),
        ("customer", "agreement.customer_signature", pack(others)),
        ("vendor", "agreement.vendor_signature", pack(signed(document, vendor=STRANGER))),
    ]
