"""The `[orders]` of a vendor's policy."""

from __future__ import annotations

import pytest

from vrmnode.values.fields import FieldError
from vrmnode.vendor.order_policy import ways_to_pay
from vrmnode.vendor.policy import VendorPolicy

FULL = {
    "pay": [
        {"method": "bank_transfer", "payee": "Shop", "account": "NL91ABNA0417164300"},
        {"method": "card", "url": "https://pay.example/{reference}"},
    ],
    "processing": "on_payment",
    "cancel_unpaid": False,
    "accept_cancels": False,
    "receipts": False,
    "accept_returns": True,
    "return_instructions": "Weg 1\n1234 Ort",
}


def read(**orders):
    return VendorPolicy.from_dict({"orders": orders}).orders


def test_it_comes_back():
    policy = VendorPolicy.from_dict({"orders": FULL})
    assert VendorPolicy.from_dict(policy.to_dict()) == policy
    assert policy.to_dict()["orders"] == FULL


def test_without_it_the_node_cancels_what_is_not_paid():
    plain = VendorPolicy.from_dict({}).orders
    assert plain.cancel_unpaid and plain.accept_cancels and plain.receipts
    assert plain.processing == "by_hand" and not plain.accept_returns


@pytest.mark.parametrize(
    ("orders", "field"),
    [
        ({"processing": "soon"}, "orders.processing"),
        ({"receipts": "yes"}, "orders.receipts"),
        ({"pay": [{"payee": "Shop"}]}, "orders.pay[1].method"),
        ({"pay": [{"method": "Card"}]}, "orders.pay[1].method"),
        ({"pay": [{"method": "card", "iban": "1"}]}, "orders.pay[1].iban"),
        ({"pay": [{"method": "card"}, {"method": "card"}]}, "orders.pay"),
        ({"pay": [{"method": "card", "account": "1" * 65}]}, "orders.pay[1].account"),
        ({"accept_returns": True}, "orders.return_instructions"),
        ({"colour": "red"}, "orders.colour"),
    ],
)
def test_what_is_wrong_is_named(orders, field):
    with pytest.raises(FieldError) as caught:
        read(**orders)
    assert caught.value.field == field


def test_ways_to_pay_are_those_agreed():
    policy = read(**FULL)
    ways = ways_to_pay(policy, ("invoice", "card", "cash"), "RF18")
    assert [way.method for way in ways] == ["card", "invoice", "cash"]
    assert ways[0].url == "https://pay.example/RF18"
    assert len(ways_to_pay(policy, tuple("abcdef"), "RF18")) == 4


def test_accounts_stay_out_of_logs():
    assert "NL91" not in repr(read(**FULL))
