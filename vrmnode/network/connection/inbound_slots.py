"""How many inbound connections there may be, in total and from one range of addresses.

Stands in for ``Swarm._do_handle_inbound_connection``: in 0.8.1 it holds a connection's slot until
the whole swarm stops, so that after 250 inbound connections in total every further one is refused.
Here a slot lives exactly as long as its connection. It can go when upstream frees the slot with the
connection.

When all slots are taken, a newcomer gets one of the range that has most, if that has at least two
more than the newcomer's own: many connections from few places keep nobody else out.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator


class _Slot:
    def __init__(self, addresses: str, give_up: Callable[[], None]) -> None:
        self.addresses = addresses
        self.give_up = give_up


class InboundSlots:
    """Slots for inbound connections; ranges as ``scope.range_of`` names them."""

    def __init__(self, in_total: int) -> None:
        self._in_total = in_total
        self._slots: list[_Slot] = []

    @property
    def taken(self) -> int:
        """Slots in use."""
        return len(self._slots)

    def has_room(self, addresses: str, most: int) -> bool:
        """Whether a connection from this range, which may have ``most``, would get a slot."""
        counts = self._counts()
        own = counts[addresses]
        if own >= most:
            return False
        return self.taken < self._in_total or max(counts.values()) >= own + 2

    @contextlib.contextmanager
    def take(self, addresses: str, most: int, give_up: Callable[[], None]) -> Iterator[bool]:
        """A slot while the context lasts; ``give_up`` is called if the connection has to end.

        False when there is none left; nothing is held then.
        """
        if not self.has_room(addresses, most):
            yield False
            return
        if self.taken >= self._in_total:
            self._make_room()
        slot = _Slot(addresses, give_up)
        self._slots.append(slot)
        try:
            yield True
        finally:
            if slot in self._slots:
                self._slots.remove(slot)

    def _make_room(self) -> None:
        ((crowded, _),) = self._counts().most_common(1)
        youngest = [slot for slot in self._slots if slot.addresses == crowded][-1]
        self._slots.remove(youngest)
        youngest.give_up()

    def _counts(self) -> Counter[str]:
        return Counter(slot.addresses for slot in self._slots)
