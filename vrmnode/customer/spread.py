"""Which vendors are told by themselves that contact data have changed, what, and why others aren't.

Implements specs/09-relationship.md#to-whom as pure functions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from vrmnode.customer.contact import ContactData
from vrmprotocol import contact, contact_state
from vrmprotocol.contact_state import Told
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


@dataclass(frozen=True, slots=True)
class NewValue:
    """A value of a field to tell, None where there is none any more, and from when on it holds."""

    value: str | None = field(repr=False)
    effective_from: int


def lacking(name: str, data: ContactData, told: Sequence[Told], now: int) -> list[NewValue]:
    """What a vendor that was told these statements about a field lacks, in the order to tell it.

    `told` are in the order of their messages. Nothing, if the vendor has at every moment from now
    on what its customer means it to have.
    """
    found = contact_state.current(told, now=now)
    held = found.fields.get(name)
    over = {one.message for one in found.superseded}
    coming = [one for one in told if one.effective_from > now and one.message not in over]
    planned = data.planned.get(name)
    plan = [] if planned is None else [NewValue(planned.value, planned.effective_from)]
    if planned is not None and not planned.announce:
        plan = []
    current = NewValue(data.values.get(name), now)
    if current.value == (None if held is None else held.value):
        if plan == [NewValue(one.value, one.effective_from) for one in coming]:
            return []
        # SPEC 09: The customer's node MUST take back what it announced for a later moment, with the
        # value that holds until then, where it plans something else for a moment after that.
        #
        # A later word supersedes those that would begin no sooner.
        if plan and all(one.effective_from >= plan[0].effective_from for one in coming):
            return plan
    return [current, *plan]


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
