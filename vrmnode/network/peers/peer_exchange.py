"""`/vrm/peers/1`, both sides: asking a connected peer for others, and answering.

Implements `specs/07-gossip.md#peer-exchange`; the messages are `vrmprotocol.peer_exchange`, what
becomes of addresses is `peer_book`'s to say.
"""

import random
from collections.abc import Callable

import trio

from vrmnode.network.addresses import tcp_multiaddr
from vrmnode.network.connection.byte_stream import encode_varint, receive_exactly, receive_varint
from vrmnode.network.connection.connection_table import ConnectionTable
from vrmnode.network.connection.peer_connection import OUTBOUND, PeerConnection
from vrmnode.network.connection.yamux_stream import YamuxStream
from vrmnode.network.errors import PeerFaultError
from vrmnode.network.gossip.scope import Scope, scope_of
from vrmnode.network.peers.peer_book import PeerBook, may_be_named
from vrmprotocol import peer_exchange
from vrmprotocol.errors import ProtocolError
from vrmprotocol.peer_address import PeerAddress

TIMEOUT_S = 10.0
LEAST_PAUSE_S = 5.0
"""Seconds between two questions of a peer; a sooner one gets an empty answer."""


class PeerExchange:
    """Questions and answers over the connections of ``table``.

    ``ports`` are the hosts and TCP ports that we listen at; ``clock`` is monotonic, in seconds.
    """

    def __init__(
        self,
        table: ConnectionTable,
        book: PeerBook,
        ports: list[tuple[str, int]],
        clock: Callable[[], float],
        rng: random.Random,
    ) -> None:
        self._table = table
        self._book = book
        self._ports = ports
        self._clock = clock
        self._rng = rng
        self._answered_s: dict[str, float] = {}
        self._claimed: dict[str, int] = {}

    def address_of(self, connection: PeerConnection) -> str | None:
        """Where the peer of a connection can be dialled, as far as we know by ourselves."""
        if connection.direction == OUTBOUND:
            return connection.address
        claimed = self._claimed.get(connection.peer)
        if claimed is None:
            return None
        return f"{tcp_multiaddr(connection.remote[0], claimed)}/p2p/{connection.peer}"

    def forget_gone(self) -> None:
        """Drop what was noted of peers that aren't connected any more."""
        connected = {connection.peer for connection in self._table.all()}
        for noted in (self._answered_s, self._claimed):
            for peer in noted.keys() - connected:
                del noted[peer]

    async def ask(self, connection: PeerConnection) -> None:
        """Ask a peer, and note in the book what it names.

        Raises:
            ProtocolsRefusedError, PeerFaultError, ConnectionLostError, trio.TooSlowError.
        """
        scope = scope_of(connection.remote[0])
        if scope is None:
            return
        stream = await connection.open_stream((peer_exchange.PROTOCOL,), TIMEOUT_S)
        try:
            with trio.fail_after(TIMEOUT_S):
                question = peer_exchange.question(self._port_for(scope))
                await stream.send_all(encode_varint(len(question)) + question)
                raw = await _frame(stream, peer_exchange.MAX_ANSWER_BYTES)
                named = _read(raw)
        except BaseException:
            stream.reset()
            raise
        stream.close()
        # SPEC 07: A node MUST pass over a named address whose form it doesn't know, and one of
        # its own.
        #
        # The book leaves out our own.
        for address in named:
            if may_be_named(address.host, scope):
                self._book.learn(address.text)

    async def answer(self, stream: YamuxStream, peer: str, protocol: str) -> None:
        """Answer one question (a ``StreamHandler``)."""
        # SPEC 07: A node MUST reset the stream of a question or an answer that breaks its table.
        with trio.fail_after(TIMEOUT_S):
            raw = await _frame(stream, peer_exchange.MAX_QUESTION_BYTES)
            try:
                port = peer_exchange.read_question(raw)
            except ProtocolError as error:
                raise PeerFaultError("peers") from error
            answer = peer_exchange.answer(self._named_to(peer, port))
            await stream.send_all(encode_varint(len(answer)) + answer)
        stream.close()

    def _named_to(self, peer: str, port: int | None) -> list[str]:
        connection = self._table.get(peer)
        scope = None if connection is None else scope_of(connection.remote[0])
        if connection is None or scope is None or self._asked_too_soon(peer):
            return []
        if port is not None and connection.direction != OUTBOUND:
            self._claimed[peer] = port
            address = self.address_of(connection)
            if address is not None:
                self._book.learn(address)
        return self._sample(peer, scope)

    def _asked_too_soon(self, peer: str) -> bool:
        now, last = self._clock(), self._answered_s.get(peer)
        if last is not None and now - last < LEAST_PAUSE_S:
            return True
        self._answered_s[peer] = now
        return False

    # SPEC 07: A node MUST NOT name an address that it knows only because another peer has named
    # it.
    def _sample(self, asking: str, scope: Scope) -> list[str]:
        texts = {address.text for address in self._book.to_name() if address.peer_id != asking}
        hosts = {address.text: address.host for address in self._book.to_name()}
        for connection in self._table.all():
            # A name isn't passed on: who looks it up tells others where it goes.
            text = None if connection.transport == "wss" else self.address_of(connection)
            if text is not None and connection.peer != asking:
                texts.add(text)
                hosts[text] = connection.remote[0]
        named = sorted(text for text in texts if may_be_named(hosts[text], scope))
        return self._rng.sample(named, min(len(named), peer_exchange.MAX_PEERS))

    def _port_for(self, scope: Scope) -> int | None:
        """Our port, unless nobody at the other end of such a connection could use it."""
        for host, port in self._ports:
            if scope == Scope.LOOPBACK or scope_of(host) != Scope.LOOPBACK:
                return port
        return None


def _read(raw: bytes) -> list[PeerAddress]:
    try:
        return peer_exchange.read_answer(raw)
    except ProtocolError as error:
        raise PeerFaultError("peers") from error


async def _frame(stream: YamuxStream, largest: int) -> bytes:
    return await receive_exactly(stream, await receive_varint(stream, largest))
