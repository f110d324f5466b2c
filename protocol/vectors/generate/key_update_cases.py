"""Cases of key_update.json: which keys a root has revoked, and what that does to certificates."""

from __future__ import annotations

from typing import Any

from .cases import VectorFile
from .market_cases import MarketCases
from .primitives import fixed
from .world import NOW, OTHER_VENDOR, VENDOR, VENDOR_ROOT, Body, certificate

REASONS = ("compromised", "lost", "superseded", "ceased")


def _entry(serial: int = 0, subject: bytes = VENDOR.public, **changes: Any) -> Body:
    entry = {"subject": subject, "serial": serial, "since": NOW, "reason": "compromised"}
    return {**entry, **changes}


def _many(count: int) -> list[Body]:
    return [_entry(number, fixed(f"revoked {number}")) for number in range(count)]


class KeyUpdateCases(MarketCases):
    """Cases about key updates, by the root."""

    def _given(self, body: Any, author: bytes | None = None, now: int = NOW) -> object:
        return super()._given(body, author or VENDOR_ROOT.public, now)


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "key_update",
        "specs/03-messages.md#key_update",
        "`read` as in market.json. `hold` gets a certificate and the subjects that its root has "
        "revoked.",
    )
    good = {"v": 1, "seq": NOW, "revoked": [_entry(), _entry(1, OTHER_VENDOR.public)]}
    cases = KeyUpdateCases(file, "update", "key_update", good)
    cases.accept("full", "two keys", cases.good)
    cases.allow("one", "one key", "revoked", [_entry()])
    cases.allow("most", "as many as may be", "revoked", _many(32))
    cases.allow("since-zero", "since ever", "revoked", [_entry(since=0)])
    for reason in REASONS:
        cases.allow(f"reason-{reason}", "a reason", "revoked", [_entry(reason=reason)])
    cases.versions()
    cases.extensions()
    cases.missing("seq", "revoked")
    cases.unknown("x", "root", "certificate")
    cases.wrong(("seq", "int", 2**53 - 1))
    for name, comment, revoked in _wrong():
        cases.change(f"revoked-{name}", comment, "revoked", revoked)
    _held(file.at("specs/02-envelope-and-keys.md#key-certificate"))
    return file


def _wrong() -> list[tuple[str, str, Any]]:
    short = {key: value for key, value in _entry().items() if key != "since"}
    return [
        ("empty", "no key", []),
        ("33", "a key too many", _many(33)),
        ("map", "a map", _entry()),
        ("subject-twice", "a key twice", [_entry(0), _entry(1)]),
        ("serial-twice", "a serial twice", [_entry(), _entry(0, OTHER_VENDOR.public)]),
        ("subject-31", "a key of 31 bytes", [_entry(subject=bytes(31))]),
        ("serial-negative", "a negative serial", [_entry(-1)]),
        ("serial-2-32", "a serial over 32 bits", [_entry(2**32)]),
        ("since-negative", "before 1970", [_entry(since=-1)]),
        ("since-missing", "no time", [short]),
        ("reason-unknown", "no such reason", [_entry(reason="bored")]),
        ("reason-empty", "an empty reason", [_entry(reason="")]),
    ]


def _held(file: VectorFile) -> None:
    shown = certificate()
    for name, comment, revoked in (
        ("none", "nothing is revoked", []),
        ("other", "another key is", [OTHER_VENDOR.public]),
    ):
        given = {"certificate": shown, "revoked": revoked}
        file.ok("hold", f"hold-{name}", comment, given)
    for name, comment, revoked in (
        ("it", "this key is revoked", [VENDOR.public]),
        ("among", "among others", [OTHER_VENDOR.public, VENDOR.public]),
    ):
        given = {"certificate": shown, "revoked": revoked}
        file.bad("hold", f"hold-{name}", "certificate.revoked", comment, given)
