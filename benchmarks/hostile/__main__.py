"""`python -m benchmarks.hostile NAME ADDRESS SOURCE SECONDS FIRST COUNT`: one hostile peer.

It attacks for as many seconds from SOURCE, a loopback address that counts as a range of its own,
with COUNT envelopes of the corpus from FIRST on, and prints what became of it.
"""

from __future__ import annotations

import json
import sys

import trio

from benchmarks import corpus
from benchmarks.hostile import connections, gossip, services
from benchmarks.hostile.attacker import Attack, Attacker
from vrmnode.network.addresses import parse_dial_address

ATTACKS: dict[str, Attack] = {**connections.ATTACKS, **gossip.ATTACKS, **services.ATTACKS}


async def attack(
    name: str, address: str, source: str, seconds: float, first: int, count: int
) -> str:
    """Attack; what became of it, as JSON."""
    envelopes = corpus.load(first + count)[first:]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await trio.to_thread.run_sync(sys.stdin.readline)
    async with trio.open_nursery() as nursery:
        attacker = Attacker(parse_dial_address(address), source, envelopes, nursery)
        with trio.move_on_after(seconds):
            await attacker.attack(ATTACKS[name])
        nursery.cancel_scope.cancel()
    return json.dumps(
        {
            "held_up_s": attacker.held_up_s,
            "thrown_out": attacker.thrown_out,
            "sent": attacker.sent,
        }
    )


def main() -> None:
    """Attack, and print what became of it."""
    name, address, source, seconds, first, count = sys.argv[1:]
    print(trio.run(attack, name, address, source, float(seconds), int(first), int(count)))


if __name__ == "__main__":
    main()
