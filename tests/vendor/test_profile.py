"""Who the vendor is."""

import pytest

from vrmnode.values.fields import FieldError
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.profile import VendorDetails, build_profile
from vrmprotocol import certificate
from vrmprotocol.fields import SUITE_X25519
from vrmprotocol.keys import SigningKey
from vrmprotocol.market import Prekey, to_body

DETAILS = {
    "name": "Linden",
    "legal_name": "Linden B.V.",
    "url": "https://linden.example",
    "address": "Lindengracht 1, Amsterdam",
    "description": "Books.",
    "area_served": ["NL", "DE"],
    "category": [784],
    "business_function": ["Sell", "Repair"],
    "in_language": ["nl", "en"],
}


def test_details_read_back():
    details = VendorDetails.from_dict(DETAILS)
    assert details.to_dict() == DETAILS
    assert VendorDetails.from_dict({"name": "x"}).business_function == ("Sell",)


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        ({}, "profile.invalid", "name"),
        ({"name": ""}, "profile.invalid", "name"),
        ({"name": "x" * 129}, "profile.invalid", "name"),
        ({"name": "x", "area_served": ["Holland"]}, "profile.invalid", "area_served"),
        ({"name": "x", "category": ["books"]}, "profile.invalid", "category"),
        ({"name": "x", "business_function": ["Lend"]}, "profile.invalid", "business_function"),
        ({"name": "x", "in_language": ["english please"]}, "profile.invalid", "in_language"),
        ({"name": "x", "phone": "1"}, "profile.unknown_field", "phone"),
    ],
)
def test_wrong_details(raw, code, field):
    with pytest.raises(FieldError) as caught:
        VendorDetails.from_dict(raw)
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize("details", [DETAILS, {"name": "x"}])
def test_profile_that_the_protocol_accepts(details):
    root = SigningKey(bytes(32))
    policy = VendorPolicy.from_dict(
        {"delivery": {"NL": [{"method": "pickup"}, {"method": "ship"}], "*": {}}}
    )
    profile = build_profile(
        VendorDetails.from_dict(details),
        policy,
        seq=7,
        certificate=certificate.issue(
            root, subject=root.public, serial=0, not_before=0, not_after=86_400
        ),
        prekey=Prekey(suite=SUITE_X25519, key=bytes(range(32)), not_after=600),
        reply_tag=bytes(16),
    )
    assert to_body(profile)
    assert profile.delivery_method == ("ship", "pickup")
    assert profile.accepted_terms == policy.accepted_terms
    assert profile.area_served == tuple(details.get("area_served", ["NL"]))
