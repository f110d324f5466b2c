"""Which warranty the policy promises for what."""

from __future__ import annotations

import pytest

from vrmnode.values.fields import FieldError
from vrmnode.vendor.policy import VendorPolicy
from vrmprotocol.draft import Warranty

RULES = {"months": 24, "used_months": 12, "repair_months": 6, "scope": "partsandlabor-bringin"}


@pytest.mark.parametrize(
    ("function", "condition", "months"),
    [
        ("Sell", "NewCondition", 24),
        ("Sell", "UsedCondition", 12),
        ("Sell", "RefurbishedCondition", 12),
        ("Repair", None, 6),
        ("LeaseOut", "NewCondition", None),
        ("Maintain", None, None),
        ("Buy", "UsedCondition", None),
    ],
)
def test_months_follow_from_what_is_done(
    function: str, condition: str | None, months: int | None
) -> None:
    policy = VendorPolicy.from_dict({"warranty": RULES})
    assert VendorPolicy.from_dict(policy.to_dict()) == policy
    wanted = months and Warranty(
        duration_of_warranty=months, warranty_scope="PartsAndLabor-BringIn"
    )
    assert policy.warranty.promised(function, condition) == wanted
    assert VendorPolicy().warranty.promised(function, condition) is None


def test_what_is_left_out_is_not_promised() -> None:
    policy = VendorPolicy.from_dict({"warranty": {"months": 24}})
    assert policy.warranty.promised("Sell", "UsedCondition") is None
    found = policy.warranty.promised("Sell", "NewCondition")
    assert found == Warranty(duration_of_warranty=24)
    assert "warranty" not in VendorPolicy().to_dict()


@pytest.mark.parametrize(
    "raw",
    [{"months": 0}, {"months": 1201}, {"scope": "Everything"}, {"years": 2}, {"months": "two"}, 24],
)
def test_what_cant_be_promised(raw: object) -> None:
    with pytest.raises(FieldError) as caught:
        VendorPolicy.from_dict({"warranty": raw})
    assert caught.value.field.startswith("warranty")
