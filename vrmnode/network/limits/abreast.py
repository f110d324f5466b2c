"""Checks of what one peer sends, abreast: so many at a time, what follows from them in order."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import trio

Found = TypeVar("Found")

BATCHES_ABREAST = 3
"""Batches of a peer that are checked at a time: so decoding, checking and storing overlap."""


class Abreast:
    """Checks, at most ``most`` at a time; use ``abreast``."""

    def __init__(self, nursery: trio.Nursery, most: int) -> None:
        self._nursery = nursery
        self._most = most
        self._places = trio.Semaphore(most)
        self._last = trio.Event()
        self._last.set()
        self.failure: Exception | None = None

    async def start(
        self, check: Callable[[], Awaitable[Found]], use: Callable[[Found], Awaitable[None]]
    ) -> None:
        """Start a check, as soon as there is a place; what is found is used after the one before.

        The place is free again when that has ended, too.
        """
        await self._places.acquire()
        before, self._last = self._last, trio.Event()
        self._nursery.start_soon(self._run, check, use, before, self._last)

    async def _run(
        self,
        check: Callable[[], Awaitable[Found]],
        use: Callable[[Found], Awaitable[None]],
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
            self._places.release()

    async def all_ended(self) -> None:
        """Wait until everything that was started has ended."""
        await self._last.wait()


@asynccontextmanager
async def abreast(most: int) -> AsyncIterator[Abreast]:
    """What was started ends in the context, whatever becomes of its body.

    An error of a check ends the others and the body; the first error leaves as it is, in no group.
    """
    async with trio.open_nursery() as nursery:
        checks = Abreast(nursery, most)
        try:
            yield checks
        except Exception as error:  # noqa: BLE001 - raised below
            checks.failure = checks.failure or error
    if checks.failure is not None:
        raise checks.failure
