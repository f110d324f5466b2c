"""An agreement as linked data: JSON-LD with the terms of DPV, IEEE 7012, ODRL and schema.org.

Implements `specs/12-evidence.md#linked-data`. It is made of an agreement file that was read; what
the file proves is left to `agreement_report`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeAlias

from vrmprotocol import keys
from vrmprotocol.agreement import AgreementFile
from vrmprotocol.currency import is_known, minor_unit_digits
from vrmprotocol.draft import Draft, OfferedItem
from vrmprotocol.errors import LocalError
from vrmprotocol.terms_axes import WITHOUT_LIMIT
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_sources import DPV, IEEE_7012, source_of
from vrmprotocol.terms_text import Line, lines

Json: TypeAlias = dict[str, object]

# SPEC 12: The writer MUST NOT use a context that has to be fetched in a document of linked data.
CONTEXT: Json = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": DPV,
    "id": "@id",
    "ieee-7012": IEEE_7012,
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "schema": "https://schema.org/",
    "type": "@type",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_RULES = {
    "may": ("odrl:permission", "odrl:Permission"),
    "keep": ("odrl:permission", "odrl:Permission"),
    "not": ("odrl:prohibition", "odrl:Prohibition"),
    "must": ("odrl:obligation", "odrl:Duty"),
}
_ACTIONS = {
    "sharing": "distribute",
    "portability": "distribute",
    "portabilityToThirdParty": "distribute",
    "sale": "sell",
    "deletion": "delete",
    "marketing": "inform",
    "reach": "inform",
}
_ABOUT_NO_DATA = "serviceDelivery"
_PURPOSES_AND_DATA = frozenset(
    {
        "ServiceDelivery",
        "ServiceImprovement",
        "ServiceData",
        "ServiceUsageData",
        "ServiceAnalyticsData",
        "NonServiceData",
    }
)


def agreement_iri(raw: bytes) -> str:
    """The name of an agreement: the digest of its file (RFC 6920)."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")
    return f"ni:///sha-256;{digest}"


def to_json(value: Json) -> bytes:
    """The one form in which linked data and credentials are written."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def linked_data(raw: bytes, file: AgreementFile) -> bytes:
    """The JSON-LD document of an agreement file and what was read from it.

    Raises:
        LocalError: as `described`.
    """
    return to_json({"@context": CONTEXT, **described(raw, file)})


def described(raw: bytes, file: AgreementFile) -> Json:
    """The agreement as a node, without its context.

    Raises:
        LocalError: `export.unknown_terms`, `export.unknown_currency`: what isn't known here
            can't be described.
    """
    draft = file.draft
    if unknown(draft.choice):
        raise LocalError("export.unknown_terms", "expected terms that are known here")
    found = list(lines(draft.terms, draft.addendum))
    name = agreement_iri(raw)
    customer, vendor = _iri(keys.to_did(draft.customer)), _iri(keys.to_did(draft.vendor.root))
    return {
        "id": name,
        "type": ["odrl:Agreement", f"ieee-7012:{draft.terms}"],
        "odrl:uid": _iri(name),
        "dct:date": _time(file.accepted_at),
        "odrl:assigner": {**customer, "type": ["dpv:DataSubject"]},
        "odrl:assignee": {**vendor, **_vendor(draft)},
        "ieee-7012:hasFirstParty": customer,
        "ieee-7012:hasSecondParty": vendor,
        "ieee-7012:hasDeonticInterpretation": _iri("ieee-7012:ProhibitiveInterpretation"),
        "ieee-7012:hasConflictResolution": [
            _iri("ieee-7012:ResolvePreferringProhibition"),
            _iri("ieee-7012:ResolveOnlyWithinContext"),
        ],
        "odrl:conflict": _iri("odrl:prohibit"),
        **_vocabulary_rules(found),
        **_odrl_rules(found),
        "dct:relation": _order(draft, customer, vendor),
    }


def _iri(name: str) -> Json:
    return {"id": name}


def time_text(time: int) -> str:
    """A time (Unix seconds) as xsd:dateTime writes it."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _time(time: int) -> Json:
    return {"@value": time_text(time), "type": "xsd:dateTime"}


def _present(**fields: object) -> Json:
    return {f"schema:{name}": value for name, value in fields.items() if value is not None}


def _vendor(draft: Draft) -> Json:
    vendor = draft.vendor
    return {
        "type": ["dpv:DataController", "schema:Organization"],
        **_present(
            name=vendor.name, legalName=vendor.legal_name, url=vendor.url, address=vendor.address
        ),
    }


