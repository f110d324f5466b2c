"""The label of an order: the address as far as it was disclosed, and what is missing in words."""

import pytest

from tests.protocol.deals import DRAFT, make
from vrmnode.vendor.label import label

ANNA = {
    "name": "Anna Muster", "street_address": "Musterstraße 1", "postal_code": "10115",
    "locality": "Berlin", "country": "DE", "email": "anna@mail.example",
}  # fmt: skip
PLACE = {name: ANNA[name] for name in ("postal_code", "locality", "country")}


def test_a_whole_address():
    made = label(DRAFT, ANNA, status="processing", sent_from="DE")
    assert made.lines == ("Anna Muster", "Musterstraße 1", "10115 Berlin")
    assert (made.missing, made.words) == ((), "the address is complete")
    assert label(DRAFT, ANNA, status="processing").lines[-1] == "GERMANY"


def test_before_the_delivery_begins_there_is_the_place():
    made = label(DRAFT, PLACE, status="placed", sent_from="DE")
    assert made.lines == ("10115 Berlin",)
    assert made.missing == ("name", "street_address")
    assert made.words == "name, street_address: come when you mark the order as processing"


def test_what_should_have_come_is_said_otherwise():
    made = label(DRAFT, PLACE, status="processing")
    assert "not disclosed yet" in made.words
    nothing = label(DRAFT, {}, status="placed")
    assert nothing.lines == ()
    assert nothing.words.startswith("nothing was disclosed yet: name, street_address")


def test_no_code_is_missed_where_there_are_none():
    hong_kong = {"name": "A", "street_address": "B", "locality": "Kowloon", "country": "HK"}
    assert label(DRAFT, hong_kong, status="processing").missing == ()


@pytest.mark.parametrize(
    ("function", "method"), [("Sell", "pickup"), ("Sell", "download"), ("Buy", "ship")]
)
def test_what_goes_nowhere_needs_no_address(function, method):
    draft = make(DRAFT, business_function=function, delivery_method=method)
    made = label(draft, {}, status="placed")
    assert (made.lines, made.missing) == ((), ())
    assert "no address is needed" in made.words


def test_the_reference_is_that_of_the_payment_or_else_the_deal():
    assert label(DRAFT, {}, status="placed").reference == DRAFT.deal.hex()[:12]
    paid = make(DRAFT, payment=make(DRAFT.payment, reference="K-1"))
    assert label(paid, {}, status="placed").reference == "K-1"
    assert label(paid, {}, status="placed", reference="K-2").reference == "K-2"


def test_what_is_erased_isn_t_waited_for():
    made = label(DRAFT, {}, status="delivered", erased=True)
    assert (made.lines, made.missing) == ((), ())
    assert made.words == "what the customer disclosed is erased"


def test_the_address_is_in_no_repr():
    assert "Anna" not in repr(label(DRAFT, ANNA, status="placed"))
