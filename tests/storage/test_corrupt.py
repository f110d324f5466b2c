"""A damaged or foreign file: refused with what to do, never changed."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.storage import samples
from tests.storage.samples import key
from vrmnode.errors import StorageError
from vrmnode.storage import (
    catalogue,
    deals,
    events,
    intents,
    messages,
    outbox,
    seen,
    settings,
)
from vrmnode.storage.database import Database, Tx


@pytest.fixture
def filled(path: Path) -> Path:
    with Database.open(path) as database, database.transaction() as tx:
        for number in range(5000):
            seen.add(tx, number.to_bytes(32, "big"), number)
    return path


def _garbage(raw: bytes) -> bytes:
    return random.Random(1).randbytes(len(raw))


def _broken_header(raw: bytes) -> bytes:
    return b"X" * 100 + raw[100:]


def _truncated(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def _pages_overwritten(raw: bytes) -> bytes:
    middle = len(raw) // 2 // 4096 * 4096
    return raw[:middle] + bytes(8192) + raw[middle + 8192 :]


def _text(raw: bytes) -> bytes:
    return b"this is no database\n" * 500


@pytest.mark.parametrize(
    "damage", [_garbage, _broken_header, _truncated, _pages_overwritten, _text]
)
def test_damage_is_named_with_what_to_do(filled: Path, damage: Callable[[bytes], bytes]) -> None:
    damaged = damage(filled.read_bytes())
    filled.write_bytes(damaged)
    with pytest.raises(StorageError) as caught:
        Database.open(filled)
    assert caught.value.code == "storage.corrupt"
    assert str(filled) in caught.value.message
    assert "vrm data restore" in caught.value.message
    assert filled.read_bytes() == damaged


def test_a_damaged_word_of_the_schema(filled: Path) -> None:
    raw = filled.read_bytes()
    filled.write_bytes(raw.replace(b"received_at INTEGER", b"receiwed_at INTEGER"))
    with pytest.raises(StorageError) as caught:
        Database.open(filled)
    assert caught.value.code == "storage.corrupt"
    assert "envelopes" in caught.value.message


def test_somebody_elses_database_is_refused_untouched(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url)")
        other.commit()
    with pytest.raises(StorageError) as caught:
        Database.open(path)
    assert caught.value.code == "storage.corrupt"
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_schema").fetchall() == [("bookmarks",)]


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StorageError) as caught:
        Database.open(path)
    assert caught.value.code == "storage.io"


# Damage that appears while the node runs, or that no check of the structure can see: whatever is
# then read, it is named as damage and never comes up as an error of some library.
READS: tuple[Callable[[Tx], object], ...] = (
    lambda tx: seen.known_among(tx, [key(1)]),
    lambda tx: deals.list_deals(tx),
    lambda tx: messages.list_messages(tx, key(1)),
    lambda tx: intents.list_intents(tx),
    lambda tx: events.after(tx, 0),
    lambda tx: settings.get(tx, "a"),
    lambda tx: catalogue.list_products(tx),
    lambda tx: catalogue.find_by_words(tx, ["thing"]),
    lambda tx: outbox.due(tx, 500),
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "node.db"
    with Database.open(path) as database, database.transaction() as tx:
        deals.insert(tx, samples.deal(1, vendor_name="Baker", document=bytes(6000)))
        messages.put(tx, samples.message(1))
        intents.insert(tx, samples.own_intent(1, acceptance={"mode": "manual"}))
        catalogue.upsert_many(
            tx, [samples.product(f"s{n}", properties={"n": n}) for n in range(50)], updated=1
        )
        for number in range(50):
            seen.add(tx, key(number), number)
            events.append(tx, number, "some.event", "deal", key(1), {"number": number})
            outbox.put_market(
                tx, topic="/t", envelope_id=key(number), raw=b"r", next_at=1, until=900
            )
        settings.put(tx, "a", {"b": "a longer text"})
    return path


@given(data=st.data())
@hypothesis_settings(max_examples=100, deadline=None)
def test_any_damaged_bytes_are_named_as_damage(sound: Path, data: st.DataObject) -> None:
    raw = bytearray(sound.read_bytes())
    path = sound.with_name("damaged.db")
    for _ in range(data.draw(st.integers(1, 10))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    with contextlib.suppress(StorageError), Database.open(path, create=False) as database:
        for read in READS:
            with contextlib.suppress(StorageError), database.transaction() as tx:
                read(tx)


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ("UPDATE events SET data = '{'", lambda tx: events.after(tx, 0)),
        ("UPDATE products SET properties = '[1'", lambda tx: catalogue.list_products(tx)),
        ("UPDATE settings SET value = ''", lambda tx: settings.get(tx, "a")),
        (
            "UPDATE deals SET vendor_name = CAST(x'ff41' AS TEXT)",
            lambda tx: deals.list_deals(tx),
        ),
    ],
)
def test_unreadable_contents_are_named_as_damage(
    sound: Path, tmp_path: Path, change: str, read: Callable[[Tx], object]
) -> None:
    path = tmp_path / "node.db"
    path.write_bytes(sound.read_bytes())
    with Database.open(path) as database, database.transaction() as tx:
        tx.run(change)
        with pytest.raises(StorageError) as caught:
            read(tx)
        assert caught.value.code == "storage.corrupt"
        assert str(path) in caught.value.message


def test_pages_overwritten_while_it_is_open(filled: Path) -> None:
    with Database.open(filled) as database:
        raw = filled.read_bytes()
        with filled.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (len(raw) - 4096))
        reader = database.reader()
        with pytest.raises(StorageError) as caught:
            seen.known_among(reader, [key(1)])
        assert caught.value.code == "storage.corrupt"
        filled.write_bytes(raw)


def test_the_lock_is_given_back_when_opening_fails(filled: Path) -> None:
    sound = filled.read_bytes()
    filled.write_bytes(_text(sound))
    with pytest.raises(StorageError):
        Database.open(filled)
    filled.write_bytes(sound)
    Database.open(filled).close()
