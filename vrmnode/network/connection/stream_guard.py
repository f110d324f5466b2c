"""The boundary to a peer's streams: negotiate, dispatch, and let nothing out.

Stands in for ``BasicHost._swarm_stream_handler``: in 0.8.1 any exception of a stream handler or of
multistream negotiation travels to the swarm's nursery and stops the host. It can go when upstream
resets the stream instead. Whatever goes wrong here ends that one stream, is counted, and is logged
within bounds.
"""

from collections.abc import Awaitable, Callable, Mapping

import trio

from vrmnode.network.connection import multistream
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import ConnectionLostError, PeerFaultError
from vrmnode.network.limits.bounded_log import BoundedLog

StreamHandler = Callable[[YamuxStream, str, str], Awaitable[None]]
"""(stream, peer id, protocol)."""


class StreamGuard:
    """Runs the right handler for each stream that a peer opens."""

    def __init__(
        self,
        handlers: Mapping[str, StreamHandler],
        *,
        negotiation_s: float,
        log: BoundedLog,
        on_fault: Callable[[str, PeerFaultError], None],
    ) -> None:
        """``on_fault`` is told of each peer that broke a protocol."""
        self._handlers = handlers
        self._negotiation_s = negotiation_s
        self._log = log
        self._on_fault = on_fault

    async def serve(self, stream: YamuxStream, peer: str) -> None:
        """Serve one stream to its end; raises nothing but cancellation."""
        # SPEC 07: A peer MUST NOT be able to end anything of a node but its own stream or
        # connection by what it sends.
        try:
            await self._negotiate_and_handle(stream, peer)
        except ConnectionLostError:
            stream.abort()
        except PeerFaultError as fault:
            self._on_fault(peer, fault)
            stream.reset()
        except trio.TooSlowError:
            stream.reset()
        except Exception as error:  # noqa: BLE001 - the boundary to a peer
            # A bug of ours that a peer has found. It must not end the node; it must be seen.
            self._log.exception(peer, "stream handler failed", error)
            stream.reset()

    async def _negotiate_and_handle(self, stream: YamuxStream, peer: str) -> None:
        with trio.fail_after(self._negotiation_s):
            protocol = await multistream.accept(stream, self._handlers)
        await self._handlers[protocol](stream, peer, protocol)
