"""Cases of envelope.json: one outer form, read in one order."""

from __future__ import annotations

from dataclasses import replace

from . import envelope_proofs
from .canonical import Pairs, Raw, pack
from .cases import VectorFile
from .envelope_file import (
    SKEW,
    EnvelopeFile,
    intent_draft,
    intent_envelope,
    mail_draft,
    profile_draft,
)
from .envelopes import Draft, Sealed
from .primitives import fixed
from .world import CUSTOMER, DAY, DIRECTORY, FORTNIGHT, MAIL, MARKET, NOW


def build() -> VectorFile:
    """All cases of the file."""
    file = EnvelopeFile(
        "envelope",
        "specs/02-envelope-and-keys.md",
        "`read` gets the bytes, the topic they came in, the reader's clock and the ids it knows, "
        "and makes checks 1 to 12: the body isn't looked into; "
        "`output.verdict` is what a relay does, `bits` the work "
        "that the writer meant to do. The `seed` of a valid case signs it again.",
    )
    _valid(file)
    _times(file)
    _schema(file)
    _topics(file)
    _sizes(file)
    _lifetimes(file)
    envelope_proofs.add_stamps(file)
    envelope_proofs.add_signatures(file)
    envelope_proofs.add_order(file)
    return file


def _valid(file: EnvelopeFile) -> None:
    intent, mail = intent_draft(), mail_draft()
    file.read("intent", "a market message", intent_envelope())
    file.read("vendor-profile", "in the directory topic", profile_draft().seal_off())
    file.read("mail-4096", "the smallest mail", mail.seal_off())
    large = replace(mail, body=fixed("mail body", 8192))
    file.read("mail-8192", "the second size; one more bit of work", large.seal_off())
    largest = replace(mail, body=fixed("mail body", 65536))
    file.read("mail-65536", "the largest size; four more bits of work", largest.seal_off())
    middle = replace(mail, body=fixed("mail body", 16384))
    file.read("mail-16384", "the third size", middle.seal_off())
    unknown = replace(intent, kind="weather", body=b"\x01")
    file.read("unknown-kind", "an unknown market kind is relayed and stored", unknown.seal_off())
    later = replace(intent, body=pack({"v": 2, "anything": [1, 2]}))
    file.read(
        "unknown-body-version", "a body of a later version isn't looked into", later.seal_off()
    )
    garbage = replace(intent, body=b"\xc1")
    file.read(
        "body-not-looked-into",
        "the envelope is right whatever its body is; the body is judged afterwards",
        garbage.seal_off(),
    )
    directory = replace(unknown, topic=DIRECTORY)
    comment = "an unknown kind may be in the directory, too"
    file.read("unknown-kind-directory", comment, directory.seal_off())
    kind = replace(intent, kind="a" * 32, body=b"\x01")
    file.read("kind-32", "the longest kind", kind.seal_off())
    long_life = replace(intent, expires=NOW + 90 * DAY)
    file.read("market-90-days", "the longest life of a market message", long_life.seal_off())
    strong = replace(intent, bits=20)
    file.read("stamp-stronger", "more work than owed", strong.seal_off())


def _times(file: EnvelopeFile) -> None:
    envelope = intent_envelope()
    created, expires = envelope.draft.created, envelope.draft.expires
    file.read("now-at-skew", "created 300 s ahead", envelope, now=created - SKEW)
    file.read("now-before-end", "expired for 299 s", envelope, now=expires + SKEW - 1)
    raw, topic = envelope.raw, envelope.draft.topic
    code = "envelope.from_future"
    file.refuse("future-301", code, "created 301 s ahead", raw, topic, now=created - SKEW - 1)
    file.refuse("future-day", code, "created a day ahead", raw, topic, now=created - DAY)
    code = "envelope.expired"
    file.refuse("expired-300", code, "expired for 300 s", raw, topic, now=expires + SKEW)
    file.refuse("expired-year", code, "long over", raw, topic, now=expires + 365 * DAY)


