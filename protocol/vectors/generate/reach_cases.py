"""Cases of reach.json: what a vendor may write first, and which notes are within that."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from .body_file import BODY
from .cases import VectorFile
from .disclosure_cases import AGREED, NAMED, agreement_digest
from .mail_cases import MailCases
from .messages import (
    Inner,
    accept,
    accept_body,
    agreement,
    agreement_body,
    draft_body,
    from_customer,
    from_vendor,
    offer_body,
)
from .mutation import DROP
from .primitives import Signer, fixed
from .world import DAY, NOW, Body

REACH = "specs/09-relationship.md#reach"
NOTE = "specs/09-relationship.md#note"
REFUSAL = "specs/09-relationship.md#note_refusal"
CHANNELS = ("email", "letter", "message", "phone", "text")
PURPOSES = ("order", "product", "other", "marketing")
WRITTEN_AT = NOW + 10 * DAY


def entry(channel: str, purpose: str, status: str) -> Body:
    """What holds for one purpose on one channel."""
    return {"channel": channel, "purpose": purpose, "status": status}


def reach(*entries: Body, seq: int = 1, **more: Any) -> Inner:
    """A word of the customer's about reach."""
    body: Body = {"agreement": NAMED, "reach": list(entries), **more}
    prev = accept().digest if seq == 1 else fixed(f"message {seq - 1}")
    return from_customer("reach", body, seq=seq, prev=prev, created=WRITTEN_AT + seq)


def everything(status: str, *, seq: int = 1) -> Inner:
    """The same word about every channel and purpose."""
    return reach(*(entry(c, p, status) for c in CHANNELS for p in PURPOSES), seq=seq)


def note(
    text: str = "It leaves tomorrow.", *, seq: int = 2, by_customer: bool = False, **more: Any
) -> Inner:
    """A note of the vendor's, or of the customer's."""
    body: Body = {"agreement": NAMED, "text": text, **more}
    body = {key: value for key, value in body.items() if value is not DROP}
    write = from_customer if by_customer else from_vendor
    header = {"seq": seq, "prev": fixed(f"message {seq - 1}"), "created": WRITTEN_AT + seq}
    return write("note", body, **header)


def refusal(of: Inner, code: str = "reach.revoked", *, seq: int = 3) -> Inner:
    """The customer's node refuses a note."""
    body = {"agreement": NAMED, "note": of.digest, "code": code}
    header = {"seq": seq, "prev": fixed(f"message {seq - 1}"), "created": WRITTEN_AT + seq}
    return from_customer("note_refusal", body, **header)


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "reach",
        REACH,
        "`read` as in message.json: the body alone. `reach` gets the messages of a deal (`set`), "
        "and gives the status of every channel and purpose and of the relationship, in whatever "
        "order they come. `note` gets also a vendor's note that was read (`raw`): it is within "
        "reach, or refused by its code. `conversation` gives the digests of the notes, and which "
        "are refused.",
    )
    _reach_bodies(file.at(REACH))
    _note_bodies(file.at(NOTE))
    _refusal_bodies(file.at(REFUSAL))
    _states(file.at("specs/09-relationship.md#by-the-terms"))
    _words(file.at(REACH))
    _notes(file.at(NOTE))
    _conversations(file.at(REFUSAL))
    return file


