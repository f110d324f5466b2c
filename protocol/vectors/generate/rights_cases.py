"""Cases of rights.json: what a customer asks of a vendor that holds its data; what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .agreement_cases import signed
from .body_file import BODY
from .canonical import pack
from .cases import VectorFile
from .deletion_cases import AGREED, deletion
from .disclosure_cases import NAMED
from .mail_cases import MailCases
from .messages import (
    Inner,
    accept,
    accept_body,
    agreement,
    agreement_body,
    document_from,
    draft_body,
    from_customer,
    from_vendor,
    offer,
    offer_body,
)
from .primitives import fixed, sha256
from .rights_answer_cases import add as add_answers
from .world import DAY, OTHER_VENDOR, STRANGER, Body

SPEC = "specs/15-rights.md"
REQUEST, STATUS = f"{SPEC}#rights_request", f"{SPEC}#rights_status"
DATA, STATE = f"{SPEC}#rights_data", f"{SPEC}#the-state-of-a-request"
WRONG_AGREEMENT = "rights.agreement"
ASKED_AT = accept().created + DAY
ANSWERED_AT = ASKED_AT + 3 * DAY
RIGHTS = ("access", "deletion", "sale:opt_out")
DENIALS = (
    "claim_not_covered",
    "outside_jurisdiction",
    "too_many_requests",
    "no_match",
    "insuf_verification",
    "suspected_fraud",
)
KNOWN: Body = {"digest": fixed("an answer"), "size": 6_000, "parts": 3}


def request(right: str = "access", *, seq: int = 1, **changes: Any) -> Inner:
    """A request of the customer."""
    header = {name: changes.pop(name) for name in ("created",) if name in changes}
    body: Body = {"agreement": NAMED, "right": right, **changes}
    created = header.get("created", ASKED_AT)
    return from_customer("rights_request", body, created=created, seq=seq, prev=accept().digest)


def status(word: str, about: Inner, *, seq: int = 2, **changes: Any) -> Inner:
    """What the vendor says of a request."""
    body: Body = {"agreement": NAMED, "request": about.digest, "status": word, **changes}
    created = ANSWERED_AT + seq
    return from_vendor("rights_status", body, created=created, seq=seq, prev=agreement().digest)


def part(about: Inner, number: int = 0, data: bytes = b"{}") -> Inner:
    """A part of the vendor's answer."""
    body = {"agreement": NAMED, "request": about.digest, "part": number, "data": data}
    return from_vendor("rights_data", body, created=ANSWERED_AT, seq=3, prev=fixed("seq 2"))


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "rights",
        SPEC,
        "`read` as in message.json: the body alone. `check` gets the raw messages of a deal "
        "(`set`) and a request, a status or a part (`raw`) that was read: it counts, or is "
        "refused. `state` gives the requests of a set, whatever its order, each with its state "
        "and the time by which it has to be answered. `assemble` puts the parts of an answer "
        "together, `answer` reads one.",
    )
    _requests(file.at(REQUEST))
    _statuses(file.at(STATUS))
    _parts(file.at(DATA))
    _check(file.at(STATE))
    _states(file.at(STATE))
    _deadlines(file.at(f"{SPEC}#deadlines"))
    add_answers(file, part, request())
    return file


def _requests(file: VectorFile) -> None:
    cases = MailCases(file, "request", request())
    for right in RIGHTS:
        name = right.replace(":", "-").replace("_", "-")
        cases.allow(f"right-{name}", "a right", "right", right)
    cases.extensions()
    cases.missing("agreement", "right")
    cases.unknown("x", "note", "status")
    cases.wrong(("agreement", "bin", 32))
    for name, comment, value in (
        ("opt-in", "an opt-in asks nothing of a vendor that sells nothing", "sale:opt_in"),
        ("categories", "access to categories", "access:categories"),
        ("upper", "in capitals", "Access"),
        ("erasure", "the word of another law", "erasure"),
        ("empty", "empty", ""),
        ("nil", "nil", None),
        ("int", "a number", 1),
        ("array", "two rights", ["access", "deletion"]),
    ):
        cases.change(f"right-{name}", comment, "right", value)
    theirs = MailCases(file, "vendor", from_vendor("rights_request", request().body))
    theirs.refuse("writes-request", BODY, "only customers write this", request().body)


