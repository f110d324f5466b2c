"""Which transport a TCP connection carries: libp2p's bytes themselves, or a WebSocket with them.

One listening port takes both: a handshake of libp2p begins with the length of a line, 19, a
WebSocket with ``GET``.
"""

import functools
import socket
import ssl

import trio

from vrmnode.network.addresses import DialAddress
from vrmnode.network.connection.byte_stream import TcpStream, Wire
from vrmnode.network.connection.web_socket import accept_web_socket, ask_for_web_socket
from vrmnode.network.errors import ConnectionLostError


async def accept_wire(sock: trio.SocketStream) -> Wire:
    """The wire that whoever has connected begins; the caller sets the deadline.

    Raises:
        PeerFaultError, ConnectionLostError.
    """
    # SPEC 07: A node that takes connections MUST take both on each port that it tells of.
    try:
        first = await sock.socket.recv(1, socket.MSG_PEEK)
    except OSError as error:
        raise ConnectionLostError("tcp read") from error
    return await accept_web_socket(sock) if first == b"G" else TcpStream(sock)


async def ask_for_wire(sock: trio.SocketStream, address: DialAddress) -> Wire:
    """The wire that an address asks for, over a connection to its host; the caller has a deadline.

    Raises:
        PeerFaultError, ConnectionLostError.
    """
    if address.transport == "tcp":
        return TcpStream(sock)
    # SPEC 07: A node MUST check that the certificate of a `wss` address is for its name.
    context = _tls() if address.transport == "wss" else None
    return await ask_for_web_socket(sock, address.host, address.port, context)


@functools.cache
def _tls() -> ssl.SSLContext:
    """The certificate authorities that the system trusts."""
    return ssl.create_default_context()
