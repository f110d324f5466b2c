"""Whom messages are relayed to, through everything that can change it."""

from __future__ import annotations

import random

from tests.network.test_gossip_router import TOPIC, Bench, identifier
from vrmnode.network.gossip import gossip_router as g
from vrmnode.network.gossip.gossip_router import GossipRouter
from vrmnode.network.gossip.rpc_messages import Prune, Rpc


def test_targets_follow_whoever_comes_goes_or_changes_place() -> None:
    bench = Bench(0)
    chance = random.Random(7)
    peers = [f"p{n:02}" for n in range(20)]
    seen = set()
    for step in range(1_000):
        peer = chance.choice(peers)
        match chance.randrange(7):
            case 0:
                bench.join(peer, outbound=chance.random() < 0.2)
            case 1:
                bench.router.remove_peer(peer)
            case 2:
                bench.say(peer, Rpc(subscriptions=((TOPIC, chance.random() < 0.7),)))
            case 3:
                bench.say(peer, Rpc(graft=(TOPIC,)))
            case 4:
                bench.say(peer, Rpc(prune=(Prune(TOPIC, chance.choice([0, 60])),)))
            case 5:
                bench.say(peer, Rpc(), (identifier(step),))
                bench.perform(bench.router.came(TOPIC, identifier(step), peer, bench.now))
            case _:
                bench.beat()
        found = bench.router.publish_targets(TOPIC)
        assert found == _targets_anew(bench.router)
        seen.add(tuple(found))
    assert len(seen) > 100


def _targets_anew(router: GossipRouter) -> list[str]:
    known = router._peers
    subscribers = sorted(peer for peer in known if TOPIC in known[peer].topics)
    dialled = [peer for peer in subscribers if known[peer].outbound]
    dialled.sort(key=lambda peer: peer not in router.mesh[TOPIC])
    chosen = router.mesh[TOPIC] | set(dialled[: g.DEGREE_OUTBOUND])
    return [peer for peer in subscribers if peer in chosen] or subscribers
