"""Room for so much at a time, which those who wait for it get by round robin.

Who asks is a pair, such as the way that something came and the peer that sent it: the ways are
served in turn, and within each its peers; what one peer asked for, in order. So whoever asks for
much is in nobody's way but its own.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

import trio

Asker = tuple[Hashable, Hashable]
"""Who asks: one of a few groups, and somebody in it."""


class RoundRobin:
    """Room for `most`; a greater request has it when nobody else has any.

    Who is next in turn is waited for until it fits, so that small requests don't keep a large one
    waiting for ever.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._used = 0
        self._waiting: OrderedDict[Hashable, OrderedDict[Hashable, deque[_Request]]] = OrderedDict()
        self._waiting_size = 0

    @property
    def wanted(self) -> int:
        """What is in use and what is waited for."""
        return self._used + self._waiting_size

    async def enter(self, asker: Asker, size: int = 1) -> None:
        """Have room for `size`, now or in turn; whoever has it calls `leave`, once."""
        if not self._waiting and self._fits(size):
            self._used += size
            return
        request = _Request(size)
        self._add(asker, request)
        try:
            await request.granted.wait()
        except trio.Cancelled:
            if request.granted.is_set():
                self.leave(size)
            else:
                self._remove(asker, request)
                self._serve()
            raise

    def leave(self, size: int = 1) -> None:
        """Give back what `enter` has given."""
        self._used -= size
        self._serve()

    @asynccontextmanager
    async def place(self, asker: Asker, size: int = 1) -> AsyncIterator[None]:
        """Room for `size` in the context."""
        await self.enter(asker, size)
        try:
            yield
        finally:
            self.leave(size)

    def _fits(self, size: int) -> bool:
        return self._used + size <= self._most or not self._used

    def _serve(self) -> None:
        while self._waiting:
            group = next(iter(self._waiting))
            who = next(iter(self._waiting[group]))
            request = self._waiting[group][who][0]
            if not self._fits(request.size):
                return
            self._used += request.size
            request.granted.set()
            self._waiting.move_to_end(group)
            self._waiting[group].move_to_end(who)
            self._remove((group, who), request)

    def _add(self, asker: Asker, request: _Request) -> None:
        group, who = asker
        self._waiting.setdefault(group, OrderedDict()).setdefault(who, deque()).append(request)
        self._waiting_size += request.size

    def _remove(self, asker: Asker, request: _Request) -> None:
        group, who = asker
        members = self._waiting[group]
        members[who].remove(request)
        self._waiting_size -= request.size
        if not members[who]:
            del members[who]
        if not members:
            del self._waiting[group]


class _Request:
    """Somebody who waits."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.granted = trio.Event()
