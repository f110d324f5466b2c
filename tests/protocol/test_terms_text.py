"""The page of a choice, and why a choice is refused, in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.terms_strategies import AGREEMENT_IDS, LEVELS, policies
from vrmprotocol.terms_axes import AXES, Level
from vrmprotocol.terms_matching import Choice, Reason, reasons
from vrmprotocol.terms_roster import AGREEMENTS, levels_of
from vrmprotocol.terms_text import HEADINGS, digest, explained, lines, page

NO_PROMOTIONS: dict[str, Level] = {"marketing": (), "retentionOrder": 30}


@pytest.mark.parametrize("terms", AGREEMENTS)
def test_each_agreement_has_a_page(terms):
    text = page(terms, {})
    assert text.startswith(
        f"{terms}\nAgreement {terms} of the IEEE 7012 roster.\n\nThe vendor may\n"
    )
    assert text.endswith("as far as the law demands it.\n")
    assert len(text.splitlines()) < 60
    assert "[addendum]" not in text


def test_no_two_agreements_have_the_same_page():
    assert len({page(terms, {}).split("\n", 2)[2] for terms in AGREEMENTS}) == len(AGREEMENTS)


def test_an_addendum_is_marked_where_it_stands():
    text = page("SD-BASE", NO_PROMOTIONS)
    assert "\n- advertise to the customer [addendum]\n" in text
    assert "\n- data of the order: 30 days from its completion [addendum]\n" in text
    assert text.count("[addendum]") == 2
    assert "roster, with an addendum.\n" in text


@given(AGREEMENT_IDS, LEVELS)
def test_a_page_says_each_level_once_under_its_heading(terms, addendum):
    text = page(terms, addendum)
    levels = levels_of(terms, addendum)
    found = {line.axis: line for line in lines(terms, addendum)}
    for name, axis in AXES.items():
        idle = axis.only_with and levels[axis.only_with] == AXES[axis.only_with].lowest
        assert (name in found) != bool(idle)
    for line in found.values():
        assert line.level == levels[line.axis]
        block = text.split(f"\n\n{HEADINGS[line.where]}\n")[1].split("\n\n")[0]
        assert f"- {line.sentence}{' [addendum]' * (line.axis in addendum)}" in block.splitlines()
    assert text.count("\n- ") == len(found)


@given(AGREEMENT_IDS, LEVELS, AGREEMENT_IDS, LEVELS)
def test_digests_differ_as_pages_do(one, addendum, other, another):
    pages = page(one, addendum), page(other, another)
    assert (digest(pages[0]) == digest(pages[1])) == (pages[0] == pages[1])
    assert len(digest(pages[0])) == 32


@pytest.mark.parametrize(
    ("reason", "vendor", "customer"),
    [
        (
            Reason("terms.level", "retentionOrder", 1825, 30),
            "you keep data of the order for 5 years; the customer allows 30 days",
            "the vendor keeps data of the order for 5 years; you allow 30 days",
        ),
        (
            Reason("terms.level", "retentionLegal", 36500, 0),
            "you keep what the law demands without limit; the customer allows 0 days",
            "the vendor keeps what the law demands without limit; you allow 0 days",
        ),
        (
            Reason("terms.level", "marketing", ("email",), ()),
            "advertising: you need: e-mail; the customer allows: none",
            "advertising: the vendor needs: e-mail; you allow: none",
        ),
        (
            Reason("terms.level", "portability", "none", "onRequest"),
            "handing data back: the customer asks for: on request; you promise: none",
            "handing data back: you ask for: on request; the vendor promises: none",
        ),
        (
            Reason("terms.not_accepted", "SD-BASE"),
            "you accept no SD-BASE",
            "the vendor accepts no SD-BASE",
        ),
        (
            Reason("terms.unknown_id", "SD-BASIC"),
            "there is no agreement SD-BASIC in the roster",
            "there is no agreement SD-BASIC in the roster",
        ),
        (
            Reason("terms.unknown_axis", "colour"),
            "colour is nothing that this version of the terms knows",
            "colour is nothing that this version of the terms knows",
        ),
        (
            Reason("terms.unknown_level", "tracking"),
            "tracking has a value that this version of the terms doesn't know",
            "tracking has a value that this version of the terms doesn't know",
        ),
    ],
)
def test_reasons_in_words(reason, vendor, customer):
    assert explained(reason, "vendor") == vendor
    assert explained(reason, "customer") == customer


@given(AGREEMENT_IDS, LEVELS, policies(), st.sampled_from([None, 1, 2, 3, 4]))
def test_every_reason_has_words(terms, addendum, policy, category):
    found = reasons(Choice(terms, addendum), policy=policy, accepted=(), category=category)
    for reason in found:
        for party in ("vendor", "customer"):
            words = explained(reason, party)
            assert AXES[reason.about].label in words and "{}" not in words
