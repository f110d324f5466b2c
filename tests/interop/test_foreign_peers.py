"""Nodes in one mesh with js-libp2p and go-libp2p: a deal through them, and what is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.local_node import LocalNode, LocalNodes
from tests.interop import foreign_peer
from tests.interop.foreign_peer import ForeignPeer, Kind
from tests.processes.market import (
    Product,
    agreement,
    ask,
    automatic,
    open_shop,
    publish,
    states,
    tell,
    until,
)
from tests.protocol.deals import INTENT, make
from vrmprotocol import envelope, market, stamp, topics
from vrmprotocol.envelope import Envelope, quantise_time
from vrmprotocol.keys import SigningKey

pytestmark = [pytest.mark.processes, pytest.mark.slow]

MARKET = topics.market_topic("NL", None)
BOOK = Product(31, "20.00", 5)
LIVES_S = 86_400


@pytest.fixture(params=["js", "go"])
def peer(request: pytest.FixtureRequest) -> Iterator[ForeignPeer]:
    kind: Kind = request.param
    reason = foreign_peer.why_not(kind)
    if reason is not None:
        pytest.skip(reason)
    with foreign_peer.running(kind) as running:
        running.tell("subscribe", topics=list(topics.all_topics()))
        yield running


def grafted(peer: ForeignPeer, count: int) -> None:
    """Return when the peer's mesh of the market topic has so many members."""
    until(lambda: peer.ask("mesh", "mesh", topic=MARKET)["peers"] >= count, f"{count} in the mesh")


def test_a_deal_whose_every_message_passes_through_it(peer: ForeignPeer, tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        shop, customer = (nodes.add(name, peers=peer.addresses) for name in ("shop", "customer"))
        _deal_through(peer, shop, customer)


def test_the_same_by_web_socket(peer: ForeignPeer, tmp_path: Path) -> None:
    """One node dials the peer, the peer dials the other."""
    with LocalNodes(tmp_path) as nodes:
        shop = nodes.add("shop", peers=peer.by_web_socket)
        customer = nodes.add("customer")
        address = customer.addresses[0].replace("/p2p/", "/ws/p2p/")
        found = peer.ask("dial", "dialled", address=address)
        assert (found["encryption"], found["muxer"]) == ("/noise", "/yamux/1.0.0")
        _deal_through(peer, shop, customer)
        for node in (shop, customer):
            (row,) = ask(node, "peers")
            assert all("/ws/" in text for text in row["addresses"])


def _deal_through(peer: ForeignPeer, shop: LocalNode, customer: LocalNode) -> None:
    grafted(peer, 2)
    open_shop(shop, [BOOK], reserve=True)
    publish(customer, BOOK, *automatic(1))
    until(lambda: "agreed" in states(customer).values(), "an agreement")
    (deal,) = states(customer)
    until(lambda: states(shop).get(deal) == "agreed", "the shop's agreement")
    assert agreement(shop, deal) == agreement(customer, deal)
    # They know each other by nothing else.
    for node in (shop, customer):
        assert [each["peer_id"] for each in ask(node, "peers")] == [peer.id]
    peer.ask("mesh", "mesh", topic=MARKET)
    passed = [each["type"] for each in peer.seen if each["event"] == "message"]
    assert set(passed) == {"unsigned"}
    tell(f"{len(passed)} messages passed through it")


def sent(node: LocalNode, peer: ForeignPeer, raw: bytes) -> None:
    """Dial the node from the peer and publish to it."""
    found = peer.ask("dial", "dialled", address=node.addresses[0])
    assert (found["encryption"], found["muxer"]) == ("/noise", "/yamux/1.0.0")
    grafted(peer, 1)
    assert peer.ask("publish", "published", topic=MARKET, data=raw.hex())["recipients"] == 1


def own_intent() -> Envelope:
    """An intent that is valid now, with its stamp."""
    now = quantise_time(int(time.time()))
    return envelope.build_stamped(
        kind="intent",
        topic=MARKET,
        tag=None,
        body=market.to_body(make(INTENT, valid_through=now + LIVES_S)),
        created=now,
        expires=now + LIVES_S,
        signing_key=SigningKey(b"j" * 32),
        grind=lambda core, bits: stamp.grind(core, bits),
    )


def test_it_publishes_an_intent_and_hears_ours(peer: ForeignPeer, tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        node = nodes.add("node")
        sent(node, peer, own_intent().raw)
        until(lambda: ask(node, "status")["market_intents"] == 1, "the peer's intent")
        intent = publish(node, BOOK)
        heard = peer.expect("message", topic=MARKET)
        assert envelope.unsecure_load(bytes.fromhex(heard["data"])).id.hex() == intent


def test_what_is_invalid_is_refused(peer: ForeignPeer, tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        node = nodes.add("node")
        good = own_intent().raw
        forged = bytearray(good)
        forged[good.index(b"sig") + 20] ^= 1
        sent(node, peer, bytes(forged))
        until(lambda: ask(node, "status")["network"]["rejected"] >= 1, "a refusal")
        assert ask(node, "status")["refused"].keys() == {"envelope.signature"}
        assert ask(node, "status")["market_intents"] == 0
        peer.tell("publish", topic=MARKET, data=good.hex())
        until(lambda: ask(node, "status")["market_intents"] == 1, "the one that is good")
