"""Adding, grouping and removing vendors that the owner trusts."""

from __future__ import annotations

import pytest

from tests.engine.steps import (
    CUSTOMER,
    OTHER_VENDOR,
    VENDOR,
    command,
    deal_with,
    event_types,
    offered,
    own_intent,
)
from tests.engine.world import World
from vrmnode.engine.customer import standing
from vrmnode.engine.trust import directory, trust_desk
from vrmnode.errors import NodeError, ServiceError
from vrmnode.storage import intents
from vrmprotocol import keys


def _did(world: World, vendor: str = VENDOR) -> str:
    return keys.to_did(world.nodes[vendor].machine.identity.root)


def _list(world: World, group: str | None = None) -> list[dict[str, object]]:
    return trust_desk.trust_list(world.nodes[CUSTOMER].reader, group, world.now)


def test_trust_is_added_grouped_and_removed(world: World) -> None:
    did, other = _did(world), _did(world, OTHER_VENDOR)
    added = command(world, CUSTOMER, "trust.add", vendor=did, note="since 2024", groups=["b", "a"])
    assert added == {
        "vendor": did,
        "name": None,
        "trusted": True,
        "groups": ["a", "b"],
        "note": "since 2024",
        "added": world.now,
        "domain": None,
    }
    command(world, CUSTOMER, "trust.add", vendor=other, groups=["a"])
    assert [row["vendor"] for row in _list(world)] == sorted(
        [did, other], key=lambda each: keys.from_did(each)
    )
    assert [row["vendor"] for row in _list(world, "b")] == [did]
    left = command(world, CUSTOMER, "trust.remove", vendor=did, group="b")
    assert isinstance(left, dict)
    assert (left["trusted"], left["groups"], left["note"]) == (True, ["a"], "since 2024")
    gone = command(world, CUSTOMER, "trust.remove", vendor=did)
    assert isinstance(gone, dict) and gone["trusted"] is False
    assert [row["vendor"] for row in _list(world)] == [other]
    assert event_types(world, CUSTOMER).count("trust.added") == 2
    assert event_types(world, CUSTOMER).count("trust.removed") == 2


def test_adding_again_keeps_what_is_not_named(world: World) -> None:
    did = _did(world)
    command(world, CUSTOMER, "trust.add", vendor=did, note="a note", groups=["a"])
    world.now += 100
    again = command(world, CUSTOMER, "trust.add", vendor=did, groups=["b"])
    assert isinstance(again, dict)
    assert (again["note"], again["groups"], again["added"]) == (
        "a note", ["a", "b"], world.now - 100,
    )  # fmt: skip
    cleared = command(world, CUSTOMER, "trust.add", vendor=did, note="")
    assert isinstance(cleared, dict) and cleared["note"] is None


def test_a_beginning_of_a_vendor_that_made_an_offer(world: World) -> None:
    offered(world)
    row = command(world, CUSTOMER, "trust.add", vendor=_did(world)[8:20])
    assert isinstance(row, dict) and row["vendor"] == _did(world)


def test_a_trusted_vendor_without_profile_is_shown(world: World) -> None:
    command(world, CUSTOMER, "trust.add", vendor=_did(world), note="n")
    shown = directory.show(world.nodes[CUSTOMER].reader, _did(world), world.now)
    assert shown == {
        "vendor": _did(world),
        "trusted": True,
        "groups": [],
        "note": "n",
        "domain": None,
    }


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("trust.add", {}, "trust.invalid"),
        ("trust.add", {"vendor": "z6MkabcdEFGH"}, "vendor.not_found"),
        ("trust.add", {"vendor": "did:key:z" + "1" * 47}, "keys.did"),
        ("trust.add", {"vendor": "ab" * 32, "groups": ["two words"]}, "trust.invalid"),
        ("trust.add", {"vendor": "ab" * 32, "note": "x" * 501}, "trust.invalid"),
        ("trust.add", {"vendor": "ab" * 32, "since": 1}, "trust.unknown_field"),
        ("trust.remove", {"vendor": "ab" * 32}, "trust.not_found"),
        ("trust.remove", {"vendor": "ab" * 32, "group": "two words"}, "trust.invalid"),
    ],
)
def test_wrong_commands(world: World, name: str, params: dict[str, object], code: str) -> None:
    with pytest.raises(NodeError) as caught:
        command(world, CUSTOMER, name, **params)
    assert caught.value.code == code


def test_a_group_that_the_vendor_is_not_in(world: World) -> None:
    command(world, CUSTOMER, "trust.add", vendor=_did(world), groups=["a"])
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, "trust.remove", vendor=_did(world), group="b")
    assert (caught.value.code, caught.value.status) == ("trust.not_found", 404)


def test_groups_of_one_vendor_are_bounded(world: World) -> None:
    names = [f"g{number}" for number in range(trust_desk.MAX_GROUPS)]
    command(world, CUSTOMER, "trust.add", vendor=_did(world), groups=names)
    with pytest.raises(NodeError) as caught:
        command(world, CUSTOMER, "trust.add", vendor=_did(world), groups=["another"])
    assert caught.value.code == "trust.invalid"


@pytest.mark.parametrize("vendors", ["trusted", "group:books"])
def test_an_open_offer_is_accepted_once_its_vendor_is_trusted(world: World, vendors: str) -> None:
    offered(world)
    own = own_intent(world)
    acceptance = {
        "mode": "automatic", "vendors": vendors, "max_total": "900.00 EUR", "wait_offers": 1,
    }  # fmt: skip
    world.nodes[CUSTOMER].turn(
        lambda ctx: intents.set_acceptance(ctx.tx, own.intent_id, acceptance)
    )
    command(world, CUSTOMER, "policy.set")
    command(world, CUSTOMER, "trust.add", vendor=_did(world, OTHER_VENDOR), groups=["books"])
    if vendors != "trusted":
        command(world, CUSTOMER, "trust.add", vendor=_did(world), groups=["shoes"])
    assert deal_with(world, CUSTOMER, VENDOR).state == "offered"
    command(world, CUSTOMER, "trust.add", vendor=_did(world), groups=["books"])
    assert deal_with(world, CUSTOMER, VENDOR).state == "accepted"


def test_regards_say_what_the_table_says(world: World) -> None:
    command(world, CUSTOMER, "trust.add", vendor=_did(world), groups=["books"])
    (regard,) = standing.regards(world.nodes[CUSTOMER].reader, world.now).values()
    assert (regard.trusted, regard.groups) == (True, ("books",))


def test_rules_that_can_hardly_do_what_was_meant_are_told(world: World) -> None:
    reader = world.nodes[CUSTOMER].reader
    assert standing.unlikely(reader, {}) == []
    (words,) = standing.unlikely(reader, {"max_total": "9.00 EUR"})
    assert "--accept automatic" in words
    automatic = {"mode": "automatic", "max_total": "9.00 EUR"}
    (words,) = standing.unlikely(reader, automatic)
    assert "vrm trust add" in words
    assert standing.unlikely(reader, {**automatic, "vendors": "any"}) == []
    assert standing.unlikely(reader, {**automatic, "vendors": "any"}, bounded=False) == []
    endless = {"mode": "automatic", "vendors": "any"}
    (words,) = standing.unlikely(reader, endless, bounded=False)
    assert "while no maximum is set" in words and "--max-total" in words
    assert standing.unlikely(reader, endless, bounded=True) == []
    assert len(standing.unlikely(reader, {"mode": "automatic"}, bounded=False)) == 2
    command(world, CUSTOMER, "trust.add", vendor=_did(world))
    assert standing.unlikely(reader, automatic) == []
