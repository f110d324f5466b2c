"""Cases of rights.json about the answer to a request for access: its form and its parts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from .cases import VectorFile
from .messages import Inner
from .mutation import put
from .primitives import fixed, sha256
from .world import Body

SECTION = "specs/15-rights.md#the-answer"
CODE = "rights.answer"
PART = 2_560
_SPEC = Path(__file__).resolve().parents[3] / "specs" / "15-rights.md"
DID = "did:key:z6MkqkvU4fDR9KkZHacVgTqDKwWkxzQAFCTMzG5k5XjxsYUa"


def _context() -> Body:
    text = _SPEC.read_text(encoding="utf-8").split("<!-- context -->")[1]
    found: Body = json.loads(text.split("```json")[1].split("```")[0])
    return found


def written(document: Any) -> bytes:
    """The one form of a document."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def document(**changes: Any) -> Body:
    """An answer with everything in it."""
    message: Body = {
        "digest": fixed("a message").hex(),
        "kind": "question",
        "sender": "customer",
        "receivedAt": "2027-01-15T08:00:00Z",
        "content": "kept",
        "body": {"offer": fixed("offer").hex(), "text": "Gibt es ihn in Grün?"},
    }
    return {
        "@context": _context(),
        "type": "dpv:RightFulfilmentNotice",
        "answeredAt": "2027-01-18T08:00:02Z",
        "deal": fixed("deal").hex(),
        "agreement": fixed("agreement").hex(),
        "request": fixed("request").hex(),
        "controller": DID,
        "subject": DID,
        "purpose": "to carry out the order",
        "legalBasis": ["dpv:Contract", "dpv:Consent", "dpv:LegalObligation"],
        "deleteBy": "2029-01-18T08:00:02Z",
        "saleOptedOut": True,
        "contact": [
            {
                "name": "street_address",
                "value": "Musterstraße 1\n3. Stock",
                "committed": True,
                "disclosedAt": "2027-01-16T08:00:00Z",
                "effectiveFrom": None,
            }
        ],
        "relationship": DID,
        "order": {"status": "delivered", "payment": "paid", "reference": "RF18539007547034"},
        "messages": [message],
        "records": {"deals": 1, "events": 12},
        "person": {
            "type": "schema:Person",
            "address": {
                "type": "schema:PostalAddress",
                "streetAddress": "Musterstraße 1\n3. Stock",
            },
        },
        "leftOut": 0,
        **changes,
    }


def _coming(good: Body) -> Body:
    """An answer with a value that holds later, of which there will be none."""
    later = {**good["contact"][0], "value": None, "effectiveFrom": "2027-03-01T00:00:00Z"}
    return {**good, "contact": [*good["contact"], later]}


def add(file: VectorFile, part: Callable[..., Inner], asked: Inner) -> None:
    """All cases about answers."""
    file.at(SECTION)
    _documents(file)
    _assembly(file, part, asked)


