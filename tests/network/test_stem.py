"""The stem's decisions, one by one, without a network."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.support import TOPIC
from vrmnode.network.gossip import stem
from vrmnode.network.gossip.rpc_messages import message_id
from vrmnode.network.gossip.stem import Forward, Spread, Stem


class Bench:
    """A stem with peers of whom it is told; dialled ones begin with d."""

    def __init__(self, *peers: str, seed: int = 1) -> None:
        self.peers = list(peers)
        self.now = 0.0
        self.stem = Stem(
            lambda: [(peer, peer.startswith("d")) for peer in self.peers], random.Random(seed)
        )

    def own(self, number: int = 0) -> stem.Step:
        data = b"own %d" % number
        return self.stem.begin(TOPIC, message_id(data), data, self.now)

    def come(self, peer: str, number: int = 0) -> stem.Step:
        data = b"come %d" % number
        return self.stem.take(peer, TOPIC, message_id(data), data, self.now)

    def forwarded_to(self, act: Callable[[int], stem.Step], times: int = 40) -> set[str]:
        steps = [act(number) for number in range(times)]
        return {step.peer for step in steps if isinstance(step, Forward)}


def test_own_envelopes_all_go_to_one_relay_that_was_dialled() -> None:
    for seed in range(20):
        bench = Bench("i1", "i2", "i3", "d1", "d2", "d3", seed=seed)
        assert len(bench.forwarded_to(bench.own)) == 1
        assert set(bench.stem.relays) < {"d1", "d2", "d3"} and len(bench.stem.relays) == 2


def test_own_envelopes_are_never_spread_at_once() -> None:
    bench = Bench("d1", "d2")
    assert all(isinstance(bench.own(number), Forward) for number in range(200))


def test_without_peers_that_were_dialled_others_are_relays() -> None:
    bench = Bench("i1", "i2", "i3")
    assert isinstance(bench.own(), Forward)
    assert len(bench.stem.relays) == 2
    bench.peers.append("d1")
    assert bench.forwarded_to(bench.own) == {"d1"}


def test_without_peers_it_is_spread_and_not_kept() -> None:
    bench = Bench()
    assert bench.own() == Spread(None, TOPIC, b"own 0")
    assert len(bench.stem) == 0


def test_each_source_keeps_its_relay_for_the_epoch_and_both_relays_are_used() -> None:
    bench = Bench("d1", "d2", "d3", *(f"i{n}" for n in range(20)))
    ways = {peer: bench.forwarded_to(partial(bench.come, peer)) for peer in bench.peers}
    assert all(len(way) <= 1 for way in ways.values())
    assert {peer for way in ways.values() for peer in way} == set(bench.stem.relays)


def test_relays_change_with_the_epoch() -> None:
    bench = Bench(*(f"d{n}" for n in range(40)))
    bench.own()
    first = bench.stem.relays
    bench.now += stem.EPOCH_S[0] - 1
    bench.own(1)
    assert bench.stem.relays == first
    bench.now += stem.EPOCH_S[1]
    bench.own(2)
    assert not set(bench.stem.relays) & set(first)


def test_a_relay_that_is_gone_is_replaced_and_the_other_stays() -> None:
    bench = Bench("d1", "d2", "d3")
    bench.own()
    gone, stays = bench.stem.relays
    bench.peers.remove(gone)
    bench.own(1)
    assert set(bench.stem.relays) == {"d1", "d2", "d3"} - {gone}
    assert stays in bench.stem.relays


@given(st.integers(0, 1_000), st.lists(st.sampled_from(["d1", "d2", "d3", "i1", "i2"]), min_size=1))
def test_nothing_is_handed_back(seed: int, sources: list[str]) -> None:
    bench = Bench(*sorted(set(sources)), seed=seed)
    for number, source in enumerate(sources):
        step = bench.come(source, number)
        assert not isinstance(step, Forward) or step.peer != source


def test_what_only_its_bringer_could_get_is_spread() -> None:
    bench = Bench("d1")
    assert all(isinstance(bench.come("d1", number), Spread) for number in range(20))


def test_a_known_envelope_is_treated_as_an_unknown_one() -> None:
    """Sending it again tells nobody whether the node has had it, or wrote it."""
    fates: dict[str, Counter[type]] = {"own": Counter(), "twice": Counter(), "new": Counter()}
    for seed in range(1_500):
        for fate, counter in fates.items():
            bench = Bench("d1", "d2", "i1", seed=seed)
            if fate == "own":
                bench.stem.begin(TOPIC, message_id(b"come 0"), b"come 0", 0.0)
            elif fate == "twice":
                while isinstance(bench.come("d1"), Spread):
                    pass
            counter[type(bench.come("i1"))] += 1
    shares = [counter[Spread] / 1_500 for counter in fates.values()]
    assert all(abs(share - stem.SPREAD_CHANCE) < 0.03 for share in shares), shares


def test_what_does_not_come_back_is_spread_after_a_time_of_its_own() -> None:
    bench = Bench("d1", "d2")
    for number in range(200):
        bench.own(number)
    assert bench.stem.overdue(stem.EMBARGO_S[0] - 0.001) == []
    times = []
    for tenth in range(50, 151):
        times += [tenth / 10] * len(bench.stem.overdue(tenth / 10))
    assert len(times) == 200 and len(bench.stem) == 0
    assert len(set(times)) > 50


def test_what_came_back_is_not_spread_again() -> None:
    bench = Bench("d1", "d2")
    bench.own()
    message = message_id(b"own 0")
    assert bench.stem.holds(TOPIC, message)
    assert bench.stem.release(TOPIC, message)
    assert not bench.stem.release(TOPIC, message) and not bench.stem.holds(TOPIC, message)
    assert bench.stem.overdue(1e9) == []


def test_own_envelopes_stay_own_when_they_come_along_the_stem() -> None:
    bench = Bench("d1", "d2", "d3")
    bench.stem.begin(TOPIC, message_id(b"come 0"), b"come 0", 0.0)
    while not isinstance(step := bench.come("d1"), Spread):
        pass
    assert step.source is None


def test_what_a_mute_peer_was_to_get_goes_to_another() -> None:
    bench = Bench("d1", "d2")
    step = bench.own()
    assert isinstance(step, Forward)
    (again,) = bench.stem.mute(step.peer, 0.0)
    assert isinstance(again, Forward) and {step.peer, again.peer} == {"d1", "d2"}
    (last,) = bench.stem.mute(again.peer, 0.0)
    assert last == Spread(None, TOPIC, b"own 0")
    assert isinstance(bench.own(1), Spread)


def test_a_mute_peer_that_comes_again_may_have_learned() -> None:
    bench = Bench("d1")
    bench.own()
    bench.stem.mute("d1", 0.0)
    bench.peers.clear()
    bench.own(1)
    bench.peers.append("d1")
    assert isinstance(bench.own(2), Forward)


def test_peers_that_came_and_went_are_forgotten() -> None:
    bench = Bench("d1", "d2")
    for number in range(200):
        bench.peers[2:] = [f"i{number}"]
        bench.come(f"i{number}", number)
    assert len(bench.stem._relay_of) <= 2 * len(bench.peers) + 2


@pytest.mark.parametrize(("limit", "most"), [("MAX_HELD", 3), ("MAX_HELD_BYTES", 17)])
def test_what_is_waited_for_is_bounded(
    limit: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stem, limit, most)
    bench = Bench("d1", "d2")
    steps = [bench.own(number) for number in range(5)]
    assert [type(step) for step in steps] == [Forward] * 3 + [Spread] * 2
    bench.stem.release(TOPIC, message_id(b"own 0"))
    assert isinstance(bench.own(7), Forward)
