"""What a search among vendors' profiles finds."""

import pytest

from vrmnode.customer.vendor_search import VendorQuery, closeness, fits, read_query
from vrmnode.values.fields import FieldError
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.profile import VendorDetails, build_profile
from vrmprotocol import certificate
from vrmprotocol.fields import SUITE_X25519
from vrmprotocol.keys import SigningKey
from vrmprotocol.market import Prekey, VendorProfile

NOW = 1_800_000_000
BOOKS, FICTION_ABOVE, SHOES = 784, 783, 187
"""Media > Books, Media, Apparel & Accessories > Shoes."""


def profile(vendor: int = 1, *, terms=("SD-BASE",), **details: object) -> VendorProfile:
    """The profile of vendor number `vendor`: books in the Netherlands and Germany."""
    root = SigningKey(bytes([vendor]) * 32)
    plain = {
        "name": "Linden Books",
        "url": "https://lindenboeken.example/shop",
        "description": "Antique maps and prints.",
        "area_served": ["NL", "DE"],
        "category": [BOOKS],
    }
    return build_profile(
        VendorDetails.from_dict({**plain, **details}),
        VendorPolicy.from_dict({"accepted_terms": list(terms)}),
        seq=NOW,
        certificate=certificate.issue(
            root, subject=root.public, serial=0, not_before=NOW, not_after=NOW + 86_400
        ),
        prekey=Prekey(suite=SUITE_X25519, key=bytes(range(32)), not_after=NOW + 86_400),
        reply_tag=bytes(16),
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, True),
        ({"words": "linden"}, True),
        ({"words": "LINDEN book"}, True),
        ({"words": "lindenboeken"}, True),
        ({"words": "antique print"}, True),
        ({"words": "shoes"}, False),
        ({"words": "linden shoes"}, False),
        ({"category": BOOKS}, True),
        ({"category": FICTION_ABOVE}, True),
        ({"category": SHOES}, False),
        ({"country": "de"}, True),
        ({"country": "FR"}, False),
        ({"terms": ["SD-BASE-A", "SD-BASE"]}, True),
        ({"terms": ["SD-BASE-A"]}, False),
        ({"function": "sell"}, True),
        ({"function": "Repair"}, False),
        ({"words": "linden", "country": "DE", "category": BOOKS, "terms": "SD-BASE"}, True),
        ({"words": "linden", "country": "FR"}, False),
    ],
)
def test_what_fits(query, found):
    assert fits(profile(), read_query(query)) is found


def test_a_category_above_the_wanted_one_fits():
    assert fits(profile(category=[FICTION_ABOVE]), VendorQuery(category=BOOKS))


def test_who_names_nothing_fits_after_those_who_do():
    anywhere = profile(area_served=[], category=[])
    assert fits(anywhere, VendorQuery(country="FR"))
    assert fits(anywhere, VendorQuery(category=SHOES))
    query = read_query({"country": "NL", "category": BOOKS})
    assert closeness(profile(), query) > closeness(anywhere, query)


def test_the_name_counts_more_than_the_description():
    query = read_query({"words": "maps"})
    assert closeness(profile(name="Maps and more"), query) > closeness(profile(), query)


def test_a_url_that_is_none_is_no_error():
    assert fits(profile(url="https://[broken"), read_query({"words": "linden"}))


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        ({"country": "Germany"}, "search.invalid", "country"),
        ({"country": "D1"}, "search.invalid", "country"),
        ({"terms": ["MINE"]}, "search.invalid", "terms"),
        ({"function": "Lend"}, "search.invalid", "function"),
        ({"category": "books"}, "search.invalid", "category"),
        ({"limit": 0}, "search.invalid", "limit"),
        ({"place": "here"}, "search.unknown_field", "place"),
    ],
)
def test_wrong_queries(raw, code, field):
    with pytest.raises(FieldError) as caught:
        read_query(raw)
    assert (caught.value.code, caught.value.field) == (code, field)
