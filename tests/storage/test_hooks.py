"""Hooks and the drafts they leave: found by what they need, sealed, gone with their row."""

from __future__ import annotations

import pytest

from tests.storage.samples import key
from vrmnode.errors import StorageError
from vrmnode.storage import drafts, hooks, secrets, things
from vrmnode.storage.database import Tx
from vrmnode.storage.drafts import Draft
from vrmnode.storage.hooks import Hook
from vrmnode.storage.things import Thing

VAULT = secrets.Vault(b"thirty-two bytes of a vault key!")
ID, THING = bytes(15) + b"\x02", bytes(15) + b"\x01"


def _hook(hook: bytes = ID, name: str = "boiler", token: int = 5) -> Hook:
    return Hook(
        hook=hook, thing=THING, token_hash=key(token), name=name, rules={"most": 2}, added=1
    )


@pytest.fixture
def thing(tx: Tx) -> Tx:
    things.insert(tx, VAULT, Thing(thing=THING, name="a", item_name="a", added=1))
    return tx


def test_a_hook_comes_back_whole(thing: Tx) -> None:
    hooks.insert(thing, VAULT, _hook())
    used = Hook(
        hook=ID,
        thing=THING,
        token_hash=key(5),
        name="boiler",
        rules={"most": 2, "events": ["broken"]},
        added=1,
        used_at=9,
        published=(3, 9),
        intents={"broken": "ab"},
        quiet={"supply": 7},
    )
    hooks.replace(thing, VAULT, used)
    assert hooks.get(thing, VAULT, ID) == used
    assert hooks.of_thing(thing, VAULT, THING) == [used]
    assert hooks.of_thing(thing, VAULT, ID) == []
    assert hooks.token_hashes(thing) == [(ID, key(5))]
    hooks.insert(thing, VAULT, other := _hook(bytes(16), "A", 6))
    assert hooks.list_hooks(thing, VAULT) == [other, used]
    assert hooks.remove(thing, ID)
    assert hooks.count(thing) == 1
    assert hooks.get(thing, VAULT, ID) is None


def test_a_token_belongs_to_one_hook_and_a_hook_to_a_thing(thing: Tx) -> None:
    hooks.insert(thing, VAULT, _hook())
    with pytest.raises(StorageError) as caught:
        hooks.insert(thing, VAULT, _hook(bytes(16)))
    assert caught.value.code == "storage.conflict"
    with pytest.raises(StorageError):
        things.remove(thing, THING)


def test_of_a_hook_and_an_event_one_draft_waits(thing: Tx) -> None:
    draft = Draft(
        draft=bytes(16),
        thing=THING,
        hook=ID,
        event="broken",
        hook_name="boiler",
        thing_name="boiler",
        note="E21",
        addressed="to everybody",
        request={"name": "boiler", "to": []},
        reports=1,
        reported_at=5,
        added=5,
    )
    drafts.insert(thing, VAULT, draft)
    assert drafts.get(thing, VAULT, bytes(16)) == draft
    assert drafts.waiting(thing, VAULT, ID, "broken") == draft
    assert drafts.waiting(thing, VAULT, ID, "supply") is None
    assert drafts.by_prefix(thing, VAULT, "000000") == drafts.of_thing(thing, VAULT, THING)
    assert drafts.list_drafts(thing, VAULT) == [draft]
    with pytest.raises(StorageError) as caught:
        drafts.insert(thing, VAULT, draft)
    assert caught.value.code == "storage.conflict"
    assert drafts.remove(thing, bytes(16))
    assert thing.value("SELECT count(*) FROM secrets WHERE owner_kind = 'draft'") == 0


def test_a_row_without_its_box_is_said(thing: Tx) -> None:
    secrets.erase(thing, "thing", THING)
    with pytest.raises(StorageError) as caught:
        things.get(thing, VAULT, THING)
    assert caught.value.code == "storage.corrupt"
