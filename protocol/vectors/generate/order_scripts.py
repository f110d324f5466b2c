"""The scripts of orders.json: what comes one after the other, and what it amounts to."""

from __future__ import annotations

from .order_events import INVOICE, PREPAID

Steps = tuple[str, ...]


def after(*steps: str) -> Steps:
    """What is said about the prepaid order once it is agreed."""
    return (*PREPAID, *steps)


SCRIPTS: list[tuple[str, str, Steps]] = [
    ("no-order", "no agreement, no order", PREPAID[:2]),
    ("invoice-placed", "agreed, and nothing to pay yet", INVOICE),
    ("prepaid-payment-due", "agreed, and to be paid first", PREPAID),
    (
        "plain",
        "the plain course",
        after(
            *("payment-due", "payment-sent", "paid", "receipt", "processing", "shipped"),
            *("in-transit", "delivered", "received"),
        ),
    ),
    ("invoice-shipped", "shipped before it is paid", (*INVOICE, "shipped.invoice")),
    (
        "invoice-due-later",
        "delivered, and now to be paid",
        (*INVOICE, "shipped.invoice", "received.invoice", "payment-due.invoice"),
    ),
    ("invoice-asked", "cancel asked for", (*INVOICE, "cancel-customer.invoice")),
    ("shipped-unpaid", "a vendor may ship what isn't paid", after("payment-due", "shipped")),
    ("picked-up", "picked up", after("paid", "pickup-ready", "delivered")),
    (
        "repaired",
        "a thing is taken, and brought back",
        after("collected.first", "delivered"),
    ),
    (
        "brought-back",
        "a thing is taken and brought back; the customer alone says so",
        after("collected.first", "received"),
    ),
    ("disposed-of", "a thing is taken, for good", after("paid", "collected.first")),
    (
        "rented",
        "delivered, and taken back at the end",
        after("paid", "shipped", "delivered", "received", "collected"),
    ),
    (
        "second-attempt",
        "nobody was there, then delivered",
        after("shipped", "failed-attempt", "delivered"),
    ),
    (
        "came-back",
        "undeliverable, back at the vendor, sent again",
        after("shipped", "undeliverable", "returned-to-sender", "shipped.again", "delivered"),
    ),
    ("cancelled-by-vendor", "the vendor ends it", after("payment-due", "cancel-vendor")),
    (
        "cancelled-at-request",
        "asked by the customer, done by the vendor",
        after("cancel-customer", "cancel-vendor"),
    ),
    (
        "both-cancel",
        "both cancel, neither knowing of the other",
        after("cancel-vendor", "cancel-customer"),
    ),
    (
        "cancel-crosses-shipped",
        "the customer's cancel and the parcel cross",
        after("paid", "cancel-customer", "shipped"),
    ),
    (
        "cancel-crosses-shipped-and-back",
        "and the parcel comes back",
        after("paid", "cancel-customer", "shipped", "returned-to-sender"),
    ),
    (
        "cancel-crosses-shipped-and-delivered",
        "and the parcel arrives",
        after("paid", "cancel-customer", "shipped", "delivered", "received"),
    ),
    (
        "cancel-refused",
        "the vendor doesn't accept the cancel",
        after("processing", "cancel-customer", "cancel-refused"),
    ),
    (
        "cancel-refused-asked-again",
        "asked again",
        after("cancel-customer", "cancel-refused", "cancel-customer-again"),
    ),
    (
        "cancel-refused-twice",
        "and refused again",
        after(
            *("cancel-customer", "cancel-refused"),
            *("cancel-customer-again", "cancel-refused.again"),
        ),
    ),
    (
        "unpaid-and-paid-late",
        "cancelled as unpaid; the money comes all the same",
        after("payment-due", "cancel-vendor-again", "paid"),
    ),
    (
        "unpaid-and-refunded",
        "and goes back",
        after("payment-due", "cancel-vendor-again", "paid", "refunded"),
    ),
    (
        "sent-and-cancelled",
        "the customer says it paid; the vendor has cancelled",
        after("payment-due", "cancel-vendor-again", "payment-sent"),
    ),
    (
        "cancel-crosses-received",
        "the vendor's cancel and the customer's word that it came cross",
        after("paid", "shipped", "cancel-vendor", "received"),
    ),
    (
        "void",
        "the withdrawal of the accept crossed the agreement",
        after("payment-due", "withdraw"),
    ),
    (
        "void-and-shipped",
        "and the vendor had shipped at once",
        after("withdraw", "shipped", "received"),
    ),
    (
        "not-received",
        "the vendor says so, the customer doesn't",
        after("delivered", "not-received"),
    ),
    (
        "not-received-then-delivered",
        "brought again",
        after("delivered", "not-received", "delivered.again"),
    ),
    (
        "not-received-then-received",
        "found at the neighbours'",
        after("delivered", "not-received", "received"),
    ),
    ("partly-paid", "a part of the money", after("payment-due", "paid.part")),
    ("paid-in-parts", "and the rest", after("payment-due", "paid.part", "paid.rest")),
    ("paid-too-much", "a little more than owed", after("paid", "paid.more")),
    ("paid-too-much-refunded", "and it goes back", after("paid", "paid.more", "refunded.more")),
    ("due-later", "the vendor gives more time", after("payment-due", "payment-due.later")),
    (
        "return-one",
        "one of two pieces comes back",
        after(
            *("paid", "delivered", "return-one", "accepts-one", "return-sent.one"),
            *("return-received.one", "refunded.part"),
        ),
    ),
    (
        "return-both",
        "both pieces come back",
        after(
            *("paid", "received", "return-both", "accepts-both", "return-sent.both"),
            *("return-received.both", "refunded"),
        ),
    ),
    (
        "return-refused",
        "the vendor doesn't take it back",
        after("paid", "delivered", "return-one", "refuses-one"),
    ),
    (
        "return-refused-and-accepted",
        "a vendor that signed both answers is bound",
        after("paid", "delivered", "return-one", "accepts-one", "refuses-one"),
    ),
    (
        "return-unasked",
        "it comes back without an answer",
        after("paid", "delivered", "return-both", "return-received.both"),
    ),
    (
        "return-both-after-refusal",
        "pieces whose return was refused may be asked for again",
        after("paid", "delivered", "return-one", "refuses-one", "return-both"),
    ),
    (
        "return-one-and-other",
        "two requests of one piece each",
        after("paid", "delivered", "return-one", "return-other"),
    ),
]

