"""Envelopes, whole or broken in one place.

Implements specs/02-envelope-and-keys.md, the writer's side only.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .canonical import pack
from .primitives import Signer, sha256
from .stamps import STAMPS, envelope_id, required_bits


@dataclass(frozen=True)
class Draft:
    """An envelope before stamp and signature; `changes` replaces or (None) removes fields.

    `changes` is applied before the core digest is taken, so the stamp and the signature of a
    changed envelope are right and only the change is wrong.
    """

    kind: str
    topic: str
    author: Signer
    created: int
    expires: int
    body: bytes
    tag: bytes | None = None
    changes: dict[str, object] = field(default_factory=dict)
    bits: int | None = None

    def header(self) -> dict[str, object]:
        """The seven fields that a mail's seal is bound to, as they are before `changes`."""
        return {
            "v": 1,
            "kind": self.kind,
            "topic": self.topic,
            "tag": self.tag,
            "author": self.author.public,
            "created": self.created,
            "expires": self.expires,
        }

    def with_changes(self, **changes: object) -> Draft:
        """The same envelope with other fields on the wire."""
        return replace(self, changes={**self.changes, **changes})

    def fields(self) -> dict[str, object]:
        """The map without stamp and signature."""
        values = {**self.header(), "body": self.body}
        if self.tag is None:
            del values["tag"]
        for key, value in self.changes.items():
            if value is None:
                values.pop(key, None)
            else:
                values[key] = value
        return values

    def core(self) -> bytes:
        """The core digest."""
        return sha256(b"vrm/1 envelope core\0", pack(self.fields()))

    def needed_bits(self) -> int:
        """The difficulty that the stamp of this envelope is searched for."""
        return required_bits(self.kind, len(self.body)) if self.bits is None else self.bits

    def seal_off(self, stamp: bytes | None = None) -> Sealed:
        """The envelope with its stamp (searched for unless given) and signature."""
        core = self.core()
        found = STAMPS.find(core, self.needed_bits()) if stamp is None else stamp
        identity = envelope_id(core, found)
        signature = self.author.sign(b"vrm/1 envelope signature\0" + identity)
        return Sealed(self, core, found, identity, signature)


@dataclass(frozen=True)
class Sealed:
    """A stamped and signed envelope."""

    draft: Draft
    core: bytes
    stamp: bytes
    id: bytes
    signature: bytes

    def fields(self) -> dict[str, object]:
        """The whole map."""
        return {**self.draft.fields(), "stamp": self.stamp, "sig": self.signature}

    @property
    def raw(self) -> bytes:
        """The bytes on the wire."""
        return pack(self.fields())

    def raw_with(self, **changes: object) -> bytes:
        """The bytes with fields altered after signing; None removes one."""
        values = {**self.fields(), **changes}
        return pack({key: value for key, value in values.items() if value is not None})
