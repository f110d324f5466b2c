"""On what a vendor holds the data of a deal: the contract, the customer's consent, a law.

Implements `specs/05-terms.md#legal-basis`. Which requests count is `rights`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

from vrmprotocol.draft import Draft
from vrmprotocol.rights import Request
from vrmprotocol.terms_axes import AXES, Levels
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_roster import levels_of

LegalBasis: TypeAlias = Literal["contract", "consent", "legal_obligation"]
DpvBasis: TypeAlias = Literal["dpv:Contract", "dpv:Consent", "dpv:LegalObligation"]

DPV: Mapping[LegalBasis, DpvBasis] = {
    "contract": "dpv:Contract",
    "consent": "dpv:Consent",
    "legal_obligation": "dpv:LegalObligation",
}
"""The bases in their order, with their terms in the vocabulary."""

BY_CONSENT = (
    *("analytics", "tracking", "profiling", "sharing", "improvement"),
    *("aiTraining", "publicGood", "collection", "marketing"),
)
"""The axes whose uses go beyond what was agreed to be done."""


class Ground(NamedTuple):
    """A legal basis with the axis of the use that rests on it; `until` of a legal obligation."""

    basis: LegalBasis
    axis: str
    until: int | None = None


def grounds(draft: Draft, requests: Iterable[Request], now: int) -> tuple[Ground, ...]:
    """The grounds on which data of an agreed deal are held, the contract first.

    Under terms that aren't known here the contract alone is one.
    """
    levels: Levels = {}
    if not unknown(draft.choice):
        levels = levels_of(draft.terms, draft.addendum)
    found = [Ground("contract", "service")]
    found += [
        Ground("consent", axis)
        for axis in BY_CONSENT
        if levels.get(axis, AXES[axis].lowest) != AXES[axis].lowest
    ]
    until = _obliged_until(requests, now)
    if until is not None:
        found.append(Ground("legal_obligation", "retentionLegal", until))
    return tuple(found)


def _obliged_until(requests: Iterable[Request], now: int) -> int | None:
    """Until when the vendor has said that a law demands the data; None where that is over."""
    said = (one.status for one in requests if one.right == "deletion" and one.state == "denied")
    times = [each.until for each in said if each is not None and each.until is not None]
    return max((until for until in times if until > now), default=None)


def in_dpv(found: Iterable[Ground]) -> tuple[DpvBasis, ...]:
    """The bases of these grounds, each once, in their order."""
    present = {each.basis for each in found}
    return tuple(term for basis, term in DPV.items() if basis in present)
