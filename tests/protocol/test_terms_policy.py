"""A vendor's policy: its form, its categories, and the agreements that it lists."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.terms_strategies import LEVELS, policies
from tests.protocol.test_terms_addendum import VALUES, attempt
from vrmprotocol import encoding, schema
from vrmprotocol.errors import RemoteError
from vrmprotocol.terms_axes import AXES
from vrmprotocol.terms_matching import Choice, reasons
from vrmprotocol.terms_policy import TermsPolicy, listed_terms, read_policy
from vrmprotocol.terms_roster import AGREEMENTS

SMALL: dict[str, Any] = {"levels": {}}


@given(policies())
def test_what_is_written_is_read(policy):
    raw = encoding.encode(schema.dump(policy))
    assert read_policy(encoding.decode(raw)) == policy


@given(VALUES | st.fixed_dictionaries({"levels": VALUES}, optional={"category": VALUES}))
def test_anything_is_read_or_refused(value):
    policy = attempt(read_policy, value)
    assert policy is None or schema.dump(policy) == value


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"levels": None},
        {"levels": {"tracking": None}},
        {"levels": {"marketing": ["phone", "email"]}},
        SMALL | {"needs": {}},
        SMALL | {"category": []},
        SMALL | {"category": [{"category": [1]}]},
        SMALL | {"category": [{"category": [], "levels": {"tracking": "none"}}]},
        SMALL | {"category": [{"category": [1], "levels": {}}]},
        SMALL | {"category": [{"category": [-1], "levels": {"tracking": "none"}}]},
        SMALL | {"category": [{"category": [1, 1], "levels": {"tracking": "none"}}]},
        SMALL | {"category": [{"category": [1], "levels": {"tracking": "none"}}] * 2},
        SMALL | {"category": [{"category": [1], "levels": {"marketing": ["a", "a"]}}]},
        SMALL | {"category": [{"category": [n], "levels": {"a": 1}} for n in range(33)]},
        SMALL | {"requests": "everybody"},
        SMALL | {"negotiation": ""},
        SMALL | {"requests": None},
    ],
)
def test_other_forms_are_refused(wrong):
    with pytest.raises(RemoteError) as refused:
        read_policy(wrong)
    assert refused.value.code == "terms.schema"


def test_the_empty_policy_is_one():
    policy = read_policy(SMALL)
    assert policy == TermsPolicy(levels={})
    assert reasons(Choice("SD-BASE"), policy=policy, accepted=()) == ()


@pytest.mark.parametrize(
    ("levels", "listed"),
    [
        ({}, ["SD-BASE", "SD-BASE-A", "SD-BASE-AT", "SD-BASE-ATP", "SD-BASE-ATP-S3P"]),
        ({"tracking": "vendor"}, ["SD-BASE-AT", "SD-BASE-ATP", "SD-BASE-ATP-S3P"]),
        (
            {"retentionOrder": 36500, "marketing": ("email",), "sharing": "anonymised"},
            ["SD-BASE-ATP-S3P"],
        ),
        ({"analytics": "thirdParty"}, []),
        ({"service": "intent", "portability": "onRequest"}, list(AGREEMENTS)),
        ({"serviceDelivery": "none"}, []),
    ],
)
# SPEC 05: The writer of a profile with a policy MUST list in `acceptedTerms` the agreements of the
# roster that the policy can keep with some addendum, and no others.
def test_the_agreements_that_can_be_kept(levels, listed):
    assert list(listed_terms(TermsPolicy(levels=levels))) == listed


@given(LEVELS)
def test_they_are_those_that_the_loosest_addendum_allows(levels):
    policy = TermsPolicy(levels=levels)
    loosest = {
        name: axis.lowest if axis.duty else axis.scale if axis.is_set else axis.scale[-1]
        for name, axis in AXES.items()
    }
    kept = [
        terms_id
        for terms_id in AGREEMENTS
        if not reasons(Choice(terms_id, loosest), policy=policy, accepted=())  # type: ignore[arg-type]
    ]
    assert list(listed_terms(policy)) == kept


def test_a_category_can_be_kept_where_the_rest_cannot():
    entry = {"category": [784], "levels": {"analytics": "none"}}
    policy = read_policy({"levels": {"analytics": "thirdParty"}, "category": [entry]})
    assert "SD-BASE" in listed_terms(policy)
    assert policy.levels_for(784) == {"analytics": "none"}
    assert policy.levels_for(785) == policy.levels_for(None) == {"analytics": "thirdParty"}
