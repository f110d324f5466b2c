"""The process that checks signatures: `python -m vrmnode.signatures.worker FD`.

FD is its end of a socket pair. It knows no secrets and ends with the node, whose end then closes.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
from collections.abc import Sequence

from vrmnode.signatures import requests
from vrmprotocol import ed25519

BUFFER_BYTES = 1 << 18


def serve(node: socket.socket) -> None:
    """Answer requests until the node has gone."""
    with node, node.makefile("rb", buffering=BUFFER_BYTES) as asked:
        while len(header := asked.read(requests.HEADER.size)) == requests.HEADER.size:
            count, message_bytes = requests.HEADER.unpack(header)
            body = asked.read(requests.body_bytes(count, message_bytes))
            if len(body) < requests.body_bytes(count, message_bytes):
                return
            found = (ed25519.verify(*each) for each in requests.read_body(body, message_bytes))
            node.sendall(requests.answer(found))


def main(arguments: Sequence[str]) -> int:
    """Serve the socket that is named."""
    # Ctrl-C reaches every process of a terminal; the node says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ConnectionError):  # the node was killed
        serve(socket.socket(fileno=int(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
