"""`python -m benchmarks.hostile NAME ADDRESS SOURCE SECONDS FIRST COUNT FLOOD`: one hostile peer.

It attacks for as many seconds from SOURCE, a loopback address that counts as a range of its own,
with COUNT market envelopes of the corpus from FIRST on, or with FLOOD mails, if that is above 0.
In the end it prints what became of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import trio

from benchmarks import corpus
from benchmarks.hostile import connections, gossip, services
from benchmarks.hostile.attacker import Attack, Attacker
from vrmnode.network.addresses import parse_dial_address

ATTACKS: dict[str, Attack] = {**connections.ATTACKS, **gossip.ATTACKS, **services.ATTACKS}


async def attack(
    name: str, address: str, source: str, seconds: float, envelopes: Sequence[bytes]
) -> str:
    """Attack; what became of it, as JSON."""
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
    name, address, source, seconds, *numbers = sys.argv[1:]
    first, count, flood = map(int, numbers)
    envelopes = corpus.load(flood, corpus.MAIL) if flood else corpus.load(first + count)[first:]
    print(trio.run(attack, name, address, source, float(seconds), envelopes))


if __name__ == "__main__":
    main()
