"""Which way own envelopes leave: by submit to the peers that the owner chose, else along the stem.

Implements `specs/13-submit.md#handing-over` for what the node writes itself. A peer that was chosen
says that it has an envelope on its disk, and spreads it; so a laptop may sleep from then on. Where
none of them takes it, it goes the way of those who chose nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
import trio

from vrmnode.network import Network, NetworkError
from vrmprotocol.submit_frames import DONE

CONNECTION_S = 10.0
"""Seconds that an envelope waits for one of the chosen peers to be connected."""
POLL_S = 0.1

log = structlog.get_logger("vrmnode.outgoing")


class Outgoing:
    """Sends what this node wrote.

    Args:
        submit_to: addresses of the peers that the owner chose, which the network keeps dialled.
    """

    # SPEC 13: A node MUST NOT hand over an envelope of its own to a peer that its owner didn't
    # choose for that.
    #
    # `submit_to` of config.toml is that choice, for all that the node writes.
    def __init__(self, network: Network, submit_to: Sequence[str]) -> None:
        self._network = network
        self._chosen = [network.peer_id_of(address) for address in submit_to]
        # A peer takes one session at a time.
        self._turn = trio.Lock()

    async def send(self, topic: str, raw: bytes) -> int:
        """Bring an envelope out; how many peers have it for certain, 0 if nobody.

        Raises:
            NetworkError: as `Network.publish_by_stem`.
        """
        if self._chosen:
            await self._until_connected()
            async with self._turn:
                for peer in self._connected():
                    if await self._is_held(peer, raw):
                        return 1
        return await self._network.publish_by_stem(topic, raw)

    async def _is_held(self, peer: str, raw: bytes) -> bool:
        try:
            async with self._network.submission(peer) as session:
                (result,) = await session.hand_over([raw])
        except NetworkError as error:
            log.info("not handed over", peer=peer, code=error.code)
            return False
        if result not in DONE:
            log.info("not handed over", peer=peer, code=result)
        return result in DONE

    def _connected(self) -> list[str]:
        there = {each.peer_id for each in self._network.peers()}
        return [peer for peer in self._chosen if peer in there]

    async def _until_connected(self) -> None:
        with trio.move_on_after(CONNECTION_S):
            # The network gives no event for it.
            while not self._connected():  # noqa: ASYNC110
                await trio.sleep(POLL_S)
