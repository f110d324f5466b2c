"""What the customer proffers, and what a vendor's levels say to it."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.customer.samples import NOW, draft, intent, ranked, received
from vrmnode.customer.fitness import problems_of
from vrmnode.customer.proffer import refused_because
from vrmnode.customer.rarity import warnings
from vrmprotocol.errors import LocalError
from vrmprotocol.terms_axes import Level
from vrmprotocol.terms_matching import Choice

STRICT = {"marketing": [], "retentionOrder": 30}
READ: dict[str, Level] = {"marketing": (), "retentionOrder": 30}


def test_by_default_it_is_the_strictest_agreement():
    asked = intent()
    assert (asked.accepted_terms, asked.addendum) == (("SD-BASE",), ())
    assert asked.choices == (Choice("SD-BASE"),)


def test_an_addendum_goes_with_each_id_that_has_none_of_its_own():
    own = {"terms": "sd-base-a", "addendum": {"reach": "none"}}
    asked = intent(terms=["SD-BASE", own, {"terms": "SD-BASE-DP", "addendum": {}}], addendum=STRICT)
    assert asked.choices == (
        Choice("SD-BASE", READ),
        Choice("SD-BASE-A", {"reach": "none"}),
        Choice("SD-BASE-DP"),
    )
    assert intent(addendum=STRICT).choices == (Choice("SD-BASE", READ),)


def test_the_same_id_may_come_twice_but_no_choice():
    looser = {"terms": "SD-BASE", "addendum": {"marketing": ["phone", "email"]}}
    asked = intent(terms=["SD-BASE", looser, "SD-BASE", looser])
    assert asked.choices == (
        Choice("SD-BASE"),
        Choice("SD-BASE", {"marketing": ("email", "phone")}),
    )


@pytest.mark.parametrize(
    ("wanted", "code", "words"),
    [
        ({"terms": ["SD-MINE"]}, "request.invalid", "SD-BASE"),
        ({"terms": [{"addendum": STRICT}]}, "request.invalid", "terms"),
        ({"terms": [{"terms": "SD-BASE", "add": 1}]}, "request.unknown_field", "add"),
        ({"terms": [7]}, "request.invalid", "terms"),
        ({"addendum": ["marketing"]}, "request.invalid", "addendum"),
        ({"addendum": {"colour": "red"}}, "terms.unknown_axis", "colour"),
        ({"addendum": {"retentionOrder": 31}}, "terms.unknown_level", "retentionOrder"),
        ({"addendum": {"analytics": "vendor"}}, "terms.no_effect", "SD-BASE"),
        ({"addendum": {"marketing": True}}, "terms.schema", "marketing"),
    ],
)
def test_what_is_wrong_is_named(wanted, code, words):
    with pytest.raises(LocalError) as refused:
        intent(**wanted)
    assert refused.value.code == code and words in refused.value.detail


def problems(asked, **drafted):
    made = structs.replace(draft(), **drafted)
    found = problems_of(made, asked, NOW, None, declined=False)
    return [problem.words for problem in found if problem.code == "terms"]


def test_only_a_choice_of_the_intent_is_without_problem():
    asked = intent(terms=["SD-BASE", "SD-BASE-A"], addendum=STRICT)
    assert problems(asked, addendum=READ) == []
    assert problems(asked, terms="SD-BASE-A", addendum=READ) == []
    assert problems(asked) == [
        "terms SD-BASE, you proffered SD-BASE with marketing [], retentionOrder 30 / "
        "SD-BASE-A with marketing [], retentionOrder 30"
    ]
    assert problems(asked, addendum={**READ, "reach": "any"})
    assert problems(intent(), addendum=READ)


def test_the_ranking_says_which_choice_it_is():
    asked = intent(terms=["SD-BASE-DP", "SD-BASE"])
    (offer,) = ranked(received(1), asked=asked)
    assert "SD-BASE, your choice 2 of 2" in offer.reasons


def test_a_vendors_levels_say_why_each_choice_is_refused():
    looser = {"terms": "SD-BASE", "addendum": {"marketing": ["email"]}}
    asked = intent(terms=[{"terms": "SD-BASE", "addendum": STRICT}, looser])
    levels: dict[str, Level] = {
        "marketing": ("email",),
        "retentionOrder": 1825,
        "colour": "red",
        "reach": "loud",
    }
    assert refused_because(asked.choices, levels) == [
        "SD-BASE with marketing [], retentionOrder 30: advertising: the vendor needs: e-mail; "
        "you allow: none; the vendor keeps data of the order for 5 years; you allow 30 days",
        "SD-BASE with marketing [email]: "
        "the vendor keeps data of the order for 5 years; you allow 2 years",
    ]
    assert refused_because(asked.choices, {}) == []
    assert refused_because((Choice("X-1"), Choice("SD-BASE", {"colour": "red"})), levels) == []


def test_an_addendum_is_warned_of():
    assert any("addendum" in each for each in warnings(intent(addendum=STRICT), now=NOW))
    assert not any("addendum" in each for each in warnings(intent(), now=NOW))
