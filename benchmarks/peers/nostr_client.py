"""Publishes to a Nostr relay and prints, as a line of JSON, how fast it answered.

Run by `benchmarks.nostr` in the environment of the peers:
`nostr_client.py URL ONE_AT_A_TIME BURST DELIVERED`. Signing isn't counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import secrets
import sys
import time
from typing import Any

import coincurve
import websockets

UNANSWERED = 256
"""Events on their way without an answer; with more, the slower relays miss their own pings."""
DELIVERED_PER_S = 50


def event(key: coincurve.PrivateKey) -> dict[str, Any]:
    """A signed note with 512 bytes of content."""
    public = key.public_key.format()[1:].hex()
    created, content = int(time.time()), secrets.token_hex(256)
    signed = json.dumps([0, public, created, 1, [], content], separators=(",", ":"))
    digest = hashlib.sha256(signed.encode()).digest()
    signature = key.sign_schnorr(digest)
    return {
        "id": digest.hex(), "pubkey": public, "created_at": created, "kind": 1, "tags": [],
        "content": content, "sig": signature.hex(),
    }  # fmt: skip


async def connect(url: str) -> Any:
    """A connection, as soon as the relay takes one."""
    for _ in range(300):
        with contextlib.suppress(OSError, websockets.InvalidHandshake):
            return await websockets.connect(
                url, compression=None, max_queue=None, ping_interval=None
            )
        await asyncio.sleep(0.1)
    raise SystemExit(f"no relay at {url}")


async def answers(socket: Any, count: int) -> list[bool]:
    """What the relay says of the next events."""
    found: list[bool] = []
    while len(found) < count:
        message = json.loads(await asyncio.wait_for(socket.recv(), 120))
        if message[0] == "OK":
            found.append(message[2])
    return found


async def one_at_a_time(socket: Any, events: list[str]) -> list[float]:
    """Seconds from sending to answer."""
    took = []
    for each in events:
        began = time.perf_counter()
        await socket.send(each)
        assert await answers(socket, 1) == [True]
        took.append(time.perf_counter() - began)
    return took


async def burst(socket: Any, events: list[str]) -> float:
    """Events answered per second."""
    room = asyncio.Semaphore(UNANSWERED)

    async def send() -> None:
        for each in events:
            await room.acquire()
            await socket.send(each)

    began = time.perf_counter()
    sending = asyncio.create_task(send())
    taken = 0
    for _ in events:
        taken += (await answers(socket, 1)) == [True]
        room.release()
    await sending
    assert taken == len(events), f"{len(events) - taken} were answered otherwise"
    return len(events) / (time.perf_counter() - began)


async def deliveries(url: str, socket: Any, events: list[str]) -> list[float]:
    """Seconds from publishing to a subscriber's having it, at an even pace."""
    late: list[float] = []
    sent: dict[str, float] = {}
    async with await connect(url) as subscriber:
        await subscriber.send(
            json.dumps(["REQ", "all", {"kinds": [1], "since": int(time.time()) - 3_600}])
        )
        await asyncio.sleep(0.5)

        async def receive() -> None:
            while len(late) < len(events):
                message = json.loads(await subscriber.recv())
                if message[0] == "EVENT" and message[2]["id"] in sent:
                    late.append(time.perf_counter() - sent[message[2]["id"]])

        receiving = asyncio.create_task(receive())
        for each in events:
            sent[json.loads(each)[1]["id"]] = time.perf_counter()
            await socket.send(each)
            await asyncio.sleep(1 / DELIVERED_PER_S)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(receiving, 10)
    return late


async def main(url: str, one: int, many: int, delivered: int) -> None:
    """Measure, and print the figures."""
    key = coincurve.PrivateKey()
    made = [json.dumps(["EVENT", event(key)]) for _ in range(one + many + delivered)]
    async with await connect(url) as socket:
        took = await one_at_a_time(socket, made[:one])
        late = await deliveries(url, socket, made[one : one + delivered])
        rate = await burst(socket, made[one + delivered :])
    figures = {"one_s": took, "late_s": late, "per_s": rate}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:5])))
