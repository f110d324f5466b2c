"""The event log: JSON pages, and a stream of server-sent events.

A stream starts after `Last-Event-ID` (what a client sends when it reconnects), else after the
query's `after`, else at the present end of the log. Each event's `id` is its number in the log,
so a client that comes back misses nothing and sees nothing twice.

A stream ends when the server reports that its client has gone; under trio
`request.is_disconnected()` would stay False for ever. A comment every `KEEP_ALIVE_S` seconds tells
the client that the node is there.
"""

from __future__ import annotations

import json
from typing import Annotated

import trio
from fastapi import APIRouter, Header, Query
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from vrmnode.api.bodies import EventPage, EventStart, given
from vrmnode.api.problems import problem
from vrmnode.api.service import Json, NodeService

KEEP_ALIVE_S = 15.0
MAX_STREAMS = 32


class EventStream(Response):
    """A response that writes events as they come, until its client goes.

    Not a StreamingResponse: that reads an async generator, which a cancelled write would leave
    suspended for the garbage collector to find.
    """

    def __init__(self, service: NodeService, after: int, streams: Streams) -> None:
        self.status_code = 200
        self.background = None
        self.body = b""
        self.init_headers({"cache-control": "no-store", "content-type": "text/event-stream"})
        self._service = service
        self._after = after
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._write, send)
                while (await receive())["type"] != "http.disconnect":
                    pass
                nursery.cancel_scope.cancel()

    async def _write(self, send: Send) -> None:
        headers = [(k, v) for k, v in self.raw_headers if k != b"content-length"]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send(_part(b": connected\n\n"))
        after = self._after
        while True:
            events = await self._service.wait_event(after, KEEP_ALIVE_S)
            for event in events:
                after = event_id(event)
                await send(_part(encode_event(event)))
            if not events:
                await send(_part(b": keep-alive\n\n"))


class Streams:
    """Counts the open streams, so that forgotten clients can't use up the node's tasks."""

    def __init__(self) -> None:
        self.open_count = 0

    def __enter__(self) -> None:
        self.open_count += 1

    def __exit__(self, *_: object) -> None:
        self.open_count -= 1


def event_routes(service: NodeService) -> APIRouter:
    """`GET /v1/events` and `GET /v1/events/stream`."""
    routes = APIRouter()
    streams = Streams()

    @routes.get("/events")
    async def list_events(query: Annotated[EventPage, Query()]) -> object:
        return await service.query("events", given(query))

    @routes.get("/events/stream", response_class=Response)
    async def stream_events(
        query: Annotated[EventStart, Query()],
        last_event_id: Annotated[str | None, Header(max_length=20)] = None,
    ) -> Response:
        if streams.open_count >= MAX_STREAMS:
            detail = f"expected at most {MAX_STREAMS} open event streams; close one and try again"
            return problem(503, "request.too_many_streams", detail)
        after = await _start(service, last_event_id, query)
        if isinstance(after, JSONResponse):
            return after
        return EventStream(service, after, streams)

    return routes


async def _start(
    service: NodeService, last_event_id: str | None, query: EventStart
) -> int | JSONResponse:
    if last_event_id is not None:
        if not (last_event_id.isascii() and last_event_id.isdigit()):
            detail = f"Last-Event-ID: expected the number of an event, came {last_event_id!r}"
            return problem(400, "request.invalid", detail)
        return min(int(last_event_id), 2**63 - 1)
    if query.after is not None:
        return query.after
    status = await service.query("status", {})
    last = status.get("last_event", 0) if isinstance(status, dict) else 0
    return int(last)


def event_id(event: Json) -> int:
    """The number of an event in the node's log."""
    number = event["id"]
    assert isinstance(number, int)
    return number


def encode_event(event: Json) -> bytes:
    """One server-sent event: its id, its type, and all of it as one line of JSON."""
    data = json.dumps(event, ensure_ascii=True, separators=(",", ":"))
    return f"id: {event_id(event)}\nevent: {event['type']}\ndata: {data}\n\n".encode("ascii")


def _part(raw: bytes) -> Message:
    return {"type": "http.response.body", "body": raw, "more_body": True}
