"""Messages that are kept for some heartbeats, and who is told of them."""

from __future__ import annotations

import pytest

from tests.network.test_gossip_router import TOPIC, Bench, identifier
from vrmnode.network.gossip.message_cache import GOSSIP_WINDOWS, WINDOWS, MessageCache
from vrmnode.network.gossip.rpc_messages import publish_frame


def test_cache_keeps_messages_for_its_windows() -> None:
    cache = MessageCache()
    cache.put(identifier(1), TOPIC, b"frame")
    for passed in range(WINDOWS):
        assert cache.get(identifier(1)) == b"frame"
        assert cache.recent(TOPIC) == ([identifier(1)] if passed < GOSSIP_WINDOWS else [])
        cache.shift()
    assert cache.get(identifier(1)) is None
    assert len(cache) == 0


def test_cache_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vrmnode.network.gossip.message_cache.MAX_BYTES", 25)
    cache = MessageCache()
    for n in range(3):
        cache.put(identifier(n), TOPIC, bytes(10))
    assert cache.get(identifier(0)) is None
    assert len(cache) == 2


def test_peer_that_handed_messages_over_is_told_of_the_others_alone() -> None:
    bench = Bench(100)
    bench.beat(GOSSIP_WINDOWS)
    giver, other = sorted(bench.router._peers.keys() - bench.mesh)[:2]
    for n in range(2):
        bench.cache.put(identifier(n), TOPIC, publish_frame(TOPIC, b"%d" % n))
        bench.cache.note_handed(identifier(n), other)
    bench.cache.note_handed(identifier(0), giver)
    bench.cache.note_handed(identifier(9), giver)
    bench.beat()
    told = {peer: rpc.ihave[0][1] for peer, rpc in bench.sent if rpc.ihave}
    assert told[giver] == (identifier(1),)
    assert other not in told
    assert len(told) == 99 - len(bench.mesh)
    assert all(len(ids) == 2 for peer, ids in told.items() if peer != giver)
    bench.beat(WINDOWS)
    assert not bench.cache.handed_by(giver) and not bench.cache._handed
