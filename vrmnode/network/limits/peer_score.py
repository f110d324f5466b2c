"""What each peer has done for us and against us, kept by peer id beyond its connection.

Two numbers that fade: *faults* (a rejected message 1, broken framing 5, ...; half of them are
forgotten every minute) and *merits* (first deliveries, at most 100, same fading). The score is
``merits / 10 - 10 * faults``. It decides who stays in the mesh and who is banned.

py-libp2p's thresholds default to minus infinity, and in 0.8.1 a peer that sent 500 invalid messages
stayed in the mesh.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

HALF_LIFE_S = 60.0
MAX_MERITS = 100.0
MAX_PEERS = 2_048
"""Peers remembered; the one unheard of for longest is forgotten first."""
MESH_THRESHOLD = 0.0
"""Peers below it are neither grafted nor kept in the mesh."""
GOSSIP_THRESHOLD = -50.0
"""Peers below it get no IHAVE from us, and theirs and their IWANT are ignored."""

FAULT_REJECTED = 1.0
FAULT_MALFORMED = 10.0
FAULT_BROKEN_PROMISE = 0.5
FAULT_GRAFT_IN_BACKOFF = 1.0


@dataclass(slots=True)
class _Record:
    merits: float
    faults: float
    updated_at: float


class PeerScores:
    """Scores by peer id. ``clock`` is monotonic, in seconds."""

    def __init__(self, ban_after_faults: float, clock: Callable[[], float]) -> None:
        self._ban_after_faults = ban_after_faults
        self._clock = clock
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def credit(self, peer: str) -> None:
        """``peer`` was the first to bring an accepted message."""
        record = self._faded(peer)
        record.merits = min(MAX_MERITS, record.merits + 1.0)

    def fault(self, peer: str, weight: float) -> bool:
        """Count ``weight`` against ``peer``; whether that calls for a ban."""
        record = self._faded(peer)
        record.faults += weight
        return record.faults >= self._ban_after_faults

    def score(self, peer: str) -> float:
        """Above 0: useful; below 0: at fault."""
        record = self._records.get(peer)
        if record is None:
            return 0.0
        fading = _fading(self._clock() - record.updated_at)
        return (record.merits / 10.0 - 10.0 * record.faults) * fading

    def _faded(self, peer: str) -> _Record:
        now = self._clock()
        record = self._records.get(peer)
        if record is None:
            record = self._records[peer] = _Record(0.0, 0.0, now)
            if len(self._records) > MAX_PEERS:
                self._records.popitem(last=False)
            return record
        self._records.move_to_end(peer)
        fading = _fading(now - record.updated_at)
        record.merits *= fading
        record.faults *= fading
        record.updated_at = now
        return record


def _fading(age_s: float) -> float:
    return float(0.5 ** (age_s / HALF_LIFE_S))
