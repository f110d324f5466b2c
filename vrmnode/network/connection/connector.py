"""Connections from the first packet to the last: accepting, dialling, serving, forgetting."""

import trio

from vrmnode.network.addresses import DialAddress
from vrmnode.network.config import NetworkConfig
from vrmnode.network.connection.byte_stream import Wire
from vrmnode.network.connection.connection_table import ConnectionTable
from vrmnode.network.connection.peer_connection import INBOUND, PeerConnection, StreamServer, agree
from vrmnode.network.connection.pinned_libp2p import NoiseTransport
from vrmnode.network.connection.transports import accept_wire, ask_for_wire
from vrmnode.network.errors import ConnectionLostError, NetworkError, PeerFaultError
from vrmnode.network.gossip.gossip_link import GossipLink
from vrmnode.network.gossip.gossip_service import GossipService
from vrmnode.network.limits.admission import Admission
from vrmnode.network.limits.ban_list import BanList
from vrmnode.network.limits.bounded_log import BoundedLog
from vrmnode.network.limits.conduct import Conduct
from vrmnode.network.limits.counters import Counters


class Connector:
    """Owns every connection of a node; their tasks run in the ``nursery`` given."""

    def __init__(
        self,
        config: NetworkConfig,
        transport: NoiseTransport,
        table: ConnectionTable,
        admission: Admission,
        bans: BanList,
        gossip: GossipService,
        conduct: Conduct,
        counters: Counters,
        log: BoundedLog,
        serve_stream: StreamServer,
        nursery: trio.Nursery,
    ) -> None:
        self._config = config
        self._transport = transport
        self._table = table
        self._admission = admission
        self._bans = bans
        self._gossip = gossip
        self._conduct = conduct
        self._counters = counters
        self._log = log
        self._serve_stream = serve_stream
        self._nursery = nursery
        self._dialling: dict[str, trio.Lock] = {}
        conduct.disconnect = self.disconnect
        conduct.came_from = self.came_from

    # Accepting.

    async def accept(self, sock: trio.SocketStream) -> None:
        """Serve one inbound TCP connection to its end; raises nothing but cancellation."""
        try:
            address = str(sock.socket.getpeername()[0])
        except OSError:
            sock.socket.close()
            return
        try:
            refusal = self._admission.refusal(address)
            if refusal is not None:
                self._refuse(address, refusal)
                return
            connection = await self._shake_hands(sock, address)
            if connection is not None:
                await self._serve_within_slot(connection, address)
        finally:
            sock.socket.close()

    async def _shake_hands(self, sock: trio.SocketStream, address: str) -> PeerConnection | None:
        # SPEC 07: A node MUST close a connection whose handshake isn't complete after 10 seconds.
        with self._admission.handshake(address):
            try:
                with trio.fail_after(self._config.handshake_timeout_s):
                    return await self._agree(await accept_wire(sock), expected_peer=None)
            except (PeerFaultError, ConnectionLostError, trio.TooSlowError):
                # Nobody has proved an identity yet, so there is nobody to hold it against.
                pass
        self._counters.add("handshakes_failed")
        self._log.event(address, "handshake failed")
        return None

    async def _serve_within_slot(self, connection: PeerConnection, address: str) -> None:
        with self._admission.slot(address, connection.close) as granted:
            if not granted:
                self._refuse(address, "full")
            elif self._admit(connection):
                self._counters.add("connections_in")
                await self._serve(connection, self._gossip.attach(connection))

    def _refuse(self, who: str, why: str) -> None:
        self._counters.add("connections_refused")
        self._log.event(who, f"connection refused: {why}")

    # Dialling.

    async def dial(self, address: DialAddress) -> None:
        """Make sure that ``address.peer_id`` is connected.

        Raises:
            NetworkError: ``network.dial_failed``, ``network.dial_timeout``,
                ``network.peer_mismatch``, ``network.peer_banned``.
        """
        peer = address.peer_id
        if peer == self._table.own_peer:
            raise NetworkError("network.dial_failed", f"{address.text} is this node itself")
        if self._bans.is_banned(peer):
            raise NetworkError(
                "network.peer_banned", f"{peer} for {self._bans.remaining_s(peer):.0f} s more"
            )
        async with self._dialling.setdefault(peer, trio.Lock()):
            if self._table.get(peer) is not None:
                return
            try:
                with trio.fail_after(self._config.dial_timeout_s):
                    connection = await self._dial(address)
            except trio.TooSlowError as error:
                self._counters.add("dials_failed")
                raise NetworkError(
                    "network.dial_timeout",
                    f"{address.text} didn't answer within {self._config.dial_timeout_s:g} s",
                ) from error
            except NetworkError:
                self._counters.add("dials_failed")
                raise
            if self._admit(connection):
                self._counters.add("connections_out")
                self._nursery.start_soon(self._serve, connection, self._gossip.attach(connection))
            elif self._table.get(peer) is None:
                raise NetworkError("network.dial_failed", f"no room for {address.text}")

    async def _dial(self, address: DialAddress) -> PeerConnection:
        try:
            sock = await trio.open_tcp_stream(address.host, address.port)
        except (OSError, UnicodeError) as error:
            # UnicodeError: a host name that IDNA can't express.
            raise NetworkError(
                "network.dial_failed", f"can't reach {address.text}: {error}"
            ) from error
        try:
            wire = await ask_for_wire(sock, address)
            connection = await self._agree(wire, expected_peer=address.peer_id)
            connection.dialled = address.text
            return connection
        except BaseException as error:
            sock.socket.close()
            if isinstance(error, PeerFaultError) and error.reason == "peer_mismatch":
                raise NetworkError(
                    "network.peer_mismatch", f"another peer than expected at {address.text}"
                ) from error
            if isinstance(error, PeerFaultError | ConnectionLostError):
                raise NetworkError(
                    "network.dial_failed", f"{address.text} doesn't speak our protocols: {error}"
                ) from error
            raise

    # Both.

    async def wait_while_connected(self, peer: str) -> None:
        """Return once ``peer`` isn't connected."""
        while (connection := self._table.get(peer)) is not None:
            await connection.ended.wait()
            await trio.lowlevel.checkpoint()

    def came_from(self, peer: str) -> str | None:
        """The IP address from which ``peer`` has connected; None if it isn't or we dialled it."""
        # SPEC 07: A node MUST NOT count a fault against the range of a peer that it dialled.
        connection = self._table.get(peer)
        inbound = connection is not None and connection.direction == INBOUND
        return connection.remote[0] if connection is not None and inbound else None

    def disconnect(self, peer: str) -> None:
        """End the connection with ``peer`` at once, if there is one."""
        connection = self._table.get(peer)
        if connection is not None:
            self._forget(connection)
            connection.close()

    async def goodbye(self) -> None:
        """Send what is queued, tell all peers that we go away, and close."""
        async with trio.open_nursery() as nursery:
            for connection in self._table.all():
                nursery.start_soon(self._goodbye, connection)

    async def _goodbye(self, connection: PeerConnection) -> None:
        link = self._gossip.link(connection.peer)
        if link is not None:
            await link.queue.drained()
        await connection.goodbye()

    async def _agree(self, wire: Wire, *, expected_peer: str | None) -> PeerConnection:
        return await agree(
            wire, self._config, self._transport, self._serve_stream, expected_peer=expected_peer
        )

    def _admit(self, connection: PeerConnection) -> bool:
        refused = self._table.admit(connection)
        if refused is None:
            return True
        if refused != "duplicate":
            self._refuse(connection.peer, refused)
        connection.close()
        return False

    async def _serve(self, connection: PeerConnection, link: GossipLink) -> None:
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._write, link)
                await self._run(connection)
                nursery.cancel_scope.cancel()
        except Exception as error:  # noqa: BLE001 - the boundary to a peer; seen in the log
            # A bug of ours that a peer has found. It ends this connection, not the node.
            self._log.exception(connection.peer, "connection failed", error)
        finally:
            self._forget(connection)
            connection.close()

    async def _run(self, connection: PeerConnection) -> None:
        try:
            await connection.run()
        except ConnectionLostError:
            pass
        except PeerFaultError as fault:
            self._conduct.broke_protocol(connection.peer, fault)

    async def _write(self, link: GossipLink) -> None:
        try:
            await link.write(self._config.handshake_timeout_s)
        except PeerFaultError as fault:
            self._conduct.broke_protocol(link.connection.peer, fault)
            link.connection.close()

    def _forget(self, connection: PeerConnection) -> None:
        self._table.remove(connection)
        self._gossip.detach(connection)
        self._counters.add("bytes_received", connection.muxer.take_bytes_received())
        self._counters.add("bytes_sent", connection.muxer.take_bytes_sent())
        self._counters.add("streams_refused", connection.muxer.take_streams_refused())