def _schema(file: EnvelopeFile) -> None:
    envelope = intent_envelope()
    code, topic = "envelope.schema", MARKET
    for key in ("v", "kind", "topic", "author", "created", "expires", "body"):
        broken = intent_draft().with_changes(**{key: None})
        file.refuse_draft(f"without-{key}", code, f"no {key}", broken)
    for key in ("stamp", "sig"):
        raw = envelope.raw_with(**{key: None})
        file.refuse(f"without-{key}", code, f"no {key}", raw, topic)
    for name, comment, changes in SCHEMA_CHANGES:
        file.refuse_draft(name, code, comment, intent_draft().with_changes(**changes))
    proofs: list[tuple[str, str, dict[str, object]]] = [
        ("stamp-7", "a stamp of 7 bytes", {"stamp": envelope.stamp[:7]}),
        ("stamp-9", "a stamp of 9 bytes", {"stamp": envelope.stamp + b"\0"}),
        ("stamp-int", "the stamp as an integer", {"stamp": 7}),
        ("sig-63", "a signature of 63 bytes", {"sig": envelope.signature[:63]}),
        ("sig-65", "a signature of 65 bytes", {"sig": envelope.signature + b"\0"}),
        ("sig-str", "the signature as text", {"sig": "a" * 64}),
    ]
    for name, comment, changes in proofs:
        file.refuse(name, code, comment, envelope.raw_with(**changes), topic)
    mail = mail_draft()
    untagged = mail.with_changes(tag=None)
    file.refuse_draft("mail-without-tag", code, "mail without a tag", untagged)
    tagged = intent_draft().with_changes(tag=bytes(16))
    file.refuse_draft("market-with-tag", code, "a market message with a tag", tagged)
    for size in (0, 15, 17):
        short = mail.with_changes(tag=fixed("mail tag", size))
        file.refuse_draft(f"tag-{size}", code, f"a tag of {size} bytes", short)
    file.refuse("nil", code, "not a map", b"\xc0", topic)
    file.refuse("array", code, "an array instead of a map", pack([1, 2]), topic)
    file.refuse("empty-map", code, "a map without fields", b"\x80", topic)
    _encoding(file, envelope)


SCHEMA_CHANGES: list[tuple[str, str, dict[str, object]]] = [
    ("v-0", "version 0", {"v": 0}),
    ("v-2", "version 2", {"v": 2}),
    ("v-true", "true is not 1", {"v": True}),
    ("unknown-key", "a key that the table doesn't have", {"x": 1}),
    ("kind-empty", "an empty kind", {"kind": ""}),
    ("kind-33", "a kind of 33 characters", {"kind": "a" * 33}),
    ("kind-upper", "a kind with a capital", {"kind": "Intent"}),
    ("kind-digit-first", "a kind that starts with a digit", {"kind": "1ntent"}),
    ("kind-hyphen", "a kind with a hyphen", {"kind": "vendor-profile"}),
    ("kind-newline", "a kind that ends with a line feed", {"kind": "intent\n"}),
    ("kind-bin", "the kind as bytes", {"kind": b"intent"}),
    ("topic-empty", "an empty topic", {"topic": ""}),
    ("topic-65", "a topic of 65 characters", {"topic": "/" + "a" * 64}),
    ("topic-not-ascii", "a topic that isn't ASCII", {"topic": "/vrm/1/märket/0"}),
    ("author-31", "an author of 31 bytes", {"author": CUSTOMER.public[:31]}),
    ("author-33", "an author of 33 bytes", {"author": CUSTOMER.public + b"\0"}),
    ("author-str", "the author as text", {"author": "a" * 32}),
    ("created-negative", "created before 1970", {"created": -600}),
    ("created-2-32", "created later than 32 bits tell", {"created": 2**32 + 104}),
    ("created-str", "created as text", {"created": str(NOW)}),
    ("created-bool", "created as a truth value", {"created": False}),
    ("expires-2-32", "expires later than 32 bits tell", {"expires": 2**32 + 104}),
    ("expires-nil", "expires as nil", {"expires": Raw(b"\xc0")}),
    ("body-empty", "an empty body", {"body": b""}),
    ("body-str", "the body as text", {"body": "a"}),
    ("body-map", "the body as a map instead of bytes", {"body": {"v": 1}}),
    ("tag-nil", "an absent tag is absent, not nil", {"tag": Raw(b"\xc0")}),
]


