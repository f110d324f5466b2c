"""Under which terms the vendor offers, and why not under others."""

from __future__ import annotations

import pytest

from tests.vendor.samples import BOOKS, DETAILS, intent, plan, refusal
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.profile import shows_same
from vrmnode.vendor.responder import MAX_NOTE
from vrmprotocol.errors import LocalError
from vrmprotocol.terms_matching import Choice

C = {"gtin": "9780131103627"}
STRICT = {"marketing": [], "retentionOrder": 30}
NEEDS: dict[str, object] = {"levels": {"marketing": ["email"], "retentionOrder": 1825}}


def answer_under(terms, levels, **more):
    return plan(intent(**C, terms=terms), policy={"terms_policy": {"levels": levels, **more}})


def test_without_a_policy_ids_decide():
    assert plan(intent(**C, terms=["SD-BASE-A", "SD-BASE"])).parts.terms == Choice("SD-BASE")
    missed = refusal(intent(**C, terms=["SD-BASE-A"]))
    assert (missed.reason, missed.words) == ("terms", "we accept none of the terms you proffer")
    assert missed.terms is not None and not missed.terms.levels and not missed.terms.reasons


def test_without_a_policy_an_id_is_accepted_as_it_stands():
    missed = refusal(intent(**C, terms=["SD-BASE"], addendum=STRICT))
    assert missed.words == (
        "SD-BASE: the vendor keeps data of the order for 2 years; you allow 30 days"
    )
    assert missed.terms is not None and not missed.terms.levels


def test_a_policy_takes_the_earliest_choice_that_it_can_keep():
    strict = {"terms": "SD-BASE", "addendum": STRICT}
    looser = {"terms": "SD-BASE", "addendum": {"marketing": ["email"], "retentionOrder": 1825}}
    first = answer_under([strict, looser], {"retentionOrder": 30})
    assert first.parts.terms == Choice("SD-BASE", {"marketing": (), "retentionOrder": 30})
    assert first.rule.endswith("SD-BASE with marketing [], retentionOrder 30, choice 1 of 2")
    second = answer_under([strict, looser], {"retentionOrder": 365})
    assert second.parts.terms.addendum == {"marketing": ("email",), "retentionOrder": 1825}
    assert second.rule.endswith("choice 2 of 2")


def test_who_needs_less_keeps_more():
    assert answer_under(["SD-BASE-ATP"], {}).parts.terms == Choice("SD-BASE-ATP")


def test_a_refusal_says_why_to_both_and_what_the_vendor_needs():
    asked = intent(**C, terms=["SD-BASE"], addendum=STRICT)
    missed = refusal(asked, policy={"terms_policy": NEEDS})
    assert missed.reason == "terms"
    assert missed.words == (
        "SD-BASE: advertising: the vendor needs: e-mail; you allow: none; "
        "the vendor keeps data of the order for 5 years; you allow 30 days"
    )
    assert missed.terms is not None
    assert missed.terms.reasons == (
        "advertising: you need: e-mail; the customer allows: none",
        "you keep data of the order for 5 years; the customer allows 30 days",
    )
    assert missed.terms.levels == {"marketing": ("email",), "retentionOrder": 1825}


def test_the_words_are_about_the_nearest_choice_and_the_levels_about_all():
    far = {"terms": "SD-BASE", "addendum": STRICT}
    near = {"terms": "SD-BASE", "addendum": {"retentionOrder": 1825}}
    missed = refusal(intent(**C, terms=[far, near]), policy={"terms_policy": NEEDS})
    assert missed.words == "SD-BASE: advertising: the vendor needs: e-mail; you allow: none"
    assert missed.terms is not None
    assert set(missed.terms.levels) == {"marketing", "retentionOrder"}


def test_a_note_has_its_limit():
    levels = {
        "analytics": "vendor", "tracking": "vendor", "reach": "any", "jurisdiction": "any",
        "retentionOrder": 1825, "improvement": "vendor",
    }  # fmt: skip
    asked = intent(**C, terms=["SD-BASE", "SD-BASE-DP"])
    missed = refusal(asked, policy={"terms_policy": {"levels": levels}})
    assert len(missed.words) == MAX_NOTE and missed.words.endswith("…")


def test_categories_have_levels_of_their_own():
    assert BOOKS[0].category == 784
    entry = {"category": [784], "levels": {"retentionOrder": 30}}
    strict = [{"terms": "SD-BASE", "addendum": {"retentionOrder": 30}}]
    found = answer_under(strict, {"retentionOrder": 3650}, category=[entry])
    assert found.parts.terms.addendum == {"retentionOrder": 30}
    other = {**entry, "category": [1167]}
    policy = {"terms_policy": {"levels": {"retentionOrder": 3650}, "category": [other]}}
    assert refusal(intent(**C, terms=strict), policy=policy).reason == "terms"


def test_settings_are_read_and_shown_and_say_which_ids_follow():
    typed = {"levels": {"marketing": ["phone", "email", "phone"]}, "requests": "anybody"}
    policy = VendorPolicy.from_dict({"terms_policy": typed, "accepted_terms": ["PDC-AI"]})
    assert policy.accepted_terms[:2] == ("SD-BASE", "SD-BASE-A")
    shown = policy.to_dict()
    assert shown["terms_policy"] == {
        "levels": {"marketing": ["email", "phone"]}, "requests": "anybody",
    }  # fmt: skip
    assert VendorPolicy.from_dict(shown) == policy
    assert not shows_same(DETAILS, policy, VendorPolicy(accepted_terms=policy.accepted_terms))
    assert VendorPolicy.from_dict({"terms_policy": {}}).terms_policy is not None
    assert VendorPolicy.from_dict({}).terms_policy is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("SD-BASE", "map"),
        ({"levels": []}, "levels"),
        ({"levels": {"colour": "red"}}, "colour"),
        ({"levels": {"retentionOrder": 31}}, "one of 0, 1, 3"),
        ({"levels": {"marketing": "email"}}, "an array of email"),
        ({"level": {}}, "level"),
        ({"category": [{"category": [1], "levels": {"tracking": "some"}}]}, "tracking"),
        ({"category": [{"category": [1]}]}, "levels"),
        ({"category": ["784"]}, "category"),
        ({"requests": "everybody"}, "requests"),
        ({"levels": {"analytics": "thirdParty"}}, "some agreement of the roster"),
        ({"levels": {"serviceDelivery": "none"}}, "some agreement of the roster"),
    ],
)
def test_what_is_wrong_is_named(typed, words):
    with pytest.raises(LocalError) as refused:
        VendorPolicy.from_dict({"terms_policy": typed})
    assert refused.value.code == "policy.invalid"
    assert "terms_policy" in refused.value.detail and words in refused.value.detail
