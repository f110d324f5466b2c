"""The attacks of the benchmark, each for a moment on a node that has to survive them all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import trio

from benchmarks import attacks, corpus
from benchmarks.attacks import _chosen, _shared_out
from benchmarks.hostile.__main__ import ATTACKS
from benchmarks.hostile.attacker import Attacker
from benchmarks.hostile.outcome import (
    BANS,
    HEAD,
    RUNS,
    SIGNS,
    TO_BLAME,
    TUNNEL_TOO,
    UNUSED_ENVELOPES,
    Outcome,
    Phase,
    Run,
)
from benchmarks.report import table
from tests.network.support import TOPIC, Victim, open_node, ready, until, victim
from tests.protocol.vectors import cases
from vrmnode.network import NetworkConfig
from vrmnode.network.addresses import parse_dial_address
from vrmnode.network.limits.counters import KEYS

MOMENT_S = 0.2
PEER = "12D3KooWKV8UJsFxtr8GokD9s6oWez21TY2WhdrNMvUjmsHoH6S2"


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
    assert set(TO_BLAME) | set(UNUSED_ENVELOPES) | set(TUNNEL_TOO) <= ATTACKS.keys()
    assert set(BANS) < set(SIGNS) <= set(KEYS)
    assert NetworkConfig().ban_after_faults == 20
    assert len(ATTACKS) == 82
    assert len(RUNS) == len(ATTACKS) + len(TUNNEL_TOO)


def test_attacks_that_need_a_fresh_node_get_one() -> None:
    runs = [Run("a"), Run("valid flood"), Run("b"), Run("c"), Run("c", by_tunnel=True), Run("d")]
    assert [[run.name for run in some] for some in _shared_out(runs)] == [
        ["a"],
        ["valid flood"],
        ["b", "c"],
        ["c, by tunnel"],
        ["d"],
    ]
    shared = _shared_out([Run(str(number)) for number in range(23)])
    assert [len(some) for some in shared] == [10, 10, 3]


def test_attacks_are_chosen_by_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert _chosen(["http", "comings and goings, by tunnel"]) == [
        Run("http"),
        Run("comings and goings", by_tunnel=True),
    ]
    assert _chosen([]) == list(RUNS.values())
    with pytest.raises(SystemExit, match="came nonsense"):
        _chosen(["nonsense"])


def outcome(name: str = "http", **changes: Any) -> Outcome:
    signs = dict.fromkeys(SIGNS, 0) | changes.pop("signs", {"banned": 2})
    hostile = {"thrown_out": 3, "sent": 1_500_000, "messages": changes.pop("messages", 0)}
    peace, attack = Phase(50, [0.01] * 50), Phase(100, [0.02] * 95)
    held = Outcome(Run(name), peace, attack, 130.0, 140.0, 0.25, signs, hostile)
    return replace(held, **changes)


def test_an_outcome_compares_the_attack_with_the_peace_before_it() -> None:
    found = outcome()
    assert (found.kept, found.is_banned, found.broken) == (0.95, True, [])
    row = table(HEAD, [found.row()]).splitlines()[1]
    assert row.split() == (
        ["http", "held", "95.0%", "140", "0.2", "yes", "+10", "10", "20", "1.5", "3", "0.0"]
        + ["banned", "2"]
    )


@pytest.mark.parametrize(
    ("name", "changes", "broken"),
    [
        ("http", {"attack": Phase(100, [0.02] * 89)}, ["honest"]),
        ("http", {"attack": Phase(100, [0.02] * 90)}, []),
        ("http", {"peace": Phase(50, [])}, ["honest"]),
        ("http", {"peak_mb": 258.1}, ["memory"]),
        ("http", {"peak_mb": 258.0}, []),
        ("http", {"limited_s": None}, ["limited"]),
        ("http", {"limited_s": 10.1}, ["limited"]),
        ("http", {"signs": {}}, []),
        ("valid flood", {"limited_s": None, "messages": 73_000}, []),
        ("valid flood", {"limited_s": None, "messages": 74_000}, ["limited"]),
        ("http", {"limited_s": None, "messages": 1}, ["limited"]),
        ("huge length", {"signs": {"malformed": 9}}, ["banned"]),
        ("huge length", {"signs": {"ranges_banned": 1}}, []),
        ("huge length", {"signs": {}, "limited_s": None}, ["limited", "banned"]),
    ],
)
def test_a_promise_that_is_not_kept_is_named(
    name: str, changes: dict[str, Any], broken: list[str]
) -> None:
    found = outcome(name, **changes)
    assert found.broken == broken
    assert found.row()[1] == ("BROKEN: " + ", ".join(broken) if broken else "held")


def test_what_was_lost_while_the_machine_was_busy_is_measured_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late, good = Phase(100, [0.02] * 55), Phase(100, [0.02] * 100)
    doubtful = outcome(attack=late, busy_s=1.1)
    assert doubtful.is_in_doubt
    assert not outcome(attack=late, busy_s=1.0).is_in_doubt
    assert not outcome(attack=good, busy_s=9.0).is_in_doubt
    assert not outcome(peak_mb=999.0, busy_s=9.0).is_in_doubt
    monkeypatch.setattr(corpus, "load", lambda *_: [])
    for answers, held in (
        ([doubtful, doubtful, outcome(attack=good)], True),
        ([doubtful] * 9, False),
    ):
        left = list(answers)
        monkeypatch.setattr(attacks, "_on_new_node", lambda runs, left=left: ([left.pop(0)], 0))
        ((found,), lost) = attacks.measured([Run("http")])
        assert (not found.broken, lost) == (held, 0)
        assert len(answers) - len(left) == (3 if held else 1 + attacks.AGAIN)


@pytest.mark.parametrize(("attack", "status"), [(Phase(100, [0.02] * 89), 1), (Phase(1, [0.1]), 0)])
def test_exit_status_tells_whether_all_were_held(
    attack: Phase, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(attacks, "measured", lambda runs: ([outcome(attack=attack)], 0))
    monkeypatch.setattr("sys.argv", ["attacks", "--only", "http"])
    assert attacks.main() == status
    assert f"held={1 - status}" in capsys.readouterr().out


def test_an_attacker_notes_that_it_is_made_to_wait() -> None:
    async def sends_nothing(data: bytes) -> None:
        await trio.sleep_forever()

    async def main() -> None:
        target = parse_dial_address(f"/ip4/127.0.0.1/tcp/1/p2p/{PEER}")
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                attacker = Attacker(target, "127.0.0.1", [], nursery)
                nursery.start_soon(attacker.watch)
                nursery.start_soon(attacker.write, sends_nothing, b"x")
                await attacker.limited.wait()
                assert (attacker.sent, attacker.thrown_out) == (0, 0)
                nursery.cancel_scope.cancel()

    trio.run(main)
