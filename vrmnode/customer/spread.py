"""Which vendors are told by themselves that contact data have changed, and why others aren't.

Implements specs/09-relationship.md#to-whom as a pure function. Values don't come here, only names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from vrmprotocol import contact
from vrmprotocol.reach import Reachable, RelationshipStatus
from vrmprotocol.reach_bodies import Channel

CHANNELS: Mapping[str, tuple[Channel, ...]] = {
    "email": ("email",),
    "telephone": ("phone", "text"),
}
"""The means of contact, and the channels that need them."""

_OVER = frozenset({"cancelled", "returned"})
_RELATIONSHIP: Mapping[RelationshipStatus, str] = {"paused": "paused", "ended": "revoked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A customer's agreed deal, as far as telling changes is concerned.

    `told` are the fields that its vendor was told; `service` is the level of the agreed terms;
    `reach` says what the vendor may write first, with an order that isn't complete; until
    `spoken_until` (Unix seconds) the order can be spoken of.
    """

    told: frozenset[str]
    service: str
    reach: Reachable
    order_status: str
    spoken_until: int


def why_not(name: str, deal: Standing, now: int) -> str | None:
    """Why a deal's vendor isn't told the new value of a field (`reasons.CONTACT`), or None."""
    if not _stage_told(name, deal.told):
        return "never_disclosed"
    if deal.service != "order":
        return "not_permitted"
    if deal.reach.relationship != "active":
        return _RELATIONSHIP[deal.reach.relationship]
    unreachable = _why_unreachable(name, deal.reach)
    if unreachable is not None:
        return unreachable
    if deal.order_status in _OVER or now > deal.spoken_until:
        return "order_ended"
    return None


def _stage_told(name: str, told: Collection[str]) -> bool:
    if contact.BY_NAME[name].stage == "place":
        # Who knows where somebody lived needs the region of the new place, too.
        return any(each in told for each in contact.of_stage("place"))
    return name in told


def _why_unreachable(name: str, reach: Reachable) -> str | None:
    """Why a vendor has no use for a means of contact, if it has none."""
    channels = CHANNELS.get(name)
    if channels is None:
        return None
    found = {reach.of_channel(channel) for channel in channels}
    if "granted" in found:
        return None
    return next((status for status in ("paused", "revoked") if status in found), "not_permitted")
