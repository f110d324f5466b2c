"""Cases of breach.json: notes beyond what their vendor knew it may write, and the records."""

from __future__ import annotations

from dataclasses import replace

from . import withdrawn_cases
from .agreement_cases import signed
from .breach_parts import (
    ADVERT,
    AFTER,
    AGREEMENT,
    AUTHOR,
    GRANTED,
    HEARD,
    KNOWING,
    LATE_REVOKED,
    NAMED,
    ORDER,
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
    hearing,
    record,
    set_of,
    turned,
)
from .canonical import pack
from .cases import VectorFile
from .disclosure_cases import AGREED
from .messages import (
    accept,
    document_from,
    from_vendor,
    offer,
)
from .mutation import DROP, put
from .primitives import fixed
from .reach_cases import WRITTEN_AT, entry, note, reach, under
from .world import OTHER_VENDOR, STRANGER


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "breach",
        SECTION,
        "`breaches` gets the messages of a deal (`set`), and gives the digests of the notes that "
        "are breaches, with their ground and the digests of the word and of its acknowledgement "
        "(the note itself, before an `ack`, before any other; of several the first by `seq`), in "
        "whatever order they come. `make` gives the record of the one breach of a `set` under "
        "an agreement file, `verify` reports on one.",
    )
    _breaches(file.at(SECTION))
    _no_breaches(file.at(SECTION))
    _records(file.at(RECORD))
    _refused(file.at(RECORD))
    withdrawn_cases.add(file)
    return file


def _breaches(file: VectorFile) -> None:
    paused = reach(entry(*ORDER, "paused"))
    after = ack(paused, seq=2)
    back = reach(entry(*ADVERT, "agreed"), seq=2)
    product = note("A recall.", seq=3, purpose="product")
    later = hearing(SPAM, seq=2)
    excuse = reach(entry(*ADVERT, "granted"), seq=3)
    event = ack(REVOKED, seq=1, kind="unknown_kind")
    answer = ack(REVOKED, seq=2, kind="unknown_kind")
    twice = reach(entry(*ORDER, "paused"), seq=2)
    rows = (
        ("terms", "advertising that the terms forbid", (SPAM,), found(SPAM, "terms")),
        ("terms-product", "beyond the order", (product,), found(product, "terms")),
        (
            "terms-granted-later",
            "a grant after the note was read excuses nothing",
            (SPAM, later, excuse),
            found(SPAM, "terms"),
        ),
        (
            "terms-revoked-too",
            "the terms suffice where nothing was ever granted",
            (LATE_REVOKED, ack(LATE_REVOKED, seq=2), SPAM),
            found(SPAM, "terms"),
        ),
        (
            "revoked",
            "revoked, acknowledged, written all the same",
            (REVOKED, HEARD, AFTER),
            found(AFTER, "revoked", REVOKED, HEARD),
        ),
        (
            "knowing",
            "the note itself acknowledges",
            (REVOKED, HEARD, KNOWING),
            found(KNOWING, "revoked", REVOKED, KNOWING),
        ),
        (
            "paused",
            "paused, and acknowledged",
            (paused, after, AFTER),
            found(AFTER, "paused", paused, after),
        ),
        (
            "granted-and-revoked",
            "a grant beyond the terms was taken back",
            (GRANTED, LATE_REVOKED, ack(LATE_REVOKED, seq=2), SPAM),
            found(SPAM, "revoked", LATE_REVOKED, ack(LATE_REVOKED, seq=2)),
        ),
        (
            "granted-and-back",
            "back to the terms, which forbid it",
            (GRANTED, back, ack(back, seq=2), SPAM),
            found(SPAM, "terms", back, ack(back, seq=2)),
        ),
        (
            "ack-first",
            "an ack goes before another message that acknowledges",
            (REVOKED, event, HEARD, AFTER),
            found(AFTER, "revoked", REVOKED, HEARD),
        ),
        (
            "other-kind",
            "a message of a kind that nobody knows acknowledges, too",
            (REVOKED, answer, AFTER),
            found(AFTER, "revoked", REVOKED, answer),
        ),
        (
            "later-word",
            "another word that forbids isn't known yet",
            (REVOKED, HEARD, twice, AFTER),
            found(AFTER, "revoked", REVOKED, HEARD),
        ),
    )
    add_found(file, rows)
    both = (REVOKED, HEARD, AFTER, replace(SPAM, seq=4, prev=AFTER.digest))
    each = [found(AFTER, "revoked", REVOKED, HEARD), found(both[-1], "terms")]
    file.ok("breaches", "found-two", "two in a deal", set_of(*both), {"breaches": each})