def _encoding(file: EnvelopeFile, envelope: Sealed) -> None:
    topic = MARKET
    fields = envelope.fields()
    unsorted = pack(Pairs(sorted(fields.items(), reverse=True)))
    for name, code, comment, raw in (
        ("noncanonical-order", "encoding.noncanonical", "keys in reverse order", unsorted),
        (
            "noncanonical-int",
            "encoding.noncanonical",
            "the version in two bytes",
            pack({**fields, "v": Raw(b"\xcc\x01")}),
        ),
        (
            "noncanonical-bin",
            "encoding.noncanonical",
            "the stamp with a 16-bit length",
            pack({**fields, "stamp": Raw(b"\xc5\x00\x08" + envelope.stamp)}),
        ),
        (
            "duplicate-sig",
            "encoding.noncanonical",
            "two signatures",
            pack(Pairs([*sorted(fields.items()), ("topic", topic)])),
        ),
        ("trailing", "encoding.trailing_bytes", "a byte after the map", envelope.raw + b"\0"),
        ("truncated", "encoding.truncated", "the last byte is missing", envelope.raw[:-1]),
        (
            "created-float",
            "encoding.forbidden_type",
            "created as a float",
            pack({**fields, "created": Raw(b"\xcb\x41\xda\xd2\x74\x80\x00\x00\x00")}),
        ),
    ):
        file.refuse(name, code, comment, raw, topic)


def _topics(file: EnvelopeFile) -> None:
    code = "envelope.topic"
    intent, mail, profile = intent_draft(), mail_draft(), profile_draft()
    for name, comment, draft, topic in (
        ("came-in-directory", "an intent for the market, read in the directory", intent, DIRECTORY),
        ("came-in-mail", "an intent for the market, read in a mail topic", intent, MAIL),
        ("mail-came-in-market", "a mail for a mail topic, read in the market", mail, MARKET),
        ("profile-came-in-market", "a profile read in the market", profile, MARKET),
    ):
        file.refuse(name, code, comment, draft.seal_off().raw, topic)
    for name, comment, suffix in (
        ("topic-space", "a space after the topic", " "),
        ("topic-newline", "a line feed after the topic", "\n"),
        ("topic-nul", "a zero byte after the topic", "\0"),
        ("topic-slash", "a slash after the topic", "/"),
    ):
        raw = replace(intent, topic=MARKET + suffix).seal_off().raw
        file.refuse(name, code, comment, raw, MARKET)
    for name, comment, draft in (
        ("market-names-mail", "an intent that names a mail topic", replace(intent, topic=MAIL)),
        ("market-kind-in-mail", "an unknown kind in a mail topic", _weather(topic=MAIL)),
        ("mail-names-market", "a mail that names the market", replace(mail, topic=MARKET)),
        ("mail-names-directory", "a mail that names the directory", replace(mail, topic=DIRECTORY)),
        ("intent-in-directory", "an intent in the directory", replace(intent, topic=DIRECTORY)),
        ("profile-in-market", "a profile in the market", replace(profile, topic=MARKET)),
        ("unknown-topic", "a topic that the network doesn't have", _weather(topic="/vrm/1/x")),
        ("market-1", "a market topic beyond the one there is", _weather(topic="/vrm/1/market/1")),
        (
            "mail-wrong-shard",
            "a shard beyond those there are",
            replace(mail, topic="/vrm/1/mail/1"),
        ),
        ("version-2-topic", "a topic of another version", _weather(topic="/vrm/2/market/0")),
    ):
        file.refuse_draft(name, code, comment, draft)


