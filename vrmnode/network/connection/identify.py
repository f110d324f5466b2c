"""libp2p identify, the answering side: which protocols we speak and where we can be reached.

Other implementations (js, go) use it to find out that we speak GossipSub. The answer tells nothing
about the user or the software's version: both strings are the same for every node. We never ask:
nothing that a peer claims here is needed.
"""

from collections.abc import Sequence

from vrmnode.network.addresses import tcp_multiaddr_bytes
from vrmnode.network.connection.byte_stream import encode_varint
from vrmnode.network.connection.pinned_libp2p import IdentifyMessage
from vrmnode.network.connection.yamux_stream import YamuxStream

PROTOCOL = "/ipfs/id/1.0.0"
AGENT_VERSION = "vrmnode"
PROTOCOL_VERSION = "vrm/1"


def identify_frame(
    public_key: bytes,
    listening: Sequence[tuple[str, int]],
    observed: tuple[str, int] | None,
    protocols: Sequence[str],
) -> bytes:
    """The length-prefixed answer.

    ``public_key`` is libp2p's protobuf form; ``observed`` is where we see the asking peer.
    """
    # SPEC 07: A node MUST answer identify with the agent version `vrmnode` or an equally constant
    # text that doesn't tell its version, platform or owner.
    message = IdentifyMessage(
        agent_version=AGENT_VERSION,
        protocol_version=PROTOCOL_VERSION,
        public_key=public_key,
        listen_addrs=[tcp_multiaddr_bytes(host, port) for host, port in listening],
        protocols=list(protocols),
    )
    if observed is not None:
        message.observed_addr = tcp_multiaddr_bytes(*observed)
    body = message.SerializeToString()
    return encode_varint(len(body)) + body


async def answer_identify(stream: YamuxStream, frame: bytes) -> None:
    """Send ``frame`` and finish."""
    await stream.send_all(frame)
    stream.close()
