"""The API on a unix socket: mode 0600, in a folder that only its owner may enter; TCP for hooks.

The caller holds the node's lock. Without it a second node would remove the socket of the first
and take its place without a word; here that would be taken for a stale file of a dead node.

hypercorn's workers are used without its `serve`: that one shields a write to a client that has
stopped reading, and so could not be cancelled. Here the end of the server shuts every socket
down, and a blocked write fails at once.
"""

from __future__ import annotations

import logging
import os
import socket
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol, cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState
from starlette.types import ASGIApp

from vrmnode.errors import NodeError

LOG = logging.getLogger("vrmnode.api")
BACKLOG = 64
MAX_CONNECTIONS, MAX_HOOK_CONNECTIONS = 256, 32
KEEP_ALIVE_S = 2.0


class TaskStatus(Protocol):
    """What `Nursery.start` hands to a task."""

    def started(self, value: Path) -> None: ...


class HookStatus(Protocol):
    """The same for a TCP address, as `host:port`."""

    def started(self, value: str) -> None: ...


async def serve(
    app: ASGIApp,
    socket_path: Path,
    *,
    task_status: TaskStatus = trio.TASK_STATUS_IGNORED,
) -> None:
    """Answer requests at `socket_path` until cancelled; started once it can be connected to.

    The caller must hold the node's lock: a socket that is already there is removed.

    Raises:
        NodeError: `api.socket`: the path is taken by something else, or can't be bound.
    """
    listener = _Connections(_bind(socket_path), MAX_CONNECTIONS)
    try:
        await _answer(app, listener, lambda: task_status.started(socket_path))
    finally:
        socket_path.unlink(missing_ok=True)  # noqa: ASYNC240 - one system call, at the end


async def serve_hook(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    task_status: HookStatus = trio.TASK_STATUS_IGNORED,
) -> None:
    """Answer requests at a TCP address until cancelled; started with the address once it can be.

    Raises:
        NodeError: `hook.listen`: it can't be bound.
    """
    listening = _bind_tcp(host, port)
    bound_host, bound_port = listening.getsockname()[:2]
    shown = f"[{bound_host}]" if ":" in bound_host else bound_host
    address = f"{shown}:{bound_port}"
    listener = _Connections(listening, MAX_HOOK_CONNECTIONS)
    await _answer(app, listener, lambda: task_status.started(address))


async def _answer(app: ASGIApp, listener: _Connections, started: Callable[[], None]) -> None:
    handle = partial(
        TCPServer,
        ASGIWrapper(cast("ASGIFramework", app)),
        _config(),
        WorkerContext(None),
        ConnectionState({}),
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(trio.serve_listeners, handle, [listener]))
        started()
        try:
            await trio.sleep_forever()
        finally:
            listener.shut_down()


class _Connections(trio.abc.Listener[trio.SocketStream]):
    """A listener that knows its open streams, and has no more than `most` of them."""

    def __init__(self, listening: socket.socket, most: int) -> None:
        self._most = most
        self._inner = trio.SocketListener(trio.socket.from_stdlib_socket(listening))
        self._streams: set[trio.SocketStream] = set()

    async def accept(self) -> trio.SocketStream:
        while True:
            stream = await self._inner.accept()
            self._streams = {
                open_one for open_one in self._streams if open_one.socket.fileno() >= 0
            }
            if len(self._streams) < self._most:
                self._streams.add(stream)
                return stream
            LOG.warning("refused a connection: %d are open", len(self._streams))
            await stream.aclose()

    def shut_down(self) -> None:
        """End all connections at once; what waits to be written is lost."""
        for stream in self._streams:
            if stream.socket.fileno() >= 0:
                try:
                    stream.socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    LOG.debug("a client had closed its connection before")

    async def aclose(self) -> None:
        await self._inner.aclose()


def _bind(socket_path: Path) -> socket.socket:
    try:
        if stat.S_ISSOCK(socket_path.lstat().st_mode):
            socket_path.unlink()
    except FileNotFoundError:
        pass
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(socket_path))
        # Nobody can connect before listen(), so the mode is right from the first moment.
        os.chmod(socket_path, 0o600)  # noqa: PTH101 - Path.chmod would do the same
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise NodeError(
            "api.socket",
            f"expected to listen at {socket_path}, came {error.strerror or error}; "
            "move what is there away, or choose another folder with --data",
        ) from error
    listening.setblocking(False)
    return listening


def _bind_tcp(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise NodeError(
            "hook.listen",
            f"expected to listen at {host} port {port}, came {error.strerror or error}; "
            "choose another address for hook_listen in config.toml",
        ) from error
    listening.setblocking(False)
    return listening


def _config() -> Config:
    config = Config()
    config.accesslog = None
    config.errorlog = LOG
    config.include_server_header = False
    # hypercorn keeps the connection of a client that has gone for this long.
    config.keep_alive_timeout = KEEP_ALIVE_S
    return config
