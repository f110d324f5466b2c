"""Secrets of intents and deals, sealed under the vault key, erased at the end of their life.

The vault key is in the keystore, not in the database: who has the database alone has nothing.
A box is bound to its owner and name, so it can't be moved to another row. `secure_delete`
overwrites erased rows; `Database.checkpoint` removes them from the WAL.
"""

from __future__ import annotations

import secrets

from nacl import bindings
from nacl.exceptions import CryptoError

from vrmnode.errors import StorageError
from vrmnode.storage.connection import Connection

KEY_BYTES = 32
_NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_LABEL = b"vrm/1 vault\x00"


class Vault:
    """Seals and opens secrets under a key of 32 bytes, which it doesn't show."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"expected a vault key of {KEY_BYTES} bytes, came {len(key)}")
        self._key = key

    def __repr__(self) -> str:
        return "Vault(hidden)"

    def seal(self, plain: bytes, owner_kind: str, owner_id: bytes, name: str) -> bytes:
        """Return nonce and ciphertext (XChaCha20-Poly1305), bound to owner and name."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = _binding(owner_kind, owner_id, name)
        return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
            plain, bound, nonce, self._key
        )

    def unseal(self, box: bytes, owner_kind: str, owner_id: bytes, name: str) -> bytes:
        """Return the secret; StorageError `storage.secret` where key, owner or bytes are wrong."""
        nonce, sealed = box[:_NONCE_BYTES], box[_NONCE_BYTES:]
        bound = _binding(owner_kind, owner_id, name)
        try:
            return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
                sealed, bound, nonce, self._key
            )
        except (CryptoError, ValueError, TypeError) as error:
            raise StorageError(
                "storage.secret",
                f"the secret {name!r} of {owner_kind} {owner_id.hex()} doesn't open: it was "
                "altered, or this database and this keystore don't belong together",
            ) from error


def put(
    tx: Connection, vault: Vault, owner_kind: str, owner_id: bytes, name: str, plain: bytes
) -> None:
    """Keep a secret, in place of one of the same name."""
    tx.run(
        "INSERT INTO secrets (owner_kind, owner_id, name, box) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET box = excluded.box",
        (owner_kind, owner_id, name, vault.seal(plain, owner_kind, owner_id, name)),
    )


def get(tx: Connection, vault: Vault, owner_kind: str, owner_id: bytes, name: str) -> bytes | None:
    """Return a secret, or None; `storage.secret` where it doesn't open."""
    box = tx.value(
        "SELECT box FROM secrets WHERE owner_kind = ? AND owner_id = ? AND name = ?",
        (owner_kind, owner_id, name),
    )
    return None if box is None else vault.unseal(box, owner_kind, owner_id, name)


def erase(tx: Connection, owner_kind: str, owner_id: bytes, name: str | None = None) -> int:
    """Erase an owner's secrets, or the one of a name. Return how many."""
    tx.run(
        "DELETE FROM secrets WHERE owner_kind = ?1 AND owner_id = ?2 AND (?3 IS NULL OR name = ?3)",
        (owner_kind, owner_id, name),
    )
    return tx.changes()


def owners(tx: Connection, owner_kind: str, begins: str) -> set[bytes]:
    """The owners of a kind that have a secret whose name begins so."""
    sql = "SELECT DISTINCT owner_id FROM secrets WHERE owner_kind = ? AND substr(name, 1, ?) = ?"
    return {bytes(owner) for (owner,) in tx.rows(sql, (owner_kind, len(begins), begins))}


def _binding(owner_kind: str, owner_id: bytes, name: str) -> bytes:
    parts = (owner_kind.encode(), owner_id, name.encode())
    return _LABEL + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
