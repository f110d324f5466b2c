"""py-libp2p still behaves as it did when we chose to go without the part in question.

Each test belongs to one row of the table in ``vrmnode.network.connection.pinned_libp2p``. One that
fails brings good news: upstream has mended it, and our stand-in may go.
"""

from __future__ import annotations

import inspect
import struct

import pytest
import trio
from libp2p import new_host
from libp2p.io.abc import ReadWriteCloser
from libp2p.network.swarm import Swarm, _NegativePeerCache
from libp2p.protocol_muxer.multiselect import Multiselect
from libp2p.protocol_muxer.multiselect_communicator import MultiselectCommunicator
from libp2p.pubsub import pubsub
from libp2p.pubsub.gossipsub import PROTOCOL_ID, GossipSub
from libp2p.pubsub.mcache import MessageCache
from libp2p.pubsub.pb import rpc_pb2
from libp2p.pubsub.pubsub import Pubsub
from libp2p.pubsub.rpc_queue import RpcQueue
from libp2p.pubsub.score import ScoreParams
from libp2p.security.noise.io import NoiseTransportReadWriter
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE
from libp2p.stream_muxer import muxer_multistream
from libp2p.stream_muxer.yamux.yamux import DEFAULT_WINDOW_SIZE, Yamux, YamuxStream
from libp2p.transport.tcp import tcp

from tests.network.support import foreign_host
from vrmnode.network import NetworkError
from vrmnode.network.connection.pinned_libp2p import PINNED_VERSION, check_version


def test_installed_version_is_the_one_measured() -> None:
    check_version()


def test_another_version_is_refused_clearly() -> None:
    with pytest.raises(NetworkError) as caught:
        check_version("0.8.2")
    assert caught.value.code == "network.libp2p_version"
    assert PINNED_VERSION in str(caught.value)
    assert "0.8.2" in str(caught.value)


def test_noise_still_reads_frame_by_frame() -> None:
    """``noise_channel``: two reads for each frame, no reading ahead."""

    class Counting:
        reads = 0

        async def read(self, n: int | None = None) -> bytes:
            self.reads += 1
            return b"\x00\x05" if n == 2 else b"plain"

    async def main() -> None:
        connection = Counting()
        reader = NoiseTransportReadWriter(connection, None)  # type: ignore[arg-type]
        reader.decrypt = lambda data: data  # type: ignore[method-assign]
        for _ in range(3):
            assert await reader.read_msg() == b"plain"
        assert connection.reads == 6

    trio.run(main)


def test_yamux_still_ignores_its_receive_window() -> None:
    """``yamux_connection``: twice the window is buffered for a stream that nobody reads."""
    frames = struct.pack("!BBHII", 0, 1, 1, 1, 0)
    frames += (struct.pack("!BBHII", 0, 0, 0, 1, 65_536) + bytes(65_536)) * 8
    peak = 0

    class Channel:
        is_initiator = False
        data = frames

        async def read(self, n: int) -> bytes:
            nonlocal peak
            peak = max(peak, *map(len, yamux.stream_buffers.values()), 0)
            part, self.data = self.data[:n], self.data[n:]
            return part

        async def write(self, data: bytes) -> None:
            pass

        async def close(self) -> None:
            pass

    async def main() -> None:
        await yamux.handle_incoming()

    yamux = Yamux(Channel(), None)  # type: ignore[arg-type]
    trio.run(main)
    assert peak == 2 * DEFAULT_WINDOW_SIZE


def test_yamux_still_can_not_be_replaced_by_an_option() -> None:
    """``yamux_connection``: the muxer chosen by ``muxer_opt`` is passed over."""
    assert "Yamux(" in inspect.getsource(muxer_multistream.MuxerMultistream.new_conn)


def test_yamux_still_writes_each_frame_by_itself() -> None:
    """``yamux_connection``: no coalescing."""
    written: list[bytes] = []

    class Channel:
        is_initiator = True

        async def write(self, data: bytes) -> None:
            written.append(data)

    async def main() -> None:
        yamux = Yamux(Channel(), None)  # type: ignore[arg-type]
        stream = YamuxStream(1, yamux, True)
        await stream.write(bytes(100))
        await stream.write(bytes(100))
        assert [len(data) for data in written] == [112, 112]
        assert struct.unpack_from("!BBHII", written[0])[4] == 100

    trio.run(main)


def test_swarm_still_holds_an_inbound_slot_until_it_stops() -> None:
    """``inbound_slots``."""
    source = inspect.getsource(Swarm._do_handle_inbound_connection)
    assert "await self.manager.wait_finished()" in source


