"""The parts of py-libp2p that the node uses, and the check that they are the version measured.

What is used: peer ids and Ed25519 keys, the Noise XX handshake with libp2p's identity payload,
the protobuf schemas of GossipSub RPC and identify. What is not used, and the module that stands
in for it, with the reason and when it can go:

================================  ==========================  ===================================
libp2p 0.8.1                      here                        measured behaviour
================================  ==========================  ===================================
``noise.io`` after the handshake  ``noise_channel``           two reads and one write per frame
``stream_muxer.yamux``            ``yamux_connection``        receive window not enforced: +96 MB
``network.swarm`` (inbound)       ``inbound_slots``           all refused after 250 inbound
``network.swarm`` (dialling)      ``redial``                  a failed dial is cached for 60 s
``network.swarm`` (connections)   ``connection_table``        banned peers come back
``transport.tcp`` listener        ``listener``                SO_REUSEPORT hides a port in use
``host.basic_host`` handlers      ``stream_guard``            an exception stops the host
``protocol_muxer.multiselect``    ``multistream``             invalid UTF-8 stops the host
``pubsub.pubsub``                 ``gossip_service``          no IGNORE; always sends from, seqno
``pubsub.gossipsub``              ``gossip_router``           crashes; leaks; cache by from+seqno
``pubsub.rpc_queue``              ``outbound_queue``          32 RPCs, then silent loss
================================  ==========================  ===================================

Nothing in libp2p is patched: the stand-ins are used instead of the originals, so a second libp2p
host in the same process (as in the tests) keeps its own behaviour. ``tests/network/
test_upstream.py`` has one test for each row; it fails when libp2p has mended that behaviour.
"""

import importlib.metadata
import logging

from libp2p.crypto.ed25519 import create_new_key_pair as _ed25519_from_seed
from libp2p.crypto.keys import KeyPair
from libp2p.crypto.x25519 import create_new_key_pair as _x25519_random
from libp2p.identity.identify.pb.identify_pb2 import Identify as IdentifyMessage
from libp2p.io.abc import ReadWriteCloser
from libp2p.network.connection.raw_connection import RawConnection
from libp2p.peer.id import ID
from libp2p.pubsub.pb import rpc_pb2
from libp2p.security.noise.exceptions import PeerIDMismatchesPubkey
from libp2p.security.noise.io import NoiseTransportReadWriter
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE_PROTOCOL
from libp2p.security.noise.transport import Transport as NoiseTransport
from libp2p.security.secure_session import SecureSession

from vrmnode.network.errors import NetworkError

__all__ = [
    "ID",
    "NOISE_PROTOCOL",
    "PINNED_VERSION",
    "IdentifyMessage",
    "KeyPair",
    "NoiseTransport",
    "NoiseTransportReadWriter",
    "PeerIDMismatchesPubkey",
    "RawConnection",
    "ReadWriteCloser",
    "SecureSession",
    "check_version",
    "key_pair_from_seed",
    "noise_transport",
    "peer_id_from_key",
    "rpc_pb2",
]

PINNED_VERSION = "0.8.1"


def check_version(installed: str | None = None) -> None:
    """Make sure that the installed libp2p is the one this package was measured with.

    Raises:
        NetworkError: ``network.libp2p_version``.
    """
    came = importlib.metadata.version("libp2p") if installed is None else installed
    if came != PINNED_VERSION:
        raise NetworkError(
            "network.libp2p_version", f"expected libp2p {PINNED_VERSION} exactly, came {came}"
        )
    # The handshake logs one error line per failed attempt; peers choose how many there are.
    logging.getLogger("libp2p").setLevel(logging.CRITICAL)


def key_pair_from_seed(seed: bytes) -> KeyPair:
    """Ed25519 key pair of a 32-byte seed.

    Raises:
        NetworkError: ``network.seed_invalid``.
    """
    if len(seed) != 32:
        raise NetworkError("network.seed_invalid", f"expected 32 bytes, came {len(seed)}")
    return _ed25519_from_seed(seed)


def peer_id_from_key(key_pair: KeyPair) -> str:
    """Peer id in its text form, e.g. ``12D3KooW...``."""
    return ID.from_pubkey(key_pair.public_key).to_base58()


def noise_transport(key_pair: KeyPair) -> NoiseTransport:
    """Noise XX with a static key of its own, random per start, certified by the identity key."""
    return NoiseTransport(key_pair, noise_privkey=_x25519_random().private_key)
