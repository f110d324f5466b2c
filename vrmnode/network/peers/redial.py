"""Keeping the peers we were told of connected, however often they go away.

Stands in for ``Swarm.dial_peer``'s cache of failed peers: in 0.8.1 a peer that restarted and only
listens was found again after 61.6 seconds. It can go when that cache can be turned off.
"""

import random
from collections.abc import Awaitable, Callable

import trio

from vrmnode.network.addresses import DialAddress
from vrmnode.network.errors import NetworkError

STABLE_S = 10.0
"""A connection that lasted this long makes the next pause start from the shortest again."""


class Redial:
    """One loop per remembered peer; several addresses of one peer take turns."""

    def __init__(
        self,
        dial: Callable[[DialAddress], Awaitable[None]],
        wait_while_connected: Callable[[str], Awaitable[None]],
        *,
        shortest_s: float,
        longest_s: float,
        jitter: random.Random,
    ) -> None:
        """``dial`` raises NetworkError; ``wait_while_connected`` returns at once if not."""
        self._dial = dial
        self._wait_while_connected = wait_while_connected
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._jitter = jitter
        self._addresses: dict[str, list[DialAddress]] = {}
        self._now = trio.Event()

    def remember(self, address: DialAddress, nursery: trio.Nursery) -> None:
        """Keep ``address``'s peer connected from now on; its loop runs in ``nursery``."""
        known = self._addresses.setdefault(address.peer_id, [])
        if address.text in [a.text for a in known]:
            return
        known.append(address)
        if len(known) == 1:
            nursery.start_soon(self._loop, address.peer_id)

    def dial_now(self) -> None:
        """End all pauses: what failed before says nothing any more."""
        self._now.set()
        self._now = trio.Event()

    async def _loop(self, peer: str) -> None:
        failures = 0
        turn = 0
        while True:
            await self._wait_while_connected(peer)
            addresses = self._addresses[peer]
            started_at = trio.current_time()
            try:
                await self._dial(addresses[turn % len(addresses)])
                await self._wait_while_connected(peer)
                if trio.current_time() - started_at >= STABLE_S:
                    failures = 0
            except NetworkError:
                turn += 1
            with trio.move_on_after(self._pause(failures)) as pause:
                await self._now.wait()
            failures = failures + 1 if pause.cancelled_caught else 0

    def _pause(self, failures: int) -> float:
        # Jitter keeps the peers of a restarted node from all coming back in the same instant.
        pause = min(self._longest_s, self._shortest_s * 2.0 ** min(failures, 32))
        return pause * self._jitter.uniform(0.5, 1.0)
