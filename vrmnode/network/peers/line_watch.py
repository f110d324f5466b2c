"""Notices that the machine moved to another network, or was suspended.

A process is told of neither. Connections from an address that the machine no longer has stay open,
as do those that peers gave up while it slept, and no byte comes on them any more. So a look every
second ends them at once, without the fifteen seconds that silence takes, and lets whoever waits
with a dial try it now.
"""

import errno
import socket
import time

import trio

from vrmnode.network.addresses import outward_address
from vrmnode.network.connection.connection_table import ConnectionTable
from vrmnode.network.connection.connector import Connector
from vrmnode.network.connection.own_addresses import OwnAddresses
from vrmnode.network.peers.peer_book import PeerBook
from vrmnode.network.peers.redial import Redial

LOOK_S = 1.0


class LineWatch:
    """Runs for as long as the network."""

    def __init__(
        self,
        own: OwnAddresses,
        table: ConnectionTable,
        connector: Connector,
        redial: Redial,
        book: PeerBook,
        silence_s: float,
    ) -> None:
        """``silence_s`` is what peers endure before they give a connection up."""
        self._own = own
        self._table = table
        self._connector = connector
        self._redial = redial
        self._book = book
        self._silence_s = silence_s
        self._outward = outward_addresses()
        self._asleep_s = suspended_s()

    async def run(self) -> None:
        """Look every second, until cancelled."""
        while True:
            await trio.sleep(LOOK_S)
            slept, moved = self._has_slept(), self._has_moved()
            self._end_what_is_dead(everything=slept)
            if moved:
                self._own.look()
            if slept or (moved and any(self._outward)):
                self._dial_now()

    def _has_slept(self) -> bool:
        before, self._asleep_s = self._asleep_s, suspended_s()
        return self._asleep_s - before >= self._silence_s

    def _has_moved(self) -> bool:
        before, self._outward = self._outward, outward_addresses()
        return self._outward != before

    def _end_what_is_dead(self, *, everything: bool) -> None:
        connections = self._table.all()
        gone = {host for host in {each.local_host for each in connections} if not is_ours(host)}
        for connection in connections:
            if everything or connection.local_host in gone:
                self._connector.disconnect(connection.peer)

    def _dial_now(self) -> None:
        self._redial.dial_now()
        # The book is long, so not while what it is for is there.
        if len(self._table) == 0:
            self._book.dial_now()


def outward_addresses() -> tuple[str | None, str | None]:
    """The addresses from which the machine would send to the internet, IPv4 and IPv6."""
    return outward_address(4), outward_address(6)


def is_ours(host: str) -> bool:
    """Whether the machine has this address; binding to it says so, and sends nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    numeric = socket.AI_NUMERICHOST
    try:
        [(*_, where)] = socket.getaddrinfo(host, 0, family, socket.SOCK_DGRAM, flags=numeric)
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.bind(where)
    except OSError as error:
        # Whatever else is wrong, such as no file descriptor, says nothing about the address.
        return error.errno != errno.EADDRNOTAVAIL
    return True


def suspended_s() -> float:
    """Seconds for which the machine has slept since it booted; 0 where it can't be known."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    if boottime is None:
        return 0.0
    return time.clock_gettime(boottime) - time.clock_gettime(time.CLOCK_MONOTONIC)
