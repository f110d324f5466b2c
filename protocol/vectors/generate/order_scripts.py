"""The scripts of orders.json: what comes one after the other, and what it amounts to."""

from __future__ import annotations

from .order_events import INVOICE, LEASE, PREPAID, SALE

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
    ("invoice-asked", "cancel asked for", (*INVOICE, "cancel-buyer.invoice")),
    ("shipped-unpaid", "a seller may ship what isn't paid", after("payment-due", "shipped")),
    (
        "sale",
        "the vendor buys: it pays, the customer ships",
        (
            *SALE,
            "payment-due.sale",
            "payment-sent.sale",
            "paid.sale",
            "shipped.sale",
            "received.sale",
        ),
    ),
    ("sale-asked", "the vendor would rather not buy", (*SALE, "cancel-buyer.sale")),
    ("sale-unpaid", "the vendor doesn't pay", (*SALE, "payment-due.sale", "cancel-seller.sale")),
    (
        "lease",
        "leased, taken back, the deposit returned",
        (*LEASE, "paid.lease", "delivered.lease", "collected.lease", "refunded.lease"),
    ),
    ("lease-without-deposit", "the deposit is missing", (*LEASE, "paid.lease-rent")),
    (
        "lease-sent-back",
        "sent back at the end; the deposit is owed",
        (
            *(*LEASE, "paid.lease", "delivered.lease"),
            *("return-lease", "accepts-lease", "return-received.lease"),
        ),
    ),
    ("picked-up", "picked up", after("paid", "pickup-ready", "delivered")),
    (
        "repaired",
        "a thing is taken, and brought back",
        after("collected.first", "delivered"),
    ),
    (
        "brought-back",
        "a thing is taken and brought back; the buyer alone says so",
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
        "undeliverable, back at the seller, sent again",
        after("shipped", "undeliverable", "returned-to-sender", "shipped.again", "delivered"),
    ),
    ("cancelled-by-seller", "the seller ends it", after("payment-due", "cancel-seller")),
    (
        "cancelled-at-request",
        "asked by the buyer, done by the seller",
        after("cancel-buyer", "cancel-seller"),
    ),
    (
        "both-cancel",
        "both cancel, neither knowing of the other",
        after("cancel-seller", "cancel-buyer"),
    ),
    (
        "cancel-crosses-shipped",
        "the buyer's cancel and the parcel cross",
        after("paid", "cancel-buyer", "shipped"),
    ),
    (
        "cancel-crosses-in-transit",
        "the cancel crosses the word that the parcel is on its way",
        after("paid", "cancel-buyer", "in-transit"),
    ),
    (
        "cancel-crosses-failed-attempt",
        "the cancel crosses the word that nobody opened",
        after("paid", "cancel-buyer", "failed-attempt"),
    ),
    (
        "fetched-after-failed-attempt",
        "the seller takes back what couldn't be handed over",
        after("paid", "failed-attempt", "collected"),
    ),
    (
        "fetched-in-transit",
        "the seller takes back what was on its way",
        after("paid", "in-transit", "collected"),
    ),
    (
        "cancel-crosses-shipped-and-back",
        "and the parcel comes back",
        after("paid", "cancel-buyer", "shipped", "returned-to-sender"),
    ),
    (
        "cancel-crosses-shipped-and-delivered",
        "and the parcel arrives",
        after("paid", "cancel-buyer", "shipped", "delivered", "received"),
    ),
    (
        "cancel-refused",
        "the seller doesn't accept the cancel",
        after("processing", "cancel-buyer", "cancel-refused"),
    ),
    (
        "cancel-refused-asked-again",
        "asked again",
        after("cancel-buyer", "cancel-refused", "cancel-buyer-again"),
    ),
    (
        "cancel-refused-twice",
        "and refused again",
        after(
            *("cancel-buyer", "cancel-refused"),
            *("cancel-buyer-again", "cancel-refused.again"),
        ),
    ),
    (
        "unpaid-and-paid-late",
        "cancelled as unpaid; the money comes all the same",
        after("payment-due", "cancel-seller-again", "paid"),
    ),
    (
        "unpaid-and-refunded",
        "and goes back",
        after("payment-due", "cancel-seller-again", "paid", "refunded"),
    ),
    (
        "sent-and-cancelled",
        "the buyer says it paid; the seller has cancelled",
        after("payment-due", "cancel-seller-again", "payment-sent"),
    ),
    (
        "cancel-crosses-received",
        "the seller's cancel and the buyer's word that it came cross",
        after("paid", "shipped", "cancel-seller", "received"),
    ),
    (
        "void",
        "the withdrawal of the accept crossed the agreement",
        after("payment-due", "withdraw"),
    ),
    (
        "void-and-shipped",
        "and the seller had shipped at once",
        after("withdraw", "shipped", "received"),
    ),
    (
        "not-received",
        "the seller says so, the buyer doesn't",
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
    (
        "clock-late",
        "the customer's clock is a day late, so its word stands first",
        after("payment-due", "payment-sent.late"),
    ),
    (
        "clock-late-but-seen",
        "but it acknowledges what it answers, and stands after it",
        after("payment-due", "payment-sent.seen", "paid"),
    ),
    ("partly-paid", "a part of the money", after("payment-due", "paid.part")),
    ("paid-in-parts", "and the rest", after("payment-due", "paid.part", "paid.rest")),
    ("paid-too-much", "a little more than owed", after("paid", "paid.more")),
    ("paid-too-much-refunded", "and it goes back", after("paid", "paid.more", "refunded.more")),
    (
        "goodwill",
        "a scratch, so some of the money goes back and isn't owed any more",
        after("paid", "delivered", "refunded.goodwill"),
    ),
    ("due-later", "the seller gives more time", after("payment-due", "payment-due.later")),
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
        "return-sent",
        "a piece is on its way back",
        after("paid", "delivered", "return-one", "accepts-one", "return-sent.one"),
    ),
    (
        "return-refused",
        "the seller doesn't take it back",
        after("paid", "delivered", "return-one", "refuses-one"),
    ),
    (
        "return-refused-and-accepted",
        "a seller that signed both answers is bound",
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
    ("inert-other-document-cancel", "and a cancel", after("paid", "cancel-buyer.invoice")),
    ("inert-other-document-due", "and instructions", after("payment-due.invoice")),
    ("inert-shipped-by-buyer", "a seller's word", after("paid", "shipped.buyer")),
    ("inert-received-by-seller", "a buyer's word", after("shipped", "received.seller")),
    ("inert-receipt-by-buyer", "a seller's kind", after("receipt.buyer")),
    ("inert-buyers-reason", "a seller with a buyer's reason", after("cancel.seller")),
    (
        "inert-answer-by-buyer",
        "the buyer can't answer itself",
        after("delivered", "return-one", "accepts-one.buyer"),
    ),
    ("inert-return-by-seller", "a buyer's kind", after("delivered", "return.seller")),
    ("inert-sale-shipped-by-vendor", "who buys doesn't ship", (*SALE, "shipped.sale-vendor")),
    (
        "inert-sale-received-by-customer",
        "who sells doesn't receive",
        (*SALE, "received.sale-customer"),
    ),
    ("inert-critical", "an unknown critical extension", after("payment-sent.critical")),
    (
        "inert-second-cancel",
        "the seller cancels twice",
        after("cancel-seller", "cancel-seller-again"),
    ),
    (
        "inert-asked-twice",
        "the buyer asks twice",
        after("cancel-buyer", "cancel-buyer-again"),
    ),
    (
        "inert-asked-under-way",
        "a cancel while the goods are under way",
        after("paid", "shipped", "cancel-buyer"),
    ),
    (
        "inert-asked-delivered",
        "a cancel of what was delivered",
        after("paid", "delivered", "cancel-buyer"),
    ),
    (
        "inert-asked-received",
        "a cancel of what the buyer has",
        after("paid", "received", "cancel-buyer"),
    ),
    (
        "inert-refused-unknown",
        "a refusal of nothing",
        after("cancel-buyer", "cancel-refused.unknown"),
    ),
    ("inert-refused-first", "a refusal before its cancel", after("cancel-refused")),
    (
        "inert-denied-unknown",
        "not received, but what",
        after("delivered", "not-received.unknown"),
    ),
    ("inert-denied-first", "not received, before the seller says so", after("not-received")),
    (
        "inert-denied-earlier",
        "not received the first time, but the second",
        after("delivered", "delivered.again", "not-received"),
    ),
    ("inert-receipt", "a receipt moves nothing", after("paid", "receipt")),
    (
        "inert-shipped-after-cancel",
        "a thing goes back after the cancel",
        after("cancel-seller", "shipped"),
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
        "sent back before the seller accepts",
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
