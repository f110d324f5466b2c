"""Listening TCP sockets, with errors that say what was wrong.

Stands in for ``libp2p.transport.tcp``: in 0.8.1 it sets SO_REUSEPORT, so two nodes of the same user
share a port without noticing and each gets some of the connections. It can go when that is an
option.
"""

import errno
from collections.abc import Awaitable, Callable, Sequence

import trio

from vrmnode.network.addresses import ListenAddress
from vrmnode.network.errors import NetworkError

BACKLOG = 128


async def open_listeners(addresses: Sequence[ListenAddress]) -> list[trio.SocketListener]:
    """One listening socket per address.

    Raises:
        NetworkError: ``network.port_in_use``, ``network.listen_failed``; nothing stays open then.
    """
    opened: list[trio.SocketListener] = []
    try:
        for address in addresses:
            opened += await _open(address)
    except NetworkError:
        close_listeners(opened)
        raise
    return opened


async def _open(address: ListenAddress) -> list[trio.SocketListener]:
    try:
        opened = await trio.open_tcp_listeners(address.port, host=address.host, backlog=BACKLOG)
        return list(opened)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise NetworkError(
                "network.port_in_use",
                f"port {address.port} of {address.host} is in use by another program",
            ) from error
        raise NetworkError(
            "network.listen_failed", f"can't listen on {address.text}: {error.strerror}"
        ) from error


def close_listeners(listeners: Sequence[trio.SocketListener]) -> None:
    """Close the sockets at once."""
    for listener in listeners:
        listener.socket.close()


def bound_addresses(listeners: Sequence[trio.SocketListener]) -> list[tuple[str, int]]:
    """IP address and port that each socket is bound to."""
    names = [listener.socket.getsockname() for listener in listeners]
    return [(str(name[0]), int(name[1])) for name in names]


async def serve(
    listeners: Sequence[trio.SocketListener],
    handle: Callable[[trio.SocketStream], Awaitable[None]],
    nursery: trio.Nursery,
) -> None:
    """Run ``handle``, which must not raise, in ``nursery`` for each connection, until cancelled.

    Running out of file descriptors pauses accepting and is logged by trio; it ends nothing.
    """
    await trio.serve_listeners(handle, list(listeners), handler_nursery=nursery)
