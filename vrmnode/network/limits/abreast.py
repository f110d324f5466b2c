"""Checks of what one peer sends, abreast: so many at a time, what follows from them in order.

All peers together have room for so many bytes in check: a check begins when there is room for what
it is about, given in turn, and the room is free when what was found has been used. Meanwhile the
peer isn't read from.

None waits for ever. Who has room asks for no more of it. It waits for the check, for the one before
it of the same peer, which has room already, and for the node to take what was good, which waits for
the store alone. So when the store goes on, what has room ends, and whoever is next in turn has it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import trio

from vrmnode.round_robin import Asker, RoundRobin

Found = TypeVar("Found")

BATCHES_ABREAST = 3
"""Batches of a peer that are checked at a time: so decoding, checking and storing overlap."""


class Abreast:
    """Checks, at most ``most`` at a time; use ``abreast``."""

    def __init__(self, nursery: trio.Nursery, most: int, room: RoundRobin, sender: Asker) -> None:
        self._nursery = nursery
        self._places = trio.Semaphore(most)
        self._room = room
        self._sender = sender
        self._last = trio.Event()
        self._last.set()
        self.failure: Exception | None = None

    async def start(
        self,
        check: Callable[[], Awaitable[Found]],
        use: Callable[[Found], Awaitable[None]],
        size_bytes: int,
    ) -> None:
        """Start a check, as soon as there is a place; what is found is used after the one before.

        The place is free again when that has ended, too, and so is the room for ``size_bytes``.
        """
        await self._places.acquire()
        try:
            await self._room.enter(self._sender, size_bytes)
        except trio.Cancelled:
            self._places.release()
            raise
        before, self._last = self._last, trio.Event()
        self._nursery.start_soon(self._run, check, use, size_bytes, before, self._last)

    async def alone(
        self,
        check: Callable[[], Awaitable[Found]],
        use: Callable[[Found], Awaitable[None]],
        size_bytes: int,
    ) -> None:
        """The same at once, when all that was started has ended."""
        await self.all_ended()
        async with self._room.place(self._sender, size_bytes):
            await use(await check())

    async def _run(
        self,
        check: Callable[[], Awaitable[Found]],
        use: Callable[[Found], Awaitable[None]],
        size_bytes: int,
        before: trio.Event,
        ended: trio.Event,
    ) -> None:
        try:
            found = await check()
            await before.wait()
            await use(found)
        except Exception as error:  # noqa: BLE001 - raised by the context
            self.failure = self.failure or error
            self._nursery.cancel_scope.cancel()
        finally:
            ended.set()
            self._room.leave(size_bytes)
            self._places.release()

    async def all_ended(self) -> None:
        """Wait until everything that was started has ended."""
        await self._last.wait()


@asynccontextmanager
async def abreast(most: int, room: RoundRobin, sender: Asker) -> AsyncIterator[Abreast]:
    """What was started for ``sender`` ends in the context, whatever becomes of its body.

    An error of a check ends the others and the body; the first error leaves as it is, in no group.
    """
    async with trio.open_nursery() as nursery:
        checks = Abreast(nursery, most, room, sender)
        try:
            yield checks
        except Exception as error:  # noqa: BLE001 - raised below
            checks.failure = checks.failure or error
    if checks.failure is not None:
        raise checks.failure
