"""Bytes sealed under a passphrase: Argon2id, then XChaCha20-Poly1305 with the header bound.

The keystore and the backup file share this form. The parameters of Argon2id stand in the header,
which is readable before anything is known to be genuine: they are bounded when read, so that a
hostile file can't ask for all memory. A wrong passphrase and altered bytes look the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id

from vrmprotocol import encoding

KDF_NAME = "argon2id"
CIPHER_NAME = "xchacha20poly1305-ietf"

MIB = 1024 * 1024
MIN_OPSLIMIT, MAX_OPSLIMIT = 1, 16
MIN_MEMLIMIT_BYTES, MAX_MEMLIMIT_BYTES = 8 * MIB, 1024 * MIB

_KEY_BYTES = 32
_SALT_BYTES = argon2id.SALTBYTES  # 16
_NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES  # 24
_TAG_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES  # 16

_HEADER_KEYS = {"v", "kind", "kdf", "cipher", "nonce"}
_KDF_KEYS = {"name", "opslimit", "memlimit", "salt"}


class MalformedBox(Exception):
    """The header isn't one of this form, or asks for more than is allowed."""


class WrongPassphrase(Exception):
    """The box doesn't open: another passphrase, or altered bytes; nobody can say which."""


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What deriving a key costs: passes over the memory, and its size."""

    opslimit: int
    memlimit_bytes: int

    def __post_init__(self) -> None:
        if not MIN_OPSLIMIT <= self.opslimit <= MAX_OPSLIMIT:
            raise MalformedBox(
                f"expected opslimit {MIN_OPSLIMIT}..{MAX_OPSLIMIT}, came {self.opslimit}"
            )
        if not MIN_MEMLIMIT_BYTES <= self.memlimit_bytes <= MAX_MEMLIMIT_BYTES:
            raise MalformedBox(
                f"expected memlimit {MIN_MEMLIMIT_BYTES}..{MAX_MEMLIMIT_BYTES} bytes, "
                f"came {self.memlimit_bytes}"
            )


STANDARD = KdfCost(3, 64 * MIB)  # 0.1 to 0.3 s
CHEAPEST = KdfCost(MIN_OPSLIMIT, MIN_MEMLIMIT_BYTES)  # for tests


@dataclass(frozen=True, slots=True)
class Box:
    """A sealed box; `kind` says what for, so that one can't pass for another."""

    kind: str
    cost: KdfCost
    salt: bytes
    nonce: bytes
    ciphertext: bytes

    def header(self) -> dict[str, encoding.Value]:
        """Return everything but the ciphertext; it is what the ciphertext is bound to."""
        return _header(self.kind, self.cost, self.salt, self.nonce)


def seal(plain: bytes, passphrase: str, *, kind: str, cost: KdfCost) -> Box:
    """Return a box with fresh salt and nonce."""
    salt = secrets.token_bytes(_SALT_BYTES)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    bound = encoding.encode(_header(kind, cost, salt, nonce))
    ciphertext = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain, bound, nonce, _derive(passphrase, salt, cost)
    )
    return Box(kind, cost, salt, nonce, ciphertext)


def unseal(box: Box, passphrase: str) -> bytes:
    """Return what was sealed. Raises WrongPassphrase."""
    key = _derive(passphrase, box.salt, box.cost)
    bound = encoding.encode(box.header())
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            box.ciphertext, bound, box.nonce, key
        )
    except CryptoError as error:
        raise WrongPassphrase from error


def read_box(header: Mapping[str, object], ciphertext: object, *, kind: str) -> Box:
    """Return the box of a header, checked as far as can be without the passphrase.

    Raises MalformedBox, which says what was expected and what came.
    """
    _require_keys(header, _HEADER_KEYS, "header")
    kdf = header["kdf"]
    if not isinstance(kdf, Mapping):
        raise MalformedBox(f"expected kdf as a map, came {type(kdf).__name__}")
    _require_keys(kdf, _KDF_KEYS, "kdf")
    for name, came, expected in (
        ("v", header["v"], 1),
        ("kind", header["kind"], kind),
        ("cipher", header["cipher"], CIPHER_NAME),
        ("kdf.name", kdf["name"], KDF_NAME),
    ):
        if came != expected or isinstance(came, bool):
            raise MalformedBox(f"expected {name} {expected!r}, came {_short(came)}")
    cost = KdfCost(_integer(kdf, "opslimit"), _integer(kdf, "memlimit"))
    salt = _sized(kdf["salt"], "salt", _SALT_BYTES)
    nonce = _sized(header["nonce"], "nonce", _NONCE_BYTES)
    if not isinstance(ciphertext, bytes) or len(ciphertext) < _TAG_BYTES:
        raise MalformedBox(f"expected at least {_TAG_BYTES} bytes of ciphertext")
    return Box(kind, cost, salt, nonce, ciphertext)


def _header(kind: str, cost: KdfCost, salt: bytes, nonce: bytes) -> dict[str, encoding.Value]:
    return {
        "v": 1,
        "kind": kind,
        "kdf": {
            "name": KDF_NAME,
            "opslimit": cost.opslimit,
            "memlimit": cost.memlimit_bytes,
            "salt": salt,
        },
        "cipher": CIPHER_NAME,
        "nonce": nonce,
    }


def _derive(passphrase: str, salt: bytes, cost: KdfCost) -> bytes:
    return argon2id.kdf(
        _KEY_BYTES,
        passphrase.encode("utf-8", "surrogateescape"),
        salt,
        opslimit=cost.opslimit,
        memlimit=cost.memlimit_bytes,
    )


def _require_keys(found: Mapping[str, object], expected: set[str], what: str) -> None:
    if set(found) != expected:
        odd = sorted(str(key) for key in set(found) ^ expected)
        raise MalformedBox(f"expected {what} keys {sorted(expected)}, wrong or missing: {odd}")


def _integer(found: Mapping[str, object], name: str) -> int:
    value = found[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedBox(f"expected {name} as an integer, came {_short(value)}")
    return value


def _sized(value: object, name: str, size_bytes: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != size_bytes:
        raise MalformedBox(f"expected {name} of {size_bytes} bytes, came {_short(value)}")
    return value


def _short(value: object) -> str:
    return repr(value)[:60]