def _reach_bodies(file: VectorFile) -> None:
    good = entry("message", "marketing", "granted")
    cases = MailCases(file, "reach", reach(good, entry("email", "marketing", "revoked")))
    cases.accept("two", "one grant, one revocation", cases.good)
    cases.accept("all", "every channel and purpose", everything("paused").body)
    cases.extensions()
    cases.missing("agreement", "reach")
    cases.unknown("x", "until")
    cases.wrong(("agreement", "bin", 32))
    body = cases.good
    for name, comment, entries in (
        ("none", "no entries", []),
        ("twice", "a channel and purpose twice", [good, {**good, "status": "revoked"}]),
        ("map", "a map by channel", {"message": "granted"}),
        ("texts", "channels alone", ["message"]),
        ("channel", "no such channel", [{**good, "channel": "fax"}]),
        ("channel-post", "letters have another name", [{**good, "channel": "post"}]),
        ("purpose", "no such purpose", [{**good, "purpose": "service"}]),
        ("purpose-any", "a level, not a purpose", [{**good, "purpose": "any"}]),
        ("status", "no such status", [{**good, "status": "allowed"}]),
        ("status-result", "what follows, not what is said", [{**good, "status": "not_granted"}]),
        ("status-bool", "true", [{**good, "status": True}]),
        ("nil", "nil", None),
    ):
        cases.refuse(f"entries-{name}", BODY, comment, {**body, "reach": entries})
    for key in good:
        broken = {name: value for name, value in good.items() if name != key}
        cases.refuse(f"without-{key}", BODY, f"no {key}", {**body, "reach": [broken]})
    more = everything("granted").body["reach"]
    cases.refuse("entries-21", BODY, "one too many", {**body, "reach": [*more, good]})
    by_vendor = from_vendor("reach", body, seq=2, prev=agreement().digest)
    theirs = MailCases(file, "reach-vendor", by_vendor)
    theirs.refuse("own", BODY, "a vendor can't grant itself anything", body)


def _note_bodies(file: VectorFile) -> None:
    cases = MailCases(file, "note", note(purpose="order", inLanguage="en"))
    cases.accept("first", "the vendor writes first", cases.good)
    cases.accept("answer", "an answer", note(answers=fixed("a note")).body)
    cases.accept("longest", "1,000 characters", note("ü" * 1_000, purpose="order").body)
    cases.accept("lines", "several lines", note("one\ntwo", purpose="other").body)
    cases.extensions()
    cases.missing("agreement", "text")
    cases.unknown("x", "subject")
    cases.wrong(("agreement", "bin", 32), ("answers", "bin", 32))
    both = note(purpose="order", answers=fixed("a note")).body
    cases.refuse("both", BODY, "writes first, and answers", both)
    cases.refuse("neither", BODY, "neither purpose nor answers", note().body)
    for name, comment, text in (
        ("empty", "no text", ""),
        ("long", "1,001 characters", "a" * 1_001),
        ("control", "a tab", "a\tb"),
        ("bin", "bytes", b"text"),
    ):
        cases.refuse(f"text-{name}", BODY, comment, {**cases.good, "text": text})
    for name, comment, purpose in (
        ("unknown", "no such purpose", "service"),
        ("empty", "empty", ""),
        ("nil", "nil", None),
    ):
        cases.refuse(f"purpose-{name}", BODY, comment, {**cases.good, "purpose": purpose})
    mine = MailCases(file, "note-customer", note(by_customer=True))
    mine.accept("first", "a customer may always write", mine.good)
    mine.accept("answer", "an answer", note(by_customer=True, answers=fixed("a note")).body)
    stated = note(by_customer=True, purpose="order").body
    mine.refuse("purpose", BODY, "a customer needs no purpose", stated)


def _refusal_bodies(file: VectorFile) -> None:
    cases = MailCases(file, "refusal", refusal(note(purpose="marketing")))
    for code in ("reach.not_granted", "reach.paused", "reach.revoked"):
        cases.accept(code.partition(".")[2], code, {**cases.good, "code": code})
    cases.extensions()
    cases.missing("agreement", "note", "code")
    cases.unknown("x", "text")
    cases.wrong(("agreement", "bin", 32), ("note", "bin", 32))
    wrong: dict[str, Any] = {"unknown": "reach.other", "short": "revoked", "empty": "", "nil": None}
    for name, code in wrong.items():
        cases.refuse(f"code-{name}", BODY, "no such code", {**cases.good, "code": code})
    by_vendor = from_vendor("note_refusal", cases.good, seq=2, prev=agreement().digest)
    theirs = MailCases(file, "refusal-vendor", by_vendor)
    theirs.refuse("own", BODY, "a vendor refuses nothing so", by_vendor.body)


