"""Discovery on the LAN: what is announced, what is believed, and what happens without multicast."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from tests.network.support import PATIENCE_S, open_node, until
from tests.network.test_peer_book import address
from vrmnode.network.addresses import parse_dial_address
from vrmnode.network.connection import own_addresses
from vrmnode.network.connection.own_addresses import OwnAddresses
from vrmnode.network.peers import mdns
from vrmnode.network.peers.mdns import addresses_in, text_record

LAN, PUBLIC, LOOP = address(1, "192.168.1.7"), address(2, "9.9.9.9"), address(3)


def test_what_is_announced_is_read():
    assert addresses_in(text_record([LAN, PUBLIC])) == [LAN, PUBLIC]
    assert len(addresses_in(text_record([LAN] * 50))) == mdns.MAX_ADDRESSES


# SPEC 07: A node MUST NOT announce a loopback address, nor dial one that was announced.
def test_what_is_passed_over():
    others = [LOOP, "/ip4/1.2.3.4/tcp/1", address(4, "169.254.1.1"), "/dns4/localhost/tcp/1/p2p/x"]
    assert addresses_in(text_record([*others, LAN, "ü"])) == [LAN]
    assert addresses_in(b"\x03a=b" + text_record([LAN])) == [LAN]


@given(st.binary(max_size=600))
def test_no_record_breaks_the_reader(record):
    assert isinstance(addresses_in(record), list)


def test_a_node_on_loopback_takes_no_part(monkeypatch):
    monkeypatch.setattr(mdns, "Zeroconf", None)

    async def main() -> None:
        with trio.fail_after(PATIENCE_S):
            await mdns.find_on_lan([LOOP], lambda text: None)

    trio.run(main)


def test_it_begins_anew_when_our_addresses_change(monkeypatch):
    begun: list[list[str]] = []

    async def find(addresses: list[str], found: object) -> None:
        begun.append(list(addresses))
        await trio.sleep(len(addresses) * 1_000)

    hosts = [["127.0.0.1"], ["127.0.0.1", "192.168.1.7"]]
    monkeypatch.setattr(own_addresses, "announced_hosts", lambda host: hosts[0])
    monkeypatch.setattr(mdns, "find_on_lan", find)

    async def main() -> None:
        own = OwnAddresses([("0.0.0.0", 4101)], "us")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(mdns.find_on_every_lan, own, lambda text: None)
            await trio.testing.wait_all_tasks_blocked()
            own.look()
            await trio.testing.wait_all_tasks_blocked()
            assert len(begun) == 1
            del hosts[0]
            own.look()
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()

    trio.run(main)
    assert [len(each) for each in begun] == [1, 2]


# SPEC 07: A node MUST take a new random service name each time it starts.
def test_names_are_random():
    told = [parse_dial_address(LAN)]
    assert len({mdns._service(told).name for _ in range(20)}) == 20


class NoMulticast:
    def __init__(self) -> None:
        raise OSError(19, "no such device")


def test_without_multicast_the_node_goes_on(monkeypatch, caplog):
    monkeypatch.setattr(mdns, "Zeroconf", NoMulticast)

    async def main() -> None:
        async with open_node(listen=("/ip4/0.0.0.0/tcp/0",), min_peers=1, mdns=True) as node:
            await until(lambda: "no discovery on the LAN" in caplog.text)
            async with open_node() as friend:
                await node.connect(friend.addresses[0])

    if not _has_lan():
        pytest.skip("this machine has no address but loopback")
    trio.run(main)


def test_two_nodes_find_each_other():
    if not _has_lan():
        pytest.skip("this machine has no address but loopback")

    async def main() -> None:
        settings: dict[str, Any] = {
            "listen": ("/ip4/0.0.0.0/tcp/0",), "min_peers": 4, "mdns": True,
        }  # fmt: skip
        async with open_node(**settings) as one, open_node(**settings) as other:
            await until(lambda: other.peer_id in {peer.peer_id for peer in one.peers()})

    trio.run(main)


def _has_lan() -> bool:
    from vrmnode.network.addresses import announced_hosts

    return len(announced_hosts("0.0.0.0")) > 1
