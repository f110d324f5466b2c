"""Which connections count: one per peer, so many in total, none of a banned peer.

Stands in for ``Swarm.add_conn``, which in 0.8.1 lets banned peers in again and keeps duplicates for
20 seconds. When both sides dial each other at once, both keep the connection dialled by the peer
with the smaller id, so that they keep the same one; otherwise the newer connection wins, because
its peer evidently gave the older one up (it restarted, or its address changed).
"""

from vrmnode.network.connection.peer_connection import INBOUND, OUTBOUND, PeerConnection
from vrmnode.network.limits.ban_list import BanList

SIMULTANEOUS_S = 10.0
"""Two connections opened within this time of each other count as dialled at once."""


class ConnectionTable:
    """The connections in use, by peer id."""

    def __init__(self, own_peer: str, max_connections: int, bans: BanList) -> None:
        self.own_peer = own_peer
        self._max_connections = max_connections
        self._bans = bans
        self._by_peer: dict[str, PeerConnection] = {}

    def __len__(self) -> int:
        return len(self._by_peer)

    def get(self, peer: str) -> PeerConnection | None:
        """The connection with ``peer``, if there is one."""
        return self._by_peer.get(peer)

    def all(self) -> list[PeerConnection]:
        """Every connection, in no order."""
        return list(self._by_peer.values())

    def admit(self, connection: PeerConnection) -> str | None:
        """Enter ``connection``, closing the one it replaces; why not, in one word, if refused."""
        peer = connection.peer
        if peer == self.own_peer:
            return "self"
        if self._bans.is_banned(peer):
            return "banned"
        existing = self._by_peer.get(peer)
        if existing is None:
            if len(self._by_peer) >= self._max_connections:
                return "full"
        elif self._keep_existing(existing, connection):
            return "duplicate"
        else:
            existing.close()
        self._by_peer[peer] = connection
        return None

    def remove(self, connection: PeerConnection) -> bool:
        """Forget ``connection``; whether its peer is now without one."""
        if self._by_peer.get(connection.peer) is not connection:
            return False
        del self._by_peer[connection.peer]
        return True

    def _keep_existing(self, existing: PeerConnection, new: PeerConnection) -> bool:
        if existing.ended.is_set() or existing.direction == new.direction:
            return False
        if new.agreed_at - existing.agreed_at > SIMULTANEOUS_S:
            return False
        preferred = OUTBOUND if self.own_peer < new.peer else INBOUND
        return existing.direction == preferred
