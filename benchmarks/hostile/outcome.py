"""What an attack has to come to, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from benchmarks.hostile.__main__ import ATTACKS
from benchmarks.report import percentile
from vrmnode.network import NetworkConfig
from vrmnode.network.gossip.gossip_service import BYTES_PER_UNIT

HONEST_LEAST, LIMITED_S, GROWTH_MB = 0.9, 10.0, 128.0
"""What every attack has to leave: a share of the honest rate; how soon it is limited; by how much
the node's memory grows, of which the messages of the last heartbeats may take half."""
BUSY_S = 1.0
"""Seconds of waiting for a processor from which lost or late messages say nothing of the node."""
SIGNS = (
    "banned",
    "ranges_banned",
    "slowed",
    "malformed",
    "rejected",
    "connections_refused",
    "handshakes_failed",
    "streams_refused",
)
"""Counters by which the node shows that it doesn't put up with something."""
BANS = ("banned", "ranges_banned")
TUNNEL = "127.0.0.1"
TUNNEL_TOO = (
    "half-open x 200",
    "idle connections x 200",
    "comings and goings",
    "invalid signatures",
)
"""Attacks that are made from there, too, where ranges of addresses tell nobody apart."""
UNUSED_ENVELOPES = ("valid flood", "submit: valid flood", "stem: valid flood")
"""Attacks that need a node which has none of theirs."""
GOSSIP_SHARE = ("valid flood", "submit: valid flood")
"""Attacks by good messages that count for a peer's rate of gossip; the stem has one of its own."""
TO_BLAME = (
    "noise then junk",
    "yamux junk",
    "yamux frame of 1 GiB",
    "20,000 streams",
    "streams opened and reset",
    "yamux pings",
    "yamux bytes to no stream",
    "garbage rpc",
    "wire type that never ends",
    "huge length",
    "length without end",
    "10 MB frame",
    "rsa from and junk key",
    "rsa from and short key",
    "empty from",
    "bad from",
    "no topic",
    "no signature, no envelope",
    "topic not utf-8",
    "subscription not utf-8",
    "graft not utf-8",
    "4,000 subscriptions",
    "ihave of short ids",
    "invalid signatures",
    "submit: garbage",
    "submit: huge length",
    "submit: invalid signatures",
    "stem: garbage",
    "stem: huge length",
    "stem: invalid signatures",
    "sync: garbage",
    "sync: huge length",
    "peers: garbage",
)
"""Attacks that no honest peer could make by mistake, and that break a rule: a ban is due."""


@dataclass(slots=True)
class Phase:
    """Seconds from publishing to delivery; those that came too late or not at all aren't there."""

    sent: int = 0
    late_s: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of what was sent, how much came."""
        return len(self.late_s) / self.sent

    @property
    def p99_ms(self) -> float:
        return percentile(self.late_s, 99) * 1000 if self.late_s else float("inf")


@dataclass(frozen=True, slots=True)
class Run:
    """An attack, and where it comes from."""

    attack: str
    by_tunnel: bool = False

    @property
    def name(self) -> str:
        return f"{self.attack}, by tunnel" if self.by_tunnel else self.attack

    @property
    def is_alone(self) -> bool:
        """Whether it needs a node that nothing else has attacked."""
        return self.by_tunnel or self.attack in UNUSED_ENVELOPES


RUNS = {
    run.name: run for run in [*map(Run, ATTACKS), *(Run(attack, True) for attack in TUNNEL_TOO)]
}


@dataclass(slots=True)
class Outcome:
    """What an attack came to."""

    run: Run
    peace: Phase
    attack: Phase
    before_mb: float
    peak_mb: float
    limited_s: float | None
    signs: dict[str, int]
    hostile: dict[str, Any]
    busy_s: float = 0.0
    """For how long the machine let the node or the honest peers wait for a processor."""

    @property
    def kept(self) -> float:
        """The honest rate under attack, as a share of that in peace."""
        return self.attack.share / self.peace.share if self.peace.share else 0.0

    @property
    def growth_mb(self) -> float:
        return self.peak_mb - self.before_mb

    @property
    def is_banned(self) -> bool:
        return any(self.signs[sign] for sign in BANS)

    @property
    def is_within_share(self) -> bool:
        """Whether it brought good messages, no faster than any peer may."""
        shipped = NetworkConfig()
        share = shipped.gossip_burst + shipped.gossip_per_s * LIMITED_S
        units = self.hostile["messages"] + self.hostile["sent"] / BYTES_PER_UNIT
        return self.run.attack in GOSSIP_SHARE and units <= share

    @property
    def broken(self) -> list[str]:
        """What wasn't as it has to be."""
        in_time = self.limited_s is not None and self.limited_s <= LIMITED_S
        found = {
            "honest": self.kept < HONEST_LEAST,
            "memory": self.growth_mb > GROWTH_MB,
            "limited": not in_time and not self.is_within_share,
            "banned": self.run.attack in TO_BLAME and not self.is_banned,
        }
        return [word for word, is_broken in found.items() if is_broken]

    @property
    def is_in_doubt(self) -> bool:
        """Whether honest peers kept too little while the machine was busy with something else."""
        return "honest" in self.broken and self.busy_s > BUSY_S

    def row(self) -> list[str]:
        """A line of the table."""
        signs = ", ".join(f"{word} {n}" for word, n in self.signs.items() if n)
        return [
            self.run.name,
            "BROKEN: " + ", ".join(self.broken) if self.broken else "held",
            f"{self.kept:.1%}",
            f"{self.peak_mb:.0f}",
            self._limited(),
            "yes" if self.is_banned else "no",
            f"{self.growth_mb:+.0f}",
            f"{self.peace.p99_ms:.0f}",
            f"{self.attack.p99_ms:.0f}",
            f"{self.hostile['sent'] / 1e6:.1f}",
            str(self.hostile["thrown_out"]),
            f"{self.busy_s:.1f}",
            signs,
        ]

    def _limited(self) -> str:
        if self.limited_s is not None:
            return f"{self.limited_s:.1f}"
        return "in its share" if self.is_within_share else "-"


HEAD = (
    "attack",
    "outcome",
    "honest",
    "memory MB",
    "limited after s",
    "banned",
    "growth MB",
    "p99 ms",
    "attacked",
    "sent MB",
    "thrown out",
    "machine busy s",
    "what the node counted",
)
