"""Where this node can be reached, which changes when its machine moves to another network."""

from collections.abc import Sequence

import trio

from vrmnode.network.addresses import announced_hosts, tcp_multiaddr


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
