"""The node's long-lived keys, as derived from its seed (specs/02-envelope-and-keys.md#keys).

The vendor root certifies one signing key for each period of 300 days; each certificate is valid
for 365 days, so that a draft signed late in a period can still be countersigned.
"""

from __future__ import annotations

from vrmprotocol import certificate, keys
from vrmprotocol.certificate import Certificate
from vrmprotocol.keys import SigningKey

PERIOD_S = 300 * 86_400
VALIDITY_S = 365 * 86_400


# SPEC 02: The writer MUST NOT derive encryption keys or the network key from the seed.
class NodeIdentity:
    """Keys of one node that sign: vendor root and signing keys, pseudonyms.

    Args:
        seed: the 64-byte BIP-39 seed; never shown.
        created: when the node was initialised, Unix seconds; certificate periods count from it.
    """

    def __init__(self, seed: bytes, created: int) -> None:
        self._seed = seed
        self._epoch = created - created % 86_400
        self._root = keys.vendor_root_key(seed)
        self._certified: dict[int, tuple[SigningKey, Certificate]] = {}

    def __repr__(self) -> str:
        return f"NodeIdentity(root={keys.to_did(self.root)})"

    @property
    def root(self) -> bytes:
        """The vendor's root public key, 32 bytes: what its customers know it by."""
        return self._root.public

    def pseudonym(self, context: bytes) -> SigningKey:
        """The key of one intent, from its random 16-byte context."""
        return keys.pseudonym_key(self._seed, context)

    def relationship(self, context: bytes) -> SigningKey:
        """The pairwise key of one relationship, from its random 16-byte context."""
        return keys.relationship_key(self._seed, context)

    def vendor_signing(self, now: int) -> tuple[SigningKey, Certificate]:
        """The vendor's operational key of this period and its certificate."""
        return self._certified_key(max(0, now - self._epoch) // PERIOD_S)

    def vendor_keys(self, now: int) -> frozenset[bytes]:
        """The public halves of all operational keys that the root has certified so far."""
        serials = range(max(0, now - self._epoch) // PERIOD_S + 1)
        return frozenset(self._certified_key(serial)[0].public for serial in serials)

    def vendor_key_of(self, public: bytes, now: int) -> SigningKey | None:
        """The vendor's own signing key with that public key, this period's or an earlier one."""
        for serial in range(max(0, now - self._epoch) // PERIOD_S, -1, -1):
            key, _ = self._certified_key(serial)
            if key.public == public:
                return key
        return None

    def _certified_key(self, serial: int) -> tuple[SigningKey, Certificate]:
        if serial not in self._certified:
            # SPEC 02: The writer MUST use a new serial for each operational key.
            key = keys.vendor_signing_key(self._seed, serial)
            starts = self._epoch + serial * PERIOD_S
            issued = certificate.issue(
                self._root,
                subject=key.public,
                serial=serial,
                # Envelopes state a time of up to half an hour ago: a key made just after midnight
                # must be valid then, too.
                not_before=starts - 86_400,
                not_after=starts - 86_400 + VALIDITY_S,
            )
            self._certified[serial] = key, issued
        return self._certified[serial]