def _statuses(file: VectorFile) -> None:
    asked = request()
    working = MailCases(file, "progress", status("in_progress", asked, expectedBy=ANSWERED_AT))
    working.accept("full", "working on it", working.good)
    working.allow("order-open", "the order is open", "reason", "order_open")
    working.allow("note", "with a note", "note", "We ask our carrier.")
    working.change("without-expected", "no expectedBy", "expectedBy", None)
    working.missing("agreement", "request", "status", "expectedBy")
    working.unknown("x", "right")
    working.wrong(
        ("agreement", "bin", 32),
        ("request", "bin", 32),
        ("expectedBy", "time"),
        ("note", "text", 500),
    )
    working.change("denial", "a reason of denials", "reason", "no_match")
    working.change("until", "an until", "until", ANSWERED_AT)
    working.change("answer", "an answer", "answer", KNOWN)
    working.change("language", "the language of no note", "inLanguage", "de")
    working.extensions()
    done = MailCases(file, "fulfilled", status("fulfilled", asked, answer=KNOWN))
    done.accept("full", "with an answer", done.good)
    done.optional("answer")
    done.change("reason", "a reason", "reason", "no_match")
    done.change("expected", "an expectedBy", "expectedBy", ANSWERED_AT)
    done.change("until", "an until", "until", ANSWERED_AT)
    done.missing("answer.digest", "answer.size", "answer.parts")
    done.unknown("answer.x")
    done.bound = frozenset({"answer.size", "answer.parts"})
    done.wrong(("answer.digest", "bin", 32), ("answer.size", "int", 122_880, 1))
    done.wrong(("answer.parts", "int", 48, 1))
    done.change("parts-few", "fewer parts than the size needs", "answer.parts", 2)
    done.change("parts-many", "more parts than the size needs", "answer.parts", 4)
    largest = {**KNOWN, "size": 122_880, "parts": 48}
    done.allow("largest", "as long as may be", "answer", largest)
    done.allow("smallest", "one byte", "answer", {**KNOWN, "size": 1, "parts": 1})
    _denials(file, asked)
    for word in ("open", "expired", "revoked", "Fulfilled", "", None, 1):
        done.change(f"status-{word}", "no such status of a vendor", "status", word)
    by_customer = from_customer("rights_status", done.good, seq=1, prev=accept().digest)
    mine = MailCases(file, "customer", by_customer)
    mine.refuse("writes-status", BODY, "only vendors write this", by_customer.body)


def _denials(file: VectorFile, asked: Inner) -> None:
    cases = MailCases(file, "denied", status("denied", asked, reason="no_match"))
    for reason in DENIALS:
        cases.allow(f"reason-{reason}", "a reason", "reason", reason)
    law = {**cases.good, "reason": "legal_obligation", "until": ANSWERED_AT + 4_000 * DAY}
    cases.accept("legal", "a law demands the data until then", law)
    other = {**cases.good, "reason": "other", "note": "The court has your file."}
    cases.accept("other", "another reason, told in words", {**other, "inLanguage": "en"})
    cases.refuse(
        "other-without-note", BODY, "another reason, not told", {**cases.good, "reason": "other"}
    )
    unlimited = {name: value for name, value in law.items() if name != "until"}
    cases.refuse("legal-without-until", BODY, "a law, without end", unlimited)
    cases.missing("reason")
    cases.change("until", "an until without a law", "until", ANSWERED_AT)
    cases.change("expected", "an expectedBy", "expectedBy", ANSWERED_AT)
    cases.change("answer", "an answer", "answer", KNOWN)
    wrong: tuple[object, ...] = ("order_open", "unspecified", "legal", "", 1)
    for value in wrong:
        cases.change(f"reason-{value}", "no reason to deny", "reason", value)