def _short(iri: str) -> str:
    return iri.replace(IEEE_7012, "ieee-7012:").replace(DPV, "dpv:")


def _rule_list(term: str) -> str | None:
    """Where a term of the vocabulary stands as a rule; None if it is none."""
    name = term.removeprefix("ieee-7012:")
    if name == term or name in _PURPOSES_AND_DATA or name.startswith("PDC-"):
        return None
    if name.endswith("Disallowed"):
        return "dpv:hasProhibition"
    return "dpv:hasPermission" if name.endswith("Allowed") else "dpv:hasObligation"


def _vocabulary_rules(found: list[Line]) -> Json:
    lists: dict[str, set[str]] = {}
    for line in found:
        for iri in source_of(line.axis, line.level).iris:
            term = _short(iri)
            under = _rule_list(term)
            if under is not None and not term.endswith("NotRequired"):
                lists.setdefault(under, set()).add(term)
    return {under: [_iri(term) for term in sorted(terms)] for under, terms in lists.items()}


def _odrl_rules(found: list[Line]) -> Json:
    lists: dict[str, list[Json]] = {}
    target: Json = {"id": "_:data", "type": ["odrl:Asset", "dpv:PersonalData"]}
    for line in found:
        if line.where not in _RULES or line.axis == _ABOUT_NO_DATA:
            continue
        under, kind = _RULES[line.where]
        lists.setdefault(under, []).append(dict(_rule(line, kind, target)))
        target = _iri("_:data")
    return dict(lists)


def _rule(line: Line, kind: str, target: Json) -> Iterator[tuple[str, object]]:
    yield "type", [kind, "schema:PropertyValue"]
    yield "schema:propertyID", line.axis
    yield "schema:value", list(line.level) if isinstance(line.level, tuple) else line.level
    yield "dct:description", {"@language": "en", "@value": line.sentence}
    terms = [_short(iri) for iri in source_of(line.axis, line.level).iris]
    about = [_iri(term) for term in terms if _rule_list(term) is None]
    if about:
        yield "dct:subject", about
    yield "odrl:target", target
    yield "odrl:action", _iri(f"odrl:{_action(line.axis)}")
    if isinstance(line.level, int) and line.level != WITHOUT_LIMIT:
        yield (
            "odrl:constraint",
            {
                "type": ["odrl:Constraint"],
                "odrl:leftOperand": _iri("odrl:elapsedTime"),
                "odrl:operator": _iri("odrl:lteq"),
                "odrl:rightOperand": {"@value": f"P{line.level}D", "type": "xsd:duration"},
            },
        )


def _action(axis: str) -> str:
    if axis.startswith("retention"):
        return "archive"
    return "inform" if axis.startswith("transparency") else _ACTIONS.get(axis, "use")


def _order(draft: Draft, customer: Json, vendor: Json) -> Json:
    seller, buyer = vendor, customer
    if draft.business_function == "Buy":
        seller, buyer = customer, vendor
    condition = draft.item_offered.item_condition
    price = draft.price_specification
    return {
        "type": ["schema:Order"],
        "schema:orderNumber": draft.deal.hex(),
        "schema:seller": seller,
        "schema:customer": buyer,
        "schema:orderedItem": {
            "type": ["schema:OrderItem"],
            "schema:orderQuantity": draft.eligible_quantity,
            "schema:orderedItem": _item(draft.item_offered),
        },
        "schema:acceptedOffer": {
            "type": ["schema:Offer"],
            "schema:businessFunction": draft.business_function,
            "schema:validThrough": _time(draft.valid_through),
            "schema:priceSpecification": {
                "type": ["schema:PriceSpecification"],
                "schema:price": _amount(price.total, price.price_currency),
                "schema:priceCurrency": price.price_currency,
            },
            **_present(itemCondition=None if condition is None else _iri(f"schema:{condition}")),
        },
    }


def _item(item: OfferedItem) -> Json:
    brand: Json | None = None
    if item.brand is not None:
        brand = {"type": ["schema:Brand"], "schema:name": item.brand}
    return {
        "type": ["schema:Product"],
        **_present(
            name=item.name,
            description=item.description,
            gtin=item.gtin,
            mpn=item.mpn,
            sku=item.sku,
            brand=brand,
        ),
    }


def _amount(minor: int, currency: str) -> str:
    if not is_known(currency):
        raise LocalError("export.unknown_currency", "expected a currency with minor units")
    digits = minor_unit_digits(currency)
    whole, rest = divmod(minor, 10**digits)
    return f"{whole}.{rest:0{digits}}" if digits else str(whole)
