"""Contact data on the node: sealed at rest, named by its fields alone in events."""

from __future__ import annotations

from functools import partial
from typing import cast

import pytest

from tests.engine.steps import CUSTOMER, command
from tests.engine.world import World
from vrmnode.engine.disclosure import contact_desk
from vrmnode.errors import ServiceError
from vrmnode.storage import events

ANNA = {"name": "Anna Muster", "street_address": "Musterstraße 1", "country": "DE"}


def shown(world: World) -> dict[str, object]:
    node = world.nodes[CUSTOMER]
    return contact_desk.show(node.reader, node.machine.vault, {}, world.now)


def test_nothing_is_set_at_first(world: World) -> None:
    assert set(shown(world).values()) == {None}


def test_fields_are_set_one_by_one_and_removed(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    command(world, CUSTOMER, "contact.set", name="Anna Müller", telephone="+49 30 901820")
    assert shown(world)["name"] == "Anna Müller"
    assert shown(world)["street_address"] == "Musterstraße 1"
    command(world, CUSTOMER, "contact.remove", fields=["telephone", "region"])
    assert shown(world)["telephone"] is None
    command(world, CUSTOMER, "contact.remove")
    assert set(shown(world).values()) == {None}


def test_what_is_planned_takes_the_place_of_the_old_when_its_time_has_come(world: World) -> None:
    node, day = world.nodes[CUSTOMER], world.now + 30 * 86_400
    command(world, CUSTOMER, "contact.set", **ANNA)
    command(world, CUSTOMER, "contact.set", name="Anna Müller", effective_from=day)
    assert shown(world)["name"] == "Anna Muster"
    assert shown(world)["planned"] == {"name": {"value": "Anna Müller", "effective_from": day}}
    before = box(world)
    world.now = day
    # What is shown needs no timer.
    assert (shown(world)["name"], shown(world)["planned"]) == ("Anna Müller", None)
    node.run_timers()
    assert (shown(world)["name"], shown(world)["planned"]) == ("Anna Müller", None)
    assert before not in node.database.path.read_bytes()
    last = events.after(node.reader, 0, 100)[-1]
    assert (last.type, last.data) == ("contact.in_force", {"fields": "name"})


def test_what_is_set_anew_has_no_plan_any_more(world: World) -> None:
    day = world.now + 30 * 86_400
    command(world, CUSTOMER, "contact.set", **ANNA, effective_from=day)
    assert shown(world)["name"] is None
    command(world, CUSTOMER, "contact.set", name="Anna Müller")
    assert set(cast(dict[str, object], shown(world)["planned"])) == {"street_address", "country"}
    command(world, CUSTOMER, "contact.remove", fields=["country", "street_address"])
    assert shown(world)["planned"] is None
    world.now = day
    world.nodes[CUSTOMER].run_timers()
    assert shown(world)["name"] == "Anna Müller"


def box(world: World) -> bytes:
    rows = world.nodes[CUSTOMER].reader.rows("SELECT box FROM secrets WHERE owner_kind = 'contact'")
    return bytes(rows[0][0])


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("contact.set", {}, "contact.nothing"),
        ("contact.set", {"zip": "1"}, "contact.unknown_field"),
        ("contact.set", {"country": "Germany"}, "contact.invalid"),
        ("contact.remove", {"fields": ["email"]}, "contact.not_found"),
        ("contact.remove", {"fields": ["zip"]}, "contact.unknown_field"),
    ],
)
def test_refusals(world: World, name: str, params: dict[str, object], code: str) -> None:
    command(world, CUSTOMER, "contact.set", name="Anna")
    with pytest.raises(ServiceError) as caught:
        command(world, CUSTOMER, name, **params)
    assert caught.value.code == code
    assert shown(world)["name"] == "Anna"


def test_what_is_not_set_is_not_removed(world: World) -> None:
    for params in ({}, {"fields": ["email", "name"]}):
        with pytest.raises(ServiceError) as caught:
            command(world, CUSTOMER, "contact.remove", **params)
        assert caught.value.status == 404
        assert caught.value.message.startswith("expected ")


def test_events_name_fields_and_never_values(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    command(world, CUSTOMER, "contact.remove", fields=["name"])
    found = events.after(world.nodes[CUSTOMER].reader, 0, 100)
    told = [(event.type, event.data) for event in found if event.type.startswith("contact.")]
    assert told == [
        ("contact.set", {"fields": "name, street_address, country"}),
        ("contact.removed", {"fields": "name"}),
    ]


def test_the_files_hold_no_value(world: World) -> None:
    command(world, CUSTOMER, "contact.set", **ANNA)
    database = world.nodes[CUSTOMER].database
    for suffix in ("", "-wal"):
        raw = database.path.with_name(database.path.name + suffix).read_bytes()
        assert "Musterstraße".encode() not in raw
        assert b"Anna Muster" not in raw


def test_another_vault_opens_nothing(world: World) -> None:
    from vrmnode.storage.secrets import Vault

    command(world, CUSTOMER, "contact.set", **ANNA)
    read = partial(contact_desk.show, world.nodes[CUSTOMER].reader, Vault(b"x" * 32), {})
    with pytest.raises(Exception, match="doesn't open") as caught:
        read(world.now)
    assert "Anna" not in str(caught.value)