def _no_breaches(file: VectorFile) -> None:
    again = reach(entry(*ORDER, "agreed"), seq=2)
    asked = note("Where?", seq=1, by_customer=True)
    foreign = replace(SPAM, body={**SPAM.body, "agreement": fixed("another agreement")})
    unknown_deal, digest = under("SD-OTHER", ())
    delivered = from_vendor(
        "order_event",
        {"agreement": fixed("x"), "event": "delivered", "at": WRITTEN_AT},
        seq=2,
        prev=fixed("message 1"),
    )
    nobody = replace(HEARD, author=STRANGER)
    rows = (
        ("nothing", "nothing was written", ()),
        ("within", "about the order", (AFTER,)),
        ("complete", "about the order, after its end", (delivered, AFTER)),
        ("granted", "the customer granted it", (GRANTED, SPAM)),
        ("crossed", "the revocation wasn't acknowledged", (REVOKED, AFTER)),
        ("acknowledged-later", "it was acknowledged after", (REVOKED, AFTER, ack(REVOKED, seq=4))),
        (
            "regretted",
            "revoked, and agreed again, which may have come first",
            (REVOKED, HEARD, again, AFTER),
        ),
        (
            "granted-while-it-crossed",
            "a grant that crossed the note",
            (reach(entry(*ADVERT, "granted")), SPAM, hearing(SPAM, seq=2)),
        ),
        (
            "grant-revoked-unheard",
            "a grant was taken back, and nobody said so yet",
            (GRANTED, LATE_REVOKED, SPAM),
        ),
        ("others-ack", "somebody else acknowledged", (REVOKED, nobody, AFTER)),
        (
            "other-channel",
            "another channel was revoked",
            (reach(entry("email", "order", "revoked")), ack(REVOKED, seq=2), AFTER),
        ),
        ("answer", "an answer", (asked, note("Here.", seq=3, answers=asked.digest))),
        ("answer-none", "an answer to nothing", (note("Buy.", seq=3, answers=fixed("x")),)),
        ("foreign", "under another agreement", (foreign,)),
        ("customers", "the customer's own note", (asked,)),
    )
    add_none(file, rows)
    unknown = replace(SPAM, body={**SPAM.body, "agreement": digest})
    given = set_of(unknown, deal=unknown_deal)
    file.ok("breaches", "none-unknown-terms", "terms nobody knows", given, {"breaches": []})
    given = set_of(SPAM, deal=AGREED[:2])
    file.ok("breaches", "none-not-agreed", "nothing is agreed", given, {"breaches": []})


def _records(file: VectorFile) -> None:
    back = reach(entry(*ADVERT, "agreed"))
    rows = (
        ("terms", "beyond the terms", (SPAM,), record(SPAM)),
        ("revoked", "beyond a word", (REVOKED, HEARD, AFTER), record(AFTER, REVOKED, HEARD)),
        ("knowing", "which the note acknowledges", (REVOKED, KNOWING), record(KNOWING, REVOKED)),
    )
    add_made(file, rows)
    extended = note("Buy more.", seq=3, purpose="marketing", ext={"x": 1})
    for name, comment, value in (
        ("extension", "an extension in the note", record(extended)),
        ("back", "back to the terms", record(SPAM, back, ack(back, seq=2))),
        ("same", "the note beside itself", record(KNOWING, REVOKED, KNOWING)),
        (
            "needless",
            "a word where the terms suffice",
            record(SPAM, LATE_REVOKED, ack(LATE_REVOKED, seq=2)),
        ),
    ):
        file.ok("verify", f"record-{name}", comment, {"raw": pack(value)})


