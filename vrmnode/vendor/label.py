"""The label of an order: whom it goes to, line by line, and what is still missing for it.

A pure function of the draft and of what the customer has disclosed (specs/09-relationship.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vrmnode.values import addresses
from vrmprotocol import contact
from vrmprotocol.draft import Draft

_BEFORE = frozenset({"placed", "payment_due"})


@dataclass(frozen=True, slots=True)
class Label:
    """`lines` are the address, `missing` the fields it still needs, `words` what to do for them."""

    reference: str
    lines: tuple[str, ...] = field(repr=False)
    missing: tuple[str, ...]
    words: str


def label(
    draft: Draft,
    told: Mapping[str, str],
    *,
    status: str,
    reference: str | None = None,
    sent_from: str | None = None,
    erased: bool = False,
) -> Label:
    """The label of an order in this status (specs/11-orders.md#status).

    `told` are the disclosed values by the names of the fields, `reference` what the customer was
    asked to name when paying, `sent_from` the vendor's country if it is known. `erased`: the
    vendor has forgotten the customer, and nothing will come.
    """
    shown = reference or draft.payment.reference or draft.deal.hex()[:12]
    if not contact.needs_place(draft.business_function, draft.delivery_method):
        return Label(shown, (), (), f"delivery by {draft.delivery_method}: no address is needed")
    if erased:
        return Label(shown, (), (), "what the customer disclosed is erased")
    needed = addresses.needed(told.get("country"))
    missing = tuple(name for name in _ORDER if name in needed and name not in told)
    return Label(
        shown,
        tuple(addresses.lines(told, sent_from=sent_from)),
        missing,
        _words(missing, told, status),
    )


_ORDER = ("name", "street_address", "postal_code", "locality", "country")


def _words(missing: tuple[str, ...], told: Mapping[str, str], status: str) -> str:
    if not missing:
        return "the address is complete"
    listed = ", ".join(missing)
    if not told:
        return f"nothing was disclosed yet: {listed}"
    if status in _BEFORE:
        return f"{listed}: come when you mark the order as processing"
    return f"{listed}: not disclosed yet; the customer may have to be asked"
