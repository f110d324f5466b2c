"""Cases of orders.json about bodies: every event, and what each word mustn't have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .body_file import BODY
from .mail_cases import MailCases
from .mutation import DROP, put
from .order_events import WAYS, events, prepaid
from .order_table import CANCEL_REASONS, EVENTS
from .primitives import fixed

if TYPE_CHECKING:
    from .cases import VectorFile

OF = fixed("digest of something")
VALUES = {
    "of": OF,
    "reason": "unspecified",
    "carrier": "Post",
    "tracking": "00340434161094015902",
    "amount": 10_475,
    "method": "card",
    "dueBy": 1_800_600_000,
    "reference": "RF18539007547034",
    "instructions": WAYS,
}
FAILURES = (
    *("nobody_home", "bad_address", "refused", "not_collected", "damaged", "lost"),
    "unspecified",
)
REASONS = {
    "failed_attempt": FAILURES,
    "undeliverable": FAILURES,
    "returned_to_sender": FAILURES,
    "refunded": ("cancelled", "returned", "overpaid", "goodwill", "unspecified"),
    "cancel_refused": ("begun", "made_to_order", "under_way", "unspecified"),
}
NEEDED = {
    "failed_attempt": ("reason",),
    "undeliverable": ("reason",),
    "returned_to_sender": ("reason",),
    "payment_due": ("amount", "instructions"),
    "paid": ("amount",),
    "refunded": ("amount", "reason"),
    "cancel_refused": ("of", "reason"),
    "return_received": ("of",),
    "payment_sent": ("amount",),
    "not_received": ("of",),
    "return_sent": ("of",),
}
OPTIONAL = {
    "shipped": ("carrier", "tracking"),
    "in_transit": ("carrier", "tracking"),
    "payment_due": ("reference", "dueBy"),
    "paid": ("method",),
    "refunded": ("method",),
    "payment_sent": ("method",),
    "return_sent": ("carrier", "tracking"),
}


def _cases(file: VectorFile, prefix: str, label: str) -> MailCases:
    return MailCases(file, prefix, events()[label].message)


def add_bodies(file: VectorFile) -> None:
    """All cases about bodies."""
    file.at("specs/11-orders.md#order_event")
    _events(file)
    _payment_due(file)
    file.at("specs/11-orders.md#messages")
    _statements(file)
    file.at("specs/11-orders.md#cancel")
    _cancels(file)
    file.at("specs/11-orders.md#return_request")
    _requests(file)
    file.at("specs/11-orders.md#return_answer")
    _answers(file)
    file.at("specs/11-orders.md#receipt")
    _receipts(file)


def _events(file: VectorFile) -> None:
    for side, label in (("seller", "shipped"), ("buyer", "received")):
        for event in EVENTS[side]:
            slug = event.replace("_", "-")
            cases = _cases(file, f"event-{slug}", label)
            plain = {"agreement": prepaid().document, "event": event, "at": 1_800_010_000}
            needed = {name: VALUES[name] for name in NEEDED.get(event, ())}
            more = {name: VALUES[name] for name in OPTIONAL.get(event, ())}
            cases.good = {**plain, **needed, **more}
            cases.accept("full", "every field of its row", cases.good)
            if more:
                cases.accept("needed", "only what it needs", {**plain, **needed})
            cases.missing(*needed)
            for name in [name for name in VALUES if name not in (*needed, *more)]:
                beside = {**cases.good, name: VALUES[name]}
                cases.refuse(f"with-{name.lower()}", BODY, f"{name} is of another row", beside)
            for reason in REASONS.get(event, ()):
                cases.allow(f"reason-{reason}", "a reason of its row", "reason", reason)
            if event in REASONS:
                cases.change("reason-of-another", "a reason of no row", "reason", "changed_mind")


def _payment_due(file: VectorFile) -> None:
    cases = _cases(file, "due", "payment-due")
    cases.wrong(
        ("amount", "int", 10**12, 1),
        ("dueBy", "time"),
        ("reference", "text", 64),
        ("instructions", "map"),
    )
    way = WAYS[0]
    for name, comment, ways in (
        ("no-ways", "no way to pay", []),
        ("five-ways", "five ways", [{"method": f"m{n}"} for n in range(5)]),
        ("same-method", "one method twice", [way, {"method": way["method"]}]),
        ("without-method", "a way without a method", [{"payee": "Somebody"}]),
        ("method-upper", "a capital", [{"method": "Card"}]),
        ("payee-129", "a payee of 129 characters", [{**way, "payee": "a" * 129}]),
        ("account-65", "an account of 65 characters", [{**way, "account": "a" * 65}]),
        ("account-empty", "an empty account", [{**way, "account": ""}]),
        ("url-257", "a url of 257 characters", [{**way, "url": "a" * 257}]),
    ):
        cases.change(name, comment, "instructions", ways)
    extra = [{**way, "amount": 1}]
    cases.change("way-unknown", "an unknown field", "instructions", extra, "message.unknown_field")
    most = [{"method": f"m{n}"} for n in range(4)]
    cases.allow("four-ways", "as many as may be", "instructions", most)


def _statements(file: VectorFile) -> None:
    cases = _cases(file, "statement", "shipped")
    cases.good = {**cases.good, "note": "It is on its way.", "inLanguage": "en"}
    cases.accept("full", "with a note", cases.good)
    cases.optional("inLanguage", "carrier", "tracking")
    cases.change("language-alone", "a language, but no note", "note", DROP)
    cases.missing("agreement", "event", "at")
    cases.unknown("x", "priceCurrency", "url", "deal")
    cases.wrong(
        ("agreement", "bin", 32),
        ("at", "time"),
        ("note", "text", 500),
        ("inLanguage", "lang"),
        ("carrier", "text", 64),
        ("tracking", "text", 64),
    )
    for name, event in (("unknown", "lost"), ("upper", "Shipped"), ("int", 1), ("empty", "")):
        cases.change(f"event-{name}", "no such event", "event", event)
    cases.extensions()
    named = _cases(file, "named", "not-received")
    named.wrong(("of", "bin", 32))


def _cancels(file: VectorFile) -> None:
    cases = _cases(file, "cancel", "cancel-buyer")
    for reason in dict.fromkeys([*CANCEL_REASONS["buyer"], *CANCEL_REASONS["seller"]]):
        cases.allow(f"reason-{reason}", "a reason of one side", "reason", reason)
    for name, value in (("unknown", "defective"), ("empty", ""), ("int", 1)):
        cases.change(f"reason-{name}", "no such reason", "reason", value)
    cases.missing("agreement", "reason")
    cases.unknown("x", "of", "at")
    cases.extensions()


def _requests(file: VectorFile) -> None:
    cases = _cases(file, "return-request", "return-one")
    for reason in (
        *("defective", "not_as_described", "wrong_item", "incomplete"),
        *("changed_mind", "arrived_late", "lease_over", "unspecified"),
    ):
        cases.allow(f"reason-{reason}", "a reason", "reason", reason)
    cases.change("reason-unknown", "no reason to return", "reason", "too_expensive")
    cases.wrong(("quantity", "int", 10_000, 1))
    cases.missing("agreement", "reason", "quantity")
    cases.unknown("x", "refund")
    cases.extensions()


def _answers(file: VectorFile) -> None:
    cases = _cases(file, "return-answer", "accepts-one")
    refused = {"agreement": prepaid().document, "request": OF, "accepted": False, "reason": "used"}
    cases.accept("accepted", "taken back", cases.good)
    cases.optional("instructions")
    cases.allow("refund-0", "for nothing", "refund", 0)
    for reason in ("too_late", "used", "not_returnable", "not_ours", "unspecified"):
        cases.accept(f"refused-{reason}", "a reason", {**refused, "reason": reason})
    cases.refuse("refused-unknown", BODY, "no such reason", {**refused, "reason": "closed"})
    cases.missing("agreement", "request", "accepted", "refund")
    cases.change("accepted-reason", "accepted, with a reason", "reason", "used")
    cases.change("accepted-but-refused", "a refund, but refused", "accepted", False)
    without = put(refused, "reason", DROP)
    cases.refuse("refused-without-reason", BODY, "refused, but why", without)
    cases.refuse("refused-refund", BODY, "refused, with a refund", {**refused, "refund": 1})
    told = {**refused, "instructions": "Send it."}
    cases.refuse("refused-instructions", BODY, "refused, with instructions", told)
    cases.wrong(
        ("request", "bin", 32),
        ("accepted", "bool"),
        ("refund", "amount"),
        ("instructions", "text", 1000),
    )
    cases.unknown("x", "of")
    cases.extensions()


def _receipts(file: VectorFile) -> None:
    cases = _cases(file, "receipt", "receipt")
    cases.good = {**cases.good, "taxIncluded": 1_672, "taxRatePpm": 190_000}
    cases.accept("full", "every field", cases.good)
    cases.optional("taxIncluded", "taxRatePpm")
    cases.missing("agreement", "number", "amount", "paidAt")
    cases.wrong(
        ("number", "text", 64),
        ("amount", "int", 10**12, 1),
        ("taxIncluded", "amount"),
        ("taxRatePpm", "int", 1_000_000, 0),
        ("paidAt", "time"),
    )
    cases.unknown("x", "priceCurrency", "at")
    cases.extensions()
