"""An offer in a language that the customer doesn't read."""

import msgspec
import pytest

from tests.customer.samples import NOW, intent, ranked, received
from vrmnode.customer.acceptance import AcceptancePolicy, decide
from vrmnode.values.money import Money


def offered_in(tag, *read):
    came = received(1)
    draft = msgspec.structs.replace(came.offer.draft, in_language=tag)
    offer = msgspec.structs.replace(came.offer, draft=draft)
    came = type(came)(**{name: getattr(came, name) for name in came.__slots__} | {"offer": offer})
    return ranked(came, asked=intent(language=list(read) or None))


@pytest.mark.parametrize(
    ("tag", "read"), [("de", ()), ("de", ("de",)), ("de-AT", ("en", "de")), ("en", ("en-GB",))]
)
def test_a_language_that_fits(tag, read):
    assert offered_in(tag, *read)[0].acceptable


def test_another_language_is_a_coded_problem_and_never_accepted_by_itself():
    offers = offered_in("fr", "de", "en")
    (problem,) = offers[0].problems
    assert (problem.code, problem.words) == ("language", "it is in fr, you read de or en")
    policy = AcceptancePolicy(
        mode="automatic", vendors="any", max_total=Money(10**6, "EUR"), wait_offers=1
    )
    decision = decide(policy, offers, now=NOW, published_at=NOW, wanted=1, already_locked=0)
    assert decision.action != "accept"
    assert "it is in fr, you read de or en" in decision.rule
