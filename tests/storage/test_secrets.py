"""Secrets are sealed in the file, bound to their place, and erased for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.samples import deal, key
from vrmnode.errors import StorageError
from vrmnode.storage import deals, erasable_keys, secrets
from vrmnode.storage.database import Database, Tx

VAULT_KEY = b"thirty-two bytes of a vault key!"
VAULT = secrets.Vault(VAULT_KEY)
PLAIN = b"the private key of a deal, 32 b."


def _bytes_on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


def test_a_secret_comes_back(tx: Tx) -> None:
    secrets.put(tx, VAULT, "deal", key(1), "reply", b"old")
    secrets.put(tx, VAULT, "deal", key(1), "reply", PLAIN)
    secrets.put(tx, VAULT, "deal", key(1), "empty", b"")
    assert secrets.get(tx, VAULT, "deal", key(1), "reply") == PLAIN
    assert secrets.get(tx, VAULT, "deal", key(1), "empty") == b""
    for owner_kind, owner, name in (
        ("deal", key(1), "other"),
        ("deal", key(2), "reply"),
        ("intent", key(1), "reply"),
    ):
        assert secrets.get(tx, VAULT, owner_kind, owner, name) is None


def test_it_is_never_in_plain_on_the_disk(database: Database, path: Path) -> None:
    with database.transaction() as tx:
        secrets.put(tx, VAULT, "deal", key(1), "reply", PLAIN)
    assert b"reply" in _bytes_on_disk(path)
    assert PLAIN not in _bytes_on_disk(path)
    database.checkpoint()
    assert b"reply" in path.read_bytes()
    assert PLAIN not in _bytes_on_disk(path)
    assert VAULT_KEY not in _bytes_on_disk(path)


def test_an_erased_one_is_gone_from_the_file(database: Database, path: Path) -> None:
    with database.transaction() as tx:
        secrets.put(tx, VAULT, "deal", key(1), "reply", PLAIN)
        box = tx.value("SELECT box FROM secrets")
    database.checkpoint()
    assert box in path.read_bytes()
    with database.transaction() as tx:
        assert secrets.erase(tx, "deal", key(1)) == 1
        assert secrets.get(tx, VAULT, "deal", key(1), "reply") is None
    database.checkpoint()
    assert box not in _bytes_on_disk(path)


def test_erase_one_name_or_all_of_an_owner(tx: Tx) -> None:
    for owner in (key(1), key(2)):
        for name in ("a", "b", "c"):
            secrets.put(tx, VAULT, "deal", owner, name, PLAIN)
    assert secrets.erase(tx, "deal", key(1), "a") == 1
    assert secrets.erase(tx, "deal", key(1)) == 2
    assert secrets.erase(tx, "deal", key(1)) == 0
    assert secrets.get(tx, VAULT, "deal", key(2), "a") == PLAIN


def _refused(tx: Tx, vault: secrets.Vault, owner: bytes, name: str) -> str:
    with pytest.raises(StorageError) as caught:
        secrets.get(tx, vault, "deal", owner, name)
    assert PLAIN not in caught.value.message.encode()
    return caught.value.code


def test_another_vault_opens_nothing(tx: Tx) -> None:
    secrets.put(tx, VAULT, "deal", key(1), "reply", PLAIN)
    assert _refused(tx, secrets.Vault(key(8)), key(1), "reply") == "storage.secret"


@pytest.mark.parametrize("change", ["owner_id = x'02'", "name = 'other'", "owner_kind = 'intent'"])
def test_a_box_cannot_be_moved(tx: Tx, change: str) -> None:
    secrets.put(tx, VAULT, "deal", b"\x01", "openings", PLAIN)
    tx.run(f"UPDATE secrets SET {change}")
    owner_kind, owner, name = tx.rows("SELECT owner_kind, owner_id, name FROM secrets")[0]
    with pytest.raises(StorageError) as caught:
        secrets.get(tx, VAULT, owner_kind, owner, name)
    assert caught.value.code == "storage.secret"


@pytest.mark.parametrize("box", [b"", b"x", bytes(24), bytes(40), bytes(72)])
def test_an_altered_box_is_refused(tx: Tx, box: bytes) -> None:
    secrets.put(tx, VAULT, "deal", key(1), "reply", PLAIN)
    tx.run("UPDATE secrets SET box = ?", (box,))
    assert _refused(tx, VAULT, key(1), "reply") == "storage.secret"


def test_a_vault_hides_its_key() -> None:
    assert repr(VAULT) == "Vault(hidden)"
    with pytest.raises(ValueError, match="32 bytes"):
        secrets.Vault(b"short")


def test_deals_with_a_secret_are_found_the_one_changed_last_first(tx: Tx) -> None:
    for number, updated in ((1, 10), (2, 30), (3, 20), (4, 40)):
        deals.insert(tx, deal(number, updated=updated))
    for number in (1, 2, 3):
        secrets.put(tx, VAULT, "deal", key(number), secrets.RELATIONSHIP, PLAIN)
    secrets.put(tx, VAULT, "deal", key(4), "reply", PLAIN)
    secrets.put(tx, VAULT, "intent", key(4), secrets.RELATIONSHIP, PLAIN)
    secrets.put(tx, VAULT, "deal", key(5), secrets.RELATIONSHIP, PLAIN)
    found = secrets.deals_with(tx, secrets.RELATIONSHIP, 10)
    assert found == [key(2), key(3), key(1)]
    assert secrets.deals_with(tx, secrets.RELATIONSHIP, 1) == [key(2)]


@pytest.mark.parametrize("name", [secrets.RELATIONSHIP, secrets.RECOGNITION])
def test_relationship_keys_lie_under_the_deals_erasable_key(tx: Tx, name: str) -> None:
    secrets.put(tx, VAULT, "deal", key(1), name, PLAIN)
    erasable_keys.erase(tx, key(1))
    assert secrets.get(tx, VAULT, "deal", key(1), name) is None
