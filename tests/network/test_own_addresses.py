"""Where a node says that it is found, and that whoever asked once is told."""

from __future__ import annotations

import pytest

from vrmnode.network.connection import own_addresses
from vrmnode.network.connection.own_addresses import OwnAddresses

HOSTS = {"0.0.0.0": ["127.0.0.1", "192.168.1.7"], "::": ["::1"]}


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What each wildcard stands for; a test may change it."""
    made = {wildcard: list(found) for wildcard, found in HOSTS.items()}
    monkeypatch.setattr(own_addresses, "announced_hosts", lambda host: made.get(host, [host]))
    return made


def test_lists_that_are_held_change(hosts: dict[str, list[str]]) -> None:
    own = OwnAddresses([("0.0.0.0", 4101), ("::", 4102)], "us")
    texts, listening, changed = own.texts, own.listening, own.changed
    assert listening == [("127.0.0.1", 4101), ("192.168.1.7", 4101), ("::1", 4102)]
    own.look()
    assert own.changed is changed
    assert not changed.is_set()
    hosts["0.0.0.0"].remove("192.168.1.7")
    own.look()
    assert listening == [("127.0.0.1", 4101), ("::1", 4102)]
    assert texts == ["/ip4/127.0.0.1/tcp/4101/p2p/us", "/ip6/::1/tcp/4102/p2p/us"]
    assert changed.is_set()
    assert not own.changed.is_set()


def test_an_address_that_was_chosen_stays(hosts: dict[str, list[str]]) -> None:
    own = OwnAddresses([("10.4.0.9", 4101)], "us")
    hosts["0.0.0.0"].clear()
    own.look()
    assert own.texts == ["/ip4/10.4.0.9/tcp/4101/p2p/us"]
    assert not own.changed.is_set()


def test_who_does_not_listen_is_found_nowhere() -> None:
    assert OwnAddresses([], "us").texts == []
