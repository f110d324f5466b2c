"""Agreements as linked data, read by rdflib: only terms of the vocabularies, and all rules."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, ODRL2, SDO

from tests.protocol.codes import local_code
from tests.protocol.deals import CUSTOMER, DRAFT, ROOT, make
from tests.protocol.tampering import GOOD, document_of, file_of
from tests.protocol.terms_strategies import LEVELS
from vrmprotocol import agreement, keys
from vrmprotocol.agreement_graph import agreement_iri, linked_data
from vrmprotocol.draft import Lease, OfferedItem
from vrmprotocol.terms_axes import Levels
from vrmprotocol.terms_roster import AGREEMENTS, levels_of
from vrmprotocol.terms_text import lines

# rdflib's own parser uses what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

DATA = Path(__file__).parent / "data"
IEEE = "https://w3id.org/dpv/standards/ieee/7012#"
DPV = "https://w3id.org/dpv#"
# What spec 05 corrects by defining it.
CORRECTIONS = {
    "ServiceDeliveryRequired",
    "AnalyticsDisallowed",
    "Analytics2PAllowed",
    "Analytics3PDisallowed",
}
# Names of the vocabulary that spec 05 reads as others of it.
READ_AS = {
    "DataSharingDisallowed": "SharingDataDisallowed",
    "DataSharingAnonymised3PAllowed": "SharingDataAnonymised3PAllowed",
}


@cache
def facts(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


@cache
def known() -> dict[str, set[str]]:
    """The names of each vocabulary that isn't in rdflib."""
    ieee = facts("dpv_ieee_7012.json")
    terms = {name for names in ieee["terms"].values() for name in names}
    return {
        IEEE: terms | set(ieee["properties"]) | CORRECTIONS,
        DPV: set(facts("dpv.json")["terms"]),
    }


def is_known(iri: str) -> bool:
    """Whether an IRI is in a vocabulary, its corrections included, or names what is described."""
    for base, names in known().items():
        if iri.startswith(base):
            return iri.removeprefix(base) in names
    for space in (ODRL2, DCTERMS, SDO):
        if iri.startswith(str(space)):
            return URIRef(iri) in space
    return iri == str(RDF.type) or iri.startswith(("did:key:z", "ni:///sha-256;"))


def unknown_terms(graph: Graph) -> set[str]:
    return {
        str(node)
        for triple in graph
        for node in triple
        if isinstance(node, URIRef) and not is_known(str(node))
    }


def exported(raw: bytes) -> bytes:
    return linked_data(raw, agreement.read_file(raw))


def graph_of(raw: bytes) -> Graph:
    return Graph().parse(data=exported(raw), format="json-ld")


def agreed(terms: str, addendum: Any = None, **changes: Any) -> bytes:
    """The file of an agreement under these terms."""
    return file_of(document_of(make(DRAFT, terms=terms, addendum=addendum or {}, **changes)))


def rules(graph: Graph, *predicates: str) -> set[str]:
    return {
        str(found).removeprefix(IEEE)
        for name in predicates
        for found in graph.objects(None, URIRef(DPV + name))
    }


