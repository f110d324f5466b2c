"""The encrypted channel of a connection: Noise XX handshake, then transport messages.

The handshake, with libp2p's identity payload, is libp2p's own. After it, this module takes over
its two cipher states instead of ``libp2p.security.noise.io``, which in 0.8.1 makes two reads and a
write per frame and copies each frame four times: with this module the receiver's CPU per gossip
message fell from 1.00 to 0.70 ms at 200 messages a second. It can go when upstream reads ahead.

Noise is the only security protocol: py-libp2p's default set accepts ``/plaintext/2.0.0``, under
which anyone may connect with another's peer id.
"""

from collections import deque
from typing import cast

import trio
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from vrmnode.network.connection.byte_stream import Wire
from vrmnode.network.connection.pinned_libp2p import (
    ID,
    NoiseTransport,
    NoiseTransportReadWriter,
    PeerIDMismatchesPubkey,
    RawConnection,
    ReadWriteCloser,
    SecureSession,
)
from vrmnode.network.errors import ConnectionLostError, PeerFaultError
from vrmnode.network.limits.token_bucket import TokenBucket

MAX_FRAME = 65_535
"""Bytes of one Noise transport message, its 16-byte tag included (Noise section 3)."""
MAX_PLAINTEXT = MAX_FRAME - 16
READ_BYTES = 131_072
SMALL_BYTES = 256
SMALL_AT_ONCE, SMALL_PER_S = 16_384.0, 8_192.0
"""Frames of less than 256 bytes that are taken; then the wire is read later. Any costs 2 µs, and
may have nothing in it. As many as Yamux takes of its own."""


class NoiseChannel:
    """Bytes in order, encrypted and authenticated; belongs to one wire."""

    def __init__(self, wire: Wire, send_key: bytes, receive_key: bytes) -> None:
        self._wire = wire
        self._seal = ChaCha20Poly1305(send_key).encrypt
        self._open = ChaCha20Poly1305(receive_key).decrypt
        self._sent = 0
        self._received = 0
        self._unsent = b""
        self._raw = bytearray()
        self._plain: deque[bytes] = deque()
        self._plain_bytes = 0
        self._small = TokenBucket(SMALL_AT_ONCE, SMALL_PER_S, trio.current_time())

    async def receive_some(self, max_bytes: int) -> bytes:
        """Next decrypted bytes.

        Raises:
            PeerFaultError: ``noise``: a frame doesn't authenticate.
        """
        while not self._plain:
            data = await self._wire.receive_some(READ_BYTES)
            if not data:
                if self._raw:
                    raise ConnectionLostError("ended inside a Noise frame")
                return b""
            self._raw += data
            wait_s = self._small.take(self._decrypt_whole_frames(), trio.current_time())
            if wait_s:
                await trio.sleep(wait_s)
        if max_bytes >= self._plain_bytes:
            joined = b"".join(self._plain)
            self._plain.clear()
            self._plain_bytes = 0
            return joined
        first = self._plain.popleft()
        if len(first) > max_bytes:
            self._plain.appendleft(first[max_bytes:])
            first = first[:max_bytes]
        self._plain_bytes -= len(first)
        return first

    @property
    def unsent(self) -> bool:
        """Whether ``send_now`` left something."""
        return bool(self._unsent)

    def send_now(self, data: bytes) -> None:
        """Encrypt ``data`` and write what of it fits now; the next ``send_all`` writes the rest.

        Not while a ``send_all`` is under way.
        """
        self._unsent += self._sealed(data)
        self._unsent = self._unsent[self._wire.send_now(self._unsent) :]

    async def send_all(self, data: bytes) -> None:
        """Encrypt ``data`` in frames of at most ``MAX_PLAINTEXT`` and write them at once."""
        raw = self._unsent + self._sealed(data)
        self._unsent = b""
        await self._wire.send_all(raw)

    def _sealed(self, data: bytes) -> bytes:
        out = []
        for start in range(0, len(data), MAX_PLAINTEXT):
            frame = self._seal(_nonce(self._sent), data[start : start + MAX_PLAINTEXT], None)
            self._sent += 1
            out.append(len(frame).to_bytes(2, "big"))
            out.append(frame)
        return b"".join(out)

    async def send_eof(self) -> None:
        """Send nothing more; reading goes on."""
        await self._wire.send_eof()

    def _decrypt_whole_frames(self) -> int:
        """Decrypt what is whole; how many of the frames were small."""
        raw = self._raw
        position = small = 0
        while len(raw) - position >= 2:
            end = position + 2 + int.from_bytes(raw[position : position + 2], "big")
            if len(raw) < end:
                break
            try:
                plain = self._open(_nonce(self._received), bytes(raw[position + 2 : end]), None)
            except InvalidTag as error:
                raise PeerFaultError("noise") from error
            self._received += 1
            position = end
            small += len(plain) < SMALL_BYTES
            if plain:
                self._plain.append(plain)
                self._plain_bytes += len(plain)
        del raw[:position]
        return small


class _HandshakeWire(ReadWriteCloser):
    """A wire as libp2p's handshake reads and writes it."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def read(self, n: int | None = None) -> bytes:
        return await self._wire.receive_some(READ_BYTES if n is None else n)

    async def write(self, data: bytes) -> None:
        await self._wire.send_all(bytes(data))

    async def close(self) -> None:
        self._wire.close()

    def get_remote_address(self) -> tuple[str, int] | None:
        return self._wire.remote


def _nonce(counter: int) -> bytes:
    return b"\0\0\0\0" + counter.to_bytes(8, "little")


async def noise_handshake(
    wire: Wire,
    transport: NoiseTransport,
    *,
    initiator: bool,
    expected_peer: str | None,
) -> tuple[NoiseChannel, str]:
    """The channel and the peer id that the other end has proved.

    The caller sets the deadline. ``expected_peer`` is needed when ``initiator``.

    Raises:
        PeerFaultError: ``handshake``: malformed or a bad signature; ``peer_mismatch``: another
            peer than expected.
        ConnectionLostError: the connection ended.
    """
    connection = RawConnection(_HandshakeWire(wire), initiator)
    try:
        if initiator:
            assert expected_peer is not None
            secure = await transport.secure_outbound(connection, ID.from_base58(expected_peer))
        else:
            secure = await transport.secure_inbound(connection)
    except PeerIDMismatchesPubkey as error:
        raise PeerFaultError("peer_mismatch") from error
    except Exception as error:
        # libp2p, noiseprotocol and protobuf raise two dozen kinds of exception for what a peer
        # may send here (IndexError and AssertionError among them); all end this connection.
        raise PeerFaultError("handshake") from error
    session = cast(SecureSession, secure)
    ciphers = cast(NoiseTransportReadWriter, session.conn).noise_state.noise_protocol
    channel = NoiseChannel(wire, ciphers.cipher_state_encrypt.k, ciphers.cipher_state_decrypt.k)
    return channel, session.get_remote_peer().to_base58()
