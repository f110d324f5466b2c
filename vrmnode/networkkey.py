"""network.key: what this installation is known by to its peers; nothing else depends on it.

Random, and made where it is missing. It belongs to the machine, not to the owner: no backup has it,
so that a node restored elsewhere doesn't meet itself under one peer id
(specs/02-envelope-and-keys.md#keys). It is not encrypted: whoever reads the folder while the node
runs can take its place among the peers, and no more.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from vrmnode import privatefile
from vrmnode.errors import KeystoreError

SEED_BYTES = 32


# SPEC 02: The writer MUST NOT derive encryption keys or the network key from the seed.
def load_or_make(path: Path) -> bytes:
    """The 32-byte seed of the network key in the file, drawn now if there is no file.

    Raises:
        KeystoreError: `keystore.network_key`: the file holds something else, or can't be written.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        seed = secrets.token_bytes(SEED_BYTES)
    try:
        privatefile.write_atomically(path, seed.hex().encode() + b"\n", replace=False)
    except OSError as error:
        raise KeystoreError(
            "keystore.network_key", f"{path} can't be written: {error.strerror}"
        ) from error
    return seed


def _read(path: Path) -> bytes:
    raw = path.read_bytes()
    try:
        seed = bytes.fromhex(raw.decode("ascii").strip())
    except ValueError:
        seed = b""
    if len(seed) != SEED_BYTES:
        raise KeystoreError(
            "keystore.network_key",
            f"{path}: expected {2 * SEED_BYTES} hex digits, came {len(raw)} other bytes;"
            " remove it, and a new one is made",
        )
    return seed