def _documents(file: VectorFile) -> None:
    good = document()
    bare = document(
        purpose=None,
        legalBasis=["dpv:Contract"],
        deleteBy=None,
        saleOptedOut=False,
        contact=[],
        relationship=None,
        order=None,
        messages=[],
        person=None,
    )
    for name, comment, value in (
        ("full", "everything in it", good),
        ("bare", "as little as may be", bare),
        ("left-out", "bodies were left out", document(leftOut=3)),
        ("coming", "a value to come", _coming(good)),
    ):
        file.ok("answer", f"answer-{name}", comment, {"raw": written(value)})
    for key in good:
        lacking = {name: value for name, value in good.items() if name != key}
        file.bad("answer", f"answer-without-{key}", CODE, f"no {key}", {"raw": written(lacking)})
    message, field = good["messages"][0], good["contact"][0]
    wrong: list[tuple[str, str, Any]] = [
        ("unknown", "a key more", {**good, "x": 1}),
        ("context", "another context", put(good, "@context.name", "schema:legalName")),
        ("context-remote", "a context to be fetched", {**good, "@context": "https://schema.org"}),
        ("type", "another type", {**good, "type": "dpv:Right"}),
        ("time", "a time in another form", {**good, "answeredAt": "2027-01-18 08:00"}),
        ("time-number", "a time as a number", {**good, "answeredAt": 1_800_259_202}),
        ("deal-capitals", "hex in capitals", {**good, "deal": fixed("deal").hex().upper()}),
        ("deal-short", "62 digits", {**good, "deal": "ab" * 31}),
        ("controller", "no did:key", {**good, "controller": "https://kettles.example"}),
        ("field", "no contact field", {**good, "contact": [{**field, "name": "birth_date"}]}),
        ("field-value", "an empty value", {**good, "contact": [{**field, "value": ""}]}),
        ("field-number", "a number as value", {**good, "contact": [{**field, "value": 1}]}),
        ("fields", "seventeen values", {**good, "contact": [field] * 17}),
        ("sender", "another sender", {**good, "messages": [{**message, "sender": "relay"}]}),
        ("content", "another word", {**good, "messages": [{**message, "content": "lost"}]}),
        (
            "digest",
            "a digest of 31 bytes",
            {**good, "messages": [{**message, "digest": "00" * 31}]},
        ),
        ("body", "a body that is no map", {**good, "messages": [{**message, "body": "text"}]}),
        ("count", "a count of nothing", {**good, "records": {"events": 0}}),
        ("count-text", "a count in words", {**good, "records": {"events": "twelve"}}),
        ("person", "another type", put(good, "person.type", "schema:Thing")),
        ("person-nil", "null inside", put(good, "person.email", None)),
        ("person-unknown", "a member more", put(good, "person.birthDate", "1990-01-01")),
        ("address-type", "another type", put(good, "person.address.type", "schema:Place")),
        ("address-unknown", "a member more", put(good, "person.address.floor", "3")),
        ("address-number", "a number as text", put(good, "person.address.postalCode", 10115)),
        ("records-array", "an array of counts", {**good, "records": [1, 12]}),
        ("order-unknown", "a member more", put(good, "order.total", 10_475)),
        ("message-unknown", "a member more", {**good, "messages": [{**message, "seq": 1}]}),
        ("basis-text", "a basis without its array", {**good, "legalBasis": "dpv:Contract"}),
        ("basis-none", "no basis", {**good, "legalBasis": []}),
        ("basis-lacking", "no contract", {**good, "legalBasis": ["dpv:Consent"]}),
        ("basis-twice", "one twice", {**good, "legalBasis": ["dpv:Contract", "dpv:Contract"]}),
        (
            "basis-turned",
            "in another order",
            {**good, "legalBasis": ["dpv:Consent", "dpv:Contract"]},
        ),
        (
            "basis-interest",
            "a basis that no terms have",
            {**good, "legalBasis": ["dpv:Contract", "dpv:LegitimateInterest"]},
        ),
        ("opted", "a number as truth", {**good, "saleOptedOut": 1}),
        ("array", "an array", [good]),
    ]
    for name, comment, value in wrong:
        file.bad("answer", f"answer-{name}", CODE, comment, {"raw": written(value)})
    raw = written(good)
    spaced = json.dumps(good, ensure_ascii=False, sort_keys=True).encode()
    escaped = json.dumps(good, sort_keys=True, separators=(",", ":")).encode()
    unsorted = json.dumps(good, ensure_ascii=False, separators=(",", ":")).encode()
    for name, comment, broken in (
        ("spaced", "spaces between tokens", spaced),
        ("escaped", "letters escaped", escaped),
        ("unsorted", "keys in another order", unsorted),
        ("twice", "a key twice", raw.replace(b'"leftOut":0', b'"leftOut":0,"leftOut":0')),
        ("empty", "no byte", b""),
        ("cut", "cut", raw[:-1]),
        ("more", "a byte more", raw + b" "),
        ("latin", "not UTF-8", raw.replace("ß".encode(), b"\xdf")),
        ("deep", "nested too deep", b"[" * 100_000),
        ("long", "too long", raw + b" " * 122_880),
    ):
        file.bad("answer", f"answer-{name}", CODE, comment, {"raw": broken})


def _assembly(file: VectorFile, part: Callable[..., Inner], asked: Inner) -> None:
    raw = bytes(range(256)) * 22
    cut = [raw[at : at + PART] for at in range(0, len(raw), PART)]
    parts = [replace(part(asked, at, data), seq=3 + at) for at, data in enumerate(cut)]
    known = {"digest": sha256(raw), "size": len(raw), "parts": len(cut)}
    other = part(replace(asked, seq=9), 0, b"x" * PART)
    late = replace(part(asked, 0, b"x" * PART), seq=90)
    beyond = replace(part(asked, 7, b"x"), seq=91)
    whole: Body = {"raw": raw}
    for name, comment, told, output in (
        ("whole", "all parts", parts, whole),
        ("turned", "in another order", parts[::-1], whole),
        ("repeated", "a part twice", [*parts, parts[0]], whole),
        ("late", "another part of this number, signed later", [late, *parts], whole),
        ("foreign", "a part of another answer", [other, *parts], whole),
        ("beyond", "a part beyond the last", [*parts, beyond], whole),
        ("missing", "a part is missing", parts[:2], {"raw": None}),
        ("nothing", "no part", [], {"raw": None}),
    ):
        given = {"known": known, "request": asked.digest, "parts": [each.raw for each in told]}
        file.ok("assemble", f"assemble-{name}", comment, given, output)
    wrong = [late.with_(seq=1), *parts[1:]]
    for name, comment, about, told in (
        ("altered", "a part has other bytes", known, wrong),
        ("digest", "another digest", {**known, "digest": fixed("another")}, parts),
        ("size", "another size", {**known, "size": len(raw) - 1}, parts),
    ):
        given = {"known": about, "request": asked.digest, "parts": [each.raw for each in told]}
        file.bad("assemble", f"assemble-{name}", CODE, comment, given)
