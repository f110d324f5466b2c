"""`python -m benchmarks.hostile NAME ADDRESS SOURCE SECONDS FIRST COUNT FLOOD`: one hostile peer.

It attacks from SOURCE, a loopback address, with COUNT market envelopes of the corpus from FIRST on,
or with FLOOD mails, if that is above 0. It says `ready` and begins at the first line that it reads;
says `limited` when the node first holds it up or throws it out; and ends after SECONDS or with its
input, and prints what became of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import trio

from benchmarks import corpus
from benchmarks.hostile import connections, gossip, layers, services
from benchmarks.hostile.attacker import Attack, Attacker
from vrmnode.network.addresses import parse_dial_address

ATTACKS: dict[str, Attack] = {
    **connections.ATTACKS,
    **layers.ATTACKS,
    **gossip.ATTACKS,
    **services.ATTACKS,
}


async def attack(
    name: str, address: str, source: str, seconds: float, envelopes: Sequence[bytes]
) -> str:
    """Attack; what became of it, as JSON."""
    _say("ready")
    await trio.to_thread.run_sync(sys.stdin.readline)
    async with trio.open_nursery() as nursery:
        attacker = Attacker(parse_dial_address(address), source, envelopes, nursery)
        nursery.start_soon(attacker.watch)
        nursery.start_soon(_tell, attacker.limited)
        nursery.start_soon(_stop_with_input, nursery.cancel_scope)
        with trio.move_on_after(seconds):
            await attacker.attack(ATTACKS[name])
        nursery.cancel_scope.cancel()
    return json.dumps(
        {
            "thrown_out": attacker.thrown_out,
            "sent": attacker.sent,
            "messages": attacker.messages,
        }
    )


def _say(what: str) -> None:
    print(what, flush=True)


async def _tell(limited: trio.Event) -> None:
    await limited.wait()
    _say("limited")


async def _stop_with_input(scope: trio.CancelScope) -> None:
    await trio.to_thread.run_sync(sys.stdin.read, abandon_on_cancel=True)  # type: ignore[call-arg]
    scope.cancel()


def main() -> None:
    """Attack, and print what became of it."""
    name, address, source, seconds, *numbers = sys.argv[1:]
    first, count, flood = map(int, numbers)
    envelopes = corpus.load(flood, corpus.MAIL) if flood else corpus.load(first + count)[first:]
    print(trio.run(attack, name, address, source, float(seconds), envelopes))


if __name__ == "__main__":
    main()
