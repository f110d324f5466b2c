"""A second evaluation of terms, made of what spec 05 and the vocabulary say and of nothing else.

The library compares levels. Here every level is the set of acts that it permits, needs or obliges
to ("keeps data of the order on the 60th day"), the agreements are the rules that the vocabulary
gives them, with the corrections of the spec, and an act is permitted if some rule permits it and
none prohibits it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from tests.protocol.terms_spec import SpecAxis, axes, day_scale, facts

Act = tuple[str, str]
Acts = frozenset[Act]
Levels = Mapping[str, object]

# What the vocabulary names but doesn't define, or names wrongly, and what is read instead: the
# corrections of the spec that concern rules.
READ_AS = {
    "Tracking2PAllowed\n": "Tracking2PAllowed",
    "DataSharingDisallowed": "SharingDataDisallowed",
    "DataSharingAnonymised3PAllowed": "SharingDataAnonymised3PAllowed",
}

_BOTH = ("vendor", "thirdParty")
RULES: dict[str, tuple[str, Acts]] = {
    "ServiceDeliveryRequired": ("oblige", frozenset({("serviceDelivery", "required")})),
    "PortabilityRequired": ("oblige", frozenset({("portability", "onRequest")})),
    "AnalyticsDisallowed": ("prohibit", frozenset(("analytics", who) for who in _BOTH)),
    "Analytics2PAllowed": ("permit", frozenset({("analytics", "vendor")})),
    "Analytics3PDisallowed": ("prohibit", frozenset({("analytics", "thirdParty")})),
    "TrackingDisallowed": ("prohibit", frozenset(("tracking", who) for who in _BOTH)),
    "Tracking2PAllowed": ("permit", frozenset({("tracking", "vendor")})),
    "Tracking3PDisallowed": ("prohibit", frozenset({("tracking", "thirdParty")})),
    "ProfilingDisallowed": ("prohibit", frozenset(("profiling", who) for who in _BOTH)),
    "Profiling2PAllowed": ("permit", frozenset({("profiling", "vendor")})),
    "Profiling3PDisallowed": ("prohibit", frozenset({("profiling", "thirdParty")})),
    "SharingDataDisallowed": (
        "prohibit",
        frozenset({("sharing", "anonymised"), ("sharing", "any")}),
    ),
    "SharingDataAnonymised3PAllowed": ("permit", frozenset({("sharing", "anonymised")})),
    "SharingDataNonAnonymised3PDisallowed": ("prohibit", frozenset({("sharing", "any")})),
    # What the column "Scope" of the vocabulary's table says.
    "Any Service": ("permit", frozenset({("service", "order")})),
    "Intent Casting": ("prohibit", frozenset({("service", "order")})),
    "Training AI": ("permit", frozenset({("aiTraining", "vendor")})),
    "Public Good": ("permit", frozenset({("publicGood", "vendor")})),
}
# The PDC agreements have no rules, only marks in the table.
_MARKS = {
    ("Service Delivery", "✓"): "ServiceDeliveryRequired",
    ("Analytics 2P", "X"): "AnalyticsDisallowed",
    ("Tracking 2P", "X"): "TrackingDisallowed",
    ("Profiling 2P", "X"): "ProfilingDisallowed",
    ("Share Anonymised Data 3P", "X"): "SharingDataDisallowed",
    ("Data Portability", "✓"): "PortabilityRequired",
}


@dataclass
class Rules:
    """What a choice says: acts permitted, prohibited and obliged to, and the axes spoken of."""

    permitted: set[Act] = field(default_factory=set)
    prohibited: set[Act] = field(default_factory=set)
    obliged: set[Act] = field(default_factory=set)
    axes: set[str] = field(default_factory=set)

    def add(self, verb: str, acts: Acts) -> None:
        heap = {"permit": self.permitted, "prohibit": self.prohibited, "oblige": self.obliged}
        heap[verb].update(acts)
        self.axes |= {axis for axis, _ in acts}


def rules_of(agreement: str) -> list[str]:
    """The names of an agreement's rules, corrected."""
    row = facts()["table"][agreement]
    scope = [row["Scope"]] if row["Scope"] == "Any Service" else ["Intent Casting", row["Scope"]]
    given = facts()["rules"].get(agreement)
    if given is None:
        return scope + [_MARKS[mark] for mark in row.items() if mark in _MARKS]
    found = [name for group in given.values() for name in group]
    return scope + [READ_AS.get(name, name) for name in found]


