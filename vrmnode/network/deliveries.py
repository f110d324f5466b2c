"""Accepted messages on their way to the node: so many at most, and so many bytes.

Who brings more waits, in turn with others; that is the back-pressure of the store on all peers.
"""

from __future__ import annotations

import math

import trio

from vrmnode.network.interface import Delivery
from vrmnode.round_robin import RoundRobin


class Deliveries(trio.abc.ReceiveChannel[Delivery]):
    """What the node takes by `async for`, `receive` or `receive_nowait`, in the order of `put`."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._send, self._receive = trio.open_memory_channel[Delivery](math.inf)
        self._room = RoundRobin(most_bytes)
        # So small ones are as many as `most`, and large ones fewer.
        self._least_bytes = most_bytes // most

    async def put(self, delivery: Delivery) -> None:
        """Hand a message to the node; waits while the node is busy."""
        await self._room.enter(("deliveries", delivery.peer), self._size(delivery))
        self._send.send_nowait(delivery)

    def end(self) -> None:
        """Nothing more comes; what is there can still be taken."""
        self._send.close()

    # For the node.

    async def receive(self) -> Delivery:
        """The next message.

        Raises:
            trio.EndOfChannel: the network has ended.
        """
        return self._taken(await self._receive.receive())

    def receive_nowait(self) -> Delivery:
        """The next message, if it is there.

        Raises:
            trio.WouldBlock, trio.EndOfChannel.
        """
        return self._taken(self._receive.receive_nowait())

    def __len__(self) -> int:
        """How many wait."""
        return self._receive.statistics().current_buffer_used

    async def aclose(self) -> None:
        """Take no more."""
        await self._receive.aclose()

    def _taken(self, delivery: Delivery) -> Delivery:
        self._room.leave(self._size(delivery))
        return delivery

    def _size(self, delivery: Delivery) -> int:
        return max(len(delivery.data), self._least_bytes)
