"""Where this node can be reached, which changes when its machine moves to another network.

A machine that moves is told nothing: connections from an address that it no longer has stay open,
and no byte comes on them any more. So a look every second ends those at once, without the fifteen
seconds that silence takes, and lets whoever waits with a dial try it now.
"""

import errno
import socket
from collections.abc import Callable, Sequence

import trio

from vrmnode.network.addresses import announced_hosts, outward_address, tcp_multiaddr
from vrmnode.network.connection.connection_table import ConnectionTable

LOOK_S = 1.0


class OwnAddresses:
    """Lists that stay the same objects, so that others can hold them."""

    def __init__(self, bound: Sequence[tuple[str, int]], peer_id: str) -> None:
        """``bound`` are the IP addresses and ports of our listeners."""
        self._bound = bound
        self._peer_id = peer_id
        self.listening: list[tuple[str, int]] = []
        """IP addresses and ports under which we can be reached."""
        self.texts: list[str] = []
        """The same as multiaddrs with our peer id."""
        self.changed = trio.Event()
        """Set when they change; there is another one from then on."""
        self.look()

    def look(self) -> None:
        """Find out what they are now."""
        found = [(host, port) for any_, port in self._bound for host in announced_hosts(any_)]
        if found == self.listening:
            return
        self.listening[:] = found
        self.texts[:] = [f"{tcp_multiaddr(host, port)}/p2p/{self._peer_id}" for host, port in found]
        self.changed.set()
        self.changed = trio.Event()


class AddressWatch:
    """Runs for as long as the network."""

    def __init__(
        self,
        own: OwnAddresses,
        table: ConnectionTable,
        disconnect: Callable[[str], None],
        dial_now: Callable[[], None],
    ) -> None:
        """``disconnect`` ends the connection with a peer; ``dial_now`` is called after a move."""
        self._own = own
        self._table = table
        self._disconnect = disconnect
        self._dial_now = dial_now
        self._outward = _outward()

    async def run(self) -> None:
        """Look every second, until cancelled."""
        while True:
            await trio.sleep(LOOK_S)
            self._end_what_is_dead()
            before, self._outward = self._outward, _outward()
            if self._outward != before:
                self._own.look()
                if any(self._outward):
                    self._dial_now()

    def _end_what_is_dead(self) -> None:
        connections = self._table.all()
        gone = {host for host in {each.local_host for each in connections} if not _is_ours(host)}
        for connection in connections:
            if connection.local_host in gone:
                self._disconnect(connection.peer)


def _outward() -> tuple[str | None, str | None]:
    return outward_address(4), outward_address(6)


def _is_ours(host: str) -> bool:
    """Whether the machine has this address; binding to it says so, and sends nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        where = socket.getaddrinfo(host, 0, family, socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[
            0
        ][4]
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.bind(where)
    except OSError as error:
        # Whatever else is wrong, such as no file descriptor, says nothing about the address.
        return error.errno != errno.EADDRNOTAVAIL
    return True