def _refused(file: VectorFile) -> None:
    good = record(AFTER, REVOKED, HEARD)
    other = pack(signed({**document_from(accept(), offer()), "acceptedAt": accept().created + 1}))
    cheap = pack(put(signed(document_from(accept(), offer())), "document.draft.returns.days", 1))
    asked = note("Where?", seq=3, by_customer=True)
    answer = note("Here.", seq=3, answers=asked.digest)
    both = note("Buy.", seq=3, purpose="marketing", answers=asked.digest)
    allowed = reach(entry(*ORDER, "agreed"))
    elsewhere = replace(AFTER, body={**AFTER.body, "agreement": fixed("another")})
    named = replace(REVOKED, body={**REVOKED.body, "agreement": fixed("another")})
    rows = (
        ("v", SCHEMA, "another version", {**good, "v": 2}),
        ("type", SCHEMA, "another type", {**good, "type": "vrm-deletion-file"}),
        ("unknown", SCHEMA, "a key more", {**good, "x": 1}),
        ("without-note", SCHEMA, "no note", put(good, "note", DROP)),
        ("without-agreement", SCHEMA, "no agreement", put(good, "agreement", DROP)),
        ("nil-reach", SCHEMA, "nil as reach", {**good, "reach": None}),
        ("without-type", SCHEMA, "no type", put(good, "type", DROP)),
        ("empty-note", SCHEMA, "an empty note", {**good, "note": b""}),
        ("text-note", SCHEMA, "the text of the note", {**good, "note": "Buy more."}),
        ("map-reach", SCHEMA, "the body of the word", {**good, "reach": REVOKED.body}),
        ("list-ack", SCHEMA, "several", {**good, "acknowledgement": [HEARD.raw]}),
        ("empty-agreement", "agreement.schema", "no agreement", {**good, "agreement": b""}),
        (
            "ack-alone",
            SCHEMA,
            "acknowledges nothing",
            {**record(SPAM), "acknowledgement": HEARD.raw},
        ),
        ("kind", SCHEMA, "no note", {**good, "note": HEARD.raw}),
        ("reach-kind", SCHEMA, "no reach", {**good, "reach": asked.raw}),
        ("answer", SCHEMA, "a note that answers", record(answer)),
        ("both", SCHEMA, "a note of no one form", record(both)),
        ("forged-note", SCHEMA, "an altered note", {**good, "note": turned(AFTER.raw)}),
        ("forged-reach", SCHEMA, "an altered word", {**good, "reach": turned(REVOKED.raw)}),
        ("forged-ack", SCHEMA, "altered", {**good, "acknowledgement": turned(HEARD.raw)}),
        ("cut", "agreement.schema", "a cut agreement", {**good, "agreement": AGREEMENT[:-1]}),
        (
            "agreement-altered",
            "agreement.customer_signature",
            "an altered agreement",
            {**good, "agreement": cheap},
        ),
        ("author", AUTHOR, "a stranger's note", record(replace(SPAM, author=STRANGER))),
        ("author-other", AUTHOR, "another vendor's", record(replace(SPAM, author=OTHER_VENDOR))),
        (
            "recipient",
            AUTHOR,
            "to somebody else",
            record(replace(SPAM, recipient=STRANGER.public)),
        ),
        ("deal", AUTHOR, "in another deal", record(replace(SPAM, deal=fixed("deal")))),
        (
            "reach-author",
            AUTHOR,
            "a stranger's word",
            record(AFTER, replace(REVOKED, author=STRANGER), HEARD),
        ),
        (
            "ack-author",
            AUTHOR,
            "a stranger acknowledges",
            record(AFTER, REVOKED, replace(HEARD, author=STRANGER)),
        ),
        (
            "ack-customer",
            AUTHOR,
            "the customer acknowledges its own word",
            record(AFTER, REVOKED, ack(REVOKED, seq=2, by_customer=True)),
        ),
        (
            "ack-deal",
            AUTHOR,
            "acknowledged in another deal",
            record(AFTER, REVOKED, replace(HEARD, deal=fixed("deal"))),
        ),
        ("agreement-other", NAMED, "another agreement", {**good, "agreement": other}),
        ("note-names", NAMED, "the note names another", record(elsewhere, REVOKED, HEARD)),
        ("reach-names", NAMED, "the word names another", record(AFTER, named, ack(named, seq=2))),
        ("within-terms", WITHIN, "the terms permit it", record(AFTER)),
        (
            "within-word",
            WITHIN,
            "the word permits it",
            record(AFTER, allowed, ack(allowed, seq=2)),
        ),
        (
            "within-grant",
            WITHIN,
            "a grant",
            record(SPAM, GRANTED, ack(GRANTED, seq=2)),
        ),
        (
            "other-purpose",
            WITHIN,
            "the word is about something else",
            record(AFTER, LATE_REVOKED, ack(LATE_REVOKED, seq=2)),
        ),
        ("not-known", UNKNOWN, "nothing acknowledged", record(AFTER, REVOKED)),
        (
            "known-other",
            UNKNOWN,
            "another word was acknowledged",
            record(AFTER, REVOKED, ack(LATE_REVOKED, seq=2)),
        ),
        (
            "known-later",
            UNKNOWN,
            "acknowledged after the note",
            record(AFTER, REVOKED, ack(REVOKED, seq=4)),
        ),
        (
            "known-same",
            UNKNOWN,
            "another message with the note's number",
            record(AFTER, REVOKED, ack(REVOKED, seq=3)),
        ),
    )
    add_refused(file, rows)
    whole = pack(good)
    for name, raw in (("empty", b""), ("cut-record", whole[:-1]), ("more", whole + b"\0")):
        file.bad("verify", f"record-{name}", SCHEMA, "no record", {"raw": raw})
