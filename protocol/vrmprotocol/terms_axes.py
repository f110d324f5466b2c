"""The axes of terms: named questions with ordered levels.

Implements `specs/05-terms.md#axes`. On a permission the levels run from the strictest to the
loosest, on a duty from the least to the most; a level of a set is a tuple of its members. Which
levels an agreement has is `terms_roster`; their words are `terms_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Level: TypeAlias = str | int | tuple[str, ...]
Levels: TypeAlias = Mapping[str, Level]

WITHOUT_LIMIT = 36_500
DAYS = (0, 1, 3, 7, 14, 30, 60, 90, 180, *(365 * years for years in range(1, 12)), WITHOUT_LIMIT)


@dataclass(frozen=True, slots=True)
class Axis:
    """One question; `scale` holds its levels in order, or the members of a set."""

    name: str
    label: str
    scale: tuple[str | int, ...]
    default: Level
    only_with: str | None = None
    duty: bool = False
    is_set: bool = False

    def has(self, level: object) -> bool:
        """Whether a value is one of this axis' levels."""
        if self.is_set:
            return (
                isinstance(level, tuple)
                and set(level) <= set(self.scale)
                and len(set(level)) == len(level)
            )
        return type(level) in (str, int) and level in self.scale

    @property
    def lowest(self) -> Level:
        """The level of who does nothing: of a permission the strictest, of a duty the least."""
        return () if self.is_set else self.scale[0]

    def at_most(self, one: Level, other: Level) -> bool:
        """Whether a level is the other one or stands before it; of sets, is part of it."""
        if isinstance(one, tuple) and isinstance(other, tuple):
            return set(one) <= set(other)
        assert not isinstance(one, tuple)
        assert not isinstance(other, tuple)
        return self.scale.index(one) <= self.scale.index(other)

    def kept(self, vendor: Level, customer: Level) -> bool:
        """Whether a vendor with its level keeps to what the customer allows, or asks for."""
        return self.at_most(customer, vendor) if self.duty else self.at_most(vendor, customer)

    # SPEC 05: The reader MUST take the stricter of the two levels where the agreement and the
    # addendum both set an axis.
    def stricter(self, one: Level, other: Level) -> Level:
        """The level that is as strict as both: the higher of a duty, the lower of a permission."""
        if isinstance(one, tuple) and isinstance(other, tuple):
            joined = set(one) | set(other) if self.duty else set(one) & set(other)
            return tuple(sorted(joined))
        return other if self.at_most(one, other) == self.duty else one


def _days(name: str, label: str, default: int, only_with: str | None = None) -> Axis:
    return Axis(name, label, DAYS, default, only_with)


_WHO = ("none", "vendor", "thirdParty")
_WHETHER = ("none", "allowed")
_WHEN = ("after", "before", "onRequest")

_PERMISSIONS = (
    Axis("service", "use of data", ("intent", "order"), "order"),
    Axis("analytics", "analytics", _WHO, "none"),
    Axis("tracking", "tracking", _WHO, "none"),
    Axis("trackingIdentity", "tracking with data that identify", _WHETHER, "allowed", "tracking"),
    Axis("trackingFingerprint", "tracking by fingerprint", _WHETHER, "none", "tracking"),
    Axis("profiling", "profiling", _WHO, "none"),
    Axis(
        "profilingIdentity", "profiling with data that identify", _WHETHER, "allowed", "profiling"
    ),
    Axis("profilingFingerprint", "profiling by fingerprint", _WHETHER, "none", "profiling"),
    Axis("sharing", "sharing with third parties", ("none", "anonymised", "any"), "none"),
    Axis("sale", "selling data", _WHETHER, "none", "sharing"),
    Axis("improvement", "improving the service with data", _WHO[:2], "none"),
    Axis("aiTraining", "training AI", _WHO[:2], "none"),
    Axis("publicGood", "use for the public good", _WHO[:2], "none"),
    Axis("collection", "gathering data", ("service", "other"), "service"),
    Axis(
        "marketing",
        "advertising",
        ("email", "letter", "message", "phone", "text"),
        (),
        is_set=True,
    ),
    Axis("reach", "writing first", ("none", "order", "product", "any"), "order"),
    Axis("automatedDecisions", "automated decisions", ("none", "reviewed", "solely"), "none"),
    Axis("jurisdiction", "place of processing", ("country", "area", "adequate", "any"), "adequate"),
    Axis("processors", "who processes data", ("none", "order", "bound"), "bound"),
    _days("retentionIntent", "data of intents without an agreement", 30),
    _days("retentionOrder", "data of the order", 730),
    _days("retentionAnalytics", "data for analytics", 180, "analytics"),
    _days("retentionTracking", "data from tracking", 90, "tracking"),
    _days("retentionProfiling", "profiles", 180, "profiling"),
    _days("retentionImprovement", "data for improving the service", 180, "improvement"),
    _days("retentionMarketing", "data for advertising", 365, "marketing"),
    _days("retentionAiTraining", "data for AI", 365, "aiTraining"),
    _days("retentionPublicGood", "data for the public good", 365, "publicGood"),
    _days("retentionLegal", "what the law demands", 4015),
)

_DUTIES = (
    Axis("serviceDelivery", "doing what was agreed", ("none", "required"), "required", duty=True),
    Axis(
        "portability",
        "handing data back",
        ("none", "onRequest", "immediately"),
        "none",
        duty=True,
    ),
    Axis(
        "portabilityToThirdParty",
        "handing data to whom the customer names",
        ("none", "required"),
        "none",
        duty=True,
    ),
    Axis(
        "deletion",
        "deleting data",
        ("afterwards", "onRequest"),
        ("afterwards", "onRequest"),
        duty=True,
        is_set=True,
    ),
    *(
        Axis(name, label, _WHEN, ("onRequest",), duty=True, is_set=True)
        for name, label in (
            ("transparencyPurposes", "telling purposes"),
            ("transparencyParties", "telling who takes part"),
            ("transparencyData", "telling which data"),
        )
    ),
)

AXES: Mapping[str, Axis] = {axis.name: axis for axis in (*_PERMISSIONS, *_DUTIES)}
"""All axes by name, in the order of the spec: permissions, then duties."""
