"""The mesh's decisions, step by step, without a network."""

from __future__ import annotations

import hashlib
import random

import pytest
import trio

from vrmnode.network.gossip import gossip_router as g
from vrmnode.network.gossip.gossip_router import Blame, GossipRouter, Send
from vrmnode.network.gossip.message_cache import GOSSIP_WINDOWS, MessageCache
from vrmnode.network.gossip.rpc_frames import FrameDecoder
from vrmnode.network.gossip.rpc_messages import MessageId, Prune, Rpc, decode_rpc, publish_frame
from vrmnode.network.limits.peer_score import PeerScores

TOPIC = "t"


class Bench:
    """A router with peers, and its sends read back."""

    def __init__(self, peers: int, *, outbound: int = 0) -> None:
        self.now = 1_000.0
        self.cache = MessageCache()
        self.scores = PeerScores(1e9, lambda: self.now)
        self.router = GossipRouter([TOPIC], self.cache, self.scores, random.Random(1))
        self.sent: list[tuple[str, Rpc]] = []
        self.blamed: list[str] = []
        for n in range(peers):
            self.join(f"p{n:02}", outbound=n < outbound)

    def join(self, peer: str, *, outbound: bool = False) -> None:
        self.router.add_peer(peer, outbound=outbound)
        self.say(peer, Rpc(subscriptions=((TOPIC, True),)))

    def say(self, peer: str, rpc: Rpc, unseen: tuple[MessageId, ...] = ()) -> None:
        self.perform(self.router.handle(peer, rpc, self.now, unseen))

    def beat(self, times: int = 1) -> None:
        for _ in range(times):
            self.now += 1
            self.perform(self.router.heartbeat(self.now))

    def perform(self, effects: list[g.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                (raw,) = FrameDecoder(1 << 20).feed(effect.frame)
                self.sent.append((effect.peer, decode_rpc(raw)))
            else:
                assert isinstance(effect, Blame)
                self.blamed.append(effect.peer)

    def grafted(self) -> list[str]:
        return [peer for peer, rpc in self.sent if rpc.graft]

    def pruned(self) -> list[str]:
        return [peer for peer, rpc in self.sent if rpc.prune]

    @property
    def mesh(self) -> set[str]:
        return self.router.mesh[TOPIC]


def identifier(n: int) -> MessageId:
    return MessageId(hashlib.sha256(b"%d" % n).digest())


def test_first_subscribers_are_grafted_at_once() -> None:
    bench = Bench(10)
    assert bench.grafted() == ["p00", "p01", "p02", "p03"]
    assert bench.mesh == set(bench.grafted())


def test_mesh_below_its_low_mark_is_filled_to_the_degree() -> None:
    bench = Bench(10)
    bench.router.remove_peer("p00")
    bench.beat()
    assert len(bench.mesh) == g.DEGREE
    assert set(bench.grafted()) >= bench.mesh


def test_mesh_above_its_high_mark_is_cut_and_keeps_dialled_peers() -> None:
    bench = Bench(20, outbound=2)
    for n in range(20):
        bench.say(f"p{n:02}", Rpc(graft=(TOPIC,)))
    assert len(bench.mesh) == g.DEGREE_HIGH
    bench.join("dialled", outbound=True)
    bench.say("dialled", Rpc(graft=(TOPIC,)))
    assert len(bench.mesh) == g.DEGREE_HIGH + 1
    bench.beat()
    assert len(bench.mesh) == g.DEGREE
    assert len(bench.mesh & {"p00", "p01", "dialled"}) >= g.DEGREE_OUTBOUND


def test_graft_into_a_full_mesh_is_answered_by_prune() -> None:
    bench = Bench(g.DEGREE_HIGH + 1)
    for n in range(g.DEGREE_HIGH + 1):
        bench.say(f"p{n:02}", Rpc(graft=(TOPIC,)))
    assert bench.pruned() == [f"p{g.DEGREE_HIGH:02}"]


def test_graft_of_a_topic_that_we_do_not_have_is_left_alone() -> None:
    bench = Bench(1)
    bench.sent.clear()
    bench.say("p00", Rpc(graft=("other",), prune=(Prune("other", 5),)))
    assert bench.sent == []
    assert set(bench.router.mesh) == {TOPIC}


def test_pruned_peer_is_not_grafted_before_its_backoff_ends() -> None:
    bench = Bench(1)
    bench.say("p00", Rpc(prune=(Prune(TOPIC, 10),)))
    bench.sent.clear()
    bench.beat(9)
    assert bench.grafted() == []
    bench.beat(1)
    assert bench.grafted() == ["p00"]


@pytest.mark.parametrize("backoff", [2**63, 2**64 - 1])
def test_extreme_backoff_counts_as_an_hour(backoff: int) -> None:
    bench = Bench(1)
    bench.say("p00", Rpc(prune=(Prune(TOPIC, backoff),)))
    bench.now += g.MAX_BACKOFF_S - 1
    bench.sent.clear()
    bench.beat()
    assert bench.grafted() == ["p00"]


def test_prune_without_backoff_counts_as_a_minute() -> None:
    bench = Bench(1)
    bench.say("p00", Rpc(prune=(Prune(TOPIC, None),)))
    bench.sent.clear()
    bench.beat(g.BACKOFF_S - 1)
    assert bench.grafted() == []
    bench.beat()
    assert bench.grafted() == ["p00"]


def test_graft_during_backoff_is_blamed_and_refused() -> None:
    bench = Bench(1)
    bench.scores.fault("p00", 1.0)
    bench.beat()
    assert bench.pruned() == ["p00"]
    bench.say("p00", Rpc(graft=(TOPIC,)))
    assert bench.blamed == ["p00"]
    assert bench.pruned() == ["p00", "p00"]
    assert bench.mesh == set()


def test_peer_at_fault_leaves_the_mesh_and_is_not_taken_back() -> None:
    bench = Bench(2)
    bench.scores.fault("p00", 1.0)
    bench.beat()
    assert bench.mesh == {"p01"}
    bench.beat(g.BACKOFF_S - 2)
    assert bench.mesh == {"p01"}


def test_unsubscribing_leaves_the_mesh() -> None:
    bench = Bench(2)
    bench.say("p00", Rpc(subscriptions=((TOPIC, False),)))
    assert bench.mesh == {"p01"}
    assert bench.router.publish_targets(TOPIC) == ["p01"]


@pytest.mark.parametrize("subscribed", [True, False])
def test_last_word_about_a_topic_counts_and_is_answered_once(subscribed: bool) -> None:
    bench = Bench(0)
    bench.router.add_peer("p00", outbound=False)
    told = [(TOPIC, bool(n % 2) == subscribed) for n in range(100)]
    bench.say("p00", Rpc(subscriptions=tuple(told)))
    assert bench.grafted() == (["p00"] if subscribed else [])
    assert bench.mesh == ({"p00"} if subscribed else set())
    assert bench.router.topics_of("p00") == ((TOPIC,) if subscribed else ())


def test_subscriptions_to_foreign_topics_take_no_memory() -> None:
    bench = Bench(1)
    bench.say("p00", Rpc(subscriptions=tuple((f"x{n}", True) for n in range(1_000))))
    assert bench.router.topics_of("p00") == (TOPIC,)


def test_own_messages_go_exactly_where_relayed_ones_go() -> None:
    """A neighbour that left the mesh can't tell by what still comes which ones are our own."""
    bench = Bench(10, outbound=1)
    bench.say("p00", Rpc(prune=(Prune(TOPIC, 60),)))
    bench.say("p01", Rpc(prune=(Prune(TOPIC, 60),)))
    own = bench.router.publish_targets(TOPIC)
    assert own == bench.router.relay_targets(TOPIC, "a peer that is gone")
    assert set(own) == bench.mesh | {"p00"}, "p00 was dialled"
    assert bench.router.relay_targets(TOPIC, "p00") == own[1:]
    assert bench.router.relay_targets("other", "p00") == []


def test_two_peers_that_we_dialled_get_messages_and_no_more_than_that() -> None:
    bench = Bench(12, outbound=8)
    bench.say("p00", Rpc(prune=(Prune(TOPIC, 60),)))
    bench.beat()
    dialled = [f"p{n:02}" for n in range(8)]
    assert len(bench.mesh.intersection(dialled)) >= 2
    assert set(bench.router.publish_targets(TOPIC)) == bench.mesh
    for peer in dialled:
        bench.say(peer, Rpc(prune=(Prune(TOPIC, 60),)))
    assert set(bench.router.publish_targets(TOPIC)) == bench.mesh | {"p00", "p01"}


def test_without_mesh_and_dialled_peers_all_subscribers_get_messages() -> None:
    bench = Bench(2)
    for peer in ("p00", "p01"):
        bench.say(peer, Rpc(prune=(Prune(TOPIC, 60),)))
    assert bench.router.publish_targets(TOPIC) == ["p00", "p01"]
    assert bench.router.relay_targets(TOPIC, "p00") == ["p01"]


def test_recent_messages_are_advertised_to_everybody_outside_the_mesh() -> None:
    bench = Bench(100)
    bench.beat(GOSSIP_WINDOWS)
    bench.cache.put(identifier(1), TOPIC, publish_frame(TOPIC, b"1"))
    bench.beat()
    told = [peer for peer, rpc in bench.sent if rpc.ihave]
    assert len(told) == len(set(told)) == 100 - len(bench.mesh)
    assert bench.mesh.isdisjoint(told)
    assert {rpc.ihave for _, rpc in bench.sent if rpc.ihave} == {((TOPIC, (identifier(1),)),)}


@pytest.mark.parametrize("grafted_by", ["us", "peer"])
def test_peer_new_in_the_mesh_is_told_of_what_went_there_before(grafted_by: str) -> None:
    bench = Bench(5)
    bench.beat(GOSSIP_WINDOWS)
    bench.cache.put(identifier(1), TOPIC, publish_frame(TOPIC, b"1"))
    if grafted_by == "peer":
        bench.say("p04", Rpc(graft=(TOPIC,)))
    else:
        bench.router.remove_peer("p00")
        bench.beat()
    assert "p04" in bench.mesh
    bench.sent.clear()
    bench.beat()
    assert [peer for peer, rpc in bench.sent if rpc.ihave] == ["p04"]


def test_message_is_asked_of_another_peer_when_it_does_not_come_soon() -> None:
    bench = Bench(4)
    asked = lambda: [p for p, rpc in bench.sent if rpc.iwant]  # noqa: E731
    for peer in ("p00", "p01", "p00"):
        bench.say(peer, Rpc(), unseen=(identifier(1),))
    assert asked() == ["p00"]
    bench.now += g.ASK_AGAIN_S
    for peer in ("p00", "p01", "p02"):
        bench.say(peer, Rpc(), unseen=(identifier(1),))
    assert asked() == ["p00", "p01"]
    bench.beat(4)
    assert sorted(bench.blamed) == ["p00", "p01"]


def test_peers_at_fault_do_not_hold_up_those_that_are_not() -> None:
    bench = Bench(3)
    bench.scores.fault("p00", 1.0)
    for peer in ("p00", "p01", "p02"):
        bench.say(peer, Rpc(), unseen=(identifier(1),))
    assert [p for p, rpc in bench.sent if rpc.iwant] == ["p00", "p01"]


def test_what_came_is_not_asked_for_again_and_blames_nobody() -> None:
    bench = Bench(2)
    bench.say("p00", Rpc(), unseen=(identifier(1), identifier(2)))
    bench.perform(bench.router.came(TOPIC, identifier(1), "p01", bench.now))
    bench.router.refused(identifier(2))
    bench.beat(4)
    assert bench.blamed == []


def test_peer_that_brings_what_it_was_asked_for_is_grafted() -> None:
    bench = Bench(10)
    assert "p09" not in bench.mesh
    bench.say("p09", Rpc(), unseen=(identifier(1),))
    bench.perform(bench.router.came(TOPIC, identifier(1), "p09", bench.now))
    assert "p09" in bench.mesh and bench.grafted()[-1] == "p09"
    bench.perform(bench.router.came(TOPIC, identifier(2), "p08", bench.now))
    assert "p08" not in bench.mesh, "nobody had to ask it"


@pytest.mark.parametrize("why", ["backoff", "fault", "gone", "unsubscribed"])
def test_deliverer_that_may_not_be_grafted_is_not(why: str) -> None:
    bench = Bench(10)
    bench.say("p09", Rpc(), unseen=(identifier(1),))
    if why == "backoff":
        bench.say("p09", Rpc(prune=(Prune(TOPIC, 60),)))
    elif why == "fault":
        bench.scores.fault("p09", 1.0)
    elif why == "gone":
        bench.router.remove_peer("p09")
    else:
        bench.say("p09", Rpc(subscriptions=((TOPIC, False),)))
    bench.perform(bench.router.came(TOPIC, identifier(1), "p09", bench.now))
    assert "p09" not in bench.mesh


def test_broken_promises_of_one_turn_are_one_fault() -> None:
    bench = Bench(1)
    bench.say("p00", Rpc(), unseen=tuple(identifier(n) for n in range(1_000)))
    bench.beat(3)
    assert bench.blamed == ["p00"]


def test_ihave_is_limited_per_heartbeat() -> None:
    bench = Bench(1)
    for start in (0, 4_000):
        unseen = tuple(identifier(n) for n in range(start, start + 4_000))
        bench.say("p00", Rpc(), unseen=unseen)
    assert sum(len(rpc.iwant) for _, rpc in bench.sent) == g.MAX_IHAVE_IDS
    for n in range(8_000):
        bench.router.refused(identifier(n))
    bench.beat()
    bench.say("p00", Rpc(), unseen=(identifier(9_999),))
    assert sum(len(rpc.iwant) for _, rpc in bench.sent) == g.MAX_IHAVE_IDS + 1


def test_ids_that_are_waited_for_count_against_what_a_peer_may_advertise() -> None:
    bench = Bench(1)
    promised = tuple(identifier(n) for n in range(g.MAX_IHAVE_IDS + 500))
    bench.say("p00", Rpc(ihave=((TOPIC, promised),)), promised[: g.MAX_IHAVE_IDS - 100])
    bench.beat()
    bench.say("p00", Rpc(ihave=((TOPIC, promised),)), promised[g.MAX_IHAVE_IDS - 100 :])
    asked = [len(rpc.iwant) for _, rpc in bench.sent if rpc.iwant]
    assert asked == [g.MAX_IHAVE_IDS - 100, 100]
    assert len(bench.router._asked) == g.MAX_IHAVE_IDS


def test_one_message_is_sent_thrice_to_a_peer_that_keeps_asking() -> None:
    bench = Bench(1)
    bench.cache.put(identifier(1), TOPIC, publish_frame(TOPIC, b"1"))
    bench.say("p00", Rpc(iwant=(identifier(1),) * 10))
    for _ in range(10):
        bench.say("p00", Rpc(iwant=(identifier(1),)))
    assert sum(len(rpc.messages) for _, rpc in bench.sent) == g.MAX_RESENDS


def test_peer_far_below_zero_gets_no_gossip() -> None:
    bench = Bench(1)
    bench.cache.put(identifier(1), TOPIC, publish_frame(TOPIC, b"1"))
    bench.scores.fault("p00", 6.0)
    bench.sent.clear()
    bench.say("p00", Rpc(iwant=(identifier(1),)), unseen=(identifier(2),))
    assert bench.sent == []


def test_unknown_peer_is_left_alone() -> None:
    bench = Bench(0)
    bench.say("stranger", Rpc(graft=(TOPIC,), subscriptions=((TOPIC, True),)))
    assert bench.sent == []
    assert bench.mesh == set()


def test_meshes_of_many_routers_connect_them_all() -> None:
    """Sixty nodes, each with eight random neighbours: every message of the mesh reaches all."""
    chance = random.Random(3)
    benches = {f"n{n}": Bench(0) for n in range(60)}
    for bench in benches.values():
        bench.router._rng = random.Random(chance.random())
    neighbours: dict[str, set[str]] = {name: set() for name in benches}
    for name in benches:
        for other in chance.sample(sorted(benches.keys() - {name}), 4):
            neighbours[name].add(other)
            neighbours[other].add(name)
    for name, others in neighbours.items():
        for other in sorted(others):
            benches[name].join(other)
    for _ in range(5):
        for name, bench in benches.items():
            bench.beat()
            for target, rpc in bench.sent:
                benches[target].say(name, rpc)
            bench.sent.clear()
    reached = {"n0"}
    edge = ["n0"]
    while edge:
        name = edge.pop()
        for other in benches[name].mesh - reached:
            reached.add(other)
            edge.append(other)
    assert reached == set(benches)


def test_nothing_here_needs_a_running_loop() -> None:
    with pytest.raises(RuntimeError):
        trio.lowlevel.current_task()
    Bench(3).beat()
