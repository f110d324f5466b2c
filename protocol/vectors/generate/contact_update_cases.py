"""Cases of contact_update.json: what has changed of what a vendor was told, and when it counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .body_file import BODY, UNKNOWN
from .canonical import pack
from .cases import VectorFile
from .disclosure_cases import (
    AGREED,
    BEYOND,
    DISCLOSED_AT,
    LONGEST,
    NAMED,
    WRONG_AGREEMENT,
    Checks,
    disclosure,
    field_of,
)
from .mail_cases import MailCases
from .messages import CONTACT, Inner, accept, agreement, from_customer, from_vendor, offer
from .mutation import DROP
from .notation import notation
from .primitives import fixed
from .world import DAY, Body

SECTION = "specs/09-relationship.md#contact_update"
MOVES_AT = DISCLOSED_AT + 30 * DAY


def update(
    *fields: tuple[str, str | None], seq: int = 2, since: int = DISCLOSED_AT, **more: Any
) -> Inner:
    """A contact update of these fields, in force from `since` on."""
    entries = [{"name": n, "value": v} if v is not None else {"name": n} for n, v in fields]
    body: Body = {"agreement": NAMED, "effectiveFrom": since, "fields": entries, **more}
    body = {key: value for key, value in body.items() if value is not DROP}
    return from_customer(
        "contact_update",
        body,
        seq=seq,
        prev=fixed(f"message {seq - 1}"),
        created=DISCLOSED_AT + seq,
    )


MOVED = update(("street_address", "Neue Straße 2"), ("postal_code", "10117"), since=MOVES_AT)


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "contact_update",
        SECTION,
        "`read` as in message.json: the body alone. `check` as in disclosure.json. `told` gets the "
        "messages of a deal (`set`) with disclosures and contact updates among them, and `now`; it "
        "gives the values in force, the next one to come of each field, and the superseded "
        "statements as name and digest, in whatever order the messages come.",
    )
    _bodies(file.at(SECTION))
    _fields(file)
    _check(file)
    _told(file)
    return file


def _bodies(file: VectorFile) -> None:
    cases = MailCases(file, "body", MOVED)
    cases.accept("full", "two fields, in a month", cases.good)
    gone = update(("telephone", None)).body
    cases.accept("gone", "the customer has no telephone any more", gone)
    cases.extensions()
    cases.missing("agreement", "effectiveFrom", "fields")
    cases.unknown("x", "relationship", "salt")
    cases.wrong(("agreement", "bin", 32))
    good = cases.good
    for name, comment, value in (
        ("negative", "before 1970", -1),
        ("beyond", "after 2106", 2**32),
        ("text", "a date as text", "2027-03-01"),
        ("nil", "nil", None),
    ):
        cases.refuse(f"from-{name}", BODY, comment, {**good, "effectiveFrom": value})
    cases.refuse("fields-empty", BODY, "no fields", {**good, "fields": []})
    cases.refuse("fields-map", BODY, "a map by name", {**good, "fields": {"name": "Anna"}})
    cases.refuse("fields-nil", BODY, "nil", {**good, "fields": None})
    twice = update(("name", "Anna"), ("name", "Anna")).body
    cases.refuse("twice", BODY, "a name twice", twice)
    both = update(("name", "Anna"), ("name", None)).body
    cases.refuse("twice-gone", BODY, "a name with a value and without", both)
    nine = [*LONGEST.items(), ("name", "Anna")]
    cases.refuse("fields-9", BODY, "nine fields", update(*nine).body)
    _sizes(cases)


def _sizes(cases: MailCases) -> None:
    """Bodies of 2,048 and 2,049 bytes."""
    body = {**update(*LONGEST.items()).body, "ext": {"x": ""}}
    room = 2_048 - len(pack(body)) - 2  # a str over 255 bytes has two more bytes of length
    fits = {**body, "ext": {"x": "a" * room}}
    assert len(pack(fits)) == 2_048
    cases.accept("size-2048", "as long as may be", fits)
    over = {**body, "ext": {"x": "a" * (room + 1)}}
    cases.refuse("size-2049", BODY, "a byte too long", over)


def _fields(file: VectorFile) -> None:
    for name in CONTACT:
        one = update((name, LONGEST[name]))
        cases = MailCases(file, name.replace("_", "-"), one)
        cases.accept("longest", "as long as may be", cases.good)
        beyond = [("empty", "no characters", ""), ("bin", "bytes", b"Anna")]
        for suffix, comment, value in [*beyond, *BEYOND[name]]:
            fields = [{"name": name, "value": value}]
            cases.refuse(suffix, BODY, comment, {**one.body, "fields": fields})
    cases = MailCases(file, "field", update(("name", "Anna")))
    entry = {"name": "name", "value": "Anna"}
    for case, code, comment, broken in (
        ("unknown", UNKNOWN, "no such key of an entry", {**entry, "x": 1}),
        ("salt", UNKNOWN, "nothing is opened here", {**entry, "salt": bytes(32)}),
        ("nil", BODY, "nil is left out", {**entry, "value": None}),
        ("name-unknown", BODY, "no such contact field", {**entry, "name": "birth_date"}),
        ("name-relationship", BODY, "no contact field", {**entry, "name": "relationship"}),
        ("name-missing", BODY, "no name", {"value": "Anna"}),
    ):
        cases.refuse(case, code, comment, {**cases.good, "fields": [broken]})
    by_vendor = from_vendor("contact_update", MOVED.body, seq=2, prev=agreement().digest)
    theirs = MailCases(file, "vendor", by_vendor)
    theirs.refuse("update", BODY, "vendors have no say in it", by_vendor.body)


def _check(file: VectorFile) -> None:
    checks = Checks(file)
    checks.ok("agreed", "beside its agreement", MOVED, AGREED)
    checks.ok("never-told", "of a field that wasn't told", update(("region", "Berlin")), AGREED)
    other = replace(MOVED, body={**MOVED.body, "agreement": fixed("another agreement")})
    checks.bad("agreement", WRONG_AGREEMENT, "names another document", other)
    by_accept = replace(MOVED, body={**MOVED.body, "agreement": accept().digest})
    checks.bad("agreement-accept", WRONG_AGREEMENT, "the digest of the accept", by_accept)
    withdrawal = from_customer(
        "withdraw_accept",
        {"accept": accept().digest, "reason": "changed_mind"},
        seq=1,
        prev=accept().digest,
    )
    for name, comment, messages in (
        ("offered", "nothing is accepted yet", (offer(),)),
        ("accepted", "nothing is agreed yet", (offer(), accept())),
        ("cancelled", "withdrawn and countersigned", (*AGREED, withdrawal)),
        ("nothing", "no message of the deal is known", ()),
    ):
        checks.bad(name, WRONG_AGREEMENT, comment, MOVED, messages)


def _told(file: VectorFile) -> None:
    file.at("specs/09-relationship.md#what-counts")
    told = disclosure(field_of("street_address"), field_of("email"), seq=1)
    old, mail = CONTACT["street_address"], CONTACT["email"]
    new = update(("street_address", "Neue Straße 2"), seq=2, since=MOVES_AT)
    later = update(("street_address", "Andere Straße 3"), seq=3, since=MOVES_AT + DAY)
    sooner = update(("street_address", "Andere Straße 3"), seq=3, since=MOVES_AT - DAY)
    stays = update(("street_address", old), seq=4, since=DISCLOSED_AT)
    gone = update(("email", None), seq=3, since=DISCLOSED_AT)
    forged = replace(gone, body={**gone.body, "agreement": fixed("another agreement")})
    by_hand = disclosure(field_of("street_address", salted=False, value="Mitte 9"), seq=5)
    given = {"email": mail}
    for name, comment, now, said, fields, coming, over in (
        ("none", "nothing changed", MOVES_AT, (), {**given, "street_address": old}, {}, ()),
        (
            "before",
            "announced, and not yet in force",
            MOVES_AT - 1,
            (new,),
            {**given, "street_address": old},
            {"street_address": "Neue Straße 2"},
            (),
        ),
        (
            "at",
            "in force from that second on",
            MOVES_AT,
            (new,),
            {**given, "street_address": "Neue Straße 2"},
            {},
            (("street_address", told),),
        ),
        (
            "two-to-come",
            "one after the other",
            MOVES_AT - 1,
            (new, later),
            {**given, "street_address": old},
            {"street_address": "Neue Straße 2"},
            (),
        ),
        (
            "between",
            "the first of them holds for a day",
            MOVES_AT,
            (new, later),
            {**given, "street_address": "Neue Straße 2"},
            {"street_address": "Andere Straße 3"},
            (("street_address", told),),
        ),
        (
            "sooner",
            "a later word that is in force sooner",
            MOVES_AT - 2 * DAY,
            (new, sooner),
            {**given, "street_address": old},
            {"street_address": "Andere Straße 3"},
            (("street_address", new),),
        ),
        (
            "taken-back",
            "the customer doesn't move after all",
            MOVES_AT + DAY,
            (new, stays),
            {**given, "street_address": old},
            {},
            (("street_address", told), ("street_address", new)),
        ),
        (
            "gone",
            "no value any more",
            MOVES_AT,
            (gone,),
            {"street_address": old},
            {},
            (("email", told),),
        ),
        (
            "refused",
            "one that is refused changes nothing",
            MOVES_AT,
            (forged,),
            {**given, "street_address": old},
            {},
            (),
        ),
        (
            "disclosed-again",
            "a later disclosure is in force at once",
            MOVES_AT - 1,
            (new, by_hand),
            {**given, "street_address": "Mitte 9"},
            {},
            (("street_address", told), ("street_address", new)),
        ),
    ):
        input_ = {"set": [each.raw for each in (*AGREED, told, *said)], "now": now}
        output = {
            "fields": notation(fields),
            "coming": notation(coming),
            "superseded": [{"name": n, "message": m.digest} for n, m in over],
        }
        file.ok("told", f"told-{name}", comment, input_, output)
