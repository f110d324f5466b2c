"""Which of two connections stays, and how many there may be."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import trio

from vrmnode.network.connection.connection_table import SIMULTANEOUS_S, ConnectionTable
from vrmnode.network.limits.ban_list import BanList


@dataclass
class Connection:
    """As much of a PeerConnection as the table looks at."""

    peer: str
    direction: str
    agreed_at: float = 0.0
    ended: trio.Event = field(default_factory=trio.Event)

    def close(self) -> None:
        self.ended.set()


def table(own: str = "m", size: int = 3) -> ConnectionTable:
    bans = BanList(60, lambda: 0.0)
    bans.ban("banned")
    return ConnectionTable(own, size, bans)


def admit(connections: ConnectionTable, connection: Connection) -> str | None:
    return connections.admit(connection)  # type: ignore[arg-type]


@pytest.mark.parametrize("first", ["inbound", "outbound"])
@pytest.mark.parametrize("other", ["a", "z"])
def test_both_sides_keep_the_same_of_two_simultaneous_connections(first: str, other: str) -> None:
    here, there = table("m"), table(other)
    second = {"inbound": "outbound", "outbound": "inbound"}[first]
    at_here = [Connection(other, first), Connection(other, second)]
    # The other side may see them in the other order.
    at_there = [Connection("m", first), Connection("m", second)]
    for connection in at_here:
        if admit(here, connection):
            connection.close()
    for connection in at_there:
        if admit(there, connection):
            connection.close()
    (kept_here,) = [c for c in at_here if not c.ended.is_set()]
    (kept_there,) = [c for c in at_there if not c.ended.is_set()]
    assert {kept_here.direction, kept_there.direction} == {"inbound", "outbound"}
    dialler = "m" if kept_here.direction == "outbound" else other
    assert dialler == min("m", other)


def test_newer_connection_of_the_same_direction_wins() -> None:
    connections = table()
    old, new = Connection("a", "inbound"), Connection("a", "inbound")
    assert admit(connections, old) is None
    assert admit(connections, new) is None
    assert old.ended.is_set()
    assert connections.get("a") is new  # type: ignore[comparison-overlap]


def test_newer_connection_wins_over_one_that_is_not_new_any_more() -> None:
    connections = table("m")
    old = Connection("z", "outbound")
    admit(connections, old)
    assert admit(connections, Connection("z", "inbound", SIMULTANEOUS_S + 1)) is None


def test_refusals() -> None:
    connections = table(size=2)
    assert admit(connections, Connection("m", "inbound")) == "self"
    assert admit(connections, Connection("banned", "inbound")) == "banned"
    assert admit(connections, Connection("a", "inbound")) is None
    assert admit(connections, Connection("b", "inbound")) is None
    assert admit(connections, Connection("c", "inbound")) == "full"
    assert admit(connections, Connection("b", "inbound")) is None
    assert len(connections) == 2


def test_removing_a_replaced_connection_leaves_its_successor() -> None:
    connections = table()
    old, new = Connection("a", "inbound"), Connection("a", "inbound")
    admit(connections, old)
    admit(connections, new)
    assert not connections.remove(old)  # type: ignore[arg-type]
    assert connections.remove(new)  # type: ignore[arg-type]
    assert connections.all() == []
