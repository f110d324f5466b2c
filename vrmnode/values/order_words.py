"""Orders in plain words: statuses, statements, duties (specs/11-orders.md).

Words say what is asserted, and by whom only where it matters; who said it stands beside them. The
reasons are in `reasons`.
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
