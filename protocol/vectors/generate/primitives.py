"""The cryptography that the vectors need, over plain primitives.

Ed25519, X25519 and ChaCha20-Poly1305 come from `cryptography`; HKDF and HPKE (RFC 9180, base
mode, DHKEM X25519 HKDF-SHA256, ChaCha20-Poly1305) are written out here, so that a sealed body can
be made from a fixed ephemeral key and compared byte for byte.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEM_SUITE = b"KEM" + (0x0020).to_bytes(2, "big")
HPKE_SUITE = b"HPKE" + b"".join(n.to_bytes(2, "big") for n in (0x0020, 0x0001, 0x0003))
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD_PRIME = 2**255 - 19


def sha256(*parts: bytes) -> bytes:
    """The SHA-256 of the parts joined."""
    return hashlib.sha256(b"".join(parts)).digest()


def fixed(name: str, length: int = 32) -> bytes:
    """Bytes that look random and are always the same for one name."""
    return hashlib.shake_256(b"vrm vectors: " + name.encode()).digest(length)


class Signer:
    """An Ed25519 key made from its 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    @classmethod
    def named(cls, name: str) -> Signer:
        """The key whose seed is `fixed(name)`."""
        return cls(fixed("ed25519 " + name))

    def sign(self, message: bytes) -> bytes:
        """The deterministic signature of RFC 8032."""
        return self._key.sign(message)


def x25519_public(private: bytes) -> bytes:
    """The public key of an X25519 private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def x25519(private: bytes, public: bytes) -> bytes:
    """The shared secret of RFC 7748."""
    key = X25519PrivateKey.from_private_bytes(private)
    return key.exchange(X25519PublicKey.from_public_bytes(public))


def hkdf_extract(salt: bytes, ikm: bytes) -> bytes:
    """HKDF-Extract with SHA-256 (RFC 5869)."""
    return hmac.digest(salt or bytes(32), ikm, "sha256")


def hkdf_expand(prk: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand with SHA-256 (RFC 5869)."""
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.digest(prk, block + info + bytes([counter]), "sha256")
        output, counter = output + block, counter + 1
    return output[:length]


def hkdf(salt: bytes, ikm: bytes, info: bytes, length: int = 32) -> bytes:
    """Extract, then expand."""
    return hkdf_expand(hkdf_extract(salt, ikm), info, length)


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hkdf_extract(salt, b"HPKE-v1" + suite + label + ikm)


def _labeled_expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return hkdf_expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length)


def hpke_seal(public: bytes, info: bytes, plaintext: bytes, ephemeral: bytes) -> bytes:
    """`enc ‖ ciphertext` of a base-mode single shot with empty AAD and this ephemeral key."""
    enc = x25519_public(ephemeral)
    eae_prk = _labeled_extract(KEM_SUITE, b"", b"eae_prk", x25519(ephemeral, public))
    shared = _labeled_expand(KEM_SUITE, eae_prk, b"shared_secret", enc + public, 32)
    context = (
        b"\x00"
        + _labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
        + _labeled_extract(HPKE_SUITE, b"", b"info_hash", info)
    )
    secret = _labeled_extract(HPKE_SUITE, shared, b"secret", b"")
    key = _labeled_expand(HPKE_SUITE, secret, b"key", context, 32)
    nonce = _labeled_expand(HPKE_SUITE, secret, b"base_nonce", context, 12)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, plaintext, b"")


def with_foreign_order(signature: bytes) -> bytes:
    """The same signature with the group order added to S: the malleable twin of RFC 8032."""
    scalar = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    return signature[:32] + scalar.to_bytes(32, "little")


def _point_bytes(y: int, sign: int = 0) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


ORDER_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"

# Ed25519 public keys that a verifier has to refuse, whatever the signature says.
STRANGE_KEYS: dict[str, tuple[bytes, str]] = {
    "identity": (_point_bytes(1), "the neutral point, for which anybody can sign"),
    "order-2": (_point_bytes(FIELD_PRIME - 1), "a point of order 2"),
    "order-4": (_point_bytes(0), "a point of order 4"),
    "order-8": (bytes.fromhex(ORDER_8), "a point of order 8"),
    "identity-noncanonical": (_point_bytes(FIELD_PRIME + 1), "the neutral point, y not reduced"),
    "identity-sign": (_point_bytes(1, 1), "the neutral point with the sign bit set"),
    "noncanonical": (_point_bytes(FIELD_PRIME + 3), "a point whose y isn't reduced"),
    "not-on-curve": (_point_bytes(2), "no point of the curve has this y"),
}