INERT: list[tuple[str, str, Steps]] = [
    ("inert-before-agreement", "a word before the agreement", (*PREPAID[:2], "shipped")),
    ("inert-other-document", "a word about another document", after("shipped.invoice")),
    ("inert-other-document-cancel", "and a cancel", after("paid", "cancel-customer.invoice")),
    ("inert-other-document-due", "and instructions", after("payment-due.invoice")),
    ("inert-shipped-by-customer", "a vendor's word", after("paid", "shipped.customer")),
    ("inert-received-by-vendor", "a customer's word", after("shipped", "received.vendor")),
    ("inert-receipt-by-customer", "a vendor's kind", after("receipt.customer")),
    ("inert-customers-reason", "a vendor with a customer's reason", after("cancel.vendor")),
    ("inert-critical", "an unknown critical extension", after("payment-sent.critical")),
    (
        "inert-second-cancel",
        "the vendor cancels twice",
        after("cancel-vendor", "cancel-vendor-again"),
    ),
    (
        "inert-asked-twice",
        "the customer asks twice",
        after("cancel-customer", "cancel-customer-again"),
    ),
    (
        "inert-asked-under-way",
        "a cancel while the goods are under way",
        after("paid", "shipped", "cancel-customer"),
    ),
    (
        "inert-asked-delivered",
        "a cancel of what was delivered",
        after("paid", "delivered", "cancel-customer"),
    ),
    (
        "inert-asked-received",
        "a cancel of what the customer has",
        after("paid", "received", "cancel-customer"),
    ),
    (
        "inert-refused-unknown",
        "a refusal of nothing",
        after("cancel-customer", "cancel-refused.unknown"),
    ),
    ("inert-refused-first", "a refusal before its cancel", after("cancel-refused")),
    (
        "inert-denied-unknown",
        "not received, but what",
        after("delivered", "not-received.unknown"),
    ),
    ("inert-denied-first", "not received, before the vendor says so", after("not-received")),
    (
        "inert-denied-earlier",
        "not received the first time, but the second",
        after("delivered", "delivered.again", "not-received"),
    ),
    ("inert-receipt", "a receipt moves nothing", after("paid", "receipt")),
    (
        "inert-shipped-after-cancel",
        "a thing goes back after the cancel",
        after("cancel-vendor", "shipped"),
    ),
    (
        "inert-return-too-many",
        "more pieces than there are left",
        after("delivered", "return-one", "return-both"),
    ),
    (
        "inert-return-sent-unknown",
        "sent back, but what",
        after("delivered", "return-sent.unknown"),
    ),
    (
        "inert-return-sent-unaccepted",
        "sent back before the vendor accepts",
        after("delivered", "return-one", "return-sent.one"),
    ),
    (
        "inert-return-received-unknown",
        "came back, but what",
        after("delivered", "return-received.unknown"),
    ),
    ("inert-return-answer-first", "an answer before its request", after("accepts-one")),
    (
        "inert-return-answer-again",
        "the first acceptance counts",
        after("delivered", "return-one", "accepts-one", "accepts-one-again"),
    ),
    (
        "inert-return-refused-after-accepted",
        "a refusal beside an acceptance",
        after("delivered", "return-one", "accepts-one", "refuses-one"),
    ),
]
