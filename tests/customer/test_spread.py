"""Who is told that contact data have changed, and why others aren't."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.deals import DRAFT, make
from vrmnode.customer import spread
from vrmnode.customer.contact import ContactData
from vrmnode.customer.spread import NewValue, Standing
from vrmnode.values import reasons
from vrmprotocol import contact, contact_state
from vrmprotocol.contact_state import Told
from vrmprotocol.reach import CELLS, Reachable, Word, by_terms
from vrmprotocol.reach_bodies import CHANNELS, Grant

NOW = 1_800_000_000


def reach(level: str = "order", marketing: tuple[str, ...] = ()) -> Reachable:
    draft = make(DRAFT, addendum={"reach": level, "marketing": marketing})
    return Reachable(words={}, agreed=by_terms(draft, complete=False))


def said(status: Grant, *channels: str) -> Reachable:
    word = Word(status=status, message=bytes(32))
    cells = {cell: word for cell in CELLS if cell[0] in channels}
    return Reachable(words=cells, agreed=reach().agreed)


def standing(**changes: object) -> Standing:
    known: dict[str, object] = {
        "told": frozenset(contact.NAMES),
        "service": "order",
        "reach": reach(),
        "order_status": "shipped",
        "spoken_until": NOW + 1,
    }
    return Standing(**{**known, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", contact.NAMES)
def test_a_vendor_that_knows_a_field_is_told_its_new_value(name: str) -> None:
    assert spread.why_not(name, standing(), NOW) is None
    assert spread.why_not(name, standing(told=frozenset()), NOW) == "never_disclosed"
    assert spread.why_not(name, standing(service="intent"), NOW) == "not_permitted"
    assert spread.why_not(name, standing(order_status="returned"), NOW) == "order_ended"
    assert spread.why_not(name, standing(), NOW + 2) == "order_ended"
    assert spread.why_not(name, standing(reach=said("revoked", *CHANNELS)), NOW) == "revoked"
    assert spread.why_not(name, standing(reach=said("paused", *CHANNELS)), NOW) == "paused"


@pytest.mark.parametrize(
    ("name", "marketing", "why"),
    [
        ("email", (), "not_permitted"),
        ("email", ("email",), None),
        ("email", ("phone",), "not_permitted"),
        ("telephone", ("text",), None),
        ("telephone", ("letter",), "not_permitted"),
        ("locality", (), None),
    ],
)
def test_who_may_not_write_needs_no_new_means_of_it(
    name: str, marketing: tuple[str, ...], why: str | None
) -> None:
    silent = standing(reach=reach("none", marketing))
    assert spread.why_not(name, silent, NOW) == why


def test_a_channel_that_is_revoked_or_paused_needs_no_new_address() -> None:
    assert spread.why_not("email", standing(reach=said("revoked", "email")), NOW) == "revoked"
    assert spread.why_not("email", standing(reach=said("paused", "email")), NOW) == "paused"
    assert spread.why_not("telephone", standing(reach=said("paused", "phone")), NOW) is None
    assert spread.why_not("name", standing(reach=said("revoked", "email")), NOW) is None


def test_a_place_is_told_as_a_whole_and_the_rest_one_by_one() -> None:
    place = standing(told=frozenset({"country"}))
    assert spread.why_not("region", place, NOW) is None
    assert spread.why_not("street_address", place, NOW) == "never_disclosed"
    name = standing(told=frozenset({"name"}))
    assert spread.why_not("street_address", name, NOW) == "never_disclosed"
    mail = standing(told=frozenset({"email"}))
    assert spread.why_not("telephone", mail, NOW) == "never_disclosed"


def test_each_reason_has_words() -> None:
    assert all(" " in words for words in reasons.CONTACT.values())


STREET = "street_address"


def statement(seq: int, value: str | None, since: int = 0, name: str = STREET) -> Told:
    return Told(
        name=name,
        value=value,
        committed=False,
        message=seq.to_bytes(32),
        seq=seq,
        at=NOW,
        effective_from=since,
    )


def planned(value: str, since: int, *, announce: bool = True) -> ContactData:
    return ContactData({STREET: "old"}).with_plan({STREET: value}, since, announce=announce)


def lacks(data: ContactData, *told: Told) -> list[tuple[str | None, int]]:
    return [(one.value, one.effective_from) for one in spread.lacking(STREET, data, told, NOW)]


def test_what_is_planned_is_told_beside_what_holds() -> None:
    data = planned("new", NOW + 9)
    assert lacks(data) == [("old", NOW), ("new", NOW + 9)]
    assert lacks(data, statement(1, "old")) == [("new", NOW + 9)]
    assert lacks(data, statement(1, "old"), statement(2, "new", NOW + 9)) == []
    assert lacks(planned("new", NOW + 9, announce=False), statement(1, "old")) == []


# SPEC 09: The customer's node MUST take back what it announced for a later moment, with the value
# that holds until then, where it plans something else for a moment after that.
def test_what_was_planned_otherwise_is_taken_back() -> None:
    told = statement(1, "old"), statement(2, "new", NOW + 5)
    assert lacks(ContactData({STREET: "old"}), *told) == [("old", NOW)]
    assert lacks(planned("other", NOW + 9), *told) == [("old", NOW), ("other", NOW + 9)]
    # A later word for a sooner moment, or for the same, outdoes it.
    assert lacks(planned("other", NOW + 4), *told) == [("other", NOW + 4)]
    assert lacks(planned("other", NOW + 5), *told) == [("other", NOW + 5)]


def test_a_new_value_has_no_repr_of_its_value() -> None:
    assert "Musterstraße" not in repr(NewValue("Musterstraße", NOW))


ACT = st.tuples(
    st.sampled_from(["set", "plan", "remove", "wait", "wait"]),
    st.sampled_from([STREET, "locality"]),
    st.integers(1, 30),
    st.booleans(),
)


@given(st.lists(ACT, max_size=12), st.randoms(use_true_random=False))
def test_who_is_told_all_that_is_lacking_has_at_every_moment_what_its_customer_has(acts, luck):
    now, data, said = NOW, ContactData(), list[Told]()
    for act, name, number, tell in acts:
        data = data.at(now)
        match act:
            case "set":
                data = data.changed({name: f"value {number}"})
            case "plan":
                data = data.with_plan({name: f"value {number}"}, now + number, announce=True)
            case "remove":
                data = data.without([name])
            case _:
                now += number
        if tell:
            said += told_now(data.at(now), said, now)
    said += told_now(data.at(now), said, now)
    assert told_now(data.at(now), said, now) == []
    luck.shuffle(said)
    for later in range(now, now + 40):
        found = contact_state.current(said, now=later).fields
        assert {name: one.value for name, one in found.items()} == data.at(later).values


def told_now(data: ContactData, said: list[Told], now: int) -> list[Told]:
    """The statements that tell a vendor, which was told some already, what it lacks."""
    new = list[Told]()
    for name in (STREET, "locality"):
        known = [one for one in said if one.name == name]
        for one in spread.lacking(name, data, known, now):
            seq = len(said) + len(new) + 1
            new.append(statement(seq, one.value, one.effective_from, name))
    return new
