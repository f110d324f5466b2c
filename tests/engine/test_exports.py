"""What a node exports of an agreed deal, on both sides, in each format."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.engine.disclosing import ANNA, disclose
from tests.engine.disclosing import ready as agreed_with_contact
from tests.engine.steps import CUSTOMER, VENDOR, command, deal_with
from tests.engine.world import World
from vrmnode.engine import exports
from vrmnode.errors import ServiceError
from vrmprotocol import agreement_report, credential, keys


def exported(world: World, who: str, form: str = "vrm") -> bytes:
    deal = deal_with(world, CUSTOMER, VENDOR).deal.hex()
    if form == "vc":
        found: Any = command(world, who, "deal.credential", deal=deal)
    else:
        found = exports.deal_export(world.nodes[who].reader, deal, form)
    return base64.b64decode(str(found["file"]))


def test_both_sides_export_the_same_file_and_graph(world):
    agreed_with_contact(world)
    for form in ("vrm", "json-ld"):
        assert exported(world, CUSTOMER, form) == exported(world, VENDOR, form)
    assert agreement_report.verify_file(exported(world, CUSTOMER)).ok
    graph = json.loads(exported(world, VENDOR, "json-ld"))
    row = deal_with(world, CUSTOMER, VENDOR)
    assert graph["dct:relation"]["schema:orderNumber"] == row.deal.hex()


def test_each_side_issues_its_own_credential(world):
    agreed_with_contact(world)
    row = deal_with(world, CUSTOMER, VENDOR)
    issuers = {}
    for who in (CUSTOMER, VENDOR):
        raw = exported(world, who, "vc")
        assert credential.verify(raw).ok
        payload = raw.split(b".")[1]
        issuers[who] = json.loads(base64.urlsafe_b64decode(payload + b"=="))["issuer"]
    assert issuers[CUSTOMER] == keys.to_did(row.customer)
    assert issuers[VENDOR] not in (issuers[CUSTOMER], keys.to_did(row.vendor_root))


def test_no_export_shows_what_was_disclosed(world):
    agreed_with_contact(world)
    disclose(world, "name", "street_address", "email")
    for who in (CUSTOMER, VENDOR):
        for form in exports.FORMATS:
            raw = exported(world, who, form)
            parts = [raw]
            if form == "vc":
                parts += [base64.urlsafe_b64decode(part + b"==") for part in raw.split(b".")]
            for name in ("name", "street_address", "email"):
                for line in ANNA[name].split("\n"):
                    assert not [part for part in parts if line.encode() in part]


def test_what_was_not_agreed_is_not_exported(world):
    with pytest.raises(ServiceError) as caught:
        exports.deal_export(world.nodes[CUSTOMER].reader, "00" * 32)
    assert caught.value.code == "deal.not_found"
    agreed_with_contact(world)
    with pytest.raises(ServiceError) as caught:
        exported(world, CUSTOMER, "pdf")
    assert caught.value.code == "export.format"