def _parts(file: VectorFile) -> None:
    cases = MailCases(file, "data", part(request()))
    cases.accept("full", "a part", cases.good)
    cases.allow("last", "the last that may be", "part", 47)
    cases.allow("whole", "as long as may be", "data", bytes(2_560))
    cases.missing("agreement", "request", "part", "data")
    cases.unknown("x", "parts")
    cases.wrong(("agreement", "bin", 32), ("request", "bin", 32), ("part", "int", 47))
    for name, comment, value in (
        ("empty", "no byte", b""),
        ("long", "2,561 bytes", bytes(2_561)),
        ("text", "text", "{}"),
        ("nil", "nil", None),
    ):
        cases.change(f"data-{name}", comment, "data", value)
    cases.extensions()
    by_customer = from_customer("rights_data", cases.good, seq=1, prev=accept().digest)
    MailCases(file, "customer", by_customer).refuse(
        "writes-data", BODY, "only vendors write this", by_customer.body
    )


def _check(file: VectorFile) -> None:
    asked = request()
    said, told = status("denied", asked, reason="no_match"), part(asked)
    withdrawal = from_customer(
        "withdraw_accept",
        {"accept": accept().digest, "reason": "changed_mind"},
        seq=1,
        prev=accept().digest,
    )
    for name, each in (("request", asked), ("status", said), ("part", told)):
        for where, comment, messages in (
            ("agreed", "of an agreed deal", AGREED),
            ("cancelled", "of a deal that was agreed and cancelled", (*AGREED, withdrawal)),
        ):
            given = {"set": [one.raw for one in messages], "raw": each.raw}
            file.ok("check", f"check-{name}-{where}", comment, given)
    plain = sha256(pack(document_from(accept(), offer())))
    bad: list[tuple[str, str, tuple[Inner, ...], Inner]] = [
        ("nothing", "no message of the deal is known", (), asked),
        ("offered", "nothing is accepted yet", AGREED[:1], asked),
        ("accepted", "nothing is agreed yet", AGREED[:2], asked),
        ("withdrawn", "withdrawn before an agreement", (*AGREED[:2], withdrawal), asked),
        ("other", "another agreement", AGREED, request(agreement=fixed("another"))),
        ("plain", "a digest without its prefix", AGREED, request(agreement=plain)),
        ("accept", "the digest of the accept", AGREED, request(agreement=accept().digest)),
        ("request-stranger", "another pseudonym asks", AGREED, replace(asked, author=STRANGER)),
        ("status-stranger", "another key answers", AGREED, replace(said, author=OTHER_VENDOR)),
        ("part-stranger", "another key tells", AGREED, replace(told, author=OTHER_VENDOR)),
        (
            "status-other",
            "a status about another agreement",
            AGREED,
            status("fulfilled", asked, agreement=fixed("another")),
        ),
    ]
    for name, comment, known, each in bad:
        given = {"set": [one.raw for one in known], "raw": each.raw}
        file.bad("check", f"check-{name}", WRONG_AGREEMENT, comment, given)


def _shown(about: Inner, state: str, days: int = 30) -> Body:
    until = about.created + days * DAY
    return {"request": about.digest, "state": state, "answerBy": until}


def _state(
    file: VectorFile, name: str, comment: str, said: tuple[Inner, ...], *shown: Body
) -> None:
    given = {"set": [each.raw for each in (*AGREED, *said)]}
    file.ok("state", f"state-{name}", comment, given, {"requests": list(shown)})


