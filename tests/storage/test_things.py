"""Own things: found by name, id and deal; in the file nothing of them can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.samples import key
from vrmnode.errors import StorageError
from vrmnode.storage import secrets, things
from vrmnode.storage.database import Database, Tx
from vrmnode.storage.things import Thing

VAULT = secrets.Vault(b"thirty-two bytes of a vault key!")
ROOT, INTENT = bytes(range(32)), bytes(range(100, 132))
DRILL = Thing(
    thing=bytes(15) + b"\x01",
    name="Straßen-Bohrer",
    item_name="combi drill DHP484",
    brand="Makita",
    category=1217,
    bought_at=1_772_236_800,
    vendor_root=ROOT,
    deal=key(8),
    problem="The chuck slips.",
    intent=INTENT,
    added=5,
)


def test_a_thing_comes_back_whole(tx: Tx) -> None:
    things.insert(tx, VAULT, DRILL)
    assert things.get(tx, VAULT, DRILL.thing) == DRILL
    assert things.by_name(tx, VAULT, "STRASSEN-BOHRER") == DRILL
    assert things.by_prefix(tx, VAULT, DRILL.thing.hex()[:31]) == [DRILL]
    assert things.of_deal(tx, VAULT, key(8)) == DRILL
    assert things.get(tx, VAULT, bytes(16)) is None
    assert things.by_prefix(tx, VAULT, "xyz") == []


def test_a_change_takes_fields_away(tx: Tx) -> None:
    things.insert(tx, VAULT, DRILL)
    plain = Thing(thing=DRILL.thing, name="b", item_name="b", deal=DRILL.deal, added=5)
    things.replace(tx, VAULT, plain)
    other = Thing(thing=bytes(16), name="A", item_name="a", added=6)
    things.insert(tx, VAULT, other)
    assert things.list_things(tx, VAULT) == [other, plain]
    assert things.count(tx) == 2


def test_an_id_is_there_once(tx: Tx) -> None:
    things.insert(tx, VAULT, DRILL)
    with pytest.raises(StorageError) as caught:
        things.insert(tx, VAULT, DRILL)
    assert caught.value.code == "storage.conflict"


def test_the_file_tells_nothing_and_keeps_nothing(database: Database, path: Path) -> None:
    with database.transaction() as tx:
        things.insert(tx, VAULT, DRILL)
        box = tx.value("SELECT box FROM secrets")
    database.checkpoint()
    for words in (b"Makita", b"Bohrer", b"chuck", ROOT, INTENT):
        assert words not in _bytes_on_disk(path)
    assert box in _bytes_on_disk(path), "else this looks in the wrong place"
    with database.transaction() as tx:
        assert things.remove(tx, DRILL.thing)
        assert not things.remove(tx, DRILL.thing)
    database.checkpoint()
    assert box not in _bytes_on_disk(path)


def _bytes_on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))
