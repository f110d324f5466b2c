"""What was said of messages that came before, for a while.

Keyed by topic *and* id. The id names only the data, and a message that is valid in one topic is
rejected in another: were one verdict kept for both, whoever sends a message into the wrong topic
first would have it dropped in the right one, and its honest forwarders counted as spammers.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable

from vrmnode.network.gossip.rpc_messages import MessageId
from vrmnode.network.interface import Verdict

REPEAT_UNITS = 16.0
"""What a message counts that the same peer sends a third time or more: no honest one does."""
MAX_SEEN = 200_000
"""Messages remembered; beyond it the oldest are forgotten early."""


class SeenMessages:
    """Verdicts by topic and message id. ``clock`` is monotonic, in seconds."""

    def __init__(self, ttl_s: float, clock: Callable[[], float]) -> None:
        self._ttl_s = ttl_s
        self._clock = clock
        self._seen: OrderedDict[tuple[str, MessageId], tuple[float, Verdict, str]] = OrderedDict()
        self._repeats: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, topic: str, message: MessageId, verdict: Verdict) -> None:
        """Remember ``verdict``; an earlier one stays."""
        self._seen.setdefault((topic, message), (self._clock() + self._ttl_s, verdict, ""))
        if len(self._seen) > MAX_SEEN:
            self._seen.popitem(last=False)

    def verdict(self, topic: str, message: MessageId) -> Verdict | None:
        """What was said before; None if nothing."""
        found = self._seen.get((topic, message))
        return None if found is None else found[1]

    def came_again(self, topic: str, message: MessageId, peer: str) -> None:
        """``peer`` has sent what was seen before; others may have, but hardly it, and twice."""
        until, verdict, last = self._seen[topic, message]
        if last == peer:
            self._repeats[peer] += 1
        self._seen[topic, message] = (until, verdict, peer)

    def take_repeats(self, peer: str) -> float:
        """What the repeats of ``peer`` count, since this was asked last."""
        return REPEAT_UNITS * self._repeats.pop(peer, 0)

    def forget_old(self) -> None:
        """Drop what is older than the time to live; called at every heartbeat."""
        self._repeats.clear()
        now = self._clock()
        while self._seen:
            key, (until, _, _) = next(iter(self._seen.items()))
            if until > now:
                return
            del self._seen[key]
