"""Bans and scores, with a clock of the test's own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vrmnode.network.limits import ban_list, peer_score
from vrmnode.network.limits.ban_list import BanList
from vrmnode.network.limits.peer_score import PeerScores

STEPS = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 30)), max_size=40)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@given(STEPS)
def test_peer_is_banned_exactly_as_long_as_the_ban_lasts(steps: list[tuple[int, float]]) -> None:
    clock = Clock()
    bans = BanList(50.0, clock)
    until: dict[str, float] = {}
    for number, pause in steps:
        peer = f"peer {number}"
        bans.ban(peer)
        until[peer] = clock.now + 50.0
        clock.now += pause
        for other, end in until.items():
            assert bans.is_banned(other) is (clock.now < end)
            assert bans.remaining_s(other) == max(0.0, end - clock.now)
        assert len(bans) == sum(clock.now < end for end in until.values())


def test_bans_are_bounded_and_the_oldest_goes_first() -> None:
    clock = Clock()
    bans = BanList(1e6, clock)
    for n in range(ban_list.MAX_BANS + 1):
        clock.now += 1
        bans.ban(str(n))
    assert len(bans) == ban_list.MAX_BANS
    assert not bans.is_banned("0")
    assert bans.is_banned("1")


def test_unknown_peer_is_welcome() -> None:
    bans = BanList(50.0, Clock())
    assert not bans.is_banned("peer")
    assert bans.remaining_s("peer") == 0


def test_twentieth_fault_calls_for_a_ban() -> None:
    scores = PeerScores(20.0, Clock())
    assert [scores.fault("peer", 1.0) for _ in range(20)] == [False] * 19 + [True]


def test_faults_fade_by_half_each_minute() -> None:
    clock = Clock()
    scores = PeerScores(20.0, clock)
    scores.fault("peer", 8.0)
    assert scores.score("peer") == -80
    clock.now += peer_score.HALF_LIFE_S
    assert scores.score("peer") == -40
    assert not scores.fault("peer", 15.0)
    assert scores.fault("peer", 1.0)


def test_merits_are_capped_so_that_they_do_not_pay_for_faults() -> None:
    scores = PeerScores(20.0, Clock())
    for _ in range(10_000):
        scores.credit("peer")
    assert scores.score("peer") == 10
    scores.fault("peer", 2.0)
    assert scores.score("peer") == -10


def test_scores_are_bounded_and_the_least_recent_goes_first() -> None:
    scores = PeerScores(20.0, Clock())
    scores.fault("first", 1.0)
    scores.fault("second", 1.0)
    scores.fault("first", 1.0)
    for n in range(peer_score.MAX_PEERS - 1):
        scores.fault(str(n), 1.0)
    assert scores.score("second") == 0
    assert scores.score("first") < 0
