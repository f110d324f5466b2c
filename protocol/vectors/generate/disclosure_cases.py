"""Cases of disclosure.json: what a customer discloses after an agreement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .body_file import BODY, UNKNOWN
from .canonical import pack
from .cases import VectorFile
from .mail_cases import MailCases
from .messages import (
    CONTACT,
    RELATIONSHIP,
    Inner,
    accept,
    accept_body,
    agreement,
    agreement_body,
    document_from,
    from_customer,
    from_vendor,
    offer,
    salt_of,
)
from .mutation import DROP
from .notation import notation
from .primitives import Signer, fixed, sha256, with_foreign_order
from .world import CUSTOMER, DAY, DEAL, OTHER_CUSTOMER, STRANGER, VENDOR, Body

SECTION = "specs/09-relationship.md#disclosure"
DISCLOSED_AT = accept().created + 3_600
WRONG_AGREEMENT = "disclosure.agreement"
WRONG_COMMITMENT = "disclosure.commitment"
WRONG_RELATIONSHIP = "disclosure.relationship"
AGREED = (offer(), accept(), agreement())

# Texts at the edge of each field's range, and one step beyond it.
LONGEST: dict[str, str] = {
    "name": "ü" * 100,
    "street_address": "ü" * 66 + "\n" + "ü" * 66 + "\n" + "ü" * 66,
    "postal_code": "1" * 16,
    "locality": "ü" * 100,
    "region": "ü" * 64,
    "country": "ZZ",
    "email": "a" * 252 + "@b",
    "telephone": "+49 (30) 901-820/1.2 " + "1" * 11,
}
BEYOND: dict[str, list[tuple[str, str, Any]]] = {
    "name": [("long", "101 characters", "a" * 101), ("lines", "two lines", "Anna\nMuster")],
    "street_address": [
        ("long", "201 characters", "a" * 201),
        ("lines", "four lines", "a\nb\nc\nd"),
        ("tab", "a tab", "a\tb"),
    ],
    "postal_code": [("long", "17 characters", "1" * 17), ("int", "a number", 10115)],
    "locality": [("long", "101 characters", "a" * 101), ("control", "U+0085", "Ber\x85lin")],
    "region": [("long", "65 characters", "a" * 65), ("delete", "U+007F", "Ber\x7flin")],
    "country": [
        ("long", "three letters", "DEU"),
        ("small", "small letters", "de"),
        ("digit", "a digit", "D1"),
    ],
    "email": [
        ("long", "255 characters", "a" * 253 + "@b"),
        ("none", "no @", "anna"),
        ("two", "two @", "a@b@c"),
        ("first", "@ first", "@b"),
        ("last", "@ last", "a@"),
        ("space", "a space", "a b@c"),
    ],
    "telephone": [
        ("long", "33 characters", "1" * 33),
        ("short", "two characters", "11"),
        ("letter", "a letter", "0049x"),
        ("no-digit", "no digit", "+()-"),
        ("arabic", "digits of another script", "١١٢"),
    ],
}


def field_of(name: str, *, salted: bool = True, value: Any = None) -> Body:
    """An entry of `fields`: with its salt the value that was committed to."""
    entry: Body = {"name": name, "value": CONTACT[name] if value is None else value}
    return {**entry, "salt": salt_of(name)} if salted else entry


def relationship(signer: Signer = RELATIONSHIP, **changes: Any) -> Body:
    """The relationship opened, rightly signed unless `changes` say otherwise."""
    signature = signer.sign(b"vrm/1 relationship\0" + DEAL + CUSTOMER.public)
    body = {"key": RELATIONSHIP.public, "salt": salt_of("relationship"), "signature": signature}
    return {**body, **changes}


def agreement_digest(accepted: Inner, answered: Inner) -> bytes:
    """The digest of the document that follows from an accept."""
    return sha256(b"vrm/1 agreement\0", pack(document_from(accepted, answered)))


NAMED = agreement_digest(accept(), offer())


def disclosure(*fields: Body, seq: int = 1, **more: Any) -> Inner:
    """A disclosure of these fields under the agreement."""
    body: Body = {"agreement": NAMED, "fields": list(fields), **more}
    body = {key: value for key, value in body.items() if value is not DROP and value != []}
    header = {"seq": seq, "prev": accept().digest if seq == 1 else fixed(f"message {seq - 1}")}
    return from_customer("disclosure", body, created=DISCLOSED_AT + seq, **header)


PLACE = [field_of(name) for name in ("postal_code", "locality", "country")]
DELIVERY = [field_of(name) for name in ("name", "street_address")]


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "disclosure",
        SECTION,
        "`read` as in message.json: the body alone. `check` gets the raw messages of a deal "
        "(`set`) and a rightly signed disclosure (`raw`) that was read: it stands, or is refused. "
        "`disclosed` gets the messages of a deal with disclosures among them, and gives what "
        "counts, in whatever order they come: of each field the value and whether it was "
        "committed to, and the relationship key. `sign` gives the signature of a relationship key.",
    )
    _bodies(file.at(SECTION))
    _fields(file)
    _check(file)
    _deals(file)
    _relationship(file)
    _disclosed(file)
    return file


def _bodies(file: VectorFile) -> None:
    whole = disclosure(*PLACE, *DELIVERY, relationship=relationship())
    cases = MailCases(file, "body", whole)
    cases.accept("full", "five fields and the relationship", cases.good)
    cases.accept("place", "the place of a delivery", disclosure(*PLACE).body)
    cases.accept("one", "one field", disclosure(field_of("email")).body)
    unsalted = disclosure(field_of("region", salted=False, value="Berlin"))
    cases.accept("without-salt", "a value that wasn't committed to", unsalted.body)
    cases.accept("relationship", "the relationship alone", disclosure(**_opened()).body)
    cases.extensions()
    cases.missing("agreement", "relationship.key", "relationship.salt", "relationship.signature")
    cases.unknown("x", "deal", "relationship.x")
    cases.wrong(
        ("agreement", "bin", 32),
        ("relationship.key", "bin", 32),
        ("relationship.salt", "bin", 32),
        ("relationship.signature", "bin", 64),
    )
    good = cases.good
    nothing = {key: value for key, value in good.items() if key == "agreement"}
    cases.refuse("nothing", BODY, "neither fields nor relationship", nothing)
    cases.refuse("fields-empty", BODY, "an empty array is left out", {**good, "fields": []})
    alone = {**nothing, "fields": []}
    cases.refuse("fields-empty-alone", BODY, "an empty array and nothing else", alone)
    cases.refuse("fields-map", BODY, "a map by name", {**good, "fields": {"name": "Anna"}})
    cases.refuse("fields-texts", BODY, "values without names", {**good, "fields": ["Anna"]})
    twice = [field_of("name"), field_of("name", salted=False, value="Anna Müller")]
    cases.refuse("twice", BODY, "a name twice", {**good, "fields": twice})
    nine = [field_of(name, salted=False, value=value) for name, value in LONGEST.items()]
    many = {**nothing, "fields": [*nine, nine[0]]}
    cases.refuse("fields-9", BODY, "nine fields", many)
    cases.refuse("relationship-nil", BODY, "nil", {**good, "relationship": None})
    cases.refuse("relationship-bin", BODY, "a key alone", {**good, "relationship": bytes(32)})
    _sizes(cases, nothing)


def _opened() -> Body:
    return {"relationship": relationship()}


def _sizes(cases: MailCases, nothing: Body) -> None:
    """Bodies of 2,048 and 2,049 bytes."""
    long = [field_of(name, salted=False, value=LONGEST[name]) for name in LONGEST]
    body = {**nothing, "fields": long, "ext": {"x": ""}}
    room = 2_048 - len(pack(body)) - 2  # a str over 255 bytes has two more bytes of length
    fits = {**body, "ext": {"x": "a" * room}}
    assert len(pack(fits)) == 2_048
    cases.accept("size-2048", "as long as may be", fits)
    over = {**body, "ext": {"x": "a" * (room + 1)}}
    cases.refuse("size-2049", BODY, "a byte too long", over)


def _fields(file: VectorFile) -> None:
    for name in CONTACT:
        one = disclosure(field_of(name, value=LONGEST[name], salted=False))
        cases = MailCases(file, name.replace("_", "-"), one)
        cases.accept("longest", "as long as may be", cases.good)
        entry = one.body["fields"][0]
        beyond = [("empty", "no characters", ""), ("bin", "bytes", b"Anna"), ("nil", "nil", None)]
        for suffix, comment, value in [*beyond, *BEYOND[name]]:
            fields = [{**entry, "value": value}]
            cases.refuse(suffix, BODY, comment, {**one.body, "fields": fields})
    entry = field_of("name")
    cases = MailCases(file, "field", disclosure(entry))
    for name, code, comment, broken in (
        ("unknown", UNKNOWN, "no such key of an entry", {**entry, "x": 1}),
        ("name-unknown", BODY, "no such contact field", {**entry, "name": "birth_date"}),
        (
            "name-relationship",
            BODY,
            "the relationship isn't one",
            {**entry, "name": "relationship"},
        ),
        ("name-camel", BODY, "schema.org's spelling", {**entry, "name": "streetAddress"}),
        ("name-missing", BODY, "no name", {k: v for k, v in entry.items() if k != "name"}),
        ("value-missing", BODY, "no value", {k: v for k, v in entry.items() if k != "value"}),
        ("salt-31", BODY, "31 bytes", {**entry, "salt": bytes(31)}),
        ("salt-str", BODY, "text", {**entry, "salt": "a" * 32}),
        ("salt-nil", BODY, "nil", {**entry, "salt": None}),
    ):
        cases.refuse(name, code, comment, {**cases.good, "fields": [broken]})
    by_vendor = from_vendor("disclosure", cases.good, seq=2, prev=agreement().digest)
    theirs = MailCases(file, "vendor", by_vendor)
    theirs.refuse("disclosure", BODY, "vendors disclose nothing", by_vendor.body)


class Checks:
    """Cases of `check`: a disclosure beside the messages of its deal."""

    def __init__(self, file: VectorFile) -> None:
        self.file = file

    def given(self, told: Inner, messages: tuple[Inner, ...]) -> Body:
        return {"set": [each.raw for each in messages], "raw": told.raw}

    def ok(self, name: str, comment: str, told: Inner, messages: tuple[Inner, ...]) -> None:
        self.file.ok("check", f"check-{name}", comment, self.given(told, messages))

    def bad(
        self, name: str, code: str, comment: str, told: Inner, messages: tuple[Inner, ...] = AGREED
    ) -> None:
        self.file.bad("check", f"check-{name}", code, comment, self.given(told, messages))


def _check(file: VectorFile) -> None:
    checks = Checks(file)
    whole = disclosure(*PLACE, *DELIVERY, relationship=relationship())
    checks.ok("full", "everything opens its commitment", whole, AGREED)
    moved = disclosure(field_of("street_address", salted=False, value="Neue Straße 2"))
    checks.ok("moved", "without a salt any value stands", moved, AGREED)
    stored = disclosure(field_of("region", salted=False, value="Berlin"))
    checks.ok("stored-later", "a field that was nil at the acceptance", stored, AGREED)
    name = field_of("name")
    for case, comment, entry in (
        ("value", "another value", {**name, "value": "Anna Müller"}),
        ("case", "a letter in another case", {**name, "value": "anna Muster"}),
        ("salt", "a salt altered", {**name, "salt": fixed("another salt")}),
        ("salt-of-other", "the salt of another field", {**name, "salt": salt_of("locality")}),
        ("field", "a right opening under another name", {**field_of("locality"), "name": "name"}),
        ("nil", "a text where nil was committed to", {**field_of("region", value="Berlin")}),
    ):
        told = disclosure(field_of("country"), entry)
        checks.bad(case, WRONG_COMMITMENT, comment, told)
    other = replace(whole, body={**whole.body, "agreement": fixed("another agreement")})
    checks.bad("agreement", WRONG_AGREEMENT, "names another document", other)
    file_digest = sha256(pack(document_from(accept(), offer())))
    plain = replace(whole, body={**whole.body, "agreement": file_digest})
    checks.bad("agreement-plain", WRONG_AGREEMENT, "the digest without its prefix", plain)
    by_accept = replace(whole, body={**whole.body, "agreement": accept().digest})
    checks.bad("agreement-accept", WRONG_AGREEMENT, "the digest of the accept", by_accept)


def _deals(file: VectorFile) -> None:
    checks = Checks(file)
    told = disclosure(*PLACE)
    body = {"accept": accept().digest, "reason": "changed_mind"}
    withdrawal = from_customer("withdraw_accept", body, seq=1, prev=accept().digest)
    refusal = from_vendor(
        "decline", {"of": accept().digest, "reason": "late"}, seq=1, prev=offer().digest
    )
    for name, comment, messages in (
        ("offered", "nothing is accepted yet", (offer(),)),
        ("accepted", "nothing is agreed yet", (offer(), accept())),
        ("declined", "the vendor declined", (offer(), accept(), refusal)),
        ("withdrawn", "the customer withdrew", (offer(), accept(), withdrawal)),
        ("cancelled", "withdrawn and countersigned", (*AGREED, withdrawal)),
        ("nothing", "no message of the deal is known", ()),
    ):
        checks.bad(name, WRONG_AGREEMENT, comment, told, messages)
    second = replace(
        accept(), body=accept_body(acceptedAt=accept().created + DAY), seq=5, prev=fixed("seq 4")
    )
    countersigned = replace(agreement(), body=agreement_body(accepted=second))
    comment = "names the document of an accept that wasn't the one agreed to"
    checks.bad("other-accept", WRONG_AGREEMENT, comment, told, (*AGREED[:2], second, countersigned))
    right = disclosure(*PLACE, agreement=agreement_digest(second, offer()))
    comment = "names the document that was agreed to"
    checks.ok("second-accept", comment, right, (*AGREED[:2], second, countersigned))


def _relationship(file: VectorFile) -> None:
    checks = Checks(file)
    given = {"secret": RELATIONSHIP.seed, "deal": DEAL, "pseudonym": CUSTOMER.public}
    output = {"signature": relationship()["signature"]}
    file.ok("sign", "relationship-sign", "the key signs deal and pseudonym", given, output)
    alone = disclosure(**_opened())
    checks.ok("relationship", "the relationship alone", alone, AGREED)
    signature: bytes = relationship()["signature"]
    prefix = b"vrm/1 relationship\0"
    message = prefix + DEAL + CUSTOMER.public
    for name, code, comment, changes in (
        ("key", WRONG_COMMITMENT, "another key", {"key": Signer.named("other").public}),
        ("salt", WRONG_COMMITMENT, "another salt", {"salt": fixed("another salt")}),
        ("zero", WRONG_RELATIONSHIP, "zero bytes", {"signature": bytes(64)}),
        (
            "bit",
            WRONG_RELATIONSHIP,
            "a bit turned",
            {"signature": bytes([signature[0] ^ 1]) + signature[1:]},
        ),
        (
            "order",
            WRONG_RELATIONSHIP,
            "S plus the order of the group",
            {"signature": with_foreign_order(signature)},
        ),
        ("by-pseudonym", WRONG_RELATIONSHIP, "the pseudonym's", _signed(CUSTOMER, message)),
        ("by-vendor", WRONG_RELATIONSHIP, "the vendor's", _signed(VENDOR, message)),
        ("by-stranger", WRONG_RELATIONSHIP, "a stranger's", _signed(STRANGER, message)),
        (
            "other-deal",
            WRONG_RELATIONSHIP,
            "over another deal",
            _signed(RELATIONSHIP, prefix + fixed("another deal") + CUSTOMER.public),
        ),
        (
            "other-pseudonym",
            WRONG_RELATIONSHIP,
            "over another pseudonym",
            _signed(RELATIONSHIP, prefix + DEAL + OTHER_CUSTOMER.public),
        ),
        (
            "swapped",
            WRONG_RELATIONSHIP,
            "over pseudonym and deal",
            _signed(RELATIONSHIP, prefix + CUSTOMER.public + DEAL),
        ),
        (
            "no-prefix",
            WRONG_RELATIONSHIP,
            "without the prefix",
            _signed(RELATIONSHIP, DEAL + CUSTOMER.public),
        ),
    ):
        told = disclosure(*PLACE, relationship=relationship(**changes))
        checks.bad(f"relationship-{name}", code, comment, told)


def _signed(signer: Signer, message: bytes) -> Body:
    return {"signature": signer.sign(message)}


def _disclosed(file: VectorFile) -> None:
    first = disclosure(*PLACE, *DELIVERY)
    moved = disclosure(field_of("street_address", salted=False, value="Neue Straße 2"), seq=2)
    back = disclosure(field_of("street_address"), seq=3)
    forged = disclosure({**field_of("street_address"), "value": "Anderswo 3"}, seq=4)
    opened = disclosure(relationship=relationship(), seq=5)
    mailed = disclosure(field_of("email"), seq=6)
    committed = {
        entry["name"]: {"value": entry["value"], "committed": True} for entry in [*PLACE, *DELIVERY]
    }
    new = {"street_address": {"value": "Neue Straße 2", "committed": False}}
    email = {"email": {"value": CONTACT["email"], "committed": True}}
    for name, comment, told, fields, key in (
        ("none", "nothing is disclosed", (), {}, None),
        ("first", "what was committed to", (first,), committed, None),
        ("moved", "the later one counts", (first, moved), {**committed, **new}, None),
        ("back", "back to what was committed to", (first, moved, back), committed, None),
        ("refused", "a refused one changes nothing", (first, forged), committed, None),
        (
            "opened",
            "the relationship, and a field more",
            (first, opened, mailed),
            {**committed, **email},
            RELATIONSHIP.public,
        ),
    ):
        given = {"set": [each.raw for each in (*AGREED, *told)]}
        output = {"fields": notation(fields), "relationship": key and key.hex()}
        file.ok("disclosed", f"disclosed-{name}", comment, given, output)
