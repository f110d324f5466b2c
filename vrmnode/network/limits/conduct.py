"""What happens to a peer that misbehaves: counted, scored, and in the end banned."""

from collections.abc import Callable

import trio

from vrmnode.network.errors import PeerFaultError
from vrmnode.network.limits.admission import Admission
from vrmnode.network.limits.ban_list import BanList
from vrmnode.network.limits.bounded_log import BoundedLog
from vrmnode.network.limits.counters import Counters
from vrmnode.network.limits.peer_score import FAULT_MALFORMED, PeerScores


class Conduct:
    """Faults of peers, wherever in the package they are found."""

    def __init__(
        self,
        scores: PeerScores,
        bans: BanList,
        admission: Admission,
        counters: Counters,
        log: BoundedLog,
    ) -> None:
        self._scores = scores
        self._bans = bans
        self._admission = admission
        self._counters = counters
        self._log = log
        self.disconnect: Callable[[str], None] = lambda peer: None
        """Ends the connection with a peer at once; set by whoever owns the connections."""
        self.came_from: Callable[[str], str | None] = lambda peer: None
        """The IP address of a peer that has connected to us; set by the same."""

    async def hold_up(self, wait_s: float) -> None:
        """Wait before a peer that has sent too much is read on; counted, if it has."""
        if wait_s:
            self._counters.add("slowed")
            await trio.sleep(wait_s)

    def broke_protocol(self, peer: str, fault: PeerFaultError) -> None:
        """``peer`` sent something that ended its stream or connection."""
        self._counters.add("malformed")
        self._log.event(peer, f"broke the protocol: {fault.reason}")
        self.blame(peer, FAULT_MALFORMED)

    def blame(self, peer: str, weight: float) -> None:
        """Count ``weight`` against ``peer``; ban and disconnect it when that is too much."""
        host = self.came_from(peer)
        if host is not None and self._admission.blame(host, weight):
            self._counters.add("ranges_banned")
            self._log.event(peer, "addresses banned")
        # SPEC 07: A node MUST disconnect a peer that it bans and refuse its peer id for the time
        # of the ban.
        if self._scores.fault(peer, weight) and not self._bans.is_banned(peer):
            self._bans.ban(peer)
            self._counters.add("banned")
            self._log.event(peer, "banned")
            self.disconnect(peer)
