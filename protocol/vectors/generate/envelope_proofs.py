"""Cases of envelope.json about stamps, ids, signatures, and which fault is reported first."""

from __future__ import annotations

from dataclasses import replace

from .canonical import Raw, pack
from .envelope_file import (
    SKEW,
    EnvelopeFile,
    intent_draft,
    intent_envelope,
    mail_draft,
    profile_draft,
)
from .envelopes import Draft, Sealed
from .primitives import STRANGE_KEYS, fixed, with_foreign_order
from .stamps import STAMPS, envelope_id
from .world import DAY, DIRECTORY, FORTNIGHT, MAIL, MARKET, NOW, STRANGER


def add_stamps(file: EnvelopeFile) -> None:
    """Too little work, for every base and size class that differs."""
    intent, mail = intent_draft(), mail_draft()
    code = "envelope.stamp"
    for name, comment, draft in (
        ("stamp-17-of-18", "one bit less than a market message owes", intent),
        ("stamp-profile-17", "a profile owes as much as an intent", profile_draft()),
        ("stamp-mail-15", "one bit less than mail owes", mail),
        ("stamp-mail-8192", "a larger mail owes a bit more", _body(mail, 8192)),
        ("stamp-mail-16384", "and another for the next size", _body(mail, 16384)),
        ("stamp-market-4097", "a body over 4096 bytes owes a bit more", _body(intent, 4097)),
        ("stamp-market-8193", "over 8192, two more", _body(intent, 8193)),
    ):
        raw = _with_bits(draft, draft.needed_bits() - 1).raw
        file.refuse(name, code, comment, raw, draft.topic)
    file.read("market-4097", "work for two units of 4096 bytes", _body(intent, 4097).seal_off())
    envelope = intent_envelope()
    counter = int.from_bytes(envelope.stamp, "big")
    wrong = intent.seal_off((counter + 1).to_bytes(8, "big"))
    file.refuse("stamp-next", code, "a stamp that nobody searched for", wrong.raw, MARKET)
    little = intent.seal_off(envelope.stamp[::-1])
    file.refuse("stamp-reversed", code, "the stamp with its bytes reversed", little.raw, MARKET)
    moved = replace(intent, expires=intent.expires - 600).seal_off(envelope.stamp)
    file.refuse("stamp-of-another", code, "the stamp of another envelope", moved.raw, MARKET)


def add_signatures(file: EnvelopeFile) -> None:
    """Signatures that fail, and signatures that some libraries let pass."""
    envelope = intent_envelope()
    code, topic = "envelope.signature", MARKET
    good = envelope.signature
    prefix = b"vrm/1 envelope signature\0"
    for name, comment, signature in (
        ("sig-zero", "64 zero bytes", bytes(64)),
        ("sig-bit-first", "one bit of R turned", bytes([good[0] ^ 1]) + good[1:]),
        ("sig-bit-s", "one bit of S turned", good[:40] + bytes([good[40] ^ 0x80]) + good[41:]),
        ("sig-s-plus-order", "S plus the order of the group", with_foreign_order(good)),
        ("sig-of-stranger", "signed by another key", STRANGER.sign(prefix + envelope.id)),
        ("sig-of-id", "the id signed without its prefix", envelope.draft.author.sign(envelope.id)),
        (
            "sig-of-core",
            "the core digest signed instead of the id",
            envelope.draft.author.sign(prefix + envelope.core),
        ),
        (
            "sig-of-other-id",
            "the author's signature of another envelope",
            envelope.draft.author.sign(prefix + envelope_id(envelope.core, bytes(8))),
        ),
    ):
        file.refuse(name, code, comment, envelope.raw_with(sig=signature), topic)
    for name, (key, comment) in STRANGE_KEYS.items():
        draft = intent_draft().with_changes(author=key)
        sealed = replace(draft.seal_off(), signature=b"\x01" + bytes(63))
        file.refuse(f"author-{name}", code, f"author: {comment}", sealed.raw, topic)


def add_order(file: EnvelopeFile) -> None:
    """Two faults in one envelope: the one that is looked for first is reported."""
    intent, mail = intent_draft(), mail_draft()
    short_mail = replace(mail, body=bytes(5000))
    second = replace(intent, created=NOW - 1)
    late = intent.expires + SKEW
    weak, weak_raw = _with_bits(intent, 17), _with_bits(intent, 17).raw
    broken_sig = intent_envelope().raw_with(sig=bytes(64))
    sealed_id = intent_envelope().id
    cases: list[tuple[str, str, bytes, str, dict[str, object]]] = [
        (
            "encoding-before-schema",
            "encoding.noncanonical",
            pack({**intent_envelope().fields(), "v": Raw(b"\xcc\x02")}),
            MARKET,
            {},
        ),
        (
            "schema-before-topic",
            "envelope.schema",
            intent.with_changes(v=2).seal_off().raw,
            DIRECTORY,
            {},
        ),
        ("topic-before-size", "envelope.topic", short_mail.seal_off().raw, MARKET, {}),
        (
            "size-before-lifetime",
            "envelope.mail_size",
            replace(short_mail, expires=NOW + FORTNIGHT + 600).seal_off().raw,
            MAIL,
            {},
        ),
        (
            "lifetime-before-quantum",
            "envelope.lifetime",
            replace(second, expires=NOW - 1 + 91 * DAY).seal_off().raw,
            MARKET,
            {},
        ),
        (
            "quantum-before-expired",
            "envelope.time_not_quantised",
            second.seal_off().raw,
            MARKET,
            {"now": late},
        ),
        (
            "quantum-before-future",
            "envelope.time_not_quantised",
            second.seal_off().raw,
            MARKET,
            {"now": NOW - DAY},
        ),
        ("expired-before-stamp", "envelope.expired", weak_raw, MARKET, {"now": late}),
        ("expired-before-signature", "envelope.expired", broken_sig, MARKET, {"now": late}),
        ("future-before-stamp", "envelope.from_future", weak_raw, MARKET, {"now": NOW - DAY}),
        ("stamp-before-duplicate", "envelope.stamp", weak_raw, MARKET, {"known": [weak.id]}),
        (
            "stamp-before-signature",
            "envelope.stamp",
            weak.raw_with(sig=bytes(64)),
            MARKET,
            {},
        ),
        (
            "duplicate-before-signature",
            "envelope.duplicate",
            broken_sig,
            MARKET,
            {"known": [sealed_id]},
        ),
        (
            "expired-before-duplicate",
            "envelope.expired",
            intent_envelope().raw,
            MARKET,
            {"now": late, "known": [sealed_id]},
        ),
    ]
    for name, code, raw, topic, given in cases:
        file.refuse(f"order-{name}", code, name.replace("-", " "), raw, topic, **given)
    comment = "the id is known"
    raw = intent_envelope().raw
    file.refuse("duplicate", "envelope.duplicate", comment, raw, MARKET, known=[sealed_id])
    other = [fixed("other id")]
    file.read("others-known", "another id is known", intent_envelope(), known=other)


def _body(draft: Draft, size: int) -> Draft:
    return replace(draft, body=fixed("body", size))


def _with_bits(draft: Draft, bits: int) -> Sealed:
    return draft.seal_off(STAMPS.find(draft.core(), bits, exactly=True))
