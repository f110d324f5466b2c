"""Every coded reason of the protocol in plain words (specs/03-messages.md#decline).

Both sides read the same words, so they say what is the case and not who says it.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmprotocol.coherence import Role
from vrmprotocol.mail import Decline, WithdrawAccept

VENDOR_DECLINE: Mapping[str, str] = {
    "floor": "the price gives way no further",
    "out_of_stock": "none is left in stock",
    "late": "it is too late for that",
    "over_budget": "the price is above the budget",
    "out_of_area": "the area isn't served",
    "terms": "none of the terms proffered is accepted",
    "quantity": "it isn't sold in that quantity",
    "condition": "it isn't there in the condition asked for",
    "constraint": "one of the musts isn't met",
    "delivery": "none of the ways of delivery asked for is possible",
    "payment": "none of the ways of paying named is taken",
    "currency": "it is sold in another currency",
    "closed": "the shop is closed",
    "withdrawn": "it is no longer for sale",
    "invalid": "what came doesn't keep to the protocol",
    "function": "it is there, but nothing is done of what is asked",
    "below_minimum": "it would be bought for less than the minimum",
    "unspecified": "no reason was given",
}
CUSTOMER_DECLINE: Mapping[str, str] = {
    "chosen_other": "another offer was chosen",
    "too_expensive": "the price is too high",
    "terms": "the terms don't suit",
    "delivery": "the delivery doesn't suit",
    "not_trusted": "the vendor isn't trusted",
    "expired": "the time of the offer was over",
    "no_longer_wanted": "it is no longer wanted",
    "currency": "another currency is wanted",
    "language": "it is in a language that the customer doesn't read",
    "unspecified": "no reason was given",
}
WITHDRAWAL: Mapping[str, str] = {
    "unconfirmed": "the vendor didn't confirm in time",
    "changed_mind": "the customer changed its mind",
    "no_longer_wanted": "it is no longer wanted",
    "duplicate": "it was bought elsewhere meanwhile",
    "unspecified": "no reason was given",
}


def words_of(body: Decline | WithdrawAccept, writer: Role) -> str:
    """Why something was declined or taken back, in words; a code means what its writer means."""
    if isinstance(body, WithdrawAccept):
        return WITHDRAWAL[body.reason]
    return (VENDOR_DECLINE if writer == "vendor" else CUSTOMER_DECLINE)[body.reason]
