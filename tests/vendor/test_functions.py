"""What a vendor does besides selling: what is found, at what price, and what is drafted."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vendor.samples import DAY, NOW, intent, plan, refusal, replies, reply
from vrmnode.vendor import prices
from vrmnode.vendor.feed import FeedOptions, RowError, read_products
from vrmnode.vendor.product import Product, product_from_dict, product_to_dict, usual_condition
from vrmnode.vendor.profile import VendorDetails
from vrmnode.vendor.responder import Plan
from vrmprotocol.functions import FUNCTIONS

DRILLS, TOOLS, HARDWARE, BOOK = 1217, 1167, 632, 784
GTIN = "0088381684866"
THING = {"name": "DHP484 combi drill", "gtin": GTIN, "brand": "Makita", "category": DRILLS}
EVERYTHING = VendorDetails(name="Workshop", area_served=("NL",), business_function=FUNCTIONS)


def row(sku: str, function: str, price: int, **more) -> Product:
    name = more.pop("name", f"{function} {sku}")
    more.setdefault("condition", usual_condition(function))
    return Product(
        sku=sku, name=name, price=price, currency="EUR", business_function=function, **more
    )


REPAIR = row("repair", "Repair", 4900, category=TOOLS, lead_days=5)
DRILL = row(
    "drill", "Sell", 9490, name="DHP484 combi drill", gtin14="00088381684866", brand="Makita",
    category=DRILLS, stock=2,
)  # fmt: skip
RENT = row(
    "rent", "LeaseOut", 2500, name="Combi drill, Makita", brand="Makita", category=DRILLS,
    price_unit="week", deposit=10_000, stock=1,
)  # fmt: skip
WORKSHOP = (REPAIR, DRILL, RENT)


def answers(asked, products=WORKSHOP, details=EVERYTHING, **more):
    found = replies(asked, products=products, details=details, **more)
    return [each.sku for each in found] if isinstance(found, tuple) else found


def only(asked, *products, **more) -> Plan:
    return plan(asked, products=products, details=EVERYTHING, **more)


def broken(**more):
    return intent(**THING, function="Repair", **more)


def test_one_offer_for_each_function_in_the_customers_order():
    assert answers(broken()) == ["repair"]
    asked = broken(alternatives=["Sell", "LeaseOut"], lease_days=14)
    assert answers(asked) == ["repair", "drill", "rent"]
    asked = broken(alternatives=["LeaseOut", "Sell"], lease_days=14)
    assert answers(asked) == ["repair", "rent", "drill"]
    assert answers(asked, products=(DRILL,)) == ["drill"]


def test_only_what_the_profile_says():
    asked = broken(alternatives=["Sell"])
    seller = VendorDetails(name="Shop", area_served=("NL",))
    assert answers(asked, details=seller) == ["drill"]
    assert answers(broken(), details=seller).reason == "function"


def test_a_vendor_of_the_very_thing_says_that_it_does_nothing_of_the_kind():
    refused = refusal(broken(), products=(DRILL,), details=EVERYTHING)
    assert refused.reason == "function"
    assert refused.words == "this shop sells it, and does nothing of what you ask"
    assert refused.send
    asked = intent(name="window cleaning", function="ProvideService")
    assert reply(asked, products=(DRILL,), details=EVERYTHING) is None


def test_a_refusal_is_about_the_first_function_that_comes_near():
    asked = broken(alternatives=["Sell"], budget="10 EUR")
    assert refusal(asked, products=WORKSHOP, details=EVERYTHING).reason == "over_budget"
    gone = row("drill", "Sell", 9490, gtin14="00088381684866", brand="Makita", stock=0)
    asked = broken(alternatives=["Sell"])
    assert refusal(asked, products=(gone,), details=EVERYTHING).reason == "out_of_stock"


@pytest.mark.parametrize(
    ("wanted", "serves"),
    [
        ({"category": DRILLS}, True),
        ({"category": TOOLS}, True),
        ({"category": HARDWARE}, False),
        ({"category": BOOK}, False),
        ({"name": "DHP484", "category": 1367}, True),
        ({"name": "repair"}, True),
        ({"name": "umbrella"}, False),
    ],
)
def test_a_repair_is_for_its_category_and_below(wanted, serves):
    found = answers(intent(**wanted, function="Repair"), products=(REPAIR,))
    assert found == (["repair"] if serves else None)


@pytest.mark.parametrize(
    ("wanted", "serves"),
    [
        ({"brand": "makita"}, True),
        ({"name": "Makita drill"}, True),
        ({"brand": "Bosch"}, False),
        ({"name": "drill"}, False),
    ],
)
def test_a_repair_may_be_for_one_brand_only(wanted, serves):
    makita = row("makita", "Repair", 3900, category=TOOLS, brand="Makita")
    found = answers(intent(category=DRILLS, **wanted, function="Repair"), products=(makita,))
    if serves:
        assert found == ["makita"]
    else:
        assert (found.reason, found.words) == ("constraint", "we do that for the brand Makita only")


def test_a_repair_may_be_for_one_model_only():
    model = row("model", "Repair", 2900, gtin14="00088381684866")
    assert answers(broken(), products=(model, REPAIR)) == ["model"]
    other = intent(name="x", gtin="9780131103627", category=TOOLS, function="Repair")
    own = row("own", "Repair", 2900, gtin14="00088381684866", category=TOOLS)
    assert answers(other, products=(own,)).reason == "constraint"


def test_the_category_of_a_thing_that_the_vendor_sells_is_known():
    asked = intent(gtin=GTIN, function="Repair")
    assert answers(asked, products=(REPAIR, DRILL)) == ["repair"]
    assert answers(asked, products=(REPAIR,)) is None


def test_a_repair_is_drafted_for_the_customers_thing():
    parts = only(broken(description="The chuck slips."), REPAIR).parts
    item = parts.item_offered
    assert (parts.business_function, item.name) == ("Repair", "Repair repair")
    assert (item.gtin, item.brand, item.category) == ("0088381684866", "Makita", DRILLS)
    assert item.item_condition is None
    assert (parts.lease, parts.returns.days) == (None, 0)
    # Three days of delivery at least, after five in the workshop.
    assert parts.delivery_earliest == NOW - NOW % DAY + 8 * DAY


def test_the_condition_asked_for_is_that_of_what_is_supplied():
    asked = broken(alternatives=["Sell"], condition="used")
    assert answers(asked) == ["repair"]
    assert answers(broken(alternatives=["Sell"], condition="new")) == ["repair", "drill"]


def test_a_replacement_may_have_another_number_but_not_another_name():
    newer = row("newer", "Sell", 9990, name="DHP484 combi drill, new", brand="Makita",
                gtin14="09780131103627", category=DRILLS)  # fmt: skip
    assert answers(broken(alternatives=["Sell"]), products=(newer,)) == ["newer"]
    knife = row("knife", "Sell", 900, name="Pocket knife", category=DRILLS)
    assert answers(broken(alternatives=["Sell"]), products=(knife,)) is None
    assert answers(intent(**THING), products=(newer,)).reason == "constraint"


@pytest.mark.parametrize(
    ("unit", "days", "units"),
    [("day", 1, 1), ("day", 14, 14), ("week", 1, 1), ("week", 7, 1), ("week", 8, 2),
     ("week", 14, 2), ("month", 30, 1), ("month", 31, 2), ("month", 3650, 122)],
)  # fmt: skip
def test_each_unit_of_a_lease_that_begins_counts(unit, days, units):
    product = row("x", "LeaseOut", 700, price_unit=unit)
    assert prices.unit_price(product, (), days) == 700 * units


@given(st.sampled_from(("day", "week", "month")), st.integers(1, 3650), st.integers(0, 10**6))
def test_a_longer_lease_never_costs_less(unit, days, price):
    product = row("x", "LeaseOut", price, price_unit=unit)
    shorter, longer = (prices.unit_price(product, (), d) for d in (days, days + 1))
    assert isinstance(longer, int)
    assert shorter <= longer <= shorter + price


def test_a_lease_is_drafted_with_deposit_and_days():
    one_day = {"delivery": {"NL": {"method": "pickup", "days": 1}}}
    asked = intent(**THING, function="LeaseOut", lease_days=10, quantity=3)
    drill = {"name": "DHP484 combi drill", "brand": "Makita", "category": DRILLS}
    by_week = row("rent", "LeaseOut", 2500, price_unit="week", deposit=10_000, **drill)
    parts = only(asked, by_week, policy=one_day).parts
    assert parts.price.total == 3 * 2 * 2500
    assert parts.lease is not None
    assert (parts.lease.lease_length, parts.lease.deposit) == (10, 30_000)
    assert parts.lease.start_date == parts.delivery_earliest == NOW - NOW % DAY + DAY
    assert parts.item_offered.item_condition == "NewCondition"
    some_days = only(asked, row("rent", "LeaseOut", 2500, gtin14="00088381684866", brand="Makita"))
    assert some_days.parts.lease is not None
    assert some_days.parts.lease.start_date is some_days.parts.lease.deposit is None


def test_the_cheapest_lease_for_the_days_that_are_asked_for():
    by_day = row("by-day", "LeaseOut", 900, price_unit="day", category=DRILLS)
    by_week = row("by-week", "LeaseOut", 4000, price_unit="week", category=DRILLS)
    for days, sku in ((1, "by-day"), (4, "by-day"), (5, "by-week"), (8, "by-day"), (9, "by-week")):
        asked = intent(category=DRILLS, function="LeaseOut", lease_days=days)
        assert answers(asked, products=(by_day, by_week)) == [sku]


def test_rules_of_prices_are_for_what_is_sold():
    policy = {"prices": [{"percent": -50, "floor": "40.00 EUR", "tax_percent": 19}]}
    asked = broken(alternatives=["Sell", "LeaseOut"], lease_days=7)
    found = replies(asked, products=WORKSHOP, details=EVERYTHING, policy=policy)
    assert isinstance(found, tuple)
    assert [each.parts.price.unit_price for each in found] == [4900, 4745, 2500]
    assert {each.parts.price.tax_rate_ppm for each in found} == {190_000}
    assert [prices.floor_of(each, (prices.PriceRule(floor=7),)) for each in WORKSHOP] == [0, 7, 0]


def test_the_vendor_buys_for_the_most_that_it_pays():
    products = (
        row("any", "Buy", 2000, category=TOOLS),
        row("makita", "Buy", 3500, category=TOOLS, brand="Makita", stock=5),
    )
    posted = {"delivery": {"NL": {"method": "ship", "charge": "4.90"}}, "tax_percent": 19}
    asked = intent(**THING, function="Buy", condition="used", min_price="30 EUR", quantity=2)
    parts = only(asked, *products, policy=posted).parts
    assert (parts.price.total, parts.price.delivery_charge, parts.price.tax_included) == (
        7000,
        0,
        None,
    )
    assert (parts.item_offered.item_condition, parts.payment.due) == (
        "UsedCondition",
        "on_delivery",
    )
    more = intent(**THING, function="Buy", min_price="35.01 EUR")
    assert refusal(more, products=products, details=EVERYTHING).reason == "below_minimum"
    six = intent(**THING, function="Buy", quantity=6)
    assert answers(six, products=products) == ["any"]


def test_a_vendor_that_has_to_fetch_it_for_money_buys_nothing():
    product = row("any", "Buy", 2000, category=TOOLS)
    for charge, bought in (("0.00", True), ("30.00", False)):
        fetched = {"delivery": {"NL": {"method": "onsite", "charge": charge}}}
        found = answers(intent(**THING, function="Buy"), products=(product,), policy=fetched)
        assert found == ["any"] if bought else found.reason == "delivery"


def test_disposal_may_cost_something_or_nothing():
    for price in (0, 1500):
        product = row("away", "Dispose", price, category=HARDWARE)
        asked = intent(**THING, function="Dispose", budget="15 EUR")
        assert only(asked, product).parts.price.total == price
    assert (
        answers(intent(**THING, function="Dispose", budget="5 EUR"), products=(product,)).reason
        == "over_budget"
    )


def test_work_is_found_by_its_words():
    cleaning = row("c", "ProvideService", 6000, name="Window cleaning, a flat up to 80 m2")
    asked = intent(name="window cleaning", function="ProvideService")
    assert only(asked, cleaning).parts.item_offered.name.startswith("Window cleaning")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_is_offered(function):
    lease = {"price_unit": "day"} if function == "LeaseOut" else {}
    product = row("x", function, 1000, name="DHP484 combi drill", brand="Makita", **lease)
    days = {"lease_days": 3} if function == "LeaseOut" else {}
    found = only(
        intent(**{**THING, "gtin": None, "category": None}, function=function, **days), product
    )
    assert found.parts.business_function == function


def test_what_stands_in_the_catalogue():
    text = (
        "sku,name,price,function,price unit,deposit,lead days,category,condition\n"
        "a,Repair of tools,49.00,http://purl.org/goodrelations/v1#Repair,,,5,,\n"
        'b,Drill,25.00,Vermietung,week,"100,00",,,\n'
        "c,Old tools,10.00,Buy,,,,,\n"
        "d,Drill,94.90,,piece,,,,new\n"
    )
    found = list(read_products(io.BytesIO(text.encode()), FeedOptions()))
    a, b, c, d = (each for each in found if isinstance(each, Product))
    assert (a.business_function, a.lead_days, a.price_unit) == ("Repair", 5, None)
    assert (b.business_function, b.price_unit, b.deposit) == ("LeaseOut", "week", 10_000)
    assert (c.business_function, c.condition) == ("Buy", "UsedCondition")
    assert (d.business_function, d.price_unit, d.condition) == ("Sell", None, "NewCondition")
    for each in (a, b, c, d):
        assert product_from_dict(product_to_dict(each)) == each


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("x,Drill,25.00,Lend,,,", "function"),
        ("x,Drill,25.00,LeaseOut,hour,,", "price unit"),
        ("x,Drill,25.00,Repair,week,,", "price unit"),
        ("x,Drill,25.00,Sell,,50.00,", "deposit"),
        ("x,Drill,25.00,LeaseOut,day,dear,", "deposit"),
        ("x,Drill,25.00,LeaseOut,day,50 USD,", "deposit"),
        ("x,Drill,25.00,Repair,,,soon", "lead days"),
        ("x,Drill,25.00,Repair,,,400", "lead days"),
    ],
)
def test_cells_that_cant_be_used(cells, column):
    text = f"sku,name,price,function,price unit,deposit,lead days\n{cells}\n"
    (error,) = read_products(io.BytesIO(text.encode()), FeedOptions())
    assert isinstance(error, RowError)
    assert error.column.startswith(column)


def test_a_product_of_json_knows_its_function_too():
    raw = {"sku": "x", "name": "Drill", "price": 1, "currency": "EUR"}
    assert product_from_dict(raw).business_function == "Sell"
    rented = product_from_dict({**raw, "business_function": "gr:LeaseOut", "deposit": 5})
    assert (rented.business_function, rented.price_unit) == ("LeaseOut", "day")
    for wrong in ({"deposit": 5}, {"price_unit": "day"}, {"business_function": "Lend"}):
        with pytest.raises(Exception, match="expected"):
            product_from_dict({**raw, **wrong})
