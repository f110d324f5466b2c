"""Who may connect, before it is known who that is: by address, and by what came from there.

Part of `specs/07-gossip.md#penalties`. A ban of a peer id costs a spammer one new key. New
addresses are dearer, so faults are counted by range, too (`scope.range_of`): where several ids have
earned a ban, nobody may connect for a while. Connections that are there stay, for others may share
the range, and what this node dials it has chosen itself.

Nobody can tell those behind a tunnel apart (``scope.TUNNEL``), so they are counted as four ranges,
and not closed for the faults of some.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import trio

from vrmnode.network.config import NetworkConfig
from vrmnode.network.connection.handshakes import Handshakes
from vrmnode.network.connection.inbound_slots import InboundSlots
from vrmnode.network.gossip.scope import TUNNEL, range_of
from vrmnode.network.limits.ban_list import BanList
from vrmnode.network.limits.peer_score import PeerScores
from vrmnode.network.limits.token_bucket import Rates

BANS_PER_RANGE = 3
"""As many bans' worth of faults at a time, by ids of one range, close it."""
TUNNEL_RANGES = 4
"""As many ranges' connections and handshakes may come through a tunnel."""


class Admission:
    """The door for inbound connections. ``clock`` is monotonic, in seconds."""

    def __init__(self, config: NetworkConfig, clock: Callable[[], float]) -> None:
        in_total = max(1, config.max_connections * 3 // 4)
        most, per_s = config.handshakes_per_range, config.handshakes_per_range_s
        self._most_in = config.max_inbound_per_range
        self._slots = InboundSlots(in_total)
        self._handshakes = Handshakes(config.max_handshakes)
        self._rates = Rates(most, per_s, clock)
        self._tunnel_rates = Rates(TUNNEL_RANGES * most, TUNNEL_RANGES * per_s, clock)
        self._bans = BanList(config.range_ban_s, clock)
        self._scores = PeerScores(BANS_PER_RANGE * config.ban_after_faults, clock)

    @property
    def closed_ranges(self) -> int:
        """How many ranges nobody may connect from now."""
        return len(self._bans)

    def refusal(self, host: str) -> str | None:
        """Why a connection from an IP address is refused before its handshake; None if it isn't."""
        addresses = range_of(host)
        if self._bans.is_banned(addresses):
            return "addresses banned"
        rates = self._tunnel_rates if addresses == TUNNEL else self._rates
        if not rates.try_take(addresses):
            return "too many handshakes"
        return None if self._slots.has_room(addresses, self._most_from(addresses)) else "full"

    @contextmanager
    def handshake(self, host: str) -> Iterator[trio.CancelScope]:
        """A scope for the handshake of a connection that wasn't refused."""
        with self._handshakes.begin(range_of(host)) as scope:
            yield scope

    def slot(self, host: str, give_up: Callable[[], None]) -> AbstractContextManager[bool]:
        """See ``InboundSlots.take``."""
        addresses = range_of(host)
        return self._slots.take(addresses, self._most_from(addresses), give_up)

    def _most_from(self, addresses: str) -> int:
        return TUNNEL_RANGES * self._most_in if addresses == TUNNEL else self._most_in

    def blame(self, host: str, weight: float) -> bool:
        """Count a fault of a peer that connected from ``host``; whether its range is closed now."""
        addresses = range_of(host)
        if addresses == TUNNEL or not self._scores.fault(addresses, weight):
            return False
        already = self._bans.is_banned(addresses)
        self._bans.ban(addresses)
        return not already
