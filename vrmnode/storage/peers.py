"""Addresses of peers that were reached, kept so that a restart needs nobody's help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vrmnode.storage.connection import Connection
from vrmnode.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPeer:
    """One address: when it was last connected, how often it was reached, failures since."""

    address: str
    seen_at: int
    good: int
    bad: int


_PEERS = Table("peers", StoredPeer)


def load(tx: Connection) -> list[StoredPeer]:
    """Return all peers, the one seen last first."""
    return _PEERS.select(tx, "ORDER BY seen_at DESC, address")


def replace(tx: Connection, peers: Iterable[StoredPeer]) -> None:
    """Keep these peers and no others; there are some hundreds at most."""
    tx.run("DELETE FROM peers")
    for peer in peers:
        _PEERS.insert(tx, peer)