@cache
def under(terms: str, levels: tuple[tuple[str, Any], ...]) -> tuple[tuple[Inner, ...], bytes]:
    """A deal agreed under other terms, and the digest of its document."""
    addendum = {n: list(v) if isinstance(v, tuple) else v for n, v in levels}
    draft = draft_body(terms=terms, **({"addendum": addendum} if levels else {}))
    offered = from_vendor("offer", offer_body(draft=draft))
    accepted = replace(accept(), body=accept_body(offered), received=(offered.digest,))
    answer = agreement_body(accepted, offered)
    signed = replace(agreement(), body=answer, prev=offered.digest, received=(accepted.digest,))
    return (offered, accepted, signed), agreement_digest(accepted, offered)


def by_rule(reach_level: str, marketing: tuple[str, ...], *, complete: bool) -> dict[str, Body]:
    """The table of the specification, written out."""
    granted = {
        "order": reach_level in ("product", "any") or (reach_level == "order" and not complete),
        "product": reach_level in ("product", "any"),
        "other": reach_level == "any",
    }
    return {
        channel: {
            purpose: "granted" if granted.get(purpose, channel in marketing) else "not_granted"
            for purpose in PURPOSES
        }
        for channel in CHANNELS
    }


def _event(word: str, digest: bytes, seq: int, **more: Any) -> Inner:
    body = {"agreement": digest, "event": word, "at": WRITTEN_AT, **more}
    return from_vendor("order_event", body, seq=seq, prev=fixed(f"message {seq - 1}"))


def _states(file: VectorFile) -> None:
    for level in ("none", "order", "product", "any"):
        for marketing in ((), ("email", "message"), CHANNELS):
            deal, digest = under("SD-BASE", (("marketing", marketing), ("reach", level)))
            for complete in (False, True):
                done = (
                    _event("paid", digest, 5, amount=10_475),
                    _event("delivered", digest, 6),
                )
                said = done if complete else ()
                name = f"terms-{level}-{len(marketing)}{'-complete' if complete else ''}"
                expected = by_rule(level, marketing, complete=complete)
                _state(file, name, "as the terms have it", (*deal, *said), expected)
    plain = by_rule("order", (), complete=False)
    _state(file, "terms-default", "the defaults of SD-BASE", AGREED, plain)
    half = (_event("delivered", NAMED, 6),)
    _state(file, "terms-unpaid", "delivered, and not paid yet", (*AGREED, *half), plain)
    foreign, _ = under("SD-OTHER", ())
    nothing = by_rule("none", (), complete=False)
    _state(file, "terms-unknown", "terms that nobody knows", foreign, nothing)
    _state(file, "not-agreed", "nothing is agreed yet", AGREED[:2], nothing)


def _state(
    file: VectorFile,
    name: str,
    comment: str,
    messages: tuple[Inner, ...],
    cells: dict[str, Body],
    relationship: str = "active",
) -> None:
    given = {"set": [each.raw for each in messages]}
    file.ok("reach", name, comment, given, {"reach": cells, "relationship": relationship})


def _with(cells: dict[str, Body], *entries: tuple[str, str, str]) -> dict[str, Body]:
    found = {channel: dict(row) for channel, row in cells.items()}
    for channel, purpose, status in entries:
        found[channel][purpose] = status
    return found


def _words(file: VectorFile) -> None:
    plain = by_rule("order", (), complete=False)
    cell = ("message", "marketing")
    granted = reach(entry(*cell, "granted"))
    revoked = reach(entry(*cell, "revoked"), seq=2)
    paused = reach(entry("message", "order", "paused"), seq=3)
    other = replace(granted, body={**granted.body, "agreement": fixed("another agreement")})
    forged = replace(granted, author=Signer.named("stranger of reach"))
    for name, comment, said, changed in (
        ("granted", "a grant beyond the terms", (granted,), [(*cell, "granted")]),
        ("revoked", "taken back", (granted, revoked), [(*cell, "revoked")]),
        ("paused", "one purpose paused", (paused,), [("message", "order", "paused")]),
        ("agreed", "as the terms have it", (revoked, reach(entry(*cell, "agreed"), seq=3)), []),
        ("other", "under another agreement", (other,), []),
        ("forged", "by another author", (forged,), []),
    ):
        _state(file, f"word-{name}", comment, (*AGREED, *said), _with(plain, *changed))
    for status, relationship in (("revoked", "ended"), ("paused", "paused"), ("granted", "active")):
        cells = {channel: dict.fromkeys(PURPOSES, status) for channel in CHANNELS}
        comment = f"everything {status}"
        _state(file, f"all-{status}", comment, (*AGREED, everything(status)), cells, relationship)
    again = reach(entry("message", "order", "agreed"), seq=2)
    ended = {channel: dict.fromkeys(PURPOSES, "revoked") for channel in CHANNELS}
    cells = _with(ended, ("message", "order", "granted"))
    messages = (*AGREED, everything("revoked"), again)
    _state(file, "ended-and-back", "one thing is agreed again", messages, cells)


