"""Cases of breach.json about deals that were cancelled: what is still a breach, and what is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .breach_parts import (
    AFTER,
    AUTHOR,
    HEARD,
    RECORD,
    REVOKED,
    SCHEMA,
    SECTION,
    SPAM,
    UNKNOWN,
    WITHIN,
    ack,
    add_found,
    add_made,
    add_none,
    add_refused,
    found,
    record,
    turned,
)
from .cases import VectorFile
from .messages import (
    Inner,
    accept,
    agreement,
    from_customer,
    offer,
)
from .mutation import DROP, put
from .primitives import fixed
from .reach_cases import WRITTEN_AT, note
from .world import OTHER_VENDOR, STRANGER, Body


def withdraw(of: bytes | None = None, *, seq: int = 1) -> Inner:
    """The customer takes an accept back."""
    body = {"accept": accept().digest if of is None else of, "reason": "changed_mind"}
    return from_customer("withdraw_accept", body, seq=seq, prev=fixed("x"), created=WRITTEN_AT)


GONE = withdraw()
OTHER = withdraw(fixed("another accept"))
FOREIGN = replace(GONE, author=STRANGER)
GONE_HEARD = ack(GONE, seq=2)
GONE_KNOWING = replace(AFTER, received=(GONE.digest,))


def withdrawn(of: Inner, gone: Inner, known: Inner | None = None, **more: Any) -> Body:
    """The record of a note after a cancellation."""
    both = {"acceptWithdrawal": gone.raw, "countersignature": agreement().raw}
    return {**record(of, None, known), **both, **more}


def add(file: VectorFile) -> None:
    """All of them."""
    _breaches(file.at(SECTION))
    _no_breaches(file.at(SECTION))
    _records(file.at(RECORD))
    _refused(file.at(RECORD))


def _breaches(file: VectorFile) -> None:
    rows = (
        (
            "withdrawn",
            "the customer withdrew, which the vendor acknowledged",
            (GONE, GONE_HEARD, AFTER),
            found(AFTER, "cancelled", GONE, GONE_HEARD),
        ),
        (
            "withdrawn-knowing",
            "the note itself acknowledges the withdrawal",
            (GONE, GONE_KNOWING),
            found(GONE_KNOWING, "cancelled", GONE, GONE_KNOWING),
        ),
        (
            "withdrawn-first",
            "the cancellation goes before what the terms forbid",
            (GONE, GONE_HEARD, SPAM),
            found(SPAM, "cancelled", GONE, GONE_HEARD),
        ),
        (
            "cancelled-terms",
            "beyond the terms, in a deal that was cancelled later",
            (SPAM, GONE),
            found(SPAM, "terms"),
        ),
        (
            "cancelled-revoked",
            "beyond a word, in a deal that was cancelled later",
            (REVOKED, HEARD, AFTER, withdraw(seq=2)),
            found(AFTER, "revoked", REVOKED, HEARD),
        ),
    )
    add_found(file, rows)


def _no_breaches(file: VectorFile) -> None:
    asked = note("Where?", seq=1, by_customer=True)
    rows = (
        ("withdrawn-crossed", "the withdrawal crossed the note", (GONE, AFTER)),
        ("withdrawn-heard-later", "acknowledged after it", (GONE, AFTER, ack(GONE, seq=4))),
        (
            "withdrawn-others-ack",
            "a stranger heard",
            (GONE, replace(GONE_HEARD, author=STRANGER), AFTER),
        ),
        ("withdrawn-other", "another accept was taken back", (OTHER, ack(OTHER, seq=2), AFTER)),
        ("withdrawn-stranger", "a stranger withdrew", (FOREIGN, ack(FOREIGN, seq=2), AFTER)),
        (
            "withdrawn-answer",
            "an answer after the cancellation",
            (GONE, GONE_HEARD, note("Here.", seq=3, answers=asked.digest)),
        ),
    )
    add_none(file, rows)


def _records(file: VectorFile) -> None:
    rows = (
        (
            "withdrawn",
            "after the customer withdrew",
            (GONE, GONE_HEARD, AFTER),
            withdrawn(AFTER, GONE, GONE_HEARD),
        ),
        (
            "withdrawn-knowing",
            "which the note acknowledges",
            (GONE, GONE_KNOWING),
            withdrawn(GONE_KNOWING, GONE),
        ),
    )
    add_made(file, rows)


def _refused(file: VectorFile) -> None:
    gone = withdrawn(AFTER, GONE, GONE_HEARD)
    foreign_signature = replace(
        agreement(), body={**agreement().body, "signature": fixed("one") + fixed("two")}
    )
    rows = (
        ("withdrawal-alone", SCHEMA, "no countersignature", put(gone, "countersignature", DROP)),
        ("countersignature-alone", SCHEMA, "no withdrawal", put(gone, "acceptWithdrawal", DROP)),
        ("withdrawal-and-reach", SCHEMA, "both", {**gone, "reach": REVOKED.raw}),
        ("withdrawal-kind", SCHEMA, "no withdrawal", {**gone, "acceptWithdrawal": REVOKED.raw}),
        ("countersignature-kind", SCHEMA, "an offer", {**gone, "countersignature": offer().raw}),
        ("forged-withdrawal", SCHEMA, "altered", {**gone, "acceptWithdrawal": turned(GONE.raw)}),
        ("nil-withdrawal", SCHEMA, "nil as withdrawal", {**gone, "acceptWithdrawal": None}),
        (
            "withdrawal-author",
            AUTHOR,
            "a stranger withdrew",
            withdrawn(AFTER, FOREIGN, ack(FOREIGN, seq=2)),
        ),
        (
            "withdrawal-deal",
            AUTHOR,
            "from another deal",
            withdrawn(AFTER, replace(GONE, deal=fixed("deal")), GONE_HEARD),
        ),
        (
            "countersignature-author",
            AUTHOR,
            "another vendor's",
            {**gone, "countersignature": replace(agreement(), author=OTHER_VENDOR).raw},
        ),
        (
            "withdrawal-other",
            WITHIN,
            "another accept was taken back",
            withdrawn(AFTER, OTHER, ack(OTHER, seq=2)),
        ),
        (
            "countersignature-other",
            WITHIN,
            "a countersignature of another agreement",
            {**gone, "countersignature": foreign_signature.raw},
        ),
        ("withdrawn-not-known", UNKNOWN, "nothing acknowledged", withdrawn(AFTER, GONE)),
        (
            "withdrawn-known-later",
            UNKNOWN,
            "acknowledged after the note",
            withdrawn(AFTER, GONE, ack(GONE, seq=4)),
        ),
    )
    add_refused(file, rows)
