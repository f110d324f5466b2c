"""What a shop reads of who lets itself be recognised."""

import pytest

from vrmnode.cli.returning import returning_words

KNOWN = {"customer": "did:key:z6MkAAAAAAAAAAAA", "deals": ["9f" * 32], "finished": 1}


def test_how_many_deals_and_where_to_see_them():
    (line,) = returning_words(KNOWN)
    assert line.startswith("a returning customer: 1 agreed deal with it, 1 finished")
    assert line.endswith("vrm relation show did:key:z6MkAAAAAAAAAAAA")


@pytest.mark.parametrize("known", [None, "", [], {}])
def test_nothing_of_who_is_not_known(known):
    assert returning_words(known) == []


def test_the_first_deal_makes_nobody_come_back():
    assert returning_words(KNOWN, least=2) == []
    assert returning_words({**KNOWN, "deals": ["9f" * 32, "8f" * 32]}, least=2) != []
