"""Peers that are refused for a while.

py-libp2p's blacklist only drops a peer's messages: in 0.8.1 a blacklisted spammer reconnected and
stayed. Here a ban is asked for before a connection counts (``connection_table``), before a dial and
at the moment it is pronounced, so it survives reconnecting. It is kept in memory only: a restart
forgives, and a new key costs a spammer nothing, so stamps, not bans, are what makes spam dear.
"""

from collections.abc import Callable

MAX_BANS = 4_096
"""Bans remembered; beyond it the one that ends first is dropped."""


class BanList:
    """Peer ids and when their bans end. ``clock`` is monotonic, in seconds."""

    def __init__(self, ban_s: float, clock: Callable[[], float]) -> None:
        self._ban_s = ban_s
        self._clock = clock
        self._until: dict[str, float] = {}

    def ban(self, peer: str) -> None:
        """Refuse ``peer`` from now on; a ban that runs already starts anew."""
        self._forget_ended()
        if len(self._until) >= MAX_BANS and peer not in self._until:
            del self._until[min(self._until, key=self._until.__getitem__)]
        self._until[peer] = self._clock() + self._ban_s

    def is_banned(self, peer: str) -> bool:
        """Whether ``peer`` is refused now."""
        until = self._until.get(peer)
        if until is None:
            return False
        if self._clock() >= until:
            del self._until[peer]
            return False
        return True

    def remaining_s(self, peer: str) -> float:
        """Seconds until ``peer`` is welcome again; 0 when it is now."""
        return max(0.0, self._until.get(peer, 0.0) - self._clock()) if peer in self._until else 0.0

    def __len__(self) -> int:
        self._forget_ended()
        return len(self._until)

    def _forget_ended(self) -> None:
        now = self._clock()
        for peer in [p for p, until in self._until.items() if now >= until]:
            del self._until[peer]
