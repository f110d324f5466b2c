"""The gossip side of one connection: its outgoing queue, and the task that empties it.

Each side of a connection opens one stream and only writes to it; what the peer writes comes on the
stream that the peer opens.
"""

import trio

from vrmnode.network.connection.multistream import ProtocolsRefusedError
from vrmnode.network.connection.peer_connection import PeerConnection
from vrmnode.network.errors import ConnectionLostError
from vrmnode.network.gossip.outbound_queue import OutboundQueue

PROTOCOLS = ("/meshsub/1.1.0", "/meshsub/1.0.0")
"""Offered and accepted, best first. From 1.2 on py-libp2p sends IDONTWANT for each message."""


class GossipLink:
    """What gossip keeps per connection."""

    def __init__(self, connection: PeerConnection, queue: OutboundQueue) -> None:
        self.connection = connection
        self.queue = queue
        self.speaks = False
        """Whether the peer has agreed to speak gossip with us."""
        self.reading: trio.CancelScope | None = None
        """The task that reads the peer's stream; a second stream ends the first one's."""

    async def write(self, negotiation_s: float) -> None:
        """Open our stream and write what is queued, until the connection ends.

        A peer that doesn't speak gossip stays connected, without a queue. One that resets the
        stream loses the connection: half a link would look healthy and lose messages.

        Raises:
            PeerFaultError: it broke multistream-select.
        """
        try:
            stream = await self.connection.open_stream(PROTOCOLS, negotiation_s)
            self.speaks = True
            while (batch := await self.queue.pop_batch()) is not None:
                await stream.send_all(batch)
        except ProtocolsRefusedError:
            self.queue.close()
        except (ConnectionLostError, trio.TooSlowError):
            self.queue.close()
            self.connection.close()
