"""Turns: undone alone where one fails, all together where the store fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.steps import CUSTOMER
from tests.engine.world import World
from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.machine import Machine
from vrmnode.engine.trust import key_desk
from vrmnode.errors import NodeError, ServiceError, StorageError
from vrmnode.storage import erasable_keys, settings
from vrmprotocol.errors import LocalError


def _put(name: str) -> Callable[[Context], object]:
    def action(ctx: Context) -> object:
        ctx.notes.append(f"put {name}")
        settings.put(ctx.tx, name, 1)
        return name

    return action


def _failing(name: str, error: Exception) -> Callable[[Context], object]:
    def action(ctx: Context) -> object:
        settings.put(ctx.tx, name, 1)
        ctx.notes.append("before")
        raise error

    return action


def _machine(world: World) -> Machine:
    return world.nodes[CUSTOMER].machine


def _there(world: World, *names: str) -> list[bool]:
    return [settings.get(world.nodes[CUSTOMER].reader, name) == 1 for name in names]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (conflict("deal.taken", "words"), "deal.taken"),
        (LocalError("negotiation.expired", "words"), "negotiation.expired"),
        (StorageError("storage.conflict", "words"), "storage.conflict"),
        (StorageError("storage.secret", "words"), "storage.secret"),
    ],
)
def test_a_failing_turn_is_undone_alone(world: World, error: Exception, code: str) -> None:
    found = _machine(world).turns([_put("a"), _failing("b", error), _put("c")])
    assert _there(world, "a", "b", "c") == [True, False, True]
    assert [outcome.value for outcome in found] == ["a", None, "c"]
    assert isinstance(found[1].error, NodeError)
    assert found[1].error.code == code
    assert [outcome.notes for outcome in found] == [("put a",), ("before",), ("put c",)]


def test_a_bug_is_undone_alone_and_kept_as_it_is(world: World) -> None:
    bug = ZeroDivisionError("a bug")
    found = _machine(world).turns([_put("a"), _failing("b", bug), _put("c")])
    assert _there(world, "a", "b", "c") == [True, False, True]
    assert found[1].error is bug


def test_a_storage_error_undoes_all(world: World) -> None:
    error = StorageError("storage.disk_full", "words")
    with pytest.raises(StorageError) as caught:
        _machine(world).turns([_put("a"), _failing("b", error), _put("c")])
    assert caught.value.code == "storage.disk_full"
    assert _there(world, "a", "b", "c") == [False, False, False]


def test_a_lost_transaction_undoes_all(world: World) -> None:
    def roll_back(ctx: Context) -> object:
        return ctx.tx.execute("ROLLBACK")

    with pytest.raises(StorageError) as caught:
        _machine(world).turns([_put("a"), roll_back, _put("c")])
    assert caught.value.code == "storage.rolled_back"
    assert _there(world, "a", "c") == [False, False]


def test_one_turn_gives_its_value_or_raises(world: World) -> None:
    assert _machine(world).turn(_put("a")) == "a"
    with pytest.raises(ServiceError) as caught:
        _machine(world).turn(_failing("b", LocalError("negotiation.illegal_move", "words")))
    assert (caught.value.code, caught.value.status) == ("negotiation.illegal_move", 409)


def test_other_connections_see_a_group_whole_or_not_at_all(world: World) -> None:
    reader = world.nodes[CUSTOMER].database.reader()
    seen = []

    def look(ctx: Context) -> object:
        seen.append(settings.get(reader, "a"))
        return None

    _machine(world).turns([_put("a"), look])
    assert seen == [None]
    assert settings.get(reader, "a") == 1
    reader.close()


def test_a_sweep_that_the_store_refuses_takes_nothing_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StorageError("storage.io", "words")

    def erase(ctx: Context) -> object:
        ctx.sweep = True
        return _put("a")(ctx)

    monkeypatch.setattr(erasable_keys, "places", refuse)
    monkeypatch.setattr(_machine(world).database, "checkpoint", refuse)
    assert [each.error for each in _machine(world).turns([erase])] == [None]
    assert _there(world, "a") == [True]


def test_own_keys_are_looked_up_where_a_turn_may_have_changed_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[int] = []
    follow = key_desk.follow

    def counting(ctx: Context) -> None:
        looked_up.append(ctx.now)
        follow(ctx)

    monkeypatch.setattr(key_desk, "follow", counting)
    machine = world.nodes[CUSTOMER]._boot()
    machine.turns([_put("a"), _put("b")])
    assert len(looked_up) == 1
    machine.turns([_failing("c", conflict("deal.state", "words")), _put("d"), _put("e")])
    assert len(looked_up) == 2
    with pytest.raises(StorageError):
        machine.turns([_put("f"), _failing("g", StorageError("storage.disk_full", "words"))])
    machine.turn(_put("h"))
    assert len(looked_up) == 3
    machine.turn(_put("i"))
    assert len(looked_up) == 3
