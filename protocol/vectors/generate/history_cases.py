"""Cases of history.json: purchases that are shown to a verifier without saying who bought."""

from __future__ import annotations

from typing import Any

from .canonical import pack
from .cases import VectorFile
from .messages import ACCEPTED_AT, month_of
from .primitives import Signer, fixed
from .world import DAY, OTHER_VENDOR, VENDOR, VENDOR_ROOT, Body, certificate

SECTION = "specs/12-evidence.md#purchase-history"
MONTH = month_of(ACCEPTED_AT)
VERIFIER, NONCE = "Housing association", fixed("history nonce")
SCHEMA, WRONG, SIGNATURE = "history.schema", "history.nonce", "history.signature"
KEYS = sorted((Signer.named(f"history {at}") for at in range(3)), key=lambda each: each.public)


def grant_to(key: Signer, month: str = MONTH, by: Signer = VENDOR) -> bytes:
    """The vendor's grant to a feedback key."""
    body = {"v": 1, "root": VENDOR_ROOT.public, "key": key.public, "month": month}
    return by.sign(b"vrm/1 feedback grant\0" + pack(body))


def purchase(key: Signer, **changes: Any) -> Body:
    """A purchase without its signature."""
    return {
        "key": key.public,
        "certificate": certificate(),
        "month": MONTH,
        "grant": grant_to(key),
        **changes,
    }


def history(*purchases: Body, **changes: Any) -> Body:
    """A purchase history without its signatures."""
    return {
        "v": 1,
        "type": "vrm-purchase-history",
        "verifier": VERIFIER,
        "nonce": NONCE,
        "createdAt": ACCEPTED_AT + 90 * DAY,
        "purchases": list(purchases),
        **changes,
    }


def signed(plain: Body, keys: list[Signer]) -> Body:
    """The same with a signature by each key."""
    over = b"vrm/1 purchase history\0" + pack(plain)
    rows = [
        {**one, "signature": key.sign(over)}
        for one, key in zip(plain["purchases"], keys, strict=True)
    ]
    return {**plain, "purchases": rows}


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "history",
        SECTION,
        "`verify` gets a file, the verifier and its nonce, and gives the months of its purchases.",
    ).at(SECTION)
    _good(file)
    _forms(file)
    _forged(file)
    return file


def _given(fields: Body, verifier: str = VERIFIER, nonce: bytes = NONCE) -> Body:
    return {"raw": pack(fields), "verifier": verifier, "nonce": nonce}


def _good(file: VectorFile) -> None:
    total = {"priceCurrency": "EUR", "least": 2_000, "below": 5_000}
    for name, comment, rows in (
        ("one", "one purchase", [purchase(KEYS[0])]),
        ("three", "three purchases", [purchase(key) for key in KEYS]),
        ("asserted", "with a category and a total", [purchase(KEYS[0], category=783, total=total)]),
    ):
        whole = signed(history(*rows), KEYS[: len(rows)])
        file.ok("verify", name, comment, _given(whole), {"months": [MONTH] * len(rows)})
    longest = "x" * 128
    whole = signed({**history(purchase(KEYS[0])), "verifier": longest}, KEYS[:1])
    given = _given(whole, verifier=longest)
    file.ok("verify", "verifier-longest", "a name of 128", given, {"months": [MONTH]})


def _forms(file: VectorFile) -> None:
    one = purchase(KEYS[0])
    good = signed(history(one), KEYS[:1])
    rows = [purchase(key) for key in KEYS]
    band = {"priceCurrency": "EUR", "least": 2_000, "below": 3_000}
    for name, comment, fields in (
        ("v", "another version", {**good, "v": 2}),
        ("type", "another type", {**good, "type": "vrm-history"}),
        ("unknown", "an unknown key", {**good, "customer": fixed("x")}),
        ("nonce-31", "a nonce of 31 bytes", {**good, "nonce": NONCE[:31]}),
        ("verifier-none", "no verifier", {k: v for k, v in good.items() if k != "verifier"}),
        ("verifier-text", "a number for a name", {**good, "verifier": 1}),
        ("verifier-long", "a name of 129", {**good, "verifier": "x" * 129}),
        ("none", "no purchase", {**good, "purchases": []}),
        ("twice", "a key twice", signed(history(one, one), [KEYS[0]] * 2)),
        ("descending", "keys that descend", signed(history(*rows[::-1]), KEYS[::-1])),
        ("month", "no month", signed(history({**one, "month": "2027-13"}), KEYS[:1])),
        ("band", "no band", signed(history({**one, "total": band}), KEYS[:1])),
        ("unsigned", "no signature", history(one)),
        ("many", "101 purchases", {**good, "purchases": good["purchases"] * 101}),
    ):
        file.bad("verify", f"form-{name}", SCHEMA, comment, _given(fields))
    raw = {"raw": pack(good)[:-1], "verifier": VERIFIER, "nonce": NONCE}
    file.bad("verify", "form-truncated", SCHEMA, "a byte is missing", raw)


def _forged(file: VectorFile) -> None:
    one = purchase(KEYS[0])
    good = signed(history(one), KEYS[:1])
    file.bad("verify", "nonce", WRONG, "another nonce", _given(good, nonce=fixed("other")))
    file.bad("verify", "verifier", WRONG, "another verifier", _given(good, verifier="Bank"))
    replayed = {**good, "nonce": fixed("other")}
    given = _given(replayed, nonce=fixed("other"))
    file.bad("verify", "replayed", SIGNATURE, "with the nonce of another", given)
    renamed = _given({**good, "verifier": "Bank"}, verifier="Bank")
    file.bad("verify", "renamed", SIGNATURE, "with another verifier's name", renamed)
    others = signed(history(one), [KEYS[1]])
    file.bad("verify", "foreign-key", SIGNATURE, "signed by another key", _given(others))
    pair = signed(history(purchase(KEYS[0]), purchase(KEYS[1])), KEYS[:2])
    file.bad(
        "verify",
        "left-out",
        SIGNATURE,
        "one of two purchases was taken out",
        _given({**pair, "purchases": pair["purchases"][:1]}),
    )
    more = signed(history({**one, "category": 783}), KEYS[:1])
    row = {**more["purchases"][0], "category": 536}
    given = _given({**more, "purchases": [row]})
    file.bad("verify", "recategorised", SIGNATURE, "another category than was signed", given)
    for name, comment, code, changes in (
        ("grant-other", "granted to another key", "feedback.grant", {"grant": grant_to(KEYS[1])}),
        (
            "grant-vendor",
            "granted by another vendor",
            "feedback.grant",
            {"grant": grant_to(KEYS[0], by=OTHER_VENDOR)},
        ),
        (
            "grant-month",
            "granted for another month",
            "feedback.grant",
            {"grant": grant_to(KEYS[0], "2027-02")},
        ),
        (
            "month-early",
            "before the certificate",
            "certificate.not_yet_valid",
            {"month": "2020-01", "grant": grant_to(KEYS[0], "2020-01")},
        ),
        (
            "month-late",
            "after the certificate",
            "certificate.expired",
            {"month": "2031-01", "grant": grant_to(KEYS[0], "2031-01")},
        ),
        (
            "certificate",
            "a certificate that its root didn't sign",
            "certificate.signature",
            {"certificate": {**certificate(), "sig": bytes(64)}},
        ),
    ):
        whole = signed(history({**one, **changes}), KEYS[:1])
        file.bad("verify", name, code, comment, _given(whole))
