"""What one turn of the engine works with: a transaction, the time, the node's keys.

Everything that the engine needs from the world is an argument here, so that a turn is a pure
function of its inputs and of the database: no clock, no randomness, no I/O of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vrmnode.engine.identity import NodeIdentity
from vrmnode.storage import events, secrets
from vrmnode.storage.database import Tx

ACK_DELAY_S = 2
"""Seconds an acknowledgement waits for another message of the deal that can carry it."""


NODE = b"node"
"""The subject of timers that belong to the node as a whole."""


@dataclass(slots=True)
class Context:
    """One turn: the open transaction and what the turn may use.

    Attributes:
        tx: the open write transaction.
        now: the node's clock, Unix seconds.
        identity: keys derived from the node's seed.
        vault: encrypts key material at rest.
        random: `random(n)` returns n unpredictable bytes.
        grind: finds a stamp, `(core digest, bits) -> 8 bytes`.
        sweep: set by a turn that erased what nobody may find again: after the commit, the sealed
            remains leave the WAL too.
    """

    tx: Tx
    now: int
    identity: NodeIdentity
    vault: secrets.Vault
    random: Callable[[int], bytes]
    grind: Callable[[bytes, int], bytes]
    notes: list[str] = field(default_factory=list)
    sweep: bool = False

    def event(
        self, kind: str, subject_kind: str, subject_id: bytes, **data: str | int | bool | None
    ) -> None:
        """Append to the event log what happened to an intent, an offer, a deal or the vendor."""
        present = {name: value for name, value in data.items() if value is not None}
        events.append(self.tx, self.now, kind, subject_kind, subject_id, present)

    def keep_secret(self, owner_kind: str, owner_id: bytes, name: str, plain: bytes) -> None:
        """Store key material encrypted under the vault key."""
        secrets.put(self.tx, self.vault, owner_kind, owner_id, name, plain)

    def secret(self, owner_kind: str, owner_id: bytes, name: str) -> bytes | None:
        """Key material kept before, or None once it was erased."""
        return secrets.get(self.tx, self.vault, owner_kind, owner_id, name)
