"""The application, lent to one test after another.

FastAPI takes a tenth of a second to make it of its hundred and more routes, and several hundred
tests need it. It keeps nothing but its service, for which a stand-in asks the test's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from vrmnode.api.app import create_app
from vrmnode.api.service import Json, NodeService


class StandIn:
    """The service of an application that is lent; asks that of whoever has it now."""

    def __init__(self) -> None:
        self.service: NodeService | None = None

    async def execute(self, command: str, params: Json) -> Json:
        return await self._asked().execute(command, params)

    async def query(self, name: str, params: Json) -> object:
        return await self._asked().query(name, params)

    async def wait_event(self, after: int, timeout_s: float) -> list[Json]:
        return await self._asked().wait_event(after, timeout_s)

    def _asked(self) -> NodeService:
        assert self.service is not None, "expected a borrower, came a request after the return"
        return self.service


_free: list[tuple[StandIn, FastAPI]] = []


@contextmanager
def lent_app(service: NodeService) -> Iterator[FastAPI]:
    """An application of `service` that nobody else has meanwhile."""
    stand_in, app = _free.pop() if _free else _made()
    stand_in.service = service
    try:
        yield app
    finally:
        stand_in.service = None
        _free.append((stand_in, app))


def _made() -> tuple[StandIn, FastAPI]:
    stand_in = StandIn()
    return stand_in, create_app(stand_in)
