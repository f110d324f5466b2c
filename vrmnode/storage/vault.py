"""Sealing what is kept: boxes under a key, bound to their owner and name.

The node's vault key is in the keystore, not in the database: who has the database alone has
nothing.
"""

from __future__ import annotations

import secrets

from nacl import bindings
from nacl.exceptions import CryptoError

from vrmnode.errors import StorageError

KEY_BYTES = 32
_NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
OVERHEAD_BYTES = _NONCE_BYTES + bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES
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


def _binding(owner_kind: str, owner_id: bytes, name: str) -> bytes:
    parts = (owner_kind.encode(), owner_id, name.encode())
    return _LABEL + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
