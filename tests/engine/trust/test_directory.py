"""Vendors as the owner searches, names and reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.customer.test_vendor_search import NOW, profile
from vrmnode.engine import references
from vrmnode.engine.customer import standing
from vrmnode.engine.references import find_vendor
from vrmnode.engine.trust import directory
from vrmnode.errors import ServiceError
from vrmnode.storage import domain_checks, market, trust
from vrmnode.storage.database import Database, Tx
from vrmnode.storage.domain_checks import DomainCheck
from vrmnode.storage.market import StoredProfile
from vrmnode.storage.trust import Trust
from vrmprotocol import keys
from vrmprotocol.errors import LocalError
from vrmprotocol.keys import SigningKey
from vrmprotocol.market import to_body


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Tx]:
    with Database.open(tmp_path / "node.db") as database, database.transaction() as opened:
        yield opened


def root_of(vendor: int) -> bytes:
    return SigningKey(bytes([vendor]) * 32).public


def keep(tx: Tx, vendor: int, *, expires: int = NOW + 86_400, **details: object) -> str:
    """Keep the profile of vendor number `vendor`; its did:key."""
    body = profile(vendor, **details)
    market.upsert_profile(
        tx,
        StoredProfile(
            root=root_of(vendor),
            seq=1,
            envelope_id=bytes([vendor]) * 32,
            name=body.name,
            body=to_body(body),
            expires=expires,
            received_at=NOW,
        ),
    )
    return keys.to_did(root_of(vendor))


def names(rows: list[dict[str, object]]) -> list[object]:
    return [row["name"] for row in rows]


def test_search_orders_by_closeness_then_name(tx: Tx) -> None:
    keep(tx, 1, name="beta", description="books")
    keep(tx, 2, name="Alpha", description="books")
    keep(tx, 3, name="Books of Gamma")
    keep(tx, 4, name="Shoes", description="no books", category=[187])
    keep(tx, 5, name="Gone Books", expires=NOW)
    found = directory.search(tx, {"words": "books"}, NOW)
    assert names(found) == ["Books of Gamma", "Alpha", "beta", "Shoes"]
    assert names(directory.search(tx, {"words": "books", "limit": 2}, NOW)) == names(found)[:2]
    assert names(directory.search(tx, {"words": "books", "category": 187}, NOW)) == ["Shoes"]


def test_the_trusted_come_first(tx: Tx) -> None:
    keep(tx, 1, name="Books of Beta")
    keep(tx, 2, name="Alpha", description="books")
    trust.put(tx, Trust(root=root_of(2), note="good", groups=["local"], added=1))
    first, second = directory.search(tx, {"words": "books"}, NOW)
    assert (first["name"], first["trusted"], first["groups"]) == ("Alpha", True, ["local"])
    assert (second["name"], second["trusted"], second["note"]) == ("Books of Beta", False, None)


def test_the_proved_come_after_the_trusted(tx: Tx) -> None:
    for vendor, name in ((1, "Books A"), (2, "Books B"), (3, "Books C")):
        keep(tx, vendor, name=name)
    trust.put(tx, Trust(root=root_of(3), added=1))
    for vendor, ago_s in ((2, 0), (1, standing.PROOF_COUNTS_S + 1)):
        domain_checks.put(
            tx,
            DomainCheck(
                root=root_of(vendor), host=f"b{vendor}.example", outcome="proved",
                checked_at=NOW - ago_s, proved_at=NOW - ago_s,
            ),
        )  # fmt: skip
    found = directory.search(tx, {"words": "books"}, NOW)
    assert names(found) == ["Books C", "Books B", "Books A"]
    assert [row["domain"] and row["domain"]["words"] for row in found] == [  # type: ignore[index]
        None,
        "proved: b2.example, checked 2027-01-15",
        "proved: b1.example, checked 2026-12-16, too long ago to count",
    ]


def test_a_row_says_what_the_profile_says(tx: Tx) -> None:
    did = keep(tx, 1, business_function=["Sell", "Repair"])
    assert directory.search(tx, {}, NOW) == [
        {
            "vendor": did,
            "trusted": False,
            "groups": [],
            "note": None,
            "domain": None,
            "name": "Linden Books",
            "legal_name": None,
            "url": "https://lindenboeken.example/shop",
            "description": "Antique maps and prints.",
            "area_served": ["NL", "DE"],
            "category": [784],
            "category_names": ["Media > Books"],
            "business_function": ["Sell", "Repair"],
            "accepted_terms": ["SD-BASE"],
            "terms_policy": None,
            "payment_method": list(profile().payment_method),
            "delivery_method": list(profile().delivery_method),
            "in_language": ["en"],
            "paused_until": None,
            "received": NOW,
            "expires": NOW + 86_400,
        }
    ]


def test_show_by_did_hex_and_beginning(tx: Tx) -> None:
    did = keep(tx, 1)
    for reference in (did, did[8:], did[:18], did[8:18], root_of(1).hex(), root_of(1).hex()[:6]):
        assert directory.show(tx, reference, NOW)["vendor"] == did
    assert directory.show(tx, did, NOW)["expired"] is False
    assert directory.show(tx, did, NOW + 86_400)["expired"] is True


def test_a_vendor_unknown_here(tx: Tx) -> None:
    did = keys.to_did(root_of(9))
    assert find_vendor(tx, did) == find_vendor(tx, root_of(9).hex()) == root_of(9)
    for reference in (did, did[:20], root_of(9).hex()[:8]):
        with pytest.raises(ServiceError) as caught:
            directory.show(tx, reference, NOW)
        assert (caught.value.code, caught.value.status) == ("vendor.not_found", 404)


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("z6Mk", "request.vendor"),
        ("did:key:z6MkabcdE", "request.vendor"),
        ("z6Mk0OIl00000", "request.vendor"),
        ("linden", "request.vendor"),
        ("did:web:example.org", "request.vendor"),
        ("abc", "request.vendor"),
    ],
)
def test_what_names_no_vendor(tx: Tx, reference: str, code: str) -> None:
    keep(tx, 1)
    with pytest.raises(ServiceError) as caught:
        find_vendor(tx, reference)
    assert caught.value.code == code


def test_a_did_with_a_wrong_letter(tx: Tx) -> None:
    with pytest.raises(LocalError) as caught:
        find_vendor(tx, keys.to_did(root_of(1))[:-1] + "0")
    assert caught.value.code == "keys.did"


def test_a_beginning_of_two_vendors(tx: Tx) -> None:
    for last in (0, 1):
        row = StoredProfile(
            root=bytes(31) + bytes([last]), seq=1, envelope_id=bytes(32), name="", body=b"",
            expires=NOW, received_at=NOW,
        )  # fmt: skip
        market.upsert_profile(tx, row)
    for reference in ("000000", keys.to_did(bytes(32))[:40]):
        with pytest.raises(ServiceError) as caught:
            find_vendor(tx, reference)
        assert (caught.value.code, caught.value.status) == ("vendor.ambiguous", 409)


@given(root=st.binary(min_size=32, max_size=32), other=st.binary(min_size=32, max_size=32))
def test_the_roots_between_the_bounds_are_those_whose_did_begins_so(
    root: bytes, other: bytes
) -> None:
    letters = keys.to_did(root).removeprefix("did:key:")
    for length in (10, 20, 47):
        bounds = references._did_bounds(letters[:length])
        assert bounds is not None
        low, high = bounds
        assert low <= root <= high
        same = keys.to_did(other).removeprefix("did:key:").startswith(letters[:length])
        assert (low <= other <= high) is same
