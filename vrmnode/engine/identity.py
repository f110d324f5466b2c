"""The node's long-lived keys, as derived from its seed (specs/02-envelope-and-keys.md#keys).

The vendor root certifies one signing key for each period of 300 days, or from when the owner
rotates; each certificate is valid for 365 days, so that a draft signed late in a period can still
be countersigned. When it rotated and what it revoked is in the database (`key_desk`).
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
        self._certified: dict[tuple[int, int], tuple[SigningKey, Certificate]] = {}
        self._rotations: tuple[int, ...] = ()
        self._revoked: frozenset[int] = frozenset()

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

    def feedback(self, context: bytes) -> SigningKey:
        """The key for feedback about one deal, from its random 16-byte context."""
        return keys.feedback_key(self._seed, context)

    def follow(self, rotations: tuple[int, ...], revoked: frozenset[int]) -> None:
        """Use the key that follows from these times of rotation, and none of these serials."""
        self._rotations, self._revoked = tuple(sorted(rotations)), revoked

    def last_start(self, now: int) -> int:
        """When the key in use began to be it."""
        return self._starts(now)[-1]

    def root_key(self) -> SigningKey:
        """The key that signs certificates and key updates, and nothing else."""
        return self._root

    def vendor_signing(self, now: int) -> tuple[SigningKey, Certificate]:
        """The vendor's operational key in use and its certificate."""
        return max(self._certified_keys(now, live=True), key=lambda each: each[1].serial)

    def vendor_certificates(self, now: int) -> list[Certificate]:
        """The certificates of all operational keys so far, those of revoked ones too."""
        return [certified for _, certified in self._certified_keys(now)]

    def vendor_keys(self, now: int) -> frozenset[bytes]:
        """The public halves of all operational keys that the root has certified so far."""
        return frozenset(key.public for key, _ in self._certified_keys(now))

    def vendor_key_of(self, public: bytes, now: int) -> SigningKey | None:
        """The vendor's own signing key with that public key, the one in use or an earlier one."""
        own = (key for key, _ in self._certified_keys(now) if key.public == public)
        return next(own, None)

    def _starts(self, now: int) -> list[int]:
        """When each key began to be in use: at a rotation, or when the one before was old."""
        found = [self._epoch]
        while True:
            later = [at for at in self._rotations if at > found[-1]]
            following = min([found[-1] + PERIOD_S, *later[:1]])
            if following > now:
                return found
            found.append(following)

    def _certified_keys(
        self, now: int, *, live: bool = False
    ) -> list[tuple[SigningKey, Certificate]]:
        """All keys so far; `live`: without the revoked ones.

        A node that was restored from its words alone may find its first serials revoked: then it
        goes on to the next that isn't.
        """
        starts = self._starts(now)
        while len(starts) - 1 in self._revoked:
            starts.append(starts[-1])
        return [
            self._certified_key(serial, at)
            for serial, at in enumerate(starts)
            if not live or serial not in self._revoked
        ]

    def _certified_key(self, serial: int, starts: int) -> tuple[SigningKey, Certificate]:
        if (serial, starts) not in self._certified:
            # SPEC 02: The writer MUST use a new serial for each operational key.
            key = keys.vendor_signing_key(self._seed, serial)
            issued = certificate.issue(
                self._root,
                subject=key.public,
                serial=serial,
                # Envelopes state a time of up to half an hour ago: a key made just after midnight
                # must be valid then, too.
                not_before=starts - 86_400,
                not_after=starts - 86_400 + VALIDITY_S,
            )
            self._certified[serial, starts] = key, issued
        return self._certified[serial, starts]
