"""Offers that a human makes: what the protocol and the stock demand holds, the rest is theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vendor.samples import BOOKS, DAY, DETAILS, NOW, intent
from vrmnode.values.fields import FieldError
from vrmnode.values.spans import format_day
from vrmnode.vendor.by_hand import free_item, plan_by_hand, read_by_hand
from vrmnode.vendor.drafting import complete_draft
from vrmnode.vendor.matching import NearMiss
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.responder import Plan
from vrmprotocol import bodies, certificate, encoding, schema
from vrmprotocol.draft import Draft, deal_id
from vrmprotocol.keys import SigningKey
from vrmprotocol.market import Intent

C = {"gtin": "9780131103627"}
TODAY = NOW - NOW % DAY
KEY = SigningKey(bytes([3]) * 32)


def by_hand(
    asked: Intent | None = None,
    *,
    policy: dict | None = None,
    stock: int | None = 20,
    **wish: object,
) -> Plan | NearMiss:
    found = VendorPolicy.from_dict(policy or {})
    read = read_by_hand(wish, found.currency, NOW)
    asked = asked or intent(**C)
    product = BOOKS[0] if read.name is None else free_item(read, asked, DETAILS, found.currency)
    return plan_by_hand(
        asked,
        read,
        product,
        policy=found,
        details=DETAILS,
        stock=None if read.name else stock,
        now=NOW,
    )


def plan(*args: object, **kwargs: object) -> Plan:
    found = by_hand(*args, **kwargs)  # type: ignore[arg-type]
    assert isinstance(found, Plan), found
    return found


def drafted(found: Plan) -> Draft:
    """The draft as it would be signed, read back under the protocol's own checks."""
    made = complete_draft(
        found.parts,
        deal=deal_id(bytes(32), KEY.public),
        intent_id=bytes(32),
        customer=bytes(32),
        root=KEY.public,
        certificate=certificate.issue(
            KEY, subject=KEY.public, serial=0, not_before=NOW, not_after=NOW + DAY
        ),
    )
    raw = encoding.decode_map(encoding.encode(bodies.to_wire(made)))
    assert schema.load(Draft, raw, code="message.body", unknown_code="message.body") == made
    return made


def test_as_the_node_would_have_it():
    found = plan()
    assert (found.sku, found.parts.price.total) == ("c", 999)
    assert found.reserve_until == found.parts.confirm_by
    drafted(found)


def test_another_price_even_below_the_floor():
    policy = {"prices": [{"percent": 10, "floor": "12 EUR"}]}
    assert plan(policy=policy).parts.price.unit_price == 1200
    found = plan(policy=policy, unit_price="9.50", delivery_charge="4.95")
    assert (found.parts.price.unit_price, found.parts.price.total) == (950, 1445)


def test_another_day_and_another_end():
    found = plan(deliver_by="2027-01-20", valid_for="36h")
    assert found.parts.delivery_latest == TODAY + 5 * DAY
    assert found.parts.delivery_earliest is not None
    assert found.parts.valid_through == NOW + 36 * 3600
    assert found.parts.confirm_by == found.parts.valid_through + 1800


def test_an_item_of_ones_own():
    found = plan(name="A lamp", unit_price="60 EUR", condition="used", gtin="9780131103627")
    item = found.parts.item_offered
    assert (found.sku, item.sku, item.name, item.gtin) == ("", None, "A lamp", "9780131103627")
    assert item.item_condition == "UsedCondition"
    assert not found.parts.reserved and found.reserve_until is None
    drafted(found)


def test_a_way_that_the_policy_doesnt_have():
    policy = {"delivery": {"DE": {"charge": "5", "days": 2}}}
    assert by_hand(policy=policy) == NearMiss(
        "delivery",
        "we don't deliver to NL; or else say the delivery charge and the day yourself",
    )
    found = plan(policy=policy, delivery_charge="12", deliver_by="2027-01-19")
    assert (found.parts.delivery_method, found.parts.price.delivery_charge) == ("ship", 1200)
    assert found.parts.delivery_latest == TODAY + 4 * DAY
    found = plan(delivery_method="pickup", delivery_charge="0", deliver_by="2027-01-15")
    assert found.parts.delivery_method == "pickup"


@pytest.mark.parametrize(
    ("asked", "changes", "reason"),
    [
        ({"terms": ["SD-BASE-ATP"]}, {}, "terms"),
        ({"currency": "USD"}, {}, "currency"),
        ({}, {"stock": 0}, "out_of_stock"),
        ({"quantity": 5}, {"stock": 4}, "quantity"),
        ({"delivery": ["onsite"]}, {}, "delivery"),
        ({"quantity": 1000}, {"unit_price": "9999999999", "stock": None}, "over_budget"),
    ],
)
def test_what_no_offer_can_be(asked, changes, reason):
    found = by_hand(intent(**{**C, **asked}), **changes)
    assert isinstance(found, NearMiss) and found.reason == reason


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"unit_price": "9 USD"}, "unit_price"),
        ({"unit_price": "cheap"}, "unit_price"),
        ({"name": "A lamp"}, "unit_price"),
        ({"name": "A lamp", "unit_price": "9", "sku": "c"}, "name"),
        ({"condition": "used"}, "name"),
        ({"gtin": "123"}, "gtin"),
        ({"deliver_by": "2027-01-14"}, "deliver_by"),
        ({"deliver_by": "soon"}, "deliver_by"),
        ({"valid_for": "59s"}, "valid_for"),
        ({"valid_for": "8d"}, "valid_for"),
        ({"delivery_method": "drone"}, "delivery_method"),
    ],
)
def test_what_makes_no_sense(wish, field):
    with pytest.raises(FieldError) as raised:
        by_hand(**wish)
    assert raised.value.code == "answer.invalid"
    assert raised.value.field == field


def test_unknown_fields():
    with pytest.raises(FieldError) as raised:
        by_hand(price="9 EUR")
    assert raised.value.code == "answer.unknown_field"


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**5),
    st.integers(0, 300),
    st.integers(60, 6 * DAY),
    st.integers(1, 30),
)
def test_whatever_is_said_the_draft_is_one(unit, charge, days, valid_s, quantity):
    day = TODAY + days * DAY
    found = by_hand(
        intent(**C, quantity=quantity, valid_for="7d"),
        stock=20,
        unit_price=f"{unit // 100}.{unit % 100:02}",
        delivery_charge=f"{charge // 100}.{charge % 100:02}",
        deliver_by=format_day(day),
        valid_for=f"{valid_s}s",
    )
    if quantity > 20:
        assert isinstance(found, NearMiss) and found.reason == "quantity"
        return
    assert isinstance(found, Plan)
    made = drafted(found)
    assert made.price_specification.total == unit * quantity + charge
    assert made.delivery_latest == day
    assert (made.delivery_earliest or 0) <= day
    assert made.valid_through == NOW + valid_s <= made.confirm_by
