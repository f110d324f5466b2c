"""Orders in plain words: statuses, statements, reasons, duties (specs/11-orders.md).

Words say what is asserted, and by whom only where it matters; who said it stands beside them.
"""

from __future__ import annotations

from collections.abc import Mapping

STATUS: Mapping[str, str] = {
    "placed": "agreed; nothing has been done yet",
    "payment_due": "agreed; it has to be paid first",
    "processing": "being prepared",
    "shipped": "handed to a carrier",
    "in_transit": "on its way",
    "pickup_ready": "waits to be picked up",
    "collected": "taken by the seller",
    "failed_attempt": "couldn't be handed over; it will be tried again",
    "undeliverable": "can't be handed over",
    "returned_to_sender": "back at the seller",
    "delivered": "delivered",
    "problem": "said to be delivered, and not received",
    "cancelling": "the buyer asked to cancel; the seller hasn't answered",
    "cancelled": "cancelled",
    "returned": "given back",
}
PAYMENT: Mapping[str, str] = {
    "none": "nothing was asked for or paid",
    "due": "to be paid",
    "sent": "paid, says the buyer; the seller hasn't seen it",
    "partly_paid": "partly paid",
    "paid": "paid",
    "refund_due": "more was paid than is owed; the rest is owed back",
    "refunded": "refunded",
}
SAID: Mapping[str, str] = {
    "agreement": "agreed",
    "withdraw_accept": "acceptance taken back",
    "processing": "being prepared",
    "shipped": "handed to a carrier",
    "in_transit": "on its way",
    "pickup_ready": "waits to be picked up",
    "collected": "thing taken along",
    "failed_attempt": "couldn't be handed over",
    "delivered": "delivered",
    "undeliverable": "can't be handed over",
    "returned_to_sender": "came back to the sender",
    "payment_due": "money asked for",
    "paid": "money came",
    "refunded": "money sent back",
    "cancel_refused": "cancel not accepted",
    "return_received": "what was given back came",
    "payment_sent": "money sent",
    "received": "it came",
    "not_received": "it didn't come",
    "return_sent": "sent back",
    "return_request": "asked to give back",
    "receipt": "receipt",
    "cancel.seller": "cancelled",
    "cancel.buyer": "asked to cancel",
    "return_answer.accepted": "will take it back",
    "return_answer.refused": "won't take it back",
}
REASONS: Mapping[str, Mapping[str, str]] = {
    "delivery": {
        "nobody_home": "nobody was there",
        "bad_address": "the address isn't right",
        "refused": "it was refused at the door",
        "not_collected": "nobody picked it up",
        "damaged": "it was damaged",
        "lost": "it was lost",
    },
    "refunded": {
        "cancelled": "the order is cancelled",
        "returned": "goods were given back",
        "overpaid": "too much was paid",
        "goodwill": "as a courtesy",
    },
    "cancel_refused": {
        "begun": "the work has begun",
        "made_to_order": "it is made to order",
        "under_way": "it is under way already",
    },
    "cancel": {
        "changed_mind": "changed their mind",
        "found_better": "found a better offer",
        "too_late": "it takes too long",
        "ordered_twice": "it was ordered twice",
        "cannot_pay": "it can't be paid",
        "requested": "as the buyer wished",
        "unpaid": "it wasn't paid in time",
        "out_of_stock": "it is sold out",
        "cannot_deliver": "it can't be delivered",
        "not_collected": "nobody picked it up",
        "wrong_price": "the price was wrong",
    },
    "return_request": {
        "defective": "it doesn't work",
        "not_as_described": "it isn't as described",
        "wrong_item": "it is another thing",
        "incomplete": "something is missing",
        "changed_mind": "changed their mind",
        "arrived_late": "it came too late",
        "lease_over": "the time of the lease is over",
    },
    "return_answer": {
        "too_late": "the time to give it back is over",
        "used": "it was used",
        "not_returnable": "such goods aren't taken back",
        "not_ours": "it isn't from here",
    },
}
UNSPECIFIED = "no reason given"
DUTIES: Mapping[str, str] = {
    "pay": "pay",
    "refund": "refund",
    "deliver": "deliver",
    "answer_cancel": "answer the wish to cancel",
    "answer_return": "answer the wish to give back",
    "send_back": "send back what is to be given back",
    "give_back": "give back what was leased",
    "bring_back": "bring back the thing that was taken along",
}


def reason_words(word: str, reason: str) -> str:
    """The reason of a statement in words; an unknown code stands for itself."""
    if reason == "unspecified":
        return UNSPECIFIED
    return REASONS.get(word, REASONS["delivery"]).get(reason, reason)