def test_the_checks_of_this_file_find_what_is_foreign():
    assert not is_known(IEEE + "SD-BASE-X")
    assert not is_known(IEEE + "Tracking2PAllowed\n")
    assert not is_known(DPV + "Nonsense")
    assert not is_known("http://www.w3.org/ns/odrl/2/nonsense")
    assert not is_known("https://schema.org/nonsense")
    assert not is_known("https://example.org/x")
    table = (DATA.parents[2] / "specs" / "05-terms.md").read_text(encoding="utf-8")
    part = table.split("## Corrections")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `:(\w+)` \|[^|]*not defined \| (?!`)", part, re.M)) == CORRECTIONS
    assert (
        dict(re.findall(r"^\| `:(\w+)` \|[^|]*not defined \| `:(\w+)` \|", part, re.M)) == READ_AS
    )


@pytest.mark.parametrize("terms", AGREEMENTS)
def test_no_term_outside_the_vocabularies(terms):
    for addendum in ({}, {"marketing": ("email", "phone"), "sale": "allowed", "reach": "any"}):
        graph = graph_of(agreed(terms, addendum))
        assert len(graph) > 100
        assert unknown_terms(graph) == set()


@given(LEVELS)
@settings(max_examples=25)
def test_whatever_the_addendum_nothing_foreign_comes_in(addendum):
    graph = graph_of(agreed("SD-BASE-ATP", addendum))
    assert unknown_terms(graph) == set()
    found = list(lines("SD-BASE-ATP", addendum))
    wanted = [line for line in found if line.where != "free" and line.axis != "serviceDelivery"]
    assert {str(axis) for axis in graph.objects(None, SDO.propertyID)} == {
        line.axis for line in wanted
    }


@pytest.mark.parametrize("terms", sorted({*facts("dpv_ieee_7012.json")["rules"]} & {*AGREEMENTS}))
def test_an_agreement_has_the_rules_of_the_vocabulary(terms):
    """Those that DPV gives it, read as corrected; the others are what the defaults add."""
    graph = graph_of(agreed(terms))
    named = facts("dpv_ieee_7012.json")["rules"][terms]
    for kind, predicate in (
        ("permission", "hasPermission"),
        ("prohibition", "hasProhibition"),
        ("obligation", "hasObligation"),
    ):
        expected = {READ_AS.get(name.strip(), name.strip()) for name in named.get(kind, [])}
        assert expected <= rules(graph, predicate)
    permitted, prohibited = rules(graph, "hasPermission"), rules(graph, "hasProhibition")
    assert not permitted & prohibited
    assert all(name.endswith("Allowed") for name in permitted)
    assert all(name.endswith("Disallowed") for name in prohibited)
    assert not [name for name in rules(graph, "hasObligation") if name.endswith("NotRequired")]


def test_every_rule_says_its_level_and_its_words():
    addendum: Levels = {"marketing": ("email", "letter"), "retentionOrder": 30}
    graph = graph_of(agreed("SD-BASE-A", addendum))
    levels = levels_of("SD-BASE-A", addendum)
    for rule in graph.subjects(SDO.propertyID):
        axis = str(graph.value(rule, SDO.propertyID))
        came = {each.value for each in graph.objects(rule, SDO.value) if isinstance(each, Literal)}
        level = levels[axis]
        assert came == (set(level) if isinstance(level, tuple) else {level})
        described = graph.value(rule, DCTERMS.description)
        assert isinstance(described, Literal)
        assert described.language == "en"
        assert graph.value(rule, ODRL2.action) is not None
        assert (graph.value(rule, ODRL2.target), RDF.type, ODRL2.Asset) in graph


def test_days_are_constraints_and_no_limit_is_none():
    for days, expected in ((30, ["P30D"]), (0, ["P0D"]), (36_500, [])):
        graph = graph_of(agreed("SD-BASE", {"retentionOrder": days}))
        rule = next(graph.subjects(SDO.propertyID, Literal("retentionOrder")))
        found = [
            str(graph.value(each, ODRL2.rightOperand))
            for each in graph.objects(rule, ODRL2.constraint)
        ]
        assert found == expected


def test_the_parties_and_the_order():
    graph = graph_of(GOOD)
    name = URIRef(agreement_iri(GOOD))
    customer, vendor = URIRef(keys.to_did(CUSTOMER.public)), URIRef(keys.to_did(ROOT.public))
    assert (name, RDF.type, ODRL2.Agreement) in graph
    assert (name, RDF.type, URIRef(IEEE + "SD-BASE")) in graph
    assert (name, ODRL2.assigner, customer) in graph
    assert (name, ODRL2.assignee, vendor) in graph
    assert (customer, RDF.type, URIRef(DPV + "DataSubject")) in graph
    assert (vendor, SDO.name, Literal("Café Müller")) in graph
    order = graph.value(name, DCTERMS.relation)
    assert graph.value(order, SDO.seller) == vendor
    assert {str(price) for price in graph.objects(None, SDO.price)} == {"44.88"}


def test_who_sells_to_the_vendor_is_the_seller():
    graph = graph_of(agreed("SD-BASE", business_function="Buy"))
    order = next(graph.subjects(RDF.type, SDO.Order))
    assert graph.value(order, SDO.seller) == URIRef(keys.to_did(CUSTOMER.public))


@pytest.mark.parametrize(
    ("currency", "price"), [("JPY", "4488"), ("KWD", "4.488"), ("EUR", "44.88")]
)
def test_amounts_have_the_decimals_of_their_currency(currency, price):
    specification = make(DRAFT.price_specification, price_currency=currency)
    graph = graph_of(agreed("SD-BASE", price_specification=specification))
    assert {str(found) for found in graph.objects(None, SDO.price)} == {price}


def test_its_name_is_the_digest_of_the_file():
    name = agreement_iri(GOOD)
    digest = name.removeprefix("ni:///sha-256;")
    assert base64.urlsafe_b64decode(digest + "=") == hashlib.sha256(GOOD).digest()
    assert json.loads(exported(GOOD))["id"] == name


# SPEC 12: The writer MUST NOT use a context that has to be fetched in a document of linked data.
def test_nothing_is_fetched(monkeypatch):
    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("tried to open a connection")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setattr("socket.socket.connect", refuse)
    assert len(graph_of(GOOD)) > 100
    assert isinstance(json.loads(exported(GOOD))["@context"], dict)


def test_it_shows_no_commitment_and_no_signature():
    text = exported(GOOD)
    file = agreement.read_file(GOOD)
    for secret in (*file.commitments.values(), file.customer_signature, file.draft.intent):
        assert secret.hex().encode() not in text
        assert base64.b64encode(secret) not in text


def test_what_is_not_known_is_not_described():
    raw = agreed("SD-FUTURE")
    assert local_code(exported, raw) == "export.unknown_terms"
    odd = agreed(
        "SD-BASE", price_specification=make(DRAFT.price_specification, price_currency="XAU")
    )
    assert local_code(exported, odd) == "export.unknown_currency"


def test_all_fields_of_an_item_and_a_lease():
    item = OfferedItem(
        name="Drill",
        gtin="4006381333931",
        mpn="D-1",
        sku="77",
        brand="Example",
        description="Loud.\nStrong.",
        item_condition="UsedCondition",
    )
    graph = graph_of(
        agreed(
            "SD-BASE",
            item_offered=item,
            business_function="LeaseOut",
            lease=Lease(lease_length=3, deposit=100),
        )
    )
    assert unknown_terms(graph) == set()
    product = next(graph.subjects(RDF.type, SDO.Product))
    assert {str(graph.value(product, SDO[name])) for name in ("name", "mpn", "sku")} == {
        "Drill",
        "D-1",
        "77",
    }
    assert str(graph.value(graph.value(product, SDO.brand), SDO.name)) == "Example"
