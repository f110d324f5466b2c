"""The network as the rest of the node sees it: open, publish, receive, look."""

import random
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import trio

from vrmnode.network.addresses import parse_dial_address, parse_listen_address
from vrmnode.network.config import NetworkConfig
from vrmnode.network.connection import identify, listener, ping, pinned_libp2p
from vrmnode.network.connection.connection_table import ConnectionTable
from vrmnode.network.connection.connector import Connector
from vrmnode.network.connection.own_addresses import OwnAddresses
from vrmnode.network.connection.stream_guard import StreamGuard, StreamHandler
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.deliveries import Deliveries
from vrmnode.network.errors import NetworkError
from vrmnode.network.gossip.gossip_link import PROTOCOLS as GOSSIP_PROTOCOLS
from vrmnode.network.gossip.gossip_reader import GossipReader
from vrmnode.network.gossip.gossip_router import GossipRouter
from vrmnode.network.gossip.gossip_service import GossipService
from vrmnode.network.gossip.message_cache import MessageCache
from vrmnode.network.gossip.seen_messages import SeenMessages
from vrmnode.network.gossip.stem_links import stem_over
from vrmnode.network.handover.submission import Submission, open_submission
from vrmnode.network.handover.submit_service import SubmitService
from vrmnode.network.handover.sync_keeper import SyncKeeper
from vrmnode.network.handover.sync_service import SyncService
from vrmnode.network.interface import KnownPeer, PeerStatus, SyncStore, Validator
from vrmnode.network.limits.admission import Admission
from vrmnode.network.limits.ban_list import BanList
from vrmnode.network.limits.bounded_log import BoundedLog
from vrmnode.network.limits.conduct import Conduct
from vrmnode.network.limits.counters import Counters
from vrmnode.network.limits.peer_score import PeerScores
from vrmnode.network.peers import mdns
from vrmnode.network.peers.line_watch import LineWatch
from vrmnode.network.peers.peer_book import PeerBook
from vrmnode.network.peers.peer_exchange import PeerExchange
from vrmnode.network.peers.peer_keeper import PeerKeeper
from vrmnode.network.peers.redial import Redial
from vrmprotocol.peer_exchange import PROTOCOL as PEERS_PROTOCOL
from vrmprotocol.stem_frames import PROTOCOL as STEM_PROTOCOL
from vrmprotocol.submit_frames import PROTOCOL as SUBMIT_PROTOCOL
from vrmprotocol.sync_frames import PROTOCOL as SYNC_PROTOCOL

GOODBYE_S = 0.5
"""Seconds for telling peers that we go away, before connections are simply closed."""


def _unix_now() -> int:
    return int(time.time())


