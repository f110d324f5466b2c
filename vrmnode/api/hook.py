"""The hook for devices: `POST /hook/TOKEN`, an application of its own on a listener of its own.

Nothing else of the node can be reached here, and nothing can be read: every answer to a good report
is the same, and every token that isn't good gets the same refusal. Tokens stand in no log.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Protocol

import trio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from vrmnode.api.limits import Limits
from vrmnode.api.problems import problem
from vrmnode.api.rate_limit import RateLimit
from vrmnode.errors import NodeError, ServiceError
from vrmprotocol.errors import LocalError

LOG = logging.getLogger("vrmnode.api")
PATH = "/hook/"
MAX_BODY_BYTES = 4096
BODY_TIMEOUT_S = 10.0
PER_ADDRESS, PER_HOOK = 60, 6
"""Requests a minute: of one address, and reports of one hook."""
TOO_MANY = "expected fewer requests, came another too soon"


class HookService(Protocol):
    """What the hook needs of the node."""

    async def hook_of(self, token: str) -> bytes:
        """The hook of a token; ServiceError `hook.unknown`."""
        ...

    async def report(self, hook: bytes, raw: object) -> None:
        """Do what a device's report asks for; ServiceError or LocalError `hook.*`."""
        ...


class Refused(Exception):
    """A request that is answered with a problem document."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail


def create_hook_app(
    service: HookService, *, clock: Callable[[], float] = trio.current_time
) -> ASGIApp:
    """An application that takes reports for `service`, and has nothing else."""
    hooks = _Hooks(service, clock)
    # What devices send is JSON, whatever they call it.
    return Limits(
        hooks,
        max_body_bytes=MAX_BODY_BYTES,
        body_timeout_s=BODY_TIMEOUT_S,
        any_media_type=True,
    )


class _Hooks:
    def __init__(self, service: HookService, clock: Callable[[], float]) -> None:
        self._service, self._clock = service, clock
        self._addresses = RateLimit(PER_ADDRESS, most_keys=1024)
        self._reports = RateLimit(PER_HOOK, most_keys=1024)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            await self._take(request)
        except Refused as refused:
            return problem(refused.status, refused.code, refused.detail)
        except ServiceError as error:
            return problem(error.status, error.code, error.message)
        except LocalError as error:
            return problem(400, error.code, error.detail)
        except NodeError as error:
            LOG.error("a report failed: %s", error)
            return problem(503, "hook.unavailable", "expected a node that can store it; try later")
        return JSONResponse({"status": "taken"}, status_code=202)

    async def _take(self, request: Request) -> None:
        address = request.client.host if request.client else ""
        if not self._addresses.allows(address, self._clock()):
            raise Refused(429, "hook.too_many", TOO_MANY)
        path = request.url.path
        if not path.startswith(PATH) or "/" in path.removeprefix(PATH):
            raise Refused(404, "request.no_such_path", f"expected POST {PATH}TOKEN, came another")
        if request.method != "POST":
            raise Refused(405, "request.method", f"expected POST, came {request.method[:20]}")
        hook = await self._service.hook_of(path.removeprefix(PATH))
        if not self._reports.allows(hook, self._clock()):
            raise Refused(429, "hook.too_many", TOO_MANY)
        await self._service.report(hook, _parsed(await request.body()))


def _parsed(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        expected = 'expected a JSON object such as {"event": "broken"}, came another form'
        raise Refused(400, "hook.invalid", expected) from None
