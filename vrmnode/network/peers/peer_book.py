"""The addresses of other nodes: learned, reached, failed, forgotten.

Part of `specs/07-gossip.md#peer-exchange`. Which of them to keep across restarts is said here;
keeping them is the node's.
"""

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from vrmnode.network.addresses import DialAddress, parse_dial_address
from vrmnode.network.errors import NetworkError
from vrmnode.network.gossip.scope import Scope, neighbourhood, scope_of
from vrmnode.network.interface import KnownPeer

MAX_ENTRIES = 512
NAMED_FOR_S = 7 * 86_400
"""Seconds after which an address that was reached is no longer named to others."""
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 3_600.0
LONGEST_PAUSE_ALONE_S = 60.0
"""While nobody is connected at all, it is our line that failed, not theirs."""
FAILURES_NEVER_REACHED = 6
FAILURES_ONCE_REACHED = 40
"""Failures in a row after which an address is forgotten."""


@dataclass(slots=True)
class _Entry:
    address: DialAddress
    seen_at: int = 0
    good: int = 0
    bad: int = 0
    next_dial_s: float = 0.0


class PeerBook:
    """Addresses by their text; at most ``MAX_ENTRIES``.

    ``clock`` is monotonic, ``now`` Unix time, both in seconds.
    """

    def __init__(
        self,
        own_peer: str,
        clock: Callable[[], float],
        now: Callable[[], int],
        rng: random.Random,
    ) -> None:
        self._own_peer = own_peer
        self._clock = clock
        self._now = now
        self._rng = rng
        self._entries: dict[str, _Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def load(self, known: Iterable[KnownPeer]) -> None:
        """Remember what was kept; addresses that can't be read any more are left out."""
        for peer in known:
            entry = self._learn(peer.address)
            if entry is not None:
                entry.seen_at, entry.good, entry.bad = peer.seen_at, peer.good, peer.bad

    def kept(self) -> list[KnownPeer]:
        """What is worth keeping: every address that was ever reached."""
        return [
            KnownPeer(text, entry.seen_at, entry.good, entry.bad)
            for text, entry in self._entries.items()
            if entry.good
        ]

    def learn(self, text: str) -> None:
        """Note an address that might be dialled one day."""
        self._learn(text)

    def reached(self, text: str) -> None:
        """A connection to this address was made."""
        entry = self._learn(text)
        if entry is not None:
            entry.good += 1
            entry.bad = 0
            entry.seen_at = self._now()

    def still_there(self, text: str) -> None:
        """A connection to this address lasts."""
        entry = self._entries.get(text)
        if entry is not None:
            entry.seen_at = self._now()

    def failed(self, text: str, *, alone: bool) -> None:
        """A dial failed; ``alone`` if no peer at all is connected."""
        entry = self._entries.get(text)
        if entry is None:
            return
        if not alone:
            entry.bad += 1
            if entry.bad >= (FAILURES_ONCE_REACHED if entry.good else FAILURES_NEVER_REACHED):
                del self._entries[text]
                return
        longest = LONGEST_PAUSE_ALONE_S if alone else LONGEST_PAUSE_S
        pause = min(longest, FIRST_PAUSE_S * 2.0 ** min(entry.bad, 32))
        entry.next_dial_s = self._clock() + pause * self._rng.uniform(0.5, 1.5)

    def dial_now(self) -> None:
        """End all pauses: our line is another one."""
        for entry in self._entries.values():
            entry.next_dial_s = 0.0

    def to_dial(self, connected: Collection[str], hosts: Iterable[str]) -> DialAddress | None:
        """An address to dial now: of a peer that isn't connected, first in new neighbourhoods.

        ``hosts`` are the IP addresses of the present connections.
        """
        now = self._clock()
        near = Counter(map(neighbourhood, hosts))
        near[None] = 0
        open_ = [
            entry.address
            for entry in self._entries.values()
            if entry.next_dial_s <= now and entry.address.peer_id not in connected
        ]
        if not open_:
            return None
        fewest = min(near[neighbourhood(address.host)] for address in open_)
        return self._rng.choice([a for a in open_ if near[neighbourhood(a.host)] == fewest])

    def to_name(self) -> list[DialAddress]:
        """The addresses that were reached lately."""
        since = self._now() - NAMED_FOR_S
        return [e.address for e in self._entries.values() if e.good and e.seen_at >= since]

    def _learn(self, text: str) -> _Entry | None:
        found = self._entries.get(text)
        if found is not None:
            return found
        try:
            address = parse_dial_address(text)
        except NetworkError:
            return None
        if address.peer_id == self._own_peer or scope_of(address.host) is None:
            return None
        if len(self._entries) >= MAX_ENTRIES:
            # What was never reached goes first, then what was reached longest ago.
            del self._entries[min(self._entries, key=lambda each: self._entries[each].seen_at)]
        self._entries[text] = _Entry(address)
        return self._entries[text]


def may_be_named(host: str, connection: Scope) -> bool:
    """Whether an address may be named over a connection of this scope, and be believed."""
    # SPEC 07: A node MUST NOT name an address to a peer whose connection has a wider scope, nor
    # dial one that such a peer has named.
    scope = scope_of(host)
    return scope is not None and scope >= connection
