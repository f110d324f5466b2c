"""The agreements of the IEEE 7012 roster as levels on axes.

Implements `specs/05-terms.md#roster`. An agreement is silent on the axes that it doesn't set; what
holds there is left to addenda and defaults.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmprotocol.terms_axes import AXES, Level, Levels

_NOTHING: dict[str, Level] = {
    "service": "order",
    "analytics": "none",
    "tracking": "none",
    "profiling": "none",
    "sharing": "none",
    "serviceDelivery": "required",
}
_DP: dict[str, Level] = {"portability": "onRequest"}
_A: dict[str, Level] = {"analytics": "vendor"}
_AT: dict[str, Level] = {**_A, "tracking": "vendor"}
_ATP: dict[str, Level] = {**_AT, "profiling": "vendor"}
_S3P: dict[str, Level] = {**_ATP, "sharing": "anonymised"}
_PDC: dict[str, Level] = {**_NOTHING, **_DP, "service": "intent"}

AGREEMENTS: Mapping[str, Levels] = {
    "SD-BASE": _NOTHING,
    "SD-BASE-DP": {**_NOTHING, **_DP},
    "SD-BASE-A": {**_NOTHING, **_A},
    "SD-BASE-A-DP": {**_NOTHING, **_A, **_DP},
    "SD-BASE-AT": {**_NOTHING, **_AT},
    "SD-BASE-AT-DP": {**_NOTHING, **_AT, **_DP},
    "SD-BASE-ATP": {**_NOTHING, **_ATP},
    "SD-BASE-ATP-DP": {**_NOTHING, **_ATP, **_DP},
    "SD-BASE-ATP-S3P": {**_NOTHING, **_S3P},
    "SD-BASE-ATP-S3P-DP": {**_NOTHING, **_S3P, **_DP},
    "PDC-INTENT": _PDC,
    "PDC-AI": {**_PDC, "aiTraining": "vendor"},
    "PDC-GOOD": {**_PDC, "publicGood": "vendor"},
}
"""What each agreement sets, by its id, in the order of the spec."""


def levels_of(terms_id: str, addendum: Levels) -> dict[str, Level]:
    """The customer's level on every axis; agreement, axes and levels have to be known ones."""
    agreed = AGREEMENTS[terms_id]
    # SPEC 05: The reader MUST take the default of an axis that neither the agreement nor the
    # addendum sets.
    found = {name: axis.default for name, axis in AXES.items()}
    found.update(agreed)
    for name, level in addendum.items():
        found[name] = AXES[name].stricter(agreed.get(name, level), level)
    return found
