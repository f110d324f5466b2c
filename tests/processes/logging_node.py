"""A peer between the others that relays as the protocol asks and writes down all that it sees.

Run with `python -m tests.processes.logging_node FOLDER`: prints its address as one line of JSON,
then appends to two files in FOLDER, a line of JSON each: `messages.jsonl` (time, the neighbour that
brought it, topic, the bytes of the message), `frames.jsonl` (the bytes of every gossip RPC). Ends
with SIGTERM. It stands for a curious member of the market: it holds no keys and knows no secrets.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import trio

from vrmnode.network import (
    ACCEPTED,
    Finding,
    Incoming,
    Network,
    NetworkConfig,
    Sender,
    Verdict,
    open_network,
)
from vrmnode.network.gossip import gossip_reader
from vrmnode.network.gossip.rpc_messages import Rpc, decode_rpc
from vrmprotocol import envelope, market, topics
from vrmprotocol.errors import RemoteError

_VERDICTS = {"accept": Verdict.ACCEPT, "reject": Verdict.REJECT, "ignore": Verdict.IGNORE}


@contextmanager
def running_logger(folder: Path) -> Iterator[str]:
    """A logging node in a process of its own, which ends with the block; its address."""
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.processes.logging_node", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the logging node ended with {process.wait()}"
        yield str(json.loads(line)["address"])
    finally:
        process.terminate()
        process.communicate(timeout=180)


class Logger:
    """Writes what comes, and says of it what the protocol says."""

    def __init__(self, folder: Path) -> None:
        self._messages = (folder / "messages.jsonl").open("a", encoding="utf-8")
        self._frames = (folder / "frames.jsonl").open("a", encoding="utf-8")
        self._known: set[bytes] = set()

    async def validate(self, messages: Sequence[Incoming], sender: Sender) -> list[Finding]:
        """Log messages, and say of them what any node says."""
        return [self._find(topic, data, sender.peer) for topic, data in messages]

    def _find(self, topic: str, data: bytes, peer: str) -> Finding:
        """Log a message; the verdict is that of specs/07-gossip.md."""
        line = {"at": time.time(), "peer": peer, "topic": topic, "data": data.hex()}
        _write(self._messages, line)
        try:
            arrived = envelope.verify_and_load(
                data, topic=topic, now=int(time.time()), known=self._known.__contains__
            )
            if not arrived.is_mail:
                market.load_market(arrived)
        except RemoteError as error:
            return Finding(_VERDICTS[envelope.verdict_of(error.code)], error.code)
        self._known.add(arrived.id)
        return ACCEPTED

    def decode(self, raw: bytes) -> Rpc:
        """Log a frame as it came off the connection, and read it as any node does."""
        _write(self._frames, {"rpc": raw.hex()})
        return decode_rpc(raw)


def _write(file: IO[str], line: dict[str, object]) -> None:
    file.write(json.dumps(line) + "\n")
    file.flush()


async def _swallow(network: Network) -> None:
    async for _ in network.deliveries:
        pass


async def main(folder: Path) -> None:
    """Relay and log until the process is ended."""
    logger = Logger(folder)
    # The one place that sees an RPC before its fields are chosen.
    gossip_reader.decode_rpc = logger.decode  # type: ignore[attr-defined]
    config = NetworkConfig(listen=("/ip4/127.0.0.1/tcp/0",), topics=topics.all_topics())
    async with open_network(config, os.urandom(32), logger.validate) as network:
        sys.stdout.write(json.dumps({"address": network.addresses[0]}) + "\n")
        sys.stdout.flush()
        await _swallow(network)


if __name__ == "__main__":
    trio.run(main, Path(sys.argv[1]))
