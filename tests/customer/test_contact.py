"""Contact data as its owner types it; no error and no repr has a value in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmnode.customer.contact import ContactData, Planned, known_names
from vrmnode.values.fields import FieldError
from vrmprotocol import contact, encoding

ANNA = {"name": "Anna Muster", "postal_code": "10115", "country": "DE"}


def refusal(raw):
    with pytest.raises(FieldError) as caught:
        ContactData().changed(raw)
    return caught.value


def test_fields_are_set_and_replaced_one_by_one():
    data = ContactData().changed(ANNA).changed({"name": "Anna Müller"})
    assert data.values == {**ANNA, "name": "Anna Müller"}
    assert data.names == ("name", "postal_code", "country")
    assert data.without(["name", "email"]).names == ("postal_code", "country")


def test_a_planned_value_holds_from_its_moment_on():
    data = ContactData().changed(ANNA).with_plan({"name": "Anna Müller"}, 50, announce=True)
    assert data.values == ANNA
    assert data.next_change() == 50
    assert data.at(49) == data
    assert data.at(50) == ContactData({**ANNA, "name": "Anna Müller"})
    assert data.at(50).next_change() is None
    assert data.with_plan({"name": "Anna M."}, 60, announce=True).planned["name"].value == "Anna M."
    assert data.changed({"name": "Anna M."}).planned == {}
    assert data.without(["name"]) == ContactData({"postal_code": "10115", "country": "DE"})


def test_what_a_field_is_already_is_no_plan():
    data = ContactData().changed(ANNA)
    assert data.with_plan({**ANNA, "name": "Anna M."}, 50, announce=True).planned.keys() == {"name"}
    moving = data.with_plan({"postal_code": "10117"}, 50, announce=True)
    assert moving.with_plan(ANNA, 60, announce=True) == data


def test_a_plan_may_be_kept_quiet_and_told_later():
    data = ContactData().with_plan(ANNA, 50, announce=False)
    assert data.names == ("name", "postal_code", "country")
    assert [one.announce for one in data.announced(["name"]).planned.values()].count(True) == 1
    assert "Anna" not in repr(data)
    assert "Anna" not in repr(Planned("Anna Muster", 50))


def test_what_is_typed_is_tidied():
    raw = {"street_address": "  Musterstraße 1 \r\n\n 3. Stock ", "country": " de"}
    assert ContactData().changed(raw).values == {
        "street_address": "Musterstraße 1\n3. Stock",
        "country": "DE",
    }


@pytest.mark.parametrize(
    ("raw", "field", "came"),
    [
        ({"postal_code": 10115}, "postal_code", "a number"),
        ({"name": True}, "name", "a truth value"),
        ({"name": ["Anna"]}, "name", "a list"),
        ({"name": None}, "name", "a value that is no text"),
        ({"name": "  "}, "name", "an empty text"),
        ({"country": "Germany"}, "country", "another text of 7 characters"),
        ({"country": "UK"}, "country", "another text of 2 characters"),
        ({"email": "anna"}, "email", "another text of 4 characters"),
        ({"telephone": "call me"}, "telephone", "another text of 7 characters"),
        ({"name": "\ud800x"}, "name", "another text of 2 characters"),
    ],
)
def test_a_wrong_value_is_named_by_its_field(raw, field, came):
    error = refusal(raw)
    assert (error.code, error.field, error.came) == ("contact.invalid", field, came)
    expected = contact.BY_NAME[field].expected
    if field == "country":
        expected = "a country by its two letters, such as DE, GB or US"
    assert error.detail == f"{field}: expected {expected}, came {came}"


def test_a_field_that_there_is_not():
    error = refusal({"Anna Muster": "name"})
    assert error.code == "contact.unknown_field"
    assert "Anna" not in error.detail
    with pytest.raises(FieldError):
        known_names(["name", "zip"])


@given(
    st.dictionaries(
        st.sampled_from(contact.NAMES) | st.text(max_size=8),
        # Marked, so that no value is by chance a word of the error, such as a field's name.
        st.text(min_size=12, max_size=300).map("§{}".format) | st.integers(10**6),
    )
)
def test_a_value_is_kept_as_the_protocol_takes_it_or_refused_without_a_word_of_it(raw):
    refused = None
    try:
        data = ContactData().changed(raw)
    except FieldError as error:
        refused = error.detail
    if refused is not None:
        assert [value for value in raw.values() if str(value) in refused] == []
        return
    for name, value in data.values.items():
        assert contact.BY_NAME[name].fits(value)
        assert value not in repr(data)
    planned = ContactData().with_plan(data.values, 1_803_859_200, announce=False).planned
    both = ContactData(data.values, planned)
    assert ContactData.from_bytes(both.to_bytes()) == both


PLAN = {"value": "Ada", "effective_from": 1_803_859_200, "announce": True}


@pytest.mark.parametrize(
    ("kept", "name"),
    [
        ({"values": {}}, "kept"),
        ({"values": {}, "planned": {}, "more": {}}, "kept"),
        ({"values": [], "planned": {}}, "values"),
        ({"values": {}, "planned": "Ada"}, "planned"),
        ({"values": {"name": 7}, "planned": {}}, "name"),
        ({"values": {}, "planned": {"name": "Ada"}}, "name"),
        ({"values": {}, "planned": {"name": {**PLAN, "more": 1}}}, "name"),
        ({"values": {}, "planned": {"name": {**PLAN, "value": 7}}}, "name"),
        ({"values": {}, "planned": {"name": {**PLAN, "effective_from": True}}}, "name"),
        ({"values": {}, "planned": {"name": {**PLAN, "announce": 1}}}, "name"),
    ],
)
def test_what_was_kept_otherwise_is_refused_and_not_shown(kept, name):
    with pytest.raises(FieldError) as caught:
        ContactData.from_bytes(encoding.encode(kept))
    assert (caught.value.code, caught.value.field) == ("contact.invalid", name)
    assert "Ada" not in caught.value.detail
