"""Cases of sealed_intent.json: a customer that lets one vendor recognise it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .body_file import BODY, UNKNOWN
from .cases import VectorFile
from .mail_cases import MailCases
from .message_cases import VENDORS_EYES, failure
from .messages import RELATIONSHIP, Inner
from .mutation import put
from .primitives import Signer, with_foreign_order
from .world import (
    CUSTOMER,
    DEAL,
    OTHER_CUSTOMER,
    OTHER_ROOT,
    STRANGER,
    VENDOR,
    VENDOR_ROOT,
    Body,
)

WRONG = "recognition.signature"
CONTEXT = b"vrm/1 recognition\0"
OTHER_DEAL = bytes(range(32))


def relationship(
    signer: Signer = RELATIONSHIP,
    *,
    context: bytes = CONTEXT,
    deal: bytes = DEAL,
    pseudonym: bytes = CUSTOMER.public,
) -> Body:
    """The relationship key of `RELATIONSHIP`, with what a signer signed for it."""
    return {"key": RELATIONSHIP.public, "signature": signer.sign(context + deal + pseudonym)}


def add(file: VectorFile, asked: Inner) -> None:
    """The cases about an intent without `relationship`, once it has it."""
    section = file.at("specs/09-relationship.md#recognition")
    shown: Body = {**asked.body, "relationship": relationship()}
    cases = MailCases(section, "relationship", replace(asked, body=shown))
    _bodies(cases)
    _signatures(cases)
    _stolen(section, cases)
    given = {"secret": RELATIONSHIP.seed, "deal": DEAL, "pseudonym": CUSTOMER.public}
    output = {"signature": relationship()["signature"]}
    section.ok("sign", "relationship-sign", "the key signs deal and pseudonym", given, output)


def _bodies(cases: MailCases) -> None:
    good = cases.good
    cases.accept("shown", "the key and its signature", good)
    nobody = Signer.named("relationship of another customer")
    message = CONTEXT + DEAL + CUSTOMER.public
    other = {"key": nobody.public, "signature": nobody.sign(message)}
    cases.accept("unknown-key", "a key that no deal opened is well formed", _with(cases, other))
    cases.missing("relationship.key", "relationship.signature")
    cases.wrong(("relationship.key", "bin", 32), ("relationship.signature", "bin", 64))
    cases.refuse("nil", BODY, "nil", _with(cases, None))
    cases.refuse("key-alone", BODY, "a key alone", _with(cases, RELATIONSHIP.public))
    cases.refuse("list", BODY, "one in an array", _with(cases, [relationship()]))
    cases.refuse(
        "withdrawn", BODY, "a withdrawal says nothing of it", put(good, "status", "withdrawn")
    )
    for name in ("salt", "deal", "x"):
        opened = _with(cases, {**relationship(), name: bytes(32)})
        cases.refuse(f"with-{name}", UNKNOWN, "a field that it doesn't have", opened)
    inside = {**cases.good["intent"], "relationship": relationship()}
    body = {"status": "active", "intent": inside}
    cases.refuse("in-intent", UNKNOWN, "in the intent, as no market knows it", body)


def _signatures(cases: MailCases) -> None:
    signature: bytes = relationship()["signature"]
    turned = bytes([signature[0] ^ 1]) + signature[1:]
    wrong: list[tuple[str, str, Body]] = [
        ("signature-zero", "zero bytes", {"signature": bytes(64)}),
        ("signature-bit", "a bit turned", {"signature": turned}),
        (
            "signature-order",
            "S plus the order of the group",
            {"signature": with_foreign_order(signature)},
        ),
        ("key-other", "another key than signed", {"key": STRANGER.public}),
        ("key-zero", "a key that is no point of order L", {"key": bytes(32)}),
        ("key-pseudonym", "the pseudonym in its place", {"key": CUSTOMER.public}),
        ("by-pseudonym", "the pseudonym's", relationship(CUSTOMER)),
        ("by-vendor", "the vendor's", relationship(VENDOR)),
        ("by-stranger", "a stranger's", relationship(STRANGER)),
        ("other-deal", "over another deal", relationship(deal=OTHER_DEAL)),
        ("over-root", "over the root, not the deal", relationship(deal=VENDOR_ROOT.public)),
        ("other-root", "over another vendor's root", relationship(deal=OTHER_ROOT.public)),
        (
            "other-pseudonym",
            "over another pseudonym of the same deal",
            relationship(pseudonym=OTHER_CUSTOMER.public),
        ),
        (
            "turned-round",
            "pseudonym before deal",
            relationship(deal=CUSTOMER.public, pseudonym=DEAL),
        ),
        ("of-disclosure", "a disclosure's", relationship(context=b"vrm/1 relationship\0")),
        ("no-context", "without the context", relationship(context=b"")),
        ("no-zero", "without the zero byte", relationship(context=CONTEXT[:-1])),
    ]
    for name, comment, changes in wrong:
        cases.refuse(name, WRONG, comment, _with(cases, {**relationship(), **changes}))


def _stolen(file: VectorFile, cases: MailCases) -> None:
    stolen = replace(cases.around(cases.good), author=OTHER_CUSTOMER, signer=OTHER_CUSTOMER)
    given = {"raw": stolen.raw, **VENDORS_EYES}
    comment = "what was signed for one pseudonym, under another"
    output = {"acknowledged": False}
    file.bad("read", "relationship-stolen", "message.author", comment, given, output)
    eyes = {**VENDORS_EYES, "author": OTHER_CUSTOMER.public}
    given = {"raw": stolen.raw, **eyes}
    comment = "the same, where the reader expects the other pseudonym"
    file.bad("read", "relationship-stolen-expected", WRONG, comment, given, failure(WRONG))


def _with(cases: MailCases, value: Any) -> Body:
    return {**cases.good, "relationship": value}
