"""Linked data and credentials of agreements, written out from the tables of specs 05 and 12."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from typing import Any

from .primitives import Signer
from .terms_rules import AXES, MEMBER_ROWS, WORD_ROWS, WORDS, customer_levels, filled, level, row_of
from .world import Body

CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "ieee-7012": "https://w3id.org/dpv/standards/ieee/7012#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": "@id",
    "type": "@type",
}
LISTS = {
    "may": ("odrl:permission", "odrl:Permission"),
    "keep": ("odrl:permission", "odrl:Permission"),
    "not": ("odrl:prohibition", "odrl:Prohibition"),
    "must": ("odrl:obligation", "odrl:Duty"),
}
NO_RULES = re.compile(r"dpv:|ieee-7012:(PDC-|ServiceDelivery$|ServiceImprovement$|\w*Data$)")
DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def text(value: object) -> bytes:
    """The JSON of linked data and credentials."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def did(public: bytes) -> str:
    """The did:key of an Ed25519 key; its first byte is never zero."""
    number, digits = int.from_bytes(b"\xed\x01" + public, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        digits = ALPHABET[rest] + digits
    return f"did:key:z{digits}"


def iri(raw: bytes) -> str:
    """The name of an agreement file."""
    return f"ni:///sha-256;{b64(hashlib.sha256(raw).digest())}"


def b64(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().strip("=")


def moment(seconds: int) -> str:
    """A time as a text."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def described(raw: bytes, document: Body) -> dict[str, Any]:
    """The agreement without its context."""
    draft, vendor = document["draft"], document["draft"]["vendor"]
    customer_id, vendor_id = {"id": did(draft["customer"])}, {"id": did(vendor["root"])}
    names = {
        f"schema:{name}": vendor[name]
        for name in ("name", "legalName", "url", "address")
        if name in vendor
    }
    found: dict[str, Any] = {
        "id": iri(raw),
        "type": ["odrl:Agreement", f"ieee-7012:{draft['terms']}"],
        "odrl:uid": {"id": iri(raw)},
        "dct:date": _time(document["acceptedAt"]),
        "odrl:assigner": {**customer_id, "type": ["dpv:DataSubject"]},
        "odrl:assignee": {
            **vendor_id,
            "type": ["dpv:DataController", "schema:Organization"],
            **names,
        },
        "ieee-7012:hasFirstParty": customer_id,
        "ieee-7012:hasSecondParty": vendor_id,
        "ieee-7012:hasDeonticInterpretation": {"id": "ieee-7012:ProhibitiveInterpretation"},
        "ieee-7012:hasConflictResolution": [
            {"id": f"ieee-7012:Resolve{how}"}
            for how in ("PreferringProhibition", "OnlyWithinContext")
        ],
        "odrl:conflict": {"id": "odrl:prohibit"},
        "dct:relation": _order(draft, customer_id, vendor_id),
    }
    for name, value in _rules(draft["terms"], draft.get("addendum", {})):
        found.setdefault(name, []).append(value)
    for name in ("dpv:hasPermission", "dpv:hasProhibition", "dpv:hasObligation"):
        if name in found:
            found[name] = [{"id": term} for term in sorted(set(found[name]))]
    return found


def _time(seconds: int) -> dict[str, str]:
    return {"@value": moment(seconds), "type": "xsd:dateTime"}


def _sources(name: str, now: object) -> list[str]:
    """The terms in the column *Source* for a level, of a set those of its members."""
    axis = AXES[name]
    if axis.kind == "set" and now:
        assert isinstance(now, list)
        key = re.sub("(?<=^transparency).*", "…", name)
        cells = [row[2] for row in MEMBER_ROWS if row[0] == key for each in now if row[1] == each]
        about = {"Purposes": "Purpose", "Parties": "Party", "Data": "Data"}
        word = about.get(name.removeprefix("transparency"), "")
        cells = [cell.replace("…", word) for cell in cells]
    else:
        cells = [row[2] for row in WORD_ROWS if (row[0], row[1]) == (name, row_of(axis, now))]
    parts = [part.strip(" *") for cell in cells for part in cell.split(",")]
    terms = [f"ieee-7012{part}" if part.startswith(":") else part for part in parts]
    return list(dict.fromkeys(term for term in terms if term and term != "ours"))


def _rules(terms: str, addendum: Body) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    levels = customer_levels(terms, addendum)
    target: dict[str, Any] = {"id": "_:data", "type": ["odrl:Asset", "dpv:PersonalData"]}
    for name, axis in AXES.items():
        if axis.only_with and not levels[axis.only_with]:
            continue
        now = level(axis, levels[name])
        where, words = WORDS[name, row_of(axis, now)]
        sources = _sources(name, now)
        for term in sources:
            if not NO_RULES.match(term) and not term.endswith("NotRequired"):
                kind = "Prohibition" if term.endswith("Disallowed") else "Obligation"
                kind = "Permission" if term.endswith("Allowed") else kind
                found.append((f"dpv:has{kind}", term))
        if where == "free" or name == "serviceDelivery":
            continue
        under, kind = LISTS[where]
        rule: dict[str, Any] = {
            "type": [kind, "schema:PropertyValue"],
            "schema:propertyID": name,
            "schema:value": now,
            "dct:description": {
                "@language": "en",
                "@value": words.replace("{}", filled(name, now)),
            },
            "odrl:target": target,
            "odrl:action": {"id": f"odrl:{_action(name)}"},
        }
        subjects = [{"id": term} for term in sources if NO_RULES.match(term)]
        if subjects:
            rule["dct:subject"] = subjects
        if axis.kind == "days" and now != 36500:
            rule["odrl:constraint"] = {
                "type": ["odrl:Constraint"],
                "odrl:leftOperand": {"id": "odrl:elapsedTime"},
                "odrl:operator": {"id": "odrl:lteq"},
                "odrl:rightOperand": {"@value": f"P{now}D", "type": "xsd:duration"},
            }
        found.append((under, rule))
        target = {"id": "_:data"}
    return found


def _action(name: str) -> str:
    for begin, action in (
        ("retention", "archive"),
        ("sharing", "distribute"),
        ("portability", "distribute"),
        ("sale", "sell"),
        ("deletion", "delete"),
        ("marketing", "inform"),
        ("reach", "inform"),
        ("transparency", "inform"),
    ):
        if name.startswith(begin):
            return action
    return "use"


def _order(draft: Body, customer: Body, vendor: Body) -> dict[str, Any]:
    buys = draft["businessFunction"] == "Buy"
    item = {
        f"schema:{name}": draft["itemOffered"][name]
        for name in ("name", "description", "gtin", "mpn", "sku")
        if name in draft["itemOffered"]
    }
    if "brand" in draft["itemOffered"]:
        brand = draft["itemOffered"]["brand"]
        item["schema:brand"] = {"type": ["schema:Brand"], "schema:name": brand}
    price = draft["priceSpecification"]
    decimals = DECIMALS[price["priceCurrency"]]
    digits = str(price["total"]).rjust(decimals + 1, "0")
    total = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    offer: dict[str, Any] = {
        "type": ["schema:Offer"],
        "schema:businessFunction": draft["businessFunction"],
        "schema:validThrough": _time(draft["validThrough"]),
        "schema:priceSpecification": {
            "type": ["schema:PriceSpecification"],
            "schema:price": total,
            "schema:priceCurrency": price["priceCurrency"],
        },
    }
    if "itemCondition" in draft["itemOffered"]:
        offer["schema:itemCondition"] = {"id": f"schema:{draft['itemOffered']['itemCondition']}"}
    return {
        "type": ["schema:Order"],
        "schema:orderNumber": draft["deal"].hex(),
        "schema:seller": customer if buys else vendor,
        "schema:customer": vendor if buys else customer,
        "schema:orderedItem": {
            "type": ["schema:OrderItem"],
            "schema:orderQuantity": draft["eligibleQuantity"],
            "schema:orderedItem": {"type": ["schema:Product"], **item},
        },
        "schema:acceptedOffer": offer,
    }


def header(issuer: bytes) -> dict[str, Any]:
    """The header of a credential."""
    name = did(issuer)
    kid = f"{name}#{name.removeprefix('did:key:')}"
    return {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": kid}


def payload(raw: bytes, document: Body, issuer: bytes) -> dict[str, Any]:
    """The payload of a credential of an agreement file."""
    url = f"data:application/octet-stream;base64,{base64.b64encode(raw).decode()}"
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2", CONTEXT],
        "type": ["VerifiableCredential"],
        "issuer": did(issuer),
        "validFrom": moment(document["acceptedAt"]),
        "credentialSubject": described(raw, document),
        "evidence": [{"id": iri(raw), "type": ["schema:MediaObject"], "schema:contentUrl": url}],
    }


def jws(head: object, body: object, signer: Signer) -> bytes:
    """The compact JWS of a header and a payload."""
    signed = f"{b64(text(head))}.{b64(text(body))}".encode()
    return signed + b"." + b64(signer.sign(signed)).encode()
