"""The roster of agreements a customer may proffer, and the standard's single round.

Implements the choice of `specs/03-messages.md` and `specs/05-terms.md`: the customer lists
ids in order of preference, the vendor takes one or declines. What the ids mean is spec 05.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

ROSTER = (
    "SD-BASE",
    "SD-BASE-DP",
    "SD-BASE-A",
    "SD-BASE-A-DP",
    "SD-BASE-AT",
    "SD-BASE-AT-DP",
    "SD-BASE-ATP",
    "SD-BASE-ATP-DP",
    "SD-BASE-ATP-S3P",
    "SD-BASE-ATP-S3P-DP",
    "PDC-INTENT",
    "PDC-AI",
    "PDC-GOOD",
)

_KNOWN = frozenset(ROSTER)


def is_known(terms_id: str) -> bool:
    """Whether the roster has this id; others are well-formed and never match."""
    return terms_id in _KNOWN


def choose(customer_order: Sequence[str], vendor_accepted: Collection[str]) -> str | None:
    """The customer's earliest choice that the vendor accepts too; None if there is none."""
    for terms_id in customer_order:
        if terms_id in _KNOWN and terms_id in vendor_accepted:
            return terms_id
    return None
