"""HTTP to the node over its unix socket, with the standard library alone."""

from __future__ import annotations

import http.client
import json
import os
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from urllib.parse import quote, urlencode

from vrmnode.cli.failures import DAEMON_DOWN, FAILED, TIMED_OUT, CommandError, from_problem

TIMEOUT_S = 60.0
# The node sends a comment at least every 15 s on an event stream.
STREAM_TIMEOUT_S = 60.0
MAX_ANSWER_BYTES = 64 * 1024 * 1024

Json = dict[str, object]


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
        if _peer_uid(self.sock) not in (None, 0, os.geteuid()):
            # After a crash, `api.path` may name a place that somebody else has taken since.
            raise PermissionError("expected a node of the same user")


def _peer_uid(sock: socket.socket) -> int | None:
    """Whose process listens at the other end; None where the system doesn't tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    credentials = struct.Struct("3i")
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
    return int(credentials.unpack(raw)[1])


class Client:
    """One connection a request; each failure is a `CommandError` with its exit code."""

    def __init__(self, socket_path: Path) -> None:
        self.socket_path = socket_path

    def get(self, *path: str, **query: object) -> object:
        """The JSON at `/v1/<path>`; query values that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._call("GET", _target(path, given), None)

    def post(self, *path: str, body: Json) -> Json:
        """The node's answer to a command."""
        return cast("Json", self._call("POST", _target(path, {}), body))

    def put(self, *path: str, body: Json) -> Json:
        """The node's answer to a replaced setting."""
        return cast("Json", self._call("PUT", _target(path, {}), body))

    def events(self, *, after: int | None, deadline: float | None = None) -> Iterator[Json]:
        """Events as they come, from `after` (an event's id) or from now, until `deadline`.

        `deadline` is on the clock of `time.monotonic`; without one it never ends by itself. An
        empty dict stands for the node's sign of life between events.
        """
        query: Json = {} if after is None else {"after": after}
        connection = self._open("GET", _target(("events", "stream"), query), None, STREAM_TIMEOUT_S)
        sock = connection.sock
        try:
            yield from _read_events(self._response(connection), sock, deadline)
        except TimeoutError:
            if deadline is None or time.monotonic() < deadline:
                raise _silent(STREAM_TIMEOUT_S) from None
            return
        except (OSError, http.client.HTTPException):
            raise self._down("the node ended while its events were followed") from None
        finally:
            connection.close()
        if deadline is None or time.monotonic() < deadline:
            raise self._down("the node ended while its events were followed")

    def _call(self, method: str, target: str, body: Json | None) -> object:
        connection = self._open(method, target, body, TIMEOUT_S)
        try:
            return _decoded(_whole(self._response(connection)))
        except TimeoutError:
            raise _silent(TIMEOUT_S) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._down(f"the node closed the connection ({type(error).__name__})") from None
        finally:
            connection.close()

    def _open(
        self, method: str, target: str, body: Json | None, timeout_s: float
    ) -> http.client.HTTPConnection:
        connection = _UnixConnection(self.socket_path, timeout_s)
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        headers = {"connection": "close"}
        if data is not None:
            headers["content-type"] = "application/json"
        try:
            connection.request(method, target, body=data, headers=headers)
        except TimeoutError:
            raise _silent(timeout_s) from None
        except OSError as error:
            if connection.sock is not None and isinstance(error, BrokenPipeError):
                return connection  # refused before all was sent; the answer says why
            connection.close()
            raise self._unreachable(error) from None
        return connection

    def _response(self, connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
        response = connection.getresponse()
        if response.status >= 400:
            problem = _decoded(_whole(response))
            raise from_problem(response.status, problem if isinstance(problem, dict) else {})
        return response

    def _unreachable(self, error: OSError) -> CommandError:
        if isinstance(error, PermissionError):
            return CommandError(
                5,
                "daemon.permission",
                f"expected a socket of yours at {self.socket_path}",
                "run this command as the user who runs the node",
            )
        return self._down(f"no daemon answers at {self.socket_path}")

    def _down(self, detail: str) -> CommandError:
        from vrmnode.cli.paths import run_command

        folder = self.socket_path.parent
        start = run_command(folder)
        advice = f"start it with: {start}"
        if not (folder / "keystore.json").exists() and self.socket_path.name == "api.sock":
            advice = f"make a node with: {start.replace('run', 'init', 1)}; then {advice}"
        return CommandError(DAEMON_DOWN, "daemon.down", detail, advice)


def _target(path: tuple[str, ...], query: dict[str, object]) -> str:
    target = "/v1/" + "/".join(quote(part, safe="") for part in path)
    return f"{target}?{urlencode(query, doseq=True)}" if query else target


def _whole(response: http.client.HTTPResponse) -> bytes:
    raw = response.read(MAX_ANSWER_BYTES)
    if response.length:  # http.client does not mind an answer that ends early
        raise http.client.IncompleteRead(raw, response.length)
    return raw


def _decoded(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        shown = raw[:60].decode("utf-8", "replace")
        raise CommandError(
            FAILED, "daemon.answer", f"expected JSON from the node, came {shown!r}"
        ) from None


def _silent(timeout_s: float) -> CommandError:
    return CommandError(
        TIMED_OUT,
        "daemon.silent",
        f"expected an answer of the node within {timeout_s:g} s",
        "see its log; if it hangs, end it and start it again with: vrm run",
    )


def _read_events(
    response: http.client.HTTPResponse, sock: socket.socket, deadline: float | None
) -> Iterator[Json]:
    data = b""
    while True:
        if deadline is not None:
            sock.settimeout(min(STREAM_TIMEOUT_S, max(deadline - time.monotonic(), 0.001)))
        line = response.readline()
        if not line:
            return
        line = line.rstrip(b"\r\n")
        if line.startswith(b"data:"):
            data += line[5:].strip()
        elif not line and data:
            yield cast("Json", _decoded(data))
            data = b""
        elif line.startswith(b":"):
            yield {}
        if deadline is not None and time.monotonic() >= deadline:
            return
