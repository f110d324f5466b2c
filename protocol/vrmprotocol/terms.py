"""The roster of agreements a customer may proffer, and the standard's single round by id alone.

Implements the choice of `specs/03-messages.md` where there is neither a policy nor an addendum: the
customer lists ids in order of preference, the vendor takes one or declines. What the ids mean, and
the choice by levels, is in `terms_roster` and `terms_matching`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vrmprotocol.terms_roster import AGREEMENTS

ROSTER = tuple(AGREEMENTS)


def is_known(terms_id: str) -> bool:
    """Whether the roster has this id; others are well-formed and never match."""
    return terms_id in AGREEMENTS


def choose(customer_order: Sequence[str], vendor_accepted: Collection[str]) -> str | None:
    """The customer's earliest choice that the vendor accepts too; None if there is none."""
    for terms_id in customer_order:
        if terms_id in AGREEMENTS and terms_id in vendor_accepted:
            return terms_id
    return None