def _notes(file: VectorFile) -> None:
    revoked = reach(entry("message", "order", "revoked"))
    paused = reach(entry("message", "order", "paused"))
    granted = reach(entry("message", "marketing", "granted"))
    asked = note("Where is it?", seq=4, by_customer=True)
    answer = note("Here.", seq=5, answers=asked.digest)
    second = note("Here, too.", seq=6, answers=asked.digest)
    order, advert = note(purpose="order"), note(purpose="marketing")
    for name, comment, said, given in (
        ("order", "about the order", (), order),
        ("granted", "beyond the terms, with a grant", (granted,), advert),
        ("answer", "asked first", (asked,), answer),
        (
            "answer-revoked",
            "asked, with everything revoked",
            (everything("revoked"), asked),
            answer,
        ),
        ("answer-first", "the first of two answers", (asked, second), answer),
    ):
        file.ok("note", f"note-within-{name}", comment, _note(given, *said), {})
    for name, code, comment, said, given in (
        ("marketing", "reach.not_granted", "advertising that the terms forbid", (), advert),
        ("product", "reach.not_granted", "beyond the order", (), note(purpose="product")),
        ("revoked", "reach.revoked", "revoked", (revoked,), order),
        ("paused", "reach.paused", "paused", (paused,), order),
        ("answer-none", "reach.not_granted", "answers nothing", (), answer),
        ("answer-own", "reach.not_granted", "answers itself", (order,), note(answers=order.digest)),
        ("answer-second", "reach.not_granted", "a second answer", (asked, answer), second),
    ):
        file.bad("note", f"note-beyond-{name}", code, comment, _note(given, *said))


def _note(given: Inner, *said: Inner) -> Body:
    return {"set": [each.raw for each in (*AGREED, *said)], "raw": given.raw}


def _conversations(file: VectorFile) -> None:
    first, asked = note(purpose="order"), note("Where?", seq=4, by_customer=True)
    answer = note("Here.", seq=5, answers=asked.digest)
    advert = note("Buy more.", seq=3, purpose="marketing")
    foreign = replace(first, body={**first.body, "agreement": fixed("another agreement")})
    refused = refusal(advert, seq=6)
    forged = from_vendor("note_refusal", refused.body, seq=8, prev=fixed("message 7"))
    for name, comment, said, notes, gone in (
        ("none", "nobody has written", (), (), ()),
        (
            "talk",
            "a word, a question, an answer",
            (first, asked, answer),
            (first, asked, answer),
            (),
        ),
        (
            "refused",
            "one is refused",
            (first, advert, refused),
            (first, advert),
            ((advert, "revoked"),),
        ),
        (
            "refused-twice",
            "the first refusal counts",
            (advert, refused, refusal(advert, "reach.paused", seq=7)),
            (advert,),
            ((advert, "revoked"),),
        ),
        ("refused-later", "the note isn't there yet", (refused,), (), ((advert, "revoked"),)),
        ("by-vendor", "a vendor can't refuse", (advert, forged), (advert,), ()),
        ("foreign", "under another agreement", (foreign,), (), ()),
    ):
        given = {"set": [each.raw for each in (*AGREED, *said)]}
        output = {
            "notes": [each.digest for each in notes],
            "refused": {each.digest.hex(): f"reach.{code}" for each, code in gone},
        }
        file.ok("conversation", f"conversation-{name}", comment, given, output)
