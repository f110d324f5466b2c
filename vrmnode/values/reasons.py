"""Every coded reason of the protocol in plain words.

Those of refusals before an agreement (specs/03-messages.md#decline), of an order
(specs/11-orders.md#messages), of a disclosure that isn't kept (specs/09-relationship.md), and of a
rights request (specs/15-rights.md). Both sides read the same words, so they say what is the case
and not who says it.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmprotocol.coherence import Role
from vrmprotocol.mail import Decline, WithdrawAccept

UNSPECIFIED = "no reason was given"
VENDOR_DECLINE: Mapping[str, str] = {
    "floor": "that is the best price there is",
    "out_of_stock": "none is left in stock",
    "late": "it is too late for that",
    "over_budget": "the price is above the budget",
    "out_of_area": "the area isn't served",
    "terms": "none of the terms proffered is accepted",
    "quantity": "it isn't sold in that quantity",
    "condition": "it isn't there in the condition asked for",
    "constraint": "it lacks something that was asked for as a must",
    "delivery": "none of the ways of delivery asked for is possible",
    "payment": "none of the ways of paying named is taken",
    "currency": "it is sold in another currency",
    "closed": "the shop is closed",
    "withdrawn": "it is no longer for sale",
    "invalid": "what was sent breaks the rules that both nodes follow",
    "function": "the vendor has it, and does nothing of what was asked with it",
    "below_minimum": "the vendor would pay less than the least that was asked",
    "unspecified": UNSPECIFIED,
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
    "unspecified": UNSPECIFIED,
}
WITHDRAWAL: Mapping[str, str] = {
    "unconfirmed": "the vendor didn't confirm in time",
    "changed_mind": "the customer changed its mind",
    "no_longer_wanted": "it is no longer wanted",
    "duplicate": "it was bought elsewhere meanwhile",
    "unspecified": UNSPECIFIED,
}
DEMAND: Mapping[str, str] = {
    "agreed": "bought from you",
    "lost": "you made an offer, and it wasn't bought",
    "unmet": "you made no offer",
    "other": "what is too little to be told apart",
}
_DEMAND_ENDS: Mapping[tuple[str, str], str] = {
    ("lost", "unanswered"): "no answer came",
    ("unmet", "unanswered"): "it wasn't answered",
    ("unmet", "nothing_near"): "there is nothing like it in the catalogue",
}
DELIVERY: Mapping[str, str] = {
    "nobody_home": "nobody was there",
    "bad_address": "the address isn't right",
    "refused": "it was refused at the door",
    "not_collected": "nobody picked it up",
    "damaged": "it was damaged",
    "lost": "it was lost",
    "unspecified": UNSPECIFIED,
}
REFUND: Mapping[str, str] = {
    "cancelled": "the order is cancelled",
    "returned": "goods were given back",
    "overpaid": "too much was paid",
    "goodwill": "as a courtesy",
    "unspecified": UNSPECIFIED,
}
CANCEL_REFUSAL: Mapping[str, str] = {
    "begun": "the work has begun",
    "made_to_order": "it is made to order",
    "under_way": "it is under way already",
    "unspecified": UNSPECIFIED,
}
BUYER_CANCEL: Mapping[str, str] = {
    "changed_mind": "the buyer thought again",
    "found_better": "the buyer found a better offer",
    "too_late": "it takes too long",
    "ordered_twice": "it was ordered twice",
    "cannot_pay": "the buyer can't pay",
    "unspecified": UNSPECIFIED,
}
SELLER_CANCEL: Mapping[str, str] = {
    "requested": "as the buyer wished",
    "unpaid": "it wasn't paid in time",
    "out_of_stock": "it is sold out",
    "cannot_deliver": "it can't be delivered",
    "not_collected": "nobody picked it up",
    "wrong_price": "the price was wrong",
    "unspecified": UNSPECIFIED,
}
RETURN: Mapping[str, str] = {
    "defective": "it doesn't work",
    "not_as_described": "it isn't as described",
    "wrong_item": "it is another thing than was ordered",
    "incomplete": "something is missing",
    "changed_mind": "the buyer thought again",
    "arrived_late": "it came too late",
    "unspecified": UNSPECIFIED,
    "lease_over": "the time of the lease is over",
}
RETURN_REFUSAL: Mapping[str, str] = {
    "too_late": "the time to give it back is over",
    "used": "it was used",
    "not_returnable": "such goods aren't taken back",
    "not_ours": "it wasn't sold by this seller",
    "unspecified": UNSPECIFIED,
}
DISCLOSURE: Mapping[str, str] = {
    "message.body": "it doesn't have the form of contact data",
    "disclosure.agreement": "it belongs to no agreement that is known here",
    "disclosure.commitment": "it isn't what the customer bound itself to when it accepted",
    "disclosure.relationship": "the customer didn't show that it is who it says",
}
"""Why a vendor's node keeps nothing of a disclosure; its decline says so to the customer."""

