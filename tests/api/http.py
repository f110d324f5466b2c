"""One HTTP exchange over a unix socket, and raw bytes for requests no client would send."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trio

from tests.api.fake_service import FakeService
from tests.api.lent_app import lent_app
from vrmnode.api.app import create_app
from vrmnode.api.server import serve

PATIENCE_S = 120.0
"""Longest that a test waits for what ought to happen soon; the machine may be busy."""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)

    @property
    def problem(self) -> dict[str, object]:
        assert self.headers["content-type"] == "application/problem+json"
        value = json.loads(self.body)
        assert value["status"] == self.status
        assert isinstance(value, dict)
        return value


async def exchange(path: Path, raw: bytes) -> Answer:
    """Send `raw`; read until the server closes."""
    async with await trio.open_unix_socket(str(path)) as stream:
        await stream.send_all(raw)
        received = b""
        while part := await stream.receive_some(65536):
            received += part
    return parse(received)


def parse(received: bytes) -> Answer:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    if headers.get("transfer-encoding") == "chunked":
        body = _dechunk(body)
    return Answer(int(first.split()[1]), headers, body)


def _dechunk(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        whole += body[:length]
        body = body[length + 2 :]
    return whole


def request(
    method: str, target: str, body: object = None, headers: dict[str, str] | None = None
) -> bytes:
    """The bytes of a request that asks the server to close afterwards."""
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"host": "localhost", "connection": "close", **(headers or {})}
    if body is not None:
        lines.setdefault("content-type", "application/json")
        lines.setdefault("content-length", str(len(data)))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + data


@asynccontextmanager
async def running(folder: Path, service: FakeService, **options: float) -> AsyncIterator[Path]:
    """The API of `service` on a real socket in `folder`; with options an application of its own."""
    path = folder / "api.sock"
    lent = nullcontext(create_app(service, **options)) if options else lent_app(service)
    with lent as app:
        async with trio.open_nursery() as nursery:
            await nursery.start(serve, app, path)
            yield path
            nursery.cancel_scope.cancel()


def run_api(
    folder: Path, service: FakeService, body: Callable[[Path], object], **options: float
) -> None:
    """Run `body(socket_path)`, a coroutine function, against the API of `service`."""

    async def main() -> None:
        with trio.fail_after(PATIENCE_S):
            async with running(folder, service, **options) as path:
                await body(path)  # type: ignore[misc]

    trio.run(partial(main))
