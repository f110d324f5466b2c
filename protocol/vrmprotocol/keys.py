"""Keys: the seed and its words, derived signing keys, sealing keys, and their text form.

Implements `specs/02-envelope-and-keys.md#keys`. Signing keys follow from the seed; sealing
keys never do, they are random and handed in. Storing keys and drawing them are left to others.
"""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from mnemonic import Mnemonic
from nacl.signing import SigningKey as _NaclSigningKey

from vrmprotocol import base58
from vrmprotocol.errors import LocalError

SEED_BYTES = 64
ENTROPY_BYTES = 32
WORDS = 24

VENDOR_ROOT = "vendor-root"
VENDOR_SIGNING = "vendor-signing"
PSEUDONYM = "pseudonym"
RELATIONSHIP = "relationship"
FEEDBACK = "feedback"

_SALT = b"vrm/1"
_DID_PREFIX = "did:key:z"
_ED25519_MULTICODEC = b"\xed\x01"


class SigningKey:
    """An Ed25519 private key made from its 32-byte seed."""

    __slots__ = ("_key", "public")

    def __init__(self, seed32: bytes) -> None:
        if len(seed32) != 32:
            raise LocalError("keys.length", f"expected 32 bytes, came {len(seed32)}")
        self._key = _NaclSigningKey(seed32)
        self.public = bytes(self._key.verify_key)

    def sign(self, message: bytes) -> bytes:
        """The signature (64 bytes); the same key and message always give the same."""
        return self._key.sign(message).signature

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SigningKey) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()}, private=hidden)"


class SealKey:
    """An X25519 private key (32 random bytes) that opens mail."""

    __slots__ = ("_private", "key", "public")

    def __init__(self, private32: bytes) -> None:
        if len(private32) != 32:
            raise LocalError("keys.length", f"expected 32 bytes, came {len(private32)}")
        self._private = private32
        self.key = X25519PrivateKey.from_private_bytes(private32)
        self.public = self.key.public_key().public_bytes_raw()

    def private_bytes(self) -> bytes:
        """The secret itself (32 bytes), for the keystore alone."""
        return self._private

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SealKey) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)

    def __repr__(self) -> str:
        return f"SealKey(public={self.public.hex()}, private=hidden)"


def words_from_entropy(entropy32: bytes) -> str:
    """The 24 BIP-39 words (English, one space between) of 32 random bytes."""
    if len(entropy32) != ENTROPY_BYTES:
        raise LocalError("keys.length", f"expected {ENTROPY_BYTES} bytes, came {len(entropy32)}")
    return str(_wordlist().to_mnemonic(entropy32))


def seed_from_words(words: str) -> bytes:
    """The seed (64 bytes) of 24 BIP-39 words; spacing and case don't matter.

    Raises:
        LocalError: `keys.mnemonic` names the position of an unknown word, or says that the
            number of words or their checksum is wrong. The words are never repeated.
    """
    listed = words.lower().split()
    if len(listed) != WORDS:
        raise LocalError("keys.mnemonic", f"expected {WORDS} words, came {len(listed)}")
    known = frozenset(_wordlist().wordlist)
    for position, word in enumerate(listed, start=1):
        if word not in known:
            raise LocalError("keys.mnemonic", f"word {position} is not in the BIP-39 word list")
    phrase = " ".join(listed)
    if not _wordlist().check(phrase):
        raise LocalError(
            "keys.mnemonic",
            "the checksum doesn't fit: all words are known, but one is wrong or out of order",
        )
    return bytes(Mnemonic.to_seed(phrase, passphrase=""))


@cache
def _wordlist() -> Mnemonic:
    return Mnemonic("english")


def derive_signing_key(seed: bytes, label: str, context: bytes) -> SigningKey:
    """The signing key that a seed (64 bytes) gives for a label and a context.

    HKDF-SHA256 with salt "vrm/1" and info label ‖ 0x00 ‖ context.
    """
    if len(seed) != SEED_BYTES:
        raise LocalError("keys.length", f"expected a seed of {SEED_BYTES} bytes, came {len(seed)}")
    info = label.encode("ascii") + b"\0" + context
    return SigningKey(HKDF(algorithm=SHA256(), length=32, salt=_SALT, info=info).derive(seed))


def vendor_root_key(seed: bytes) -> SigningKey:
    """The vendor's root key, which signs certificates and nothing else."""
    return derive_signing_key(seed, VENDOR_ROOT, b"")


def vendor_signing_key(seed: bytes, serial: int) -> SigningKey:
    """The vendor's operational key with this serial number (0..2^32-1)."""
    return derive_signing_key(seed, VENDOR_SIGNING, serial.to_bytes(4, "big"))


def pseudonym_key(seed: bytes, context16: bytes) -> SigningKey:
    """The customer's key for one intent; the context is 16 random bytes, kept with the intent."""
    return derive_signing_key(seed, PSEUDONYM, _random_context(context16))


def relationship_key(seed: bytes, context16: bytes) -> SigningKey:
    """The customer's key towards one vendor; the context is 16 random bytes."""
    return derive_signing_key(seed, RELATIONSHIP, _random_context(context16))


def feedback_key(seed: bytes, context16: bytes) -> SigningKey:
    """The customer's key for feedback about one deal; the context is 16 random bytes."""
    return derive_signing_key(seed, FEEDBACK, _random_context(context16))


def _random_context(context16: bytes) -> bytes:
    if len(context16) != 16:
        raise LocalError("keys.length", f"expected 16 bytes of context, came {len(context16)}")
    return context16


def to_did(public: bytes) -> str:
    """The text form `did:key:z…` of an Ed25519 public key (32 bytes)."""
    return _DID_PREFIX + base58.encode(_ED25519_MULTICODEC + public)


def from_did(text: str) -> bytes:
    """The Ed25519 public key (32 bytes) of a `did:key`.

    Raises:
        LocalError: `keys.did` when the text isn't one.
    """
    if not text.startswith(_DID_PREFIX) or len(text) > 64:
        raise LocalError("keys.did", f"expected {_DID_PREFIX}… of at most 64 characters")
    data = base58.decode(text.removeprefix(_DID_PREFIX))
    if data is None or len(data) != 34 or not data.startswith(_ED25519_MULTICODEC):
        raise LocalError("keys.did", "expected the base58 form of an Ed25519 public key")
    return data[2:]
