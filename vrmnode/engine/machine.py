"""Runs turns: each event in a transaction of its own, several of them in one commit.

The only user of the database for writing. It is called from one thread at a time; whoever calls
it from an event loop hands it to a worker thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vrmnode.engine.context import Context
from vrmnode.engine.failures import of_protocol
from vrmnode.engine.identity import NodeIdentity
from vrmnode.engine.trust import key_desk
from vrmnode.errors import NodeError, StorageError
from vrmnode.storage import erasable_keys, keysfile
from vrmnode.storage.database import Database
from vrmnode.storage.secrets import Vault
from vrmprotocol.errors import LocalError

Action = Callable[[Context], object]

_ERRORS_OF_ONE_TURN = frozenset({"storage.conflict", "storage.secret"})
"""What the store refuses of one turn while it goes on working."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one turn came to: a value, or the error that undid it."""

    value: object = None
    error: Exception | None = None
    notes: tuple[str, ...] = ()


class Machine:
    """The engine bound to a database, a clock and keys.

    Args:
        database: the open store; this object is its only writer.
        clock: the node's clock, whole Unix seconds.
        random: `random(n)` returns n unpredictable bytes.
        grind: finds a stamp, `(core digest, bits) -> 8 bytes`.
    """

    def __init__(
        self,
        database: Database,
        identity: NodeIdentity,
        vault: Vault,
        *,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
        grind: Callable[[bytes, int], bytes],
    ) -> None:
        self.database = database
        self.identity = identity
        self.clock = clock
        self.random = random
        self.grind = grind
        self.vault = vault
        self._follows = False
        """Whether the identity uses the keys that the database names."""

    def rest(self) -> None:
        """Do what makes later turns faster, while none waits."""
        self.database.rest()

    def turns(self, actions: Sequence[Action]) -> list[Outcome]:
        """Run several events in order and commit them together.

        A turn that fails is undone alone. Nothing is reported as done before the commit is on
        disk.

        Raises:
            StorageError: the commit failed; every turn of the group is undone.
        """
        try:
            outcomes, sweep = self._together(actions)
        except BaseException:
            self._follows = False
            raise
        if sweep:
            self._sweep()
        return outcomes

    def _together(self, actions: Sequence[Action]) -> tuple[list[Outcome], bool]:
        """What the turns of a group came to, and whether something was erased."""
        sweep = False
        with self.database.transaction() as outer:
            outcomes = []
            for action in actions:
                ctx = Context(
                    tx=outer,
                    now=self.clock(),
                    identity=self.identity,
                    vault=self.vault,
                    random=self.random,
                    grind=self.grind,
                )
                outcomes.append(self._turn(ctx, action))
                sweep = sweep or ctx.sweep
        return outcomes, sweep

    def _sweep(self) -> None:
        """Take the remains of what was erased out of the WAL, and its keys out of key files.

        The turns are committed whatever becomes of this: where the store refuses, the next tidying
        and the next checkpoint, at the latest at the end, have it.
        """
        with contextlib.suppress(StorageError):
            with self.database.transaction() as tx:
                places = erasable_keys.places(tx)
                kept = set(erasable_keys.rows(tx)) if places else set()
            for place in places:
                # One that isn't reached now is looked at again with the next tidying.
                keysfile.take_out(place, kept)
        with contextlib.suppress(StorageError):
            self.database.checkpoint()

    def turn(self, action: Action) -> object:
        """Run one event and commit it.

        Raises:
            ServiceError, NodeError: as the event does.
        """
        outcome = self.turns([action])[0]
        if outcome.error is not None:
            raise outcome.error
        return outcome.value

    def _turn(self, ctx: Context, action: Action) -> Outcome:
        try:
            with self.database.transaction():
                if not self._follows:
                    key_desk.follow(ctx)
                # What a turn that is undone makes of it counts no more.
                self._follows = False
                value = action(ctx)
            self._follows = True
        except LocalError as error:
            return Outcome(error=of_protocol(error), notes=tuple(ctx.notes))
        except NodeError as error:
            if error.code.startswith("storage.") and error.code not in _ERRORS_OF_ONE_TURN:
                raise
            return Outcome(error=error, notes=tuple(ctx.notes))
        except Exception as error:  # noqa: BLE001
            # A bug must not take the other turns of the group with it; the caller logs it.
            return Outcome(error=error, notes=tuple(ctx.notes))
        return Outcome(value=value, notes=tuple(ctx.notes))
