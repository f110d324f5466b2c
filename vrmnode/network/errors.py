"""The three ways something goes wrong on the network, told apart by whose fault it was.

- :class:`NetworkError`: *local*: our own caller asked for something that can't be done.
- :class:`PeerFaultError`: *remote*: the peer broke the protocol. Raised only while reading what a
  peer sent; it ends that peer's stream or connection and never leaves this package.
- :class:`ConnectionLostError`: nobody's fault: the connection or stream is gone.

Anything else is a bug.
"""


class NetworkError(Exception):
    """A request to the network that can't be met; ``code`` is stable, e.g. ``network.port_in_use``.

    Codes: ``network.port_in_use``, ``network.listen_failed``, ``network.address_invalid``,
    ``network.dial_failed``, ``network.dial_timeout``, ``network.peer_mismatch``,
    ``network.peer_banned``, ``network.message_too_large``, ``network.topic_unknown``,
    ``network.seed_invalid``, ``network.config_invalid``, ``network.libp2p_version``,
    ``network.not_connected``, ``network.submit_refused``, ``network.submit_busy``,
    ``network.submit_failed``, ``network.closed``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class PeerFaultError(Exception):
    """The peer broke the protocol; ``reason`` is one short word for counters, never peer data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ConnectionLostError(Exception):
    """The connection or stream ended while something still wanted to use it."""
