"""Who is told that contact data have changed, and why others aren't."""

from __future__ import annotations

import pytest

from tests.protocol.deals import DRAFT, make
from vrmnode.customer import spread
from vrmnode.customer.spread import Standing
from vrmnode.values import reasons
from vrmprotocol import contact
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
