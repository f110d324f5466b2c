"""A process of TCP relays that let bytes wait: what a wire of the simulator is, for real sockets.

In: a line with a seed, the share of the delay that is drawn anew for whatever is read at once, the
address to listen at, and a list of wires, each ``[host, port, delay_s]``; out: the ports to dial in
place of those. Then, for each line that comes, the lateness in seconds of all that was passed on
since the last: how long the machine itself let it wait beyond its delay. Ends with its stdin.
"""

from __future__ import annotations

import json
import math
import random
import sys
from functools import partial

import trio

CHUNK_BYTES = 65_536


class Wires:
    """All relays of the process."""

    def __init__(self, seed: int | str, jitter: float) -> None:
        self.late: list[float] = []
        self._rng = random.Random(seed)
        self._jitter = jitter

    async def relay(
        self, host: str, port: int, delay_s: float, dialling: trio.SocketStream
    ) -> None:
        """Join an accepted connection with one to the other end, until either is over."""
        try:
            async with (
                await trio.open_tcp_stream(host, port) as dialled,
                trio.open_nursery() as both,
            ):
                both.start_soon(self._pass_on, dialling, dialled, delay_s)
                both.start_soon(self._pass_on, dialled, dialling, delay_s)
        except* (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # an end is gone, and so is this wire

    async def _pass_on(
        self, source: trio.SocketStream, sink: trio.SocketStream, delay_s: float
    ) -> None:
        send, receive = trio.open_memory_channel[tuple[float, bytes]](math.inf)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._send_when_due, receive, sink)
            due = 0.0
            async with send:
                while data := await source.receive_some(CHUNK_BYTES):
                    slower = 1 + self._jitter * self._rng.random()
                    due = max(due, trio.current_time() + delay_s * slower)
                    await send.send((due, bytes(data)))

    async def _send_when_due(
        self, waiting: trio.MemoryReceiveChannel[tuple[float, bytes]], sink: trio.SocketStream
    ) -> None:
        async for due, data in waiting:
            await trio.sleep_until(due)
            self.late.append(trio.current_time() - due)
            await sink.send_all(data)
        await sink.send_eof()


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def _serve() -> None:
    told = json.loads(await trio.to_thread.run_sync(sys.stdin.readline))
    wires = Wires(told["seed"], told["jitter"])
    async with trio.open_nursery() as nursery:
        ports = []
        for host, port, delay_s in told["wires"]:
            (listener,) = await trio.open_tcp_listeners(0, host=told["listen"])
            ports.append(listener.socket.getsockname()[1])
            relay = partial(wires.relay, host, port, delay_s)
            nursery.start_soon(trio.serve_listeners, relay, [listener])
        _say(ports)
        while await trio.to_thread.run_sync(sys.stdin.readline):
            late, wires.late = wires.late, []
            _say(late)
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(_serve)
