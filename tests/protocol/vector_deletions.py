"""How the operations of deletion.json are done with the reference library."""

from __future__ import annotations

from typing import Any

from tests.protocol.vector_adapters import Adapter, Refused
from tests.protocol.vector_bodies import read_message
from tests.protocol.vectors import Case
from vrmprotocol import deletion, deletion_file, message, negotiation


def check(case: Case) -> dict[str, Any]:
    told = message.verify_and_load(case.hex("raw"), expected_recipient=None)
    assert isinstance(told, message.SignedMessage)
    others = [
        message.verify_and_load(bytes.fromhex(raw), expected_recipient=None)
        for raw in case.given["set"]
    ]
    deal = negotiation.evaluate([*others, told])
    stands = deletion.standing(deal, [told, *others])
    try:
        deletion.check(told, deal)
    finally:
        assert stands == ((told,) if case.expect == "ok" else ())
    return {}


def make(case: Case) -> dict[str, Any]:
    return {"raw": deletion_file.make(case.hex("agreement"), case.hex("message"))}


def verify(case: Case) -> dict[str, Any]:
    report = deletion_file.verify(case.hex("raw"))
    assert report.ok == (not report.failed)
    if report.failed:
        raise Refused(report.failed[0].code or "")
    return {}


DELETION_ADAPTERS: dict[tuple[str, str], Adapter] = {
    ("deletion", "read"): read_message,
    ("deletion", "check"): check,
    ("deletion", "make"): make,
    ("deletion", "verify"): verify,
}
