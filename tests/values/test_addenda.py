"""Addenda as their owner types them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.terms_strategies import AGREEMENT_IDS, LEVELS
from vrmnode.values.addenda import read_addendum, read_levels, read_terms_id
from vrmprotocol.errors import LocalError
from vrmprotocol.terms_roster import AGREEMENTS, levels_of


@given(LEVELS, st.randoms(use_true_random=False))
def test_sets_may_stand_in_any_order_and_twice(levels, chance):
    typed = {}
    for name, level in levels.items():
        typed[name] = level
        if isinstance(level, tuple):
            typed[name] = [*level, *level]
            chance.shuffle(typed[name])
    assert read_levels(typed) == levels


@given(AGREEMENT_IDS, LEVELS)
def test_what_loosens_the_agreement_is_refused_and_nothing_else(terms, levels):
    loosens = False
    try:
        assert read_addendum(terms, levels) == levels
    except LocalError as error:
        loosens = error.code == "terms.no_effect"
    whole = levels_of(terms, levels)
    assert loosens == any(whole[name] != level for name, level in levels.items())


def test_ids_may_be_typed_small():
    assert [read_terms_id(each.lower()) for each in AGREEMENTS] == list(AGREEMENTS)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: read_terms_id("sd"), "terms.unknown_id"),
        (lambda: read_levels({"marketing": None}), "terms.schema"),
        (lambda: read_levels({"marketing": [["email"]]}), "terms.schema"),
        (lambda: read_levels({"marketing.email": True}), "terms.schema"),
        (lambda: read_addendum("SD-BASE", {"colour": "red"}), "terms.unknown_axis"),
        (lambda: read_addendum("SD-BASE", {"marketing": ["fax"]}), "terms.unknown_level"),
        (lambda: read_addendum("SD-BASE", {"sharing": "any"}), "terms.no_effect"),
    ],
)
def test_what_is_wrong_has_a_code(call, code):
    with pytest.raises(LocalError) as refused:
        call()
    assert refused.value.code == code