DELETION: Mapping[str, str] = {
    "afterwards": "the time to keep them is over",
    "on_request": "the customer asked for it",
    "cancelled": "the deal came to nothing",
    "unspecified": UNSPECIFIED,
}
"""Why a vendor deleted what a customer had disclosed."""
REACH: Mapping[str, str] = {
    "reach.not_granted": "the terms don't let the vendor write first about this",
    "reach.paused": "the customer has paused messages about this",
    "reach.revoked": "the customer has revoked messages about this",
}
"""Why a vendor's note is refused, in the customer's node and in the vendor's own."""
BREACH: Mapping[str, str] = {
    "terms": "the terms don't let the vendor write first about this",
    "paused": "the customer had paused messages about this, and the vendor had acknowledged it",
    "revoked": "the customer had revoked messages about this, and the vendor had acknowledged it",
    "cancelled": "the customer had withdrawn from it, and the vendor had acknowledged that",
    "alias": "somebody else wrote to what only this vendor was told",
}
"""What a vendor did beyond its agreement, or is suspected of."""
CONTACT: Mapping[str, str] = {
    "never_disclosed": "it was never told anything of the kind",
    "not_permitted": "the terms don't let it use this",
    "paused": "you have paused the relationship, or writing by this means",
    "revoked": "you have revoked that it may write first",
    "order_ended": "its order is over",
    "deleted": "it says that it has deleted what it knew of you",
    "declined": "its node couldn't keep it: vrm contact disclosures",
    "not_told": "it may have it, and wasn't told: vrm contact tell",
    "lapsed": "it has answered none of the attempts",
    "too_many": "it was told as often as may be",
}
"""Why a vendor wasn't told that contact data have changed; the customer reads it."""

RIGHTS: Mapping[str, str] = {
    "order_open": "the order has to be carried out first",
    "legal_obligation": "a law demands that these data are kept",
    "claim_not_covered": "the right doesn't reach what was asked for",
    "outside_jurisdiction": "no law that gives this right holds here",
    "too_many_requests": "more was asked than has to be answered",
    "no_match": "nothing is held of this customer",
    "insuf_verification": "it isn't clear enough who asks",
    "suspected_fraud": "somebody else seems to ask",
    "other": "another reason, which the note says",
}
"""Why a vendor denies a rights request, or hasn't fulfilled it yet."""

_ORDER: Mapping[str, Mapping[str, str]] = {
    "refunded": REFUND,
    "cancel_refused": CANCEL_REFUSAL,
    "cancel": {**BUYER_CANCEL, **SELLER_CANCEL},
    "return_request": RETURN,
    "return_answer": RETURN_REFUSAL,
}


def words_of(body: Decline | WithdrawAccept, writer: Role) -> str:
    """Why something was declined or taken back, in words; a code means what its writer means."""
    if isinstance(body, WithdrawAccept):
        return WITHDRAWAL[body.reason]
    return (VENDOR_DECLINE if writer == "vendor" else CUSTOMER_DECLINE)[body.reason]


def of_order(word: str, reason: str) -> str:
    """The reason of a statement about an order in words; an unknown code stands for itself."""
    return _ORDER.get(word, DELIVERY).get(reason, reason)


def of_disclosure(code: str) -> str:
    """Why a disclosure isn't kept, in words; every other error of its body is one of form."""
    return DISCLOSURE.get(code, DISCLOSURE["message.body"])


def of_demand(outcome: str, reason: str | None) -> str:
    """What came of intents that a summary of demand counts (specs/17-demand.md#cells)."""
    if reason is None:
        return DEMAND[outcome]
    declined = VENDOR_DECLINE if outcome == "unmet" else {**WITHDRAWAL, **CUSTOMER_DECLINE}
    words = _DEMAND_ENDS.get((outcome, reason)) or declined.get(reason)
    return f"{DEMAND[outcome]}: {words or VENDOR_DECLINE.get(reason, reason)}"
