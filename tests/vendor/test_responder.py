"""Offers and refusals."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.vendor.samples import BOOKS, DAY, DETAILS, NOW, intent, plan, refusal, reply
from vrmnode.vendor.policy import VendorPolicy
from vrmnode.vendor.product import Product
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.responder import Plan, complete_draft, with_reason
from vrmprotocol import certificate, draft, encoding
from vrmprotocol.bodies import to_wire
from vrmprotocol.keys import SigningKey
from vrmprotocol.market import Constraint

C = {"gtin": "9780131103627"}
POSTED = {"delivery": {"NL": {"charge": "3.95", "days": [1, 3]}}}


def test_a_complete_draft_that_the_protocol_accepts():
    root, signing = SigningKey(bytes(32)), SigningKey(bytes([1]) * 32)
    cert = certificate.issue(
        root, subject=signing.public, serial=1, not_before=NOW, not_after=NOW + 90 * DAY
    )
    answer = plan(intent(**C, quantity=2, must=["pages>=200"]), policy=POSTED)
    whole = complete_draft(
        answer.parts,
        deal=bytes(32),
        intent_id=bytes([2]) * 32,
        customer=bytes([3]) * 32,
        root=root.public,
        certificate=cert,
    )
    draft.check(whole)
    encoding.encode(to_wire(whole))
    price = whole.price_specification
    assert (price.unit_price, price.delivery_charge, price.total) == (999, 395, 2393)
    assert whole.item_offered.gtin == "9780131103627"
    assert whole.vendor.name == "Book shop"
    assert whole.terms == "SD-BASE"
    assert whole.ext == {"properties": {"pages": "272"}}
    assert whole.delivery_earliest == NOW - NOW % DAY + DAY
    assert whole.delivery_latest == NOW - NOW % DAY + 3 * DAY


def test_reserved_stock_bounds_how_long_the_offer_is_valid():
    answer = plan(intent(**C), policy={"reserve_minutes": 45, "confirm_minutes": 20})
    assert answer.parts.reserved
    assert answer.parts.valid_through == NOW + 45 * 60
    assert answer.reserve_until == answer.parts.confirm_by == NOW + 65 * 60


def test_without_counted_stock_nothing_is_reserved():
    answer = plan(intent(name="head first design patterns"))
    assert not answer.parts.reserved
    assert answer.reserve_until is None
    assert answer.parts.valid_through == NOW + 1440 * 60


def test_never_valid_longer_than_the_intent():
    answer = plan(intent(**C, valid_for="10m"))
    assert answer.parts.valid_through <= NOW + 1200


@pytest.mark.parametrize(
    ("wanted", "policy", "reason"),
    [
        ({**C, "budget": "13.93 EUR"}, POSTED, "over_budget"),
        ({**C, "budget": "20 USD"}, {}, "currency"),
        ({**C, "currency": "USD"}, {}, "currency"),
        ({**C, "quantity": 21}, {}, "quantity"),
        ({**C, "quantity": 2}, {"max_quantity": 1}, "quantity"),
        ({"mpn": "DHP484"}, {}, "out_of_stock"),
        ({**C, "country": "FR"}, {}, "out_of_area"),
        ({**C, "terms": ["PDC-AI"]}, {}, "terms"),
        ({**C, "payment": ["cash"]}, {}, "payment"),
        ({**C, "delivery": ["pickup"]}, {}, "delivery"),
        ({**C, "by": "2027-01-16"}, POSTED, "late"),
        ({**C, "condition": "used"}, {}, "condition"),
        ({**C, "must": ["format=hardcover"]}, {}, "constraint"),
    ],
)
def test_refusals(wanted, policy, reason):
    refused = refusal(intent(**wanted), policy=policy)
    assert refused.reason == reason
    assert refused.send
    assert len(refused.words) <= 200


def test_budget_is_to_the_door():
    assert plan(intent(**C, budget="13.94 EUR"), policy=POSTED).parts.price.total == 1394


def test_day_of_delivery_may_be_the_last_wanted():
    # 1_800_000_000 lies on 2027-01-15.
    assert plan(intent(**C, by="2027-01-18"), policy=POSTED).parts.delivery_latest


def test_nothing_near_is_no_answer():
    assert reply(intent(name="garden hose")) is None
    assert reply(intent(**C), policy={"answer": False}) is None
    assert reply(intent(name="design patterns", function="Repair")) is None
    assert reply(intent(**C), now=NOW + 30 * DAY) is None


def test_near_misses_may_be_kept_silent():
    assert not refusal(intent(**C, quantity=21), policy={"refuse_near_misses": False}).send


def test_another_product_of_the_category_where_the_first_has_gone():
    asked = intent(category=784)
    assert plan(asked).sku == "c"
    stock = {"c": 0, "cpp": 1, "patterns": 3}
    assert plan(asked, available=stock.get).sku == "head-first"


def test_refusal_is_about_the_best_match():
    dear = intent(name="design patterns", budget="20 EUR")
    assert refusal(dear).reason == "over_budget"


def test_cheapest_way_in_time():
    table = {
        "delivery": {
            "NL": [
                {"method": "ship", "charge": "3.95", "days": [3, 5]},
                {"method": "ship", "charge": "9.95", "days": 1},
                {"method": "pickup", "charge": "0.00", "days": 1},
            ]
        }
    }
    assert plan(intent(**C), policy=table).parts.delivery_method == "pickup"
    shipped = plan(intent(**C, delivery=["ship"]), policy=table).parts
    assert shipped.price.delivery_charge == 395
    soon = plan(intent(**C, delivery=["ship"], by="2027-01-16"), policy=table).parts
    assert soon.price.delivery_charge == 995


def test_products_own_delivery_comes_first():
    own = Product(
        sku="x",
        name="Anvil",
        price=10_000,
        currency="EUR",
        delivery={"NL": {"charge": "49.00 EUR", "days": 9}},
    )
    assert plan(intent(name="anvil"), products=(own,)).parts.price.total == 14_900
    assert refusal(intent(name="anvil", country="DE"), products=(own,)).reason == "out_of_area"
    broken = Product(sku="x", name="Anvil", price=1, currency="EUR", delivery={"NL": "by hand"})
    assert refusal(intent(name="anvil"), products=(broken,)).reason == "out_of_area"


def test_tax_by_rule():
    policy = {"tax_percent": 21, "prices": [{"category": 784, "tax_percent": 9}]}
    price = plan(intent(**C), policy=policy).parts.price
    assert (price.tax_rate_ppm, price.tax_included) == (90_000, 82)


def test_payment_and_language_as_asked():
    policy = {"payment": {"method": ["card", "invoice"], "due": "on_delivery"}}
    details = VendorDetails(name="x", area_served=("NL",), in_language=("en", "nl"))
    asked = intent(**C, payment=["invoice"], language=["nl", "en"])
    parts = plan(asked, policy=policy, details=details).parts
    assert parts.payment.method == ("invoice",)
    assert parts.payment.due == "on_delivery"
    assert parts.in_language == "nl"


def test_author_among_the_words_stands_in_the_draft():
    parts = plan(intent(name="programming language kernighan")).parts
    assert parts.ext == {"properties": {"author": "Kernighan, Ritchie"}}


def test_stated_properties_stay_few_and_short():
    product = Product(
        sku="s",
        name="Lamp",
        price=1,
        currency="EUR",
        properties={f"p{at}": "x" * at for at in range(1, 80)},
    )
    asked = intent(name="lamp", prefer=[f"p{at}=1" for at in (3, 70, *range(4, 18))])
    stated = plan(asked, products=(product,)).parts.ext["properties"]
    assert stated == {f"p{at}": "x" * at for at in (3, 4, 5, 6, 7, 8, 9, 10)}


def test_total_beyond_the_protocols_largest_amount_is_refused():
    gold = Product(sku="g", name="Gold bar", price=10**11, currency="EUR")
    assert refusal(intent(name="gold bar", quantity=100), products=(gold,)).reason == "over_budget"


@given(
    price=st.integers(0, 10**9),
    percent=st.integers(-90, 100),
    floor=st.integers(0, 10**9),
    stock=st.integers(1, 50),
    quantity=st.integers(1, 60),
    most=st.integers(0, 10**9) | st.none(),
)
def test_words_never_tell_floor_or_stock(price, percent, floor, stock, quantity, most):
    product = Product(sku="s", name="Lamp", price=price, currency="EUR", stock=stock)
    budget = {} if most is None else {"budget": f"{most // 100}.{most % 100:02d} EUR"}
    rule = {"percent": percent, "floor": f"{floor // 100}.{floor % 100:02d} EUR"}
    found = reply(
        intent(name="lamp", quantity=quantity, **budget),
        products=(product,),
        policy={"prices": [rule]},
    )
    if isinstance(found, Plan):
        priced = found.parts.price
        assert priced.unit_price >= floor
        assert priced.total == priced.unit_price * quantity + priced.delivery_charge
        assert most is None or priced.total <= most
        assert quantity <= stock
    else:
        assert found is not None
        assert not any(letter.isdigit() for letter in found.words)


@pytest.mark.parametrize("value", ["x" * 5000, "a\x00b\u2028c", "\x85" * 300])
def test_words_of_a_stranger_dont_break_the_refusal(value):
    asked = intent(**C)
    strange = Constraint(name="format", op="eq", value=value)
    words = refusal(structs.replace(asked, must=(strange,))).words
    assert words.startswith("we can't promise: format ")
    assert len(words) <= 200
    assert words.isprintable()


def test_defaults_sell():
    assert VendorPolicy.from_dict({}) == VendorPolicy()
    assert isinstance(reply(intent(**C), products=BOOKS, details=DETAILS), Plan)


def test_why_a_price_is_not_for_everybody_stands_in_the_rule_of_what_is_sold():
    sold = plan(intent(**C))
    repaired = replace(sold, parts=replace(sold.parts, business_function="Repair"))
    why = "returning customer, 3 deals: −5 %"
    found = with_reason((sold, repaired), why)
    assert isinstance(found, tuple)
    assert [each.rule for each in found] == [f"{sold.rule}; {why}", sold.rule]
    assert with_reason((sold,), None) == (sold,)
    refused = refusal(intent(**C, quantity=21))
    assert with_reason(refused, why) is refused
    assert with_reason(None, why) is None
