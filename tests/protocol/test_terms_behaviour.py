"""Whom an agent answers."""

import pytest

from tests.protocol import terms_spec
from vrmprotocol.terms_behaviour import BEHAVIOURS, Party, answers_negotiation, answers_request

PARTIES: tuple[Party, ...] = ("stranger", "known", "priorAgreement")


def test_behaviours_are_those_of_the_spec():
    rows = terms_spec.tables("Who may ask")[0]
    assert [terms_spec.plain(row["Value"]) for row in rows] == list(BEHAVIOURS)


@pytest.mark.parametrize("party", PARTIES)
def test_each_answers_fewer(party):
    answers = [answers_request(behaviour, party) for behaviour in BEHAVIOURS]
    assert answers == sorted(answers, reverse=True)
    assert answers[0] is answers_request(None, party) is True and answers[-1] is False


def test_no_two_answer_the_same():
    found = {tuple(answers_request(each, party) for party in PARTIES) for each in BEHAVIOURS}
    assert len(found) == len(BEHAVIOURS)


@pytest.mark.parametrize("requests", [None, *BEHAVIOURS])
@pytest.mark.parametrize("negotiation", [None, *BEHAVIOURS])
@pytest.mark.parametrize("party", PARTIES)
def test_negotiation_is_answered_only_where_requests_are(requests, negotiation, party):
    both = answers_request(requests, party) and answers_request(negotiation, party)
    assert answers_negotiation(requests, negotiation, party) == both