class Network:
    """A node's place in the network, while ``open_network``'s context lasts."""

    def __init__(
        self,
        config: NetworkConfig,
        key_pair: pinned_libp2p.KeyPair,
        validate: Validator,
        bound: Sequence[tuple[str, int]],
        nursery: trio.Nursery,
        store: SyncStore | None,
    ) -> None:
        """Use ``open_network`` instead."""
        self.peer_id: str = pinned_libp2p.peer_id_from_key(key_pair)
        self._config = config
        self._public_key: bytes = key_pair.public_key.serialize()
        self._own = OwnAddresses(bound, self.peer_id)
        self.addresses: list[str] = self._own.texts
        self._nursery = nursery
        self._listening_scope = trio.CancelScope()
        clock = trio.current_time
        # Which peers are grafted and told must be unforeseeable, so the system's randomness.
        rng = random.SystemRandom()
        self.deliveries = Deliveries(config.delivery_queue, config.delivery_queue_bytes)
        self._closed = False
        self._counters = Counters()
        self._log = BoundedLog(clock)
        self._bans = BanList(config.ban_s, clock)
        self._scores = PeerScores(config.ban_after_faults, clock)
        self._admission = Admission(config, clock)
        conduct = Conduct(self._scores, self._bans, self._admission, self._counters, self._log)
        self._pings = ping.PingService(clock, conduct.hold_up)
        cache = MessageCache()
        self._router = GossipRouter(config.topics, cache, self._scores, rng)
        self._gossip = GossipService(
            config,
            validate,
            self._router,
            cache,
            SeenMessages(config.seen_ttl_s, clock),
            self._scores,
            conduct,
            self._counters,
            self.deliveries,
            self._log,
            clock,
        )
        self._reader = GossipReader(self._gossip, config.max_rpc_bytes)
        self._table = ConnectionTable(self.peer_id, config.max_connections, self._bans)
        self._stem = stem_over(
            self._table, nursery, self._router, self._gossip, conduct, clock, rng
        )
        self._book = PeerBook(self.peer_id, clock, _unix_now, rng)
        self._exchange = PeerExchange(self._table, self._book, self._own.listening, clock, rng)
        self._submit = SubmitService(self._gossip, cache, config)
        self._sync = self._sync_keeper = None
        if store is not None:
            self._sync = SyncService(
                store, config.topics, self._gossip.take_fetched, clock, _unix_now, conduct.hold_up
            )
            self._sync_keeper = SyncKeeper(
                self._sync,
                config.topics,
                self._table,
                conduct,
                self._counters,
                clock,
                _unix_now,
                rng,
            )
        self._guard = StreamGuard(
            self._stream_handlers(),
            negotiation_s=config.handshake_timeout_s,
            log=self._log,
            on_fault=conduct.broke_protocol,
        )
        self._connector = Connector(
            config,
            pinned_libp2p.noise_transport(key_pair),
            self._table,
            self._admission,
            self._bans,
            self._gossip,
            conduct,
            self._counters,
            self._log,
            self._guard.serve,
            nursery,
        )
        self._keeper = PeerKeeper(
            config.min_peers,
            config.max_connections,
            self._table,
            self._connector,
            self._book,
            self._exchange,
            conduct,
            clock,
            rng,
        )
        self._redial = Redial(
            self._connector.dial,
            self._connector.wait_while_connected,
            shortest_s=config.redial_min_s,
            longest_s=config.redial_max_s,
            jitter=rng,
        )
        silence_s = config.ping_interval_s + config.ping_timeout_s
        self._watch = LineWatch(
            self._own, self._table, self._connector, self._redial, self._book, silence_s
        )

    async def publish_by_stem(self, topic: str, data: bytes) -> int:
        """Have ``data`` spread from somewhere else; how many peers have it, once it is spread.

        That takes 15 s at most; whoever is cancelled meanwhile publishes it again. 0: no peers.

        Raises:
            NetworkError: as ``publish``.
        """
        self._refuse_if_closed()
        return await self._stem.publish(topic, data)

    async def publish(self, topic: str, data: bytes) -> int:
        """Spread ``data`` from here, to the peers that relayed messages go to; how many those are.

        Waits while their queues are full, at most ``publish_wait_s``. 0: nobody has it. The
        message isn't validated and doesn't come back as a delivery.

        Raises:
            NetworkError: ``network.message_too_large``, ``network.topic_unknown``,
                ``network.closed``.
        """
        self._refuse_if_closed()
        return await self._gossip.publish(topic, data)

    def submission(self, peer_id: str) -> AbstractAsyncContextManager[Submission]:
        """A session in which envelopes are handed over to a connected peer.

        Raises:
            NetworkError: ``network.not_connected``, ``network.closed``; in the context also
                ``network.submit_refused``, ``network.submit_busy``, ``network.submit_failed``.
        """
        self._refuse_if_closed()
        connection = self._table.get(peer_id)
        if connection is None:
            raise NetworkError("network.not_connected", f"not connected to {peer_id}")
        return open_submission(connection)

    async def connect(self, multiaddr: str) -> str:
        """Dial ``multiaddr`` once, and keep it connected from then on; its peer id.

        At once if the peer is connected already. An address that fails isn't remembered.

        Raises:
            NetworkError: ``network.address_invalid``, ``network.dial_failed``,
                ``network.dial_timeout``, ``network.peer_mismatch``, ``network.peer_banned``,
                ``network.closed``.
        """
        self._refuse_if_closed()
        address = parse_dial_address(multiaddr)
        await self._connector.dial(address)
        self._redial.remember(address, self._nursery)
        return address.peer_id

    def peer_id_of(self, multiaddr: str) -> str:
        """The peer id in ``multiaddr``; nothing is dialled.

        Raises:
            NetworkError: ``network.address_invalid``.
        """
        return parse_dial_address(multiaddr).peer_id

    def keep(self, multiaddr: str) -> None:
        """Dial ``multiaddr`` now and whenever its peer isn't connected, for as long as we run.

        Raises:
            NetworkError: ``network.address_invalid``, ``network.closed``.
        """
        self._refuse_if_closed()
        address = parse_dial_address(multiaddr)
        if address.peer_id != self.peer_id:
            self._redial.remember(address, self._nursery)

    def remember(self, known: Iterable[KnownPeer]) -> None:
        """Take up again what ``known_peers`` gave before a restart."""
        self._book.load(known)

    def known_peers(self) -> list[KnownPeer]:
        """The addresses that were reached, for keeping."""
        return self._book.kept()

    def peers(self) -> list[PeerStatus]:
        """Connected peers, longest connected first."""
        found = []
        for connection in sorted(self._table.all(), key=lambda c: c.opened_at):
            link = self._gossip.link(connection.peer)
            found.append(
                PeerStatus(
                    peer_id=connection.peer,
                    addresses=(connection.address,),
                    direction=connection.direction,
                    topics=self._router.topics_of(connection.peer),
                    connected_at=int(connection.opened_at),
                    score=self._scores.score(connection.peer),
                    gossip=link is not None and link.speaks,
                )
            )
        return found

    def stats(self) -> dict[str, int]:
        """Counters since the network was opened (``counters.KEYS``), and what is there now."""
        counts = self._counters.snapshot()
        live = self._table.all()
        for key in ("bytes_received", "bytes_sent", "streams_refused"):
            counts[key] += sum(getattr(connection.muxer, key) for connection in live)
        counts["connections"] = len(live)
        counts["bans"] = len(self._bans)
        counts["range_bans"] = self._admission.closed_ranges
        counts["known"] = len(self._book)
        counts["mesh"] = sum(len(members) for members in self._router.mesh.values())
        return counts

    # For open_network.

    def start(self, listeners: Sequence[trio.SocketListener]) -> None:
        """Start every task that runs for as long as the network."""
        if listeners:
            self._nursery.start_soon(self._listen, listeners)
        self._nursery.start_soon(self._beat)
        self._nursery.start_soon(self._stem.run)
        self._nursery.start_soon(self._watch.run)
        if self._config.min_peers:
            self._nursery.start_soon(self._keeper.run)
            if self._config.mdns:
                self._nursery.start_soon(mdns.find_on_every_lan, self._own, self._book.learn)
        if self._sync_keeper is not None:
            self._nursery.start_soon(self._sync_keeper.run)
        for text in self._config.peers:
            address = parse_dial_address(text)
            # A list of bootstrap peers is often given to those peers, too.
            if address.peer_id != self.peer_id:
                self._redial.remember(address, self._nursery)

    async def goodbye(self) -> None:
        """Accept no more connections, and tell peers that we go away."""
        self._listening_scope.cancel()
        with trio.CancelScope(shield=True), trio.move_on_after(GOODBYE_S):
            await self._connector.goodbye()

    def close(self) -> None:
        """Refuse further use, and end ``deliveries`` once they are read."""
        self._closed = True
        self.deliveries.end()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise NetworkError("network.closed", "the network's context was left")

    def _stream_handlers(self) -> dict[str, StreamHandler]:
        handlers: dict[str, StreamHandler] = dict.fromkeys(
            GOSSIP_PROTOCOLS, self._reader.handle_stream
        )

        async def answer_identify(stream: YamuxStream, peer: str, protocol: str) -> None:
            connection = self._table.get(peer)
            observed = None if connection is None else connection.remote
            frame = identify.identify_frame(
                self._public_key, self._own.listening, observed, tuple(handlers)
            )
            await identify.answer_identify(stream, frame)

        handlers[identify.PROTOCOL] = answer_identify
        handlers[ping.PROTOCOL] = self._pings.answer
        handlers[STEM_PROTOCOL] = self._stem.handle_stream
        if self._config.min_peers:
            handlers[PEERS_PROTOCOL] = self._exchange.answer
        if self._config.takes_submissions:
            handlers[SUBMIT_PROTOCOL] = self._submit.answer
        if self._sync is not None:
            handlers[SYNC_PROTOCOL] = self._sync.answer
        return handlers

    async def _listen(self, listeners: Sequence[trio.SocketListener]) -> None:
        with self._listening_scope:
            await listener.serve(listeners, self._connector.accept, self._nursery)

    async def _beat(self) -> None:
        while True:
            await trio.sleep(self._config.heartbeat_s)
            self._gossip.heartbeat()