def choice_acts(agreement: str, addendum: Levels) -> tuple[Acts, Acts]:
    """The acts that a choice permits, and those that it obliges to."""
    rules = Rules()
    for name in rules_of(agreement):
        rules.add(*RULES[name])
    spoken = set(rules.axes)
    for axis in axes().values():
        if axis.name in addendum:
            level = addendum[axis.name]
        elif axis.name in spoken:
            continue
        # SPEC 05: The reader MUST take the default of an axis that neither the agreement nor the
        # addendum sets.
        else:
            level = default(axis)
        acts = acts_of(axis, level)
        if axis.duty:
            rules.add("oblige", acts)
        else:
            rules.add("permit", acts)
            rules.add("prohibit", every_act(axis) - acts)
    # SPEC 05: The reader MUST take the stricter of the two levels where the agreement and the
    # addendum both set an axis.
    return frozenset(rules.permitted - rules.prohibited), frozenset(rules.obliged)


def vendor_acts(levels: Levels) -> tuple[Acts, Acts]:
    """The acts that a vendor needs, and those that it promises."""
    needed: dict[str, Acts] = {}
    promised: set[Act] = set()
    for axis in axes().values():
        # SPEC 05: The reader MUST take the default of an axis that a policy doesn't set.
        acts = acts_of(axis, levels.get(axis.name, default(axis)))
        if axis.duty:
            promised |= acts
        else:
            needed[axis.name] = acts
    # SPEC 05: The reader MUST take a vendor's level as the strictest where the axis goes only
    # with another one on which the vendor's level is the strictest.
    #
    # Who does nothing of the one needs nothing of the other.
    for axis in axes().values():
        if axis.only_with and not needed[axis.only_with]:
            needed[axis.name] = frozenset()
    return frozenset().union(*needed.values()), frozenset(promised)


def refused_axes(choice: tuple[Acts, Acts], vendor: tuple[Acts, Acts]) -> list[str]:
    """The axes on which a vendor can't keep a choice, in the order of the tables."""
    (permitted, obliged), (needed, promised) = choice, vendor
    excess = (needed - permitted) | (obliged - promised)
    failing = {axis for axis, _ in excess}
    return [name for name in axes() if name in failing]


@cache
def every_act(axis: SpecAxis) -> Acts:
    """All acts that an axis is about."""
    if axis.kind == "days":
        return frozenset((axis.name, str(day)) for day in day_scale() if day)
    members = axis.members if axis.kind == "set" else axis.members[1:]
    return frozenset((axis.name, member) for member in members)


def acts_of(axis: SpecAxis, level: object) -> Acts:
    """The acts that a level of an axis stands for: of days, one for each day of the scale."""
    if axis.kind == "days":
        assert level in day_scale() and isinstance(level, int)
        return frozenset((axis.name, str(day)) for day in day_scale() if 0 < day <= level)
    if axis.kind == "set":
        assert isinstance(level, tuple | list) and set(level) <= set(axis.members)
        return frozenset((axis.name, member) for member in level)
    upto = axis.members.index(str(level))
    return frozenset((axis.name, member) for member in axis.members[1 : upto + 1])


def default(axis: SpecAxis) -> object:
    """The default of an axis as a level."""
    if axis.kind == "days":
        return int(axis.default)
    if axis.kind == "set":
        return tuple(part.strip() for part in axis.default.split(",") if part.strip())
    return axis.default