def test_swarm_still_caches_failed_peers_for_a_minute() -> None:
    """``redial``."""
    cache = _NegativePeerCache()
    cache.mark_failed("peer")
    assert cache.is_blocked("peer")
    assert cache._ttl == 60.0


def test_swarm_still_admits_any_peer() -> None:
    """``connection_table``: a blacklist of pubsub's has no say in ``add_conn``."""
    assert "blacklist" not in inspect.getsource(Swarm.add_conn)


def test_tcp_listener_still_shares_its_port() -> None:
    """``listener``: a second node on the same port goes unnoticed."""

    async def main() -> None:
        (first,) = await tcp._open_reuseport_listeners("127.0.0.1", 0)
        port = first.socket.getsockname()[1]
        (second,) = await tcp._open_reuseport_listeners("127.0.0.1", port)
        await first.aclose()
        await second.aclose()

    trio.run(main)


def test_host_still_lets_handlers_exceptions_out() -> None:
    """``stream_guard``."""

    class Stream:
        muxed_conn = None

    async def main() -> None:
        async with foreign_host() as host:
            with pytest.raises(Exception):  # noqa: B017 - any; it ought to be none
                await host._swarm_stream_handler(Stream())  # type: ignore[attr-defined]

    trio.run(main)


def test_multiselect_still_lets_invalid_utf8_out() -> None:
    """``multistream``."""

    class Junk(ReadWriteCloser):
        def __init__(self) -> None:
            self.data = b"\x13/multistream/1.0.0\n\x05\xff\xfe\xfd\xfc\n"

        async def read(self, n: int | None = None) -> bytes:
            part, self.data = self.data[:n], self.data[n:]
            return part

        async def write(self, data: bytes) -> None:
            pass

        async def close(self) -> None:
            pass

        def get_remote_address(self) -> None:
            return None

    async def main() -> None:
        with pytest.raises(UnicodeDecodeError):
            await Multiselect().negotiate(MultiselectCommunicator(Junk()))

    trio.run(main)


def test_unsigned_publishing_still_fills_from_and_seqno() -> None:
    """``gossip_service``."""

    async def main() -> None:
        pubsub_ = Pubsub(new_host(), _router(), strict_signing=False)
        published: list[rpc_pb2.Message] = []

        async def push(forwarder: object, message: rpc_pb2.Message) -> None:
            published.append(message)

        pubsub_.push_msg = push  # type: ignore[method-assign,assignment]
        await pubsub_.publish("topic", b"data")
        (message,) = published
        assert message.HasField("from_id")
        assert message.HasField("seqno")

    trio.run(main)


def test_validators_still_have_two_answers() -> None:
    """``gossip_service``: anything false counts against the forwarder."""
    assert "if not validator(msg_forwarder, msg)" in inspect.getsource(Pubsub.validate_msg)


def test_rpc_decoding_still_lets_junk_out() -> None:
    """``gossip_service``."""
    source = inspect.getsource(Pubsub.continuously_read_stream)
    assert "DecodeError" not in source


def test_subscription_still_holds_32_messages() -> None:
    """``gossip_service``."""
    assert pubsub.SUBSCRIPTION_CHANNEL_SIZE == 32


def test_message_cache_still_is_keyed_by_from_and_seqno() -> None:
    """``gossip_router``: whatever the id function says."""
    cache = MessageCache(3, 5)
    cache.put(rpc_pb2.Message(data=b"one", topicIDs=["t"]))
    cache.put(rpc_pb2.Message(data=b"two", topicIDs=["t"]))
    assert len(cache.msgs) == 1


def test_score_thresholds_still_are_out_of_reach() -> None:
    """``gossip_router``."""
    assert ScoreParams().graylist_threshold < -1e6


def test_deliveries_still_are_remembered_for_ever() -> None:
    """``gossip_router``: trimmed in the adaptive mode alone."""
    source = inspect.getsource(GossipSub)
    assert "self.recent_message_deliveries" in source


def test_outgoing_queue_still_is_short() -> None:
    """``outbound_queue``."""
    queue = RpcQueue()
    assert sum(queue.push(rpc_pb2.RPC(publish=[rpc_pb2.Message()])) for _ in range(100)) == 32


def test_default_host_still_speaks_plaintext() -> None:
    """``noise_channel``: why we offer nothing but Noise."""

    async def main() -> None:
        swarm = new_host().get_network()
        offered = swarm.upgrader.security_multistream.transports  # type: ignore[attr-defined]
        assert "/plaintext/2.0.0" in offered
        assert NOISE in offered

    trio.run(main)


def _router() -> GossipSub:
    return GossipSub(protocols=[PROTOCOL_ID], degree=6, degree_low=4, degree_high=12)
