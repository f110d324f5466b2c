"""The network: TCP, Noise, Yamux and GossipSub, spoken so that no peer can stop the node.

It implements ``specs/07-gossip.md``, moves bytes, and knows nothing of what they mean: whether a
message is good is the validator's to say, keeping messages is the store's. It is the only package
that imports libp2p; ``pinned_libp2p`` says which parts of it are used, what stands in for the
rest, and why.
"""

from vrmnode.network.config import NetworkConfig
from vrmnode.network.errors import NetworkError
from vrmnode.network.interface import (
    ACCEPTED,
    KEPT,
    NOT_KEPT,
    Delivery,
    Finding,
    Incoming,
    KnownPeer,
    PeerStatus,
    Sender,
    SyncStore,
    Validator,
    Verdict,
    Way,
)
from vrmnode.network.network import Network, open_network

__all__ = [
    "ACCEPTED",
    "KEPT",
    "NOT_KEPT",
    "Delivery",
    "Finding",
    "Incoming",
    "KnownPeer",
    "Network",
    "NetworkConfig",
    "NetworkError",
    "PeerStatus",
    "Sender",
    "SyncStore",
    "Validator",
    "Verdict",
    "Way",
    "open_network",
]
