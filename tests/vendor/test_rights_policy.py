"""The `[rights]` of a vendor's policy, and what follows from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.values.fields import FieldError
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.rights_policy import Circumstances, Decision, RightsPolicy, decide

NOW = 1_800_000_000
DAY = 86_400
CASE = Circumstances(
    on_request=True, holds=True, order_open=False, agreed_at=NOW, retention_legal_days=4015
)


def read(**rights):
    return VendorPolicy.from_dict({"rights": rights}).rights


def changed(**changes):
    plain = {name: getattr(CASE, name) for name in CASE.__slots__}
    return Circumstances(**{**plain, **changes})


def test_it_comes_back():
    rules = {
        "access": "by_hand",
        "deletion": "by_hand",
        "sale_opt_out": "automatic",
        "legal_retention_days": 3650,
    }
    policy = VendorPolicy.from_dict({"rights": rules})
    assert VendorPolicy.from_dict(policy.to_dict()) == policy
    assert policy.to_dict()["rights"] == rules


def test_without_it_the_node_answers_by_itself_and_knows_of_no_law():
    plain = VendorPolicy.from_dict({}).rights
    assert all(plain.is_automatic(right) for right in ("access", "deletion", "sale:opt_out"))
    assert plain.legal_retention_days == 0


@pytest.mark.parametrize(
    ("rights", "field"),
    [
        ({"access": "never"}, "rights.access"),
        ({"legal_retention_days": 4016}, "rights.legal_retention_days"),
        ({"legal_retention_days": -1}, "rights.legal_retention_days"),
        ({"erasure": "automatic"}, "rights.erasure"),
    ],
)
def test_what_is_wrong_is_named(rights, field):
    with pytest.raises(FieldError) as caught:
        read(**rights)
    assert caught.value.field == field


@pytest.mark.parametrize("right", ["access", "deletion", "sale:opt_out"])
def test_by_hand_is_a_persons(right):
    rules = RightsPolicy(access="by_hand", deletion="by_hand", sale_opt_out="by_hand")
    assert decide(rules, right, CASE, NOW) == Decision("person")
    assert decide(RightsPolicy(), right, CASE, NOW) == Decision("fulfil")


@pytest.mark.parametrize(
    ("case", "days", "expected"),
    [
        (CASE, 0, Decision("fulfil")),
        (changed(holds=False), 0, Decision("deny", "no_match")),
        (changed(on_request=False), 0, Decision("person")),
        (changed(order_open=True), 0, Decision("wait")),
        (changed(order_open=True), 3650, Decision("wait")),
        (CASE, 3650, Decision("deny", "legal_obligation", NOW + 3650 * DAY)),
        # SPEC 15: The vendor's node MUST NOT say `legal_obligation` for longer than
        # `retentionLegal` days after the agreement.
        (
            changed(retention_legal_days=30),
            3650,
            Decision("deny", "legal_obligation", NOW + 30 * DAY),
        ),
        (changed(retention_legal_days=0), 3650, Decision("fulfil")),
        (changed(agreed_at=NOW - 3650 * DAY), 3650, Decision("fulfil")),
    ],
)
def test_when_data_are_deleted(case, days, expected):
    assert decide(RightsPolicy(legal_retention_days=days), "deletion", case, NOW) == expected


@given(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 4015), st.integers(0, 4015))
def test_a_denial_by_law_ends_and_is_no_longer_than_agreed(on_request, holds, is_open, days, legal):
    case = changed(
        on_request=on_request, holds=holds, order_open=is_open, retention_legal_days=legal
    )
    found = decide(RightsPolicy(legal_retention_days=days), "deletion", case, NOW)
    assert (found.until is not None) == (found.reason == "legal_obligation")
    assert found.until is None or NOW < found.until <= NOW + legal * DAY
    assert found.action != "fulfil" or (on_request and holds and not is_open)
