"""The attacks of the benchmark, each for a moment on a node that has to survive them all."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import trio

from benchmarks.attacks import SIGNS, TO_BLAME, UNUSED_ENVELOPES, Outcome, Phase, _shared_out
from benchmarks.hostile.__main__ import ATTACKS
from benchmarks.hostile.attacker import Attacker
from benchmarks.report import table
from tests.network.support import TOPIC, Victim, open_node, ready, until, victim
from tests.protocol.vectors import cases
from vrmnode.network import NetworkConfig
from vrmnode.network.addresses import parse_dial_address
from vrmnode.network.limits.counters import KEYS

MOMENT_S = 0.2


def _envelopes() -> list[bytes]:
    """Those of the vectors; the victim's own validator takes them."""
    found = [case for case in cases() if (case.file, case.op) == ("envelope", "read")]
    return [case.hex("raw") for case in found if case.expect == "ok"]


@pytest.fixture(scope="module")
def target() -> Iterator[Victim]:
    # All attackers and witnesses come from one machine.
    with victim(handshakes_per_range=10_000, min_peers=1, syncs=True) as running:
        yield running


@pytest.mark.processes
@pytest.mark.parametrize("name", ATTACKS)
def test_node_survives(name: str, target: Victim) -> None:
    async def attack() -> None:
        async with trio.open_nursery() as nursery:
            source = f"127.0.2.{list(ATTACKS).index(name) + 2}"
            attacker = Attacker(parse_dial_address(target.address), source, _envelopes(), nursery)
            with trio.move_on_after(MOMENT_S):
                await attacker.attack(ATTACKS[name])
            nursery.cancel_scope.cancel()
        async with open_node(listen=()) as honest:
            await honest.connect(target.address)
            await until(lambda: ready(honest))
            await honest.publish(TOPIC, os.urandom(16))
            await until(lambda: target.ask()["delivered"] > delivered)

    delivered = target.ask()["delivered"]
    trio.run(attack)


def test_names_are_those_of_attacks_and_counters() -> None:
    assert set(TO_BLAME) | set(UNUSED_ENVELOPES) <= ATTACKS.keys()
    assert set(SIGNS) <= set(KEYS)
    assert NetworkConfig().ban_after_faults == 20


def test_attacks_that_need_a_fresh_node_get_one() -> None:
    names = ["a", "valid flood", "b", "c"]
    assert _shared_out(names) == [["a"], ["valid flood"], ["b", "c"]]
    shared = _shared_out([str(number) for number in range(30)])
    assert [len(some) for some in shared] == [9, 9, 9, 3]


def test_an_outcome_compares_the_attack_with_the_peace_before_it() -> None:
    peace, attack = Phase(50, [0.01] * 50), Phase(100, [0.02] * 95)
    signs = dict.fromkeys(SIGNS, 0) | {"banned": 2}
    hostile = {"held_up_s": None, "thrown_out": 3, "sent": 1_500_000}
    found = Outcome("a", peace, attack, 130.0, 140.0, 0.25, signs, hostile)
    assert (found.kept, found.is_banned) == (0.95, True)
    row = table(["attack", *"123456789"], [found.row()]).splitlines()[1]
    assert row.split() == ["a", "95.0%", "10", "20", "130", "140", "0.2", "1.5", "3", "banned", "2"]
