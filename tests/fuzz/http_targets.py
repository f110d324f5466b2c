"""Requests to the API and to the hook of devices: no answer may be the node's own failure."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, cast

import trio
from fastapi import FastAPI
from starlette.types import ASGIApp

from tests.api.fake_service import FakeService
from tests.fuzz.file_targets import (
    CUSTOMER_POLICY,
    REQUEST,
    RULES,
)
from tests.fuzz.mutation import mutated, mutated_json, mutated_text
from tests.fuzz.target import Refused, Target
from tests.vendor.test_policy import FULL as VENDOR_POLICY
from vrmnode.api.app import create_app
from vrmnode.api.hook import create_hook_app
from vrmnode.customer.hook_rules import read_report

SPLIT = b"\0BODY\0"
"""Between the line of a request and its body, as a sample has them."""


def targets() -> Iterator[Target]:
    """All of them."""
    yield Target("http: api", _requests(), _asking(_api), (), _changed_request, cost=10)
    reports = [b"POST /hook/token" + SPLIT + b'{"event": "broken", "note": "door"}']
    yield Target("http: hook", reports, _asking(_hook), (), _changed_request, cost=4)


# Samples.


@cache
def _app() -> FastAPI:
    return create_app(FakeService())


def _requests() -> list[bytes]:
    found = []
    schema = _app().openapi()
    for path, methods in schema["paths"].items():
        if path == "/v1/events/stream":
            continue  # its answer never ends
        line = path.replace("{", "").replace("}", "")
        for method, operation in methods.items():
            body = _example(schema, _schema_of(operation))
            found.append(f"{method.upper()} {line}".encode() + SPLIT + _dumped(body))
    for line, value in (
        ("POST /v1/intents", {"request": REQUEST}),
        ("PUT /v1/policy", CUSTOMER_POLICY),
        ("PUT /v1/vendor/policy", VENDOR_POLICY),
        ("POST /v1/hooks", {"thing": "t", "rules": RULES}),
        ("GET /v1/events?after=0&limit=10", None),
        ("GET /v1/catalogue?limit=5&after=x", None),
    ):
        found.append(line.encode() + SPLIT + _dumped(value))
    return found


def _dumped(value: object) -> bytes:
    return b"" if value is None else json.dumps(value).encode()


def _schema_of(operation: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return dict(operation["requestBody"]["content"]["application/json"]["schema"])
    except KeyError:
        return None


def _example(schema: dict[str, Any], of: dict[str, Any] | None) -> object:
    """A value of the form that a schema asks for, or nearly so."""
    if of is None:
        return None
    if "$ref" in of:
        return _example(schema, schema["components"]["schemas"][of["$ref"].rpartition("/")[2]])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in of:
            return _example(schema, of[several][0])
    if "enum" in of:
        return of["enum"][0]
    kind = of.get("type")
    if kind == "object":
        return {name: _example(schema, each) for name, each in of.get("properties", {}).items()}
    if kind == "array":
        return [_example(schema, of.get("items"))]
    plain: dict[object, object] = {
        "integer": 1,
        "boolean": True,
        "number": 1,
        "string": "a" * of.get("minLength", 3),
    }
    return plain.get(kind)


def _changed_request(chance: random.Random, sample: bytes, others: list[bytes]) -> bytes:
    line, _, body = sample.partition(SPLIT)
    if chance.random() < 0.3:
        text = line.decode()
        line = mutated_text(chance, text, [text]).encode("utf-8", "surrogatepass")
    if body and chance.random() < 0.9:
        bodies = [other.partition(SPLIT)[2] for other in others]
        body = (
            mutated_json(chance, body, bodies)
            if chance.random() < 0.8
            else mutated(chance, body, bodies)
        )
    return line + SPLIT + body


# Asking.


class _HookService(FakeService):
    """Knows every token."""

    async def hook_of(self, token: str) -> str:
        return "hook"

    async def report(self, hook: str, raw: object) -> None:
        read_report(raw)


def _api() -> ASGIApp:
    return cast(ASGIApp, _app())


def _hook() -> ASGIApp:
    return create_hook_app(cast(Any, _HookService()))


def _asking(make: Callable[[], ASGIApp]) -> Callable[[bytes], None]:
    def feed(raw: bytes) -> None:
        status = trio.run(_asked, make(), raw)
        if status >= 500:
            raise AssertionError(f"answered {status}")
        if status >= 400:
            raise Refused

    return feed


async def _asked(app: ASGIApp, raw: bytes) -> int:
    line, _, body = raw.partition(SPLIT)
    method, _, target = line.partition(b" ")
    path, _, query = target.partition(b"?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method.decode("latin-1")[:20] or "GET",
        "scheme": "http",
        "path": path.decode("utf-8", "replace") or "/",
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    statuses: list[int] = []
    parts = [body]

    async def receive() -> dict[str, Any]:
        await trio.lowlevel.checkpoint()
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        await trio.sleep_forever()
        raise AssertionError

    async def send(message: Any) -> None:
        await trio.lowlevel.checkpoint()
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    with trio.fail_after(120):
        await app(scope, receive, cast(Any, send))
    return statuses[0]
