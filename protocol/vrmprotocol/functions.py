"""What a vendor does (its business function), and which fields go with it.

Implements `specs/03-messages.md#functions`: the checks of an intent and of a draft that depend on
the function. That an offer does what its intent asks for is `check_answers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from vrmprotocol.body_checks import check_choices, refuse
from vrmprotocol.fields import DAY_S, BusinessFunction

if TYPE_CHECKING:
    from vrmprotocol.draft import Draft
    from vrmprotocol.market import Intent

FUNCTIONS: tuple[BusinessFunction, ...] = get_args(BusinessFunction)
# The vendor hands over a thing of its own; with the others the thing is the customer's.
SUPPLYING: frozenset[str] = frozenset({"Sell", "LeaseOut"})
CHANGES_HANDS: frozenset[str] = SUPPLYING | {"Buy"}
WARRANTED: tuple[BusinessFunction, ...] = ("Sell", "Repair")


def check_asked(
    asked: Sequence[BusinessFunction],
    *,
    lease_length: int | None,
    max_price: int | None,
    min_price: int | None,
) -> None:
    """Refuse an intent whose fields don't fit the functions it asks for.

    Raises:
        RemoteError: `message.body`.
    """
    # SPEC 03: The reader MUST refuse an intent that names a function twice, in `businessFunction`
    # and `alternatives` together, with `message.body`.
    check_choices({"alternatives": asked})
    # SPEC 03: The reader MUST refuse an intent with a `leaseLength` that doesn't ask for
    # `LeaseOut`, or without one that does, with `message.body`.
    if ("LeaseOut" in asked) != (lease_length is not None):
        raise refuse("leaseLength", "it exactly when LeaseOut is asked for")
    # SPEC 03: The reader MUST refuse an intent with a `maxPrice` that asks for `Buy` alone, or with
    # a `minPrice` that doesn't ask for `Buy`, with `message.body`.
    if max_price is not None and set(asked) == {"Buy"}:
        raise refuse("priceSpecification.maxPrice", "none where the vendor buys")
    if min_price is not None and "Buy" not in asked:
        raise refuse("priceSpecification.minPrice", "none unless Buy is asked for")


def check_drafted(
    function: BusinessFunction,
    *,
    has_lease: bool,
    start_date: int | None,
    has_condition: bool,
    has_warranty: bool,
) -> None:
    """Refuse a draft whose fields don't fit its function.

    Raises:
        RemoteError: `message.body`.
    """
    # SPEC 03: The reader MUST refuse a draft with a `lease` whose function isn't `LeaseOut`, or
    # without one whose function is, with `message.body`.
    if (function == "LeaseOut") != has_lease:
        raise refuse("draft.lease", "it exactly when the function is LeaseOut")
    if start_date is not None and start_date % DAY_S:
        raise refuse("draft.lease.startDate", f"a multiple of {DAY_S}")
    # SPEC 03: The reader MUST refuse a draft with an `itemCondition` whose function is neither
    # `Sell` nor `LeaseOut` nor `Buy`, or without one whose function is one of them, with
    # `message.body`.
    if (function in CHANGES_HANDS) != has_condition:
        names = ", ".join(name for name in FUNCTIONS if name in CHANGES_HANDS)
        raise refuse("draft.itemOffered.itemCondition", f"it exactly with one of {names}")
    # SPEC 03: The reader MUST refuse a draft with a `warranty` whose function is neither `Sell` nor
    # `Repair` with `message.body`.
    if has_warranty and function not in WARRANTED:
        raise refuse("draft.warranty", f"none unless the function is {' or '.join(WARRANTED)}")


def check_answers(draft: Draft, intent: Intent) -> None:
    """Refuse a draft of something that its intent doesn't ask for.

    Raises:
        RemoteError: `message.body`.
    """
    # SPEC 03: The reader MUST refuse an offer whose function is neither the intent's nor one of its
    # alternatives with `message.body`.
    if draft.business_function not in intent.functions:
        raise refuse("draft.businessFunction", f"one of {', '.join(intent.functions)}")
