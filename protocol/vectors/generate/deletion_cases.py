"""Cases of deletion.json: what a vendor says of having deleted what was disclosed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .agreement_cases import signed
from .body_file import BODY
from .canonical import pack
from .cases import VectorFile
from .disclosure_cases import NAMED
from .mail_cases import MailCases
from .messages import (
    Inner,
    accept,
    agreement,
    document_from,
    from_customer,
    from_vendor,
    offer,
)
from .mutation import DROP, put
from .primitives import fixed, sha256
from .world import DAY, OTHER_VENDOR, STRANGER, Body

SECTION = "specs/09-relationship.md#deletion"
FILE_SECTION = "specs/12-evidence.md#deletion-file"
DELETED_AT = accept().created + 40 * DAY
WRONG_AGREEMENT, AUTHOR, SCHEMA = "deletion.agreement", "deletion.author", "deletion.schema"
AGREED = (offer(), accept(), agreement())
ALL = [
    "name",
    "street_address",
    "postal_code",
    "locality",
    "region",
    "country",
    "email",
    "telephone",
    "relationship",
]


def deletion(**changes: Any) -> Inner:
    """A deletion of five fields."""
    body: Body = {
        "agreement": NAMED,
        "fields": ["name", "street_address", "postal_code", "locality", "country"],
        "deletedAt": DELETED_AT,
        "reason": "afterwards",
        **changes,
    }
    return from_vendor("deletion", body, created=DELETED_AT, seq=2, prev=agreement().digest)


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "deletion",
        SECTION,
        "`read` as in message.json: the body alone. `check` gets the raw messages of a deal "
        "(`set`) and a rightly signed deletion (`raw`) that was read: it stands, or is refused. "
        "`make` gives the file of an agreement file and a deletion, `verify` reports on one.",
    )
    _bodies(file.at(SECTION))
    _check(file)
    _files(file.at(FILE_SECTION))
    return file


def _bodies(file: VectorFile) -> None:
    cases = MailCases(file, "body", deletion())
    cases.accept("full", "five fields", cases.good)
    cases.accept("all", "every field and the relationship", {**cases.good, "fields": ALL})
    cases.accept("one", "the relationship alone", {**cases.good, "fields": ["relationship"]})
    cases.accept("order", "in another order", {**cases.good, "fields": ["country", "name"]})
    for reason in ("on_request", "cancelled", "unspecified"):
        cases.accept(f"reason-{reason}", "a reason", {**cases.good, "reason": reason})
        named = {**cases.good, "reason": reason, "request": fixed("a request")}
        if reason == "on_request":
            cases.accept("request", "it names the request", named)
        else:
            cases.refuse(f"request-{reason}", BODY, "nobody asked for it", named)
    cases.extensions()
    cases.missing("agreement", "fields", "deletedAt", "reason")
    cases.unknown("x", "deal", "value")
    cases.wrong(("agreement", "bin", 32), ("deletedAt", "time"), ("request", "bin", 32))
    for name, comment, path, value in (
        ("none", "no field", "fields", []),
        ("twice", "a field twice", "fields", ["name", "email", "name"]),
        ("ten", "ten fields", "fields", [*ALL, "name"]),
        ("unknown", "no contact field", "fields", ["birth_date"]),
        ("camel", "schema.org's spelling", "fields", ["streetAddress"]),
        ("values", "values", "fields", [{"name": "name", "value": "Anna"}]),
        ("text", "a text", "fields", "name"),
        ("map", "a map", "fields", {"name": 1}),
        ("reason", "no such reason", "reason", "expired"),
        ("reason-nil", "nil", "reason", None),
    ):
        cases.change(name, comment, path, value)
    by_customer = from_customer("deletion", cases.good, seq=2, prev=fixed("seq 1"))
    theirs = MailCases(file, "customer", by_customer)
    theirs.refuse("deletion", BODY, "customers delete nothing of a vendor's", by_customer.body)


def _check(file: VectorFile) -> None:
    told = deletion()
    body = {"accept": accept().digest, "reason": "changed_mind"}
    withdrawal = from_customer("withdraw_accept", body, seq=1, prev=accept().digest)
    refusal = from_vendor(
        "decline", {"of": accept().digest, "reason": "late"}, seq=1, prev=offer().digest
    )
    good: list[tuple[str, str, tuple[Inner, ...]]] = [
        ("agreed", "of an agreed deal", AGREED),
        ("cancelled", "of a deal that was agreed and cancelled", (*AGREED, withdrawal)),
    ]
    for name, comment, messages in good:
        given = {"set": [each.raw for each in messages], "raw": told.raw}
        file.ok("check", f"check-{name}", comment, given)
    plain = sha256(pack(document_from(accept(), offer())))
    bad: list[tuple[str, str, tuple[Inner, ...], Inner]] = [
        ("nothing", "no message of the deal is known", (), told),
        ("offered", "nothing is accepted yet", AGREED[:1], told),
        ("accepted", "nothing is agreed yet", AGREED[:2], told),
        ("declined", "the vendor declined", (*AGREED[:2], refusal), told),
        ("withdrawn", "withdrawn before an agreement", (*AGREED[:2], withdrawal), told),
        ("other", "another agreement", AGREED, deletion(agreement=fixed("another"))),
        ("plain", "a digest without its prefix", AGREED, deletion(agreement=plain)),
        ("accept", "the digest of the accept", AGREED, deletion(agreement=accept().digest)),
        ("stranger", "signed by another key", AGREED, replace(told, author=OTHER_VENDOR)),
    ]
    for name, comment, messages, said in bad:
        given = {"set": [each.raw for each in messages], "raw": said.raw}
        file.bad("check", f"check-{name}", WRONG_AGREEMENT, comment, given)


def _files(file: VectorFile) -> None:
    agreed = pack(signed(document_from(accept(), offer())))
    told = deletion()
    good: Body = {"v": 1, "type": "vrm-deletion-file", "agreement": agreed, "message": told.raw}
    given = {"agreement": agreed, "message": told.raw}
    file.ok("make", "file-make", "from its two parts", given, {"raw": pack(good)})
    extended = {**good, "message": deletion(ext={"x": 1}).raw}
    for name, comment, value in (
        ("good", "a deletion with its agreement", good),
        ("extension", "an extension in the deletion", extended),
    ):
        file.ok("verify", f"file-{name}", comment, {"raw": pack(value)})
    other = signed({**document_from(accept(), offer()), "acceptedAt": accept().created + 1})
    cheap = put(signed(document_from(accept(), offer())), "document.draft.returns.days", 1)
    by_stranger = replace(told, author=STRANGER)
    elsewhere = replace(told, deal=fixed("deal"))
    answer = replace(told, kind="ack", body={})
    for name, code, comment, value in (
        ("v", SCHEMA, "another version", {**good, "v": 2}),
        ("type", SCHEMA, "another type", {**good, "type": "vrm-agreement-file"}),
        ("unknown", SCHEMA, "a key more", {**good, "x": 1}),
        ("without-message", SCHEMA, "no message", put(good, "message", DROP)),
        ("without-agreement", SCHEMA, "no agreement", put(good, "agreement", DROP)),
        ("kind", SCHEMA, "another kind of message", {**good, "message": answer.raw}),
        ("later", SCHEMA, "a message of a later version", {**good, "message": told.with_(v=2).raw}),
        ("message-map", SCHEMA, "a map for its bytes", {**good, "message": told.unsigned()}),
        ("agreement-map", SCHEMA, "a map for its bytes", {**good, "agreement": {}}),
        ("forged", SCHEMA, "a message altered", {**good, "message": _turned(told.raw)}),
        ("body", SCHEMA, "no field in it", {**good, "message": deletion(fields=[]).raw}),
        (
            "cut-agreement",
            "agreement.schema",
            "a cut agreement",
            {**good, "agreement": agreed[:-1]},
        ),
        (
            "agreement-altered",
            "agreement.customer_signature",
            "an altered agreement",
            {**good, "agreement": pack(cheap)},
        ),
        (
            "agreement-other",
            WRONG_AGREEMENT,
            "another agreement of the deal",
            {**good, "agreement": pack(other)},
        ),
        (
            "named",
            WRONG_AGREEMENT,
            "it names another agreement",
            {**good, "message": deletion(agreement=fixed("another")).raw},
        ),
        (
            "author",
            AUTHOR,
            "a stranger says it",
            {**good, "message": by_stranger.raw},
        ),
        (
            "recipient",
            AUTHOR,
            "said to somebody else",
            {**good, "message": replace(told, recipient=STRANGER.public).raw},
        ),
        (
            "deal",
            AUTHOR,
            "in another deal",
            {**good, "message": elsewhere.raw},
        ),
    ):
        file.bad("verify", f"file-{name}", code, comment, {"raw": pack(value)})
    for name, raw in (("empty", b""), ("cut", pack(good)[:-1]), ("more", pack(good) + b"\0")):
        file.bad("verify", f"file-{name}", SCHEMA, "no such file", {"raw": raw})


def _turned(raw: bytes) -> bytes:
    place = raw.index(NAMED)
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