@asynccontextmanager
async def open_network(
    config: NetworkConfig,
    identity_seed: bytes,
    validate: Validator,
    store: SyncStore | None = None,
) -> AsyncIterator[Network]:
    """The network, listening and dialling, while the context lasts.

    With a ``store``, what was missed is fetched from peers, and theirs is handed out.
    ``identity_seed`` is 32 random bytes, drawn once per installation and kept secret. Leaving the
    context closes every socket, in less than 1.5 seconds. An exception of the body leaves as it is,
    not wrapped in a group.

    Raises:
        NetworkError: ``network.libp2p_version``, ``network.seed_invalid``,
            ``network.address_invalid``, ``network.port_in_use``, ``network.listen_failed``.
    """
    pinned_libp2p.check_version()
    key_pair = pinned_libp2p.key_pair_from_seed(identity_seed)
    for text in config.peers:
        parse_dial_address(text)
    listeners = await listener.open_listeners(
        [parse_listen_address(text) for text in config.listen]
    )
    failure: Exception | None = None
    network: Network | None = None
    try:
        async with trio.open_nursery() as nursery:
            network = Network(
                config, key_pair, validate, listener.bound_addresses(listeners), nursery, store
            )
            network.start(listeners)
            try:
                yield network
            except Exception as error:  # noqa: BLE001 - raised again below, ungrouped
                failure = error
            await network.goodbye()
            nursery.cancel_scope.cancel()
    finally:
        listener.close_listeners(listeners)
        if network is not None:
            network.close()
    if failure is not None:
        raise failure