def _states(file: VectorFile) -> None:
    ask, forget, sale = request(), request("deletion"), request("sale:opt_out")
    no: Body = {"reason": "no_match"}
    later = {"expectedBy": ANSWERED_AT}
    _state(file, "nothing", "nothing is asked", ())
    for right, asked in zip(RIGHTS, (ask, forget, sale), strict=True):
        word = right.partition(":")[0]
        _state(file, f"{word}-open", "asked", (asked,), _shown(asked, "open"))
        denied = status("denied", asked, **no)
        _state(file, f"{word}-denied", "denied", (asked, denied), _shown(asked, "denied"))
        working = status("in_progress", asked, **later)
        shown = _shown(asked, "in_progress")
        _state(file, f"{word}-progress", "in progress", (asked, working), shown)
        both = (asked, denied, replace(working, seq=3))
        _state(file, f"{word}-both", "denied, then in progress", both, _shown(asked, "denied"))
    answered = status("fulfilled", ask, answer=KNOWN)
    _state(file, "answered", "an answer", (ask, answered), _shown(ask, "fulfilled"))
    no_answer = status("fulfilled", ask)
    _state(file, "no-answer", "fulfilled without an answer", (ask, no_answer), _shown(ask, "open"))
    opted = status("fulfilled", sale)
    _state(file, "opted-out", "opted out", (sale, opted), _shown(sale, "fulfilled"))
    odd = status("fulfilled", sale, answer=KNOWN)
    _state(file, "sale-answer", "an answer to another right", (sale, odd), _shown(sale, "open"))
    done = status("fulfilled", forget)
    _state(file, "said-deleted", "no deletion is signed", (forget, done), _shown(forget, "open"))
    gone = deletion(reason="on_request", request=forget.digest)
    _state(file, "deleted", "a deletion that names it", (forget, gone), _shown(forget, "fulfilled"))
    silent = deletion(reason="on_request")
    _state(file, "deleted-unnamed", "one that names none", (forget, silent), _shown(forget, "open"))
    wrong = deletion(reason="on_request", request=ask.digest)
    comment = "one that names a request for something else"
    _state(file, "deleted-other", comment, (ask, forget, wrong), *_open(ask, forget))
    again = request("deletion", seq=4)
    both = (forget, again, deletion(reason="on_request", request=again.digest))
    done_both = (_shown(forget, "fulfilled"), _shown(again, "fulfilled"))
    _state(file, "deleted-later", "one that names a later request", both, *done_both)
    earlier = (forget, again, gone)
    done_one = (_shown(forget, "fulfilled"), _shown(again, "open"))
    _state(file, "deleted-earlier", "one that names an earlier request", earlier, *done_one)
    refused = (forget, status("denied", forget, **no), replace(gone, seq=9))
    _state(file, "denied-deleted", "denied, then done", refused, _shown(forget, "fulfilled"))
    unasked = status("denied", request(seq=7), **no)
    _state(file, "unasked", "about a request that isn't there", (ask, unasked), _shown(ask, "open"))
    foreign = replace(status("denied", ask, **no), author=OTHER_VENDOR)
    _state(file, "foreign", "by another key", (ask, foreign), _shown(ask, "open"))


def _open(*asked: Inner) -> list[Body]:
    return [_shown(each, "open") for each in sorted(asked, key=lambda each: each.digest)]


def _deadlines(file: VectorFile) -> None:
    ask = request()
    for name, comment, days, shown in (
        ("later", "to a later time", 45, 45),
        ("earlier", "never to an earlier time", 3, 30),
        ("ninety", "to the last day", 90, 90),
        ("too-late", "to no later than 90 days", 91, 90),
    ):
        working = status("in_progress", ask, expectedBy=ASKED_AT + days * DAY)
        _state(file, f"by-{name}", comment, (ask, working), _shown(ask, "in_progress", shown))
    twice = (
        status("in_progress", ask, expectedBy=ASKED_AT + 80 * DAY),
        status("in_progress", ask, seq=3, expectedBy=ASKED_AT + 40 * DAY),
    )
    comment = "the last of two counts"
    _state(file, "by-twice", comment, (ask, *twice), _shown(ask, "in_progress", 40))
    _at_once(file)


def _at_once(file: VectorFile) -> None:
    """With `portability` at `immediately` an answer is due in a day."""
    draft = draft_body(terms="SD-BASE-DP", addendum={"portability": "immediately"})
    offered = from_vendor("offer", offer_body(draft=draft))
    accepted = from_customer("accept", accept_body(offered), created=accept().created)
    agreed = from_vendor(
        "agreement",
        agreement_body(accepted, offered),
        seq=1,
        prev=offered.digest,
        created=agreement().created,
    )
    named = sha256(b"vrm/1 agreement\0", pack(document_from(accepted, offered)))
    assert signed(document_from(accepted, offered))
    for right, days in (("access", 1), ("deletion", 30)):
        asked = request(right, agreement=named)
        given = {"set": [each.raw for each in (offered, accepted, agreed, asked)]}
        name, comment = f"state-at-once-{right}", "portability is immediately"
        file.ok("state", name, comment, given, {"requests": [_shown(asked, "open", days)]})
