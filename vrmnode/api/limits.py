"""What the API refuses before it looks at a request: browsers, large, slow and other bodies.

A page in a browser can't open a unix socket; whoever sends `Origin` came through some bridge
that its owner did not mean. Bodies are read whole before a route sees them, so that a route
never waits for a client that stalls.
"""

from __future__ import annotations

import trio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vrmnode.api.problems import problem

MAX_BODY_BYTES = 1024 * 1024
BODY_TIMEOUT_S = 30.0


class _Refused(Exception):
    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail


class Limits:
    """ASGI middleware with the refusals named in the module's first lines."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body_bytes: int = MAX_BODY_BYTES,
        body_timeout_s: float = BODY_TIMEOUT_S,
        any_media_type: bool = False,
    ) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._body_timeout_s = body_timeout_s
        self._any_media_type = any_media_type

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no WebSockets here; the server closes the connection
        try:
            self._check_headers(scope)
            body = await self._read_body(receive)
            if body and not self._any_media_type:
                self._check_media_type(scope)
        except _Refused as refused:
            response = problem(refused.status, refused.code, refused.detail)
            await response(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    def _check_headers(self, scope: Scope) -> None:
        headers = dict(scope["headers"])
        if b"origin" in headers:
            raise _Refused(
                403, "request.origin", "expected a local program, came a request with Origin"
            )
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._max_body_bytes:
            raise self._too_large(declared.decode("latin-1")[:20])

    def _check_media_type(self, scope: Scope) -> None:
        # Without this a body that curl sends as a form would be refused as if its JSON were wrong.
        came = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
        if came.partition(";")[0].strip().lower() != "application/json":
            shown = repr(came[:80]) if came else "nothing"
            raise _Refused(
                415,
                "request.media_type",
                f"content-type: expected application/json, came {shown}",
            )

    async def _read_body(self, receive: Receive) -> bytes:
        body = bytearray()
        with trio.move_on_after(self._body_timeout_s):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return bytes(body)
                body += message.get("body", b"")
                if len(body) > self._max_body_bytes:
                    raise self._too_large(f"more than {self._max_body_bytes}")
                if not message.get("more_body", False):
                    return bytes(body)
        raise _Refused(
            408,
            "request.timeout",
            f"expected the whole body within {self._body_timeout_s:g} s, came {len(body)} bytes",
        )

    def _too_large(self, came: str) -> _Refused:
        expected = f"expected at most {self._max_body_bytes} bytes of body"
        return _Refused(413, "request.too_large", f"{expected}, came {came}")


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body as one message; then whatever else the server reports (a disconnect)."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
