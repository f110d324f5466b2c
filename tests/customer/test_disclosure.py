"""Stages: what is told to whom, and when it is due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.customer import disclosure
from vrmnode.customer.disclosure import DisclosurePolicy, Situation, steps
from vrmnode.customer.regard import DomainProof, Regard
from vrmnode.values.fields import FieldError
from vrmprotocol import contact
from vrmprotocol.order_rules import DELIVERY_WORDS, STATUSES

PLACE = ("postal_code", "locality", "region", "country")
DELIVERY = ("name", "street_address")
NEEDED = frozenset({"name", "street_address", "postal_code", "locality", "country"})
STRANGER, TRUSTED = Regard(), Regard(trusted=True, groups=("books",))
PROVED = Regard(proof=DomainProof("shop.example", 1))
FUNCTIONS = ["Sell", "LeaseOut", "Repair", "Maintain", "ProvideService", "Dispose", "Buy"]
METHODS = ["ship", "pickup", "download", "onsite"]
WHO = st.sampled_from([*disclosure.WHO, "group:books"])
REGARDS = st.sampled_from([STRANGER, TRUSTED, PROVED])
NAMES = st.frozensets(st.sampled_from(contact.NAMES))


def situation(**changes):
    usual = {
        "function": "Sell", "delivery_method": "ship", "order_status": "placed",
        "regard": TRUSTED, "stored": frozenset(contact.NAMES), "needed": NEEDED,
        "told": frozenset(),
    }  # fmt: skip
    return Situation(**{**usual, **changes})


def told(policy, where):
    """What a node would tell by itself."""
    return tuple(name for step in steps(policy, where) if step.may for name in step.fields)


def test_the_place_when_it_is_agreed_and_the_rest_when_the_vendor_begins():
    policy = DisclosurePolicy()
    assert told(policy, situation()) == PLACE
    assert told(policy, situation(order_status="payment_due")) == PLACE
    assert told(policy, situation(order_status="processing")) == (*PLACE, *DELIVERY)
    after = situation(order_status="processing", told=frozenset(PLACE))
    assert told(policy, after) == DELIVERY
    everything = situation(order_status="shipped", told=frozenset({*PLACE, *DELIVERY}))
    assert steps(policy, everything) == ()


@pytest.mark.parametrize("regard", [STRANGER, PROVED, TRUSTED])
def test_strangers_are_asked_about(regard):
    found = steps(DisclosurePolicy(), situation(regard=regard))
    assert [(step.stage, step.fields, step.may) for step in found] == [
        ("place", PLACE, regard is not STRANGER)
    ]
    words = "to vendors trusted or proved"
    assert found[0].rule.endswith(words)
    assert found[0].rule.startswith("ask: " if regard is STRANGER else "automatic: place")


@pytest.mark.parametrize(
    ("who", "included"),
    [
        ("nobody", []),
        ("trusted", [TRUSTED]),
        ("proved", [PROVED, TRUSTED]),
        ("any", [STRANGER, PROVED, TRUSTED]),
        ("group:books", [TRUSTED]),
        ("group:toys", []),
    ],
)
def test_who_is_meant(who, included):
    found = [each for each in (STRANGER, PROVED, TRUSTED) if disclosure.includes(who, each)]
    assert found == included


def test_what_is_missing_is_asked_for():
    (step,) = steps(DisclosurePolicy(), situation(stored=frozenset({"country"})))
    assert step.fields == ("country",)
    assert step.missing == ("postal_code", "locality")
    assert step.may
    nothing = steps(DisclosurePolicy(), situation(stored=frozenset(), regard=STRANGER))
    assert [step.missing for step in nothing] == [("postal_code", "locality", "country")]


def test_a_relationship_is_shown_only_where_it_is_wanted():
    policy = DisclosurePolicy(place="nobody", relationship="trusted")
    assert told(policy, situation()) == ("relationship",)
    assert told(policy, situation(regard=PROVED)) == ()
    assert told(policy, situation(delivery_method="pickup")) == ("relationship",)
    stages = [step.stage for step in steps(policy, situation(regard=PROVED))]
    assert stages == ["place"]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("method", METHODS)
def test_which_deals_need_a_place(function, method):
    sends = method == "ship" and function in ("Dispose", "Buy")
    expected = method in ("ship", "onsite") and not sends
    assert contact.needs_place(function, method) == expected
    where = situation(function=function, delivery_method=method, order_status="processing")
    assert bool(told(DisclosurePolicy(), where)) == expected


# SPEC 09: The customer's node MUST NOT disclose a field before its stage, unless its owner names
# the field and the deal.
@given(
    policy=st.builds(DisclosurePolicy, place=WHO, delivery=WHO, relationship=WHO),
    status=st.sampled_from(STATUSES),
    function=st.sampled_from(FUNCTIONS),
    method=st.sampled_from(METHODS),
    regard=REGARDS,
    stored=NAMES,
    before=NAMES,
)
def test_whatever_the_policy_nothing_is_told_early_or_without_need(
    policy, status, function, method, regard, stored, before
):
    where = situation(
        function=function, delivery_method=method, order_status=status, regard=regard,
        stored=stored, told=before,
    )  # fmt: skip
    found = set(told(policy, where))
    assert found <= (stored | {"relationship"}) - before
    assert not found & {"email", "telephone"}
    if status in ("delivered", "cancelling", "cancelled", "returned"):
        assert found == set()
    if not contact.needs_place(function, method):
        assert found <= {"relationship"}
    if found & set(DELIVERY):
        assert status in DELIVERY_WORDS or status == "problem"
        assert disclosure.includes(policy.delivery, regard)
    if found & set(PLACE):
        assert disclosure.includes(policy.place, regard)
    if "relationship" in found:
        assert disclosure.includes(policy.relationship, regard)
    if regard == STRANGER and "any" not in policy.to_dict().values():
        assert found == set()


def test_every_status_is_one_or_the_other():
    over = {"delivered", "cancelling", "cancelled", "returned"}
    assert disclosure.BEFORE_DELIVERY | disclosure.UNDER_WAY | over == set(STATUSES)
    assert not disclosure.BEFORE_DELIVERY & disclosure.UNDER_WAY


def test_a_policy_as_people_write_it():
    policy = DisclosurePolicy.from_dict({"place": "Any", "delivery": "group:Books"})
    assert policy == DisclosurePolicy(place="any", delivery="group:Books")
    assert DisclosurePolicy.from_dict(policy.to_dict()) == policy
    assert DisclosurePolicy.from_dict({}) == DisclosurePolicy("proved", "proved", "nobody")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"place": "everybody"}, "disclosure.invalid"),
        ({"delivery": 1}, "disclosure.invalid"),
        ({"relationship": "group:"}, "disclosure.invalid"),
        ({"contact": "any"}, "disclosure.unknown_field"),
    ],
)
def test_policies_that_are_none(raw, code):
    with pytest.raises(FieldError) as caught:
        DisclosurePolicy.from_dict(raw)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"order_status": "cancelled"}, "cancelled"),
        ({"delivery_method": "pickup"}, "pickup needs none"),
        ({"told": frozenset(PLACE)}, "wait for the vendor to begin"),
        ({"order_status": "shipped", "told": frozenset({*PLACE, *DELIVERY})}, "was told"),
    ],
)
def test_why_nothing_is_due(changes, words):
    assert words in disclosure.why_nothing(situation(**changes))
