"""How many inbound connections there may be, in total and from one address.

Stands in for ``Swarm._do_handle_inbound_connection``: in 0.8.1 it holds a connection's slot until
the whole swarm stops, so that after 250 inbound connections in total every further one is refused.
Here a slot lives exactly as long as its connection, handshake included. It can go when upstream
frees the slot with the connection.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator


class InboundSlots:
    """Slots for inbound connections."""

    def __init__(self, in_total: int, per_address: int) -> None:
        self._in_total = in_total
        self._per_address = per_address
        self._by_address: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Slots in use."""
        return self._by_address.total()

    @contextlib.contextmanager
    def take(self, address: str) -> Iterator[bool]:
        """A slot for a connection from the IP ``address`` while the context lasts.

        False when there is none left; nothing is held then.
        """
        if self.taken >= self._in_total or self._by_address[address] >= self._per_address:
            yield False
            return
        self._by_address[address] += 1
        try:
            yield True
        finally:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]
