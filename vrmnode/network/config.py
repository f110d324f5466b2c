"""Every knob of the network, with its unit and its default.

The defaults suit a home node; none of them changes what is sent on the wire, so nodes with
different settings work together. ``specs/07-gossip.md#parameters`` names the ones that matter to
others.
"""

from dataclasses import dataclass

from vrmnode.network.errors import NetworkError


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """How one node takes part in the network.

    Raises:
        NetworkError: ``network.config_invalid`` when a number is out of range.
    """

    listen: tuple[str, ...] = ()
    """Multiaddrs to listen on, e.g. ``/ip4/127.0.0.1/tcp/0``; none: the node only dials."""
    peers: tuple[str, ...] = ()
    """Multiaddrs ending in ``/p2p/<peer id>`` that are kept dialled for ever."""
    # SPEC 06: The node MUST NOT subscribe to or leave a topic because of an intent or a deal.
    topics: tuple[str, ...] = ()
    """Topics subscribed to from start to end; a node never changes them at run time."""

    min_peers: int = 0
    """Outbound connections that are looked for by asking peers for others. 0: only ``peers`` are
    dialled, and nobody is asked or answered."""

    mdns: bool = False
    """Whether nodes on the LAN are found by multicast DNS; only with ``min_peers``."""

    takes_submissions: bool = True
    """Whether connected peers may hand over envelopes for which they want an acknowledgement."""

    submit_sessions: int = 16
    """Sessions at once in which envelopes are taken."""
    submit_recent: int = 65_536
    """Envelopes of which it is remembered that they are on disk, so that handed over again they
    cost nothing. 0 where something may be removed before it has ended."""

    max_message_bytes: int = 131_072
    """Largest ``data`` of a gossip message, in and out; larger ones are rejected."""
    max_rpc_bytes: int = 1_048_576
    """Largest RPC frame read from a peer; it may carry several messages."""
    max_connections: int = 200
    """Connections in total; inbound ones get at most three quarters of them."""
    max_inbound_per_range: int = 32
    """Inbound connections from one range of addresses (``scope.range_of``); four times as many
    through a tunnel."""
    max_handshakes: int = 64
    """Inbound handshakes at a time; beyond it the oldest of the most crowded range gives way."""
    handshakes_per_range: int = 32
    """Inbound handshakes that one range may begin at once; four times as many through a tunnel."""
    handshakes_per_range_s: float = 1.0
    """Inbound handshakes a second that one range may begin from then on; four times as many through
    a tunnel."""
    max_streams_per_connection: int = 64
    """Streams a peer may hold open on one connection."""

    heartbeat_s: float = 1.0
    """Seconds between two GossipSub heartbeats."""
    handshake_timeout_s: float = 10.0
    """Seconds for Noise and Yamux to be agreed on, and for each stream's protocol."""
    dial_timeout_s: float = 10.0
    """Seconds for a whole dial: TCP, Noise, Yamux."""
    ping_interval_s: float = 5.0
    """Seconds of silence after which a peer is asked for a sign of life."""
    ping_timeout_s: float = 10.0
    """Seconds a peer has for that sign of life before its connection is closed."""
    stall_timeout_s: float = 30.0
    """Seconds a peer may take no bytes from us before its connection is closed."""
    redial_min_s: float = 1.0
    """First pause between two dials of a peer that can't be reached."""
    redial_max_s: float = 60.0
    """Longest such pause; pauses double and are drawn from half to all of their length."""

    ban_after_faults: float = 20.0
    """Faults (a rejected message counts 1) at which a peer is banned; they halve every minute."""
    ban_s: float = 3_600.0
    """Seconds a ban lasts; the peer id is refused meanwhile."""
    range_ban_s: float = 600.0
    """Seconds in which nobody may connect from a range of addresses with several banned ids."""
    gossip_burst: float = 32_768.0
    """Gossip read from one peer at once, in units: a message of up to 4 KiB is one."""
    gossip_per_s: float = 4_096.0
    """Units a second from then on; a peer that sends more is read from later."""

    delivery_queue: int = 1_024
    """Messages waiting for the node; when full, reading from the forwarding peer pauses."""
    delivery_queue_bytes: int = 16 << 20
    """Bytes of those; each counts for as many as fill it with that number of messages."""
    check_bytes: int = 40 << 20
    """Bytes of messages in check, of all peers together, until they are in that queue; beyond it
    peers are read from later, in turn."""
    outbound_queue_frames: int = 4_096
    """Frames waiting to be sent to one peer."""
    outbound_queue_bytes: int = 8 << 20
    """Bytes waiting to be sent to one peer."""
    publish_wait_s: float = 5.0
    """Longest that ``publish`` waits for room in the queues of slow peers."""
    seen_ttl_s: float = 120.0
    """Seconds a message id is remembered by gossip (the store remembers much longer)."""

    def __post_init__(self) -> None:
        for name in (
            "submit_sessions",
            "max_message_bytes",
            "max_connections",
            "max_inbound_per_range",
            "max_handshakes",
            "handshakes_per_range",
            "handshakes_per_range_s",
            "max_streams_per_connection",
            "heartbeat_s",
            "handshake_timeout_s",
            "dial_timeout_s",
            "ping_interval_s",
            "ping_timeout_s",
            "stall_timeout_s",
            "redial_min_s",
            "ban_after_faults",
            "ban_s",
            "range_ban_s",
            "gossip_burst",
            "gossip_per_s",
            "delivery_queue",
            "delivery_queue_bytes",
            "check_bytes",
            "outbound_queue_frames",
            "outbound_queue_bytes",
            "publish_wait_s",
            "seen_ttl_s",
        ):
            value = getattr(self, name)
            if value <= 0:
                raise NetworkError(
                    "network.config_invalid", f"{name} must be above 0, came {value}"
                )
        if not 0 <= self.min_peers <= self.max_connections:
            raise NetworkError(
                "network.config_invalid",
                f"min_peers must be 0..{self.max_connections}, came {self.min_peers}",
            )
        if self.max_rpc_bytes < self.max_message_bytes + 1024:
            raise NetworkError(
                "network.config_invalid",
                f"max_rpc_bytes must be at least max_message_bytes + 1024 = "
                f"{self.max_message_bytes + 1024}, came {self.max_rpc_bytes}",
            )
        if self.redial_max_s < self.redial_min_s:
            raise NetworkError(
                "network.config_invalid",
                f"redial_max_s must be at least redial_min_s = {self.redial_min_s}, "
                f"came {self.redial_max_s}",
            )