def _weather(topic: str) -> Draft:
    return replace(intent_draft(), kind="weather", topic=topic, body=b"\x01")


def _sizes(file: EnvelopeFile) -> None:
    mail, intent = mail_draft(), intent_draft()
    for size in (1, 4095, 4097, 4096 * 3):
        draft = replace(mail, body=fixed("mail body", size))
        comment = f"a mail body of {size} bytes"
        file.refuse_draft(f"mail-body-{size}", "envelope.mail_size", comment, draft)
    frame = len(replace(intent, body=bytes(60_000)).seal_off(bytes(8)).raw) - 60_000
    fitting = replace(intent, body=bytes(65_536 - frame))
    file.read("market-65536", "the longest market message", fitting.seal_off())
    long = replace(intent, body=bytes(65_537 - frame))
    comment = "one byte longer than a market message may be"
    file.refuse_draft("market-65537", "envelope.too_large", comment, long)
    comment = "longer than any envelope; not even decoded"
    file.refuse("too-large-first", "envelope.too_large", comment, b"\xc1" * 66_561, MAIL)


def _lifetimes(file: EnvelopeFile) -> None:
    mail, intent, profile = mail_draft(), intent_draft(), profile_draft()
    feedback, reply = (replace(profile, kind=kind) for kind in ("feedback", "reply"))
    code = "envelope.lifetime"
    for name, comment, draft in (
        ("mail-shorter", "mail lives 14 days, not 10 minutes less", _life(mail, FORTNIGHT - 600)),
        ("mail-longer", "mail lives 14 days, not 10 minutes more", _life(mail, FORTNIGHT + 600)),
        ("profile-longer", "a profile lives at most 7 days", _life(profile, 7 * DAY + 600)),
        ("profile-second", "nor a second longer", _life(profile, 7 * DAY + 1)),
        ("profile-0", "a profile that expires when it is created", _life(profile, 0)),
        ("intent-longer", "an intent lives at most 90 days", _life(intent, 90 * DAY + 600)),
        ("feedback-longer", "feedback lives at most a year", _life(feedback, 365 * DAY + 600)),
        ("feedback-second", "nor a second longer", _life(feedback, 365 * DAY + 1)),
        ("reply-longer", "a reply, too", _life(reply, 365 * DAY + 600)),
        ("reply-0", "expires when it is created", _life(reply, 0)),
        ("unknown-longer", "so does an unknown kind", _life(_weather(MARKET), 90 * DAY + 600)),
        ("intent-second", "nor a second longer", _life(intent, 90 * DAY + 1)),
        ("mail-second-longer", "mail lives 14 days, not a second more", _life(mail, FORTNIGHT + 1)),
        ("lifetime-0", "expires when it is created", _life(intent, 0)),
        ("lifetime-negative", "expires before it is created", _life(intent, -600)),
    ):
        file.refuse_draft(name, code, comment, draft)
    code = "envelope.time_not_quantised"
    for name, comment, draft in (
        ("created-second", "created not at a multiple of 600 s", replace(intent, created=NOW - 1)),
        ("expires-second", "expires not at a multiple of 600 s", _life(intent, 30 * DAY + 1)),
        ("expires-next-second", "one second of life", _life(intent, 1)),
        ("profile-next-second", "one second of life", _life(profile, 1)),
        ("expires-minute", "a whole minute isn't enough", _life(intent, 30 * DAY + 60)),
        (
            "mail-second",
            "a mail created at a second tells when it was written",
            replace(mail, created=NOW - 1, expires=NOW - 1 + FORTNIGHT),
        ),
    ):
        file.refuse_draft(name, code, comment, draft)


def _life(draft: Draft, seconds: int) -> Draft:
    return replace(draft, expires=draft.created + seconds)
