"""Cases of message.json: the inner header, in the order in which it is checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .canonical import Pairs, Raw, pack
from .cases import VectorFile
from .messages import GONE, Inner, accept, agreement, from_customer, from_vendor, offer
from .notation import notation
from .primitives import STRANGE_KEYS, Signer, fixed, sha256, with_foreign_order
from .world import (
    CUSTOMER,
    DEAL,
    NOW,
    OTHER_CUSTOMER,
    OTHER_ROOT,
    OTHER_VENDOR,
    STRANGER,
    VENDOR,
    VENDOR_ROOT,
)

Given = dict[str, object]
UNINTERPRETED = "message.version"


def reader(me: Signer = CUSTOMER, other: Signer = VENDOR, **more: object) -> Given:
    """What a reader knows of the deal: its key, the other side's key, the deal, and the time."""
    return {
        "reader": "vendor" if me is VENDOR else "customer",
        "recipient": me.public,
        "author": other.public,
        "deal": DEAL,
        "now": NOW,
        **more,
    }


CUSTOMERS_EYES = reader()
VENDORS_EYES = reader(VENDOR, CUSTOMER)
FIRST_CONTACT: Given = {"reader": "customer", "recipient": CUSTOMER.public, "now": NOW}


# What is wrong in a message that came from the right side, and is acknowledged all the same.
ACKNOWLEDGED = {
    "message.version",
    "message.body",
    "message.unknown_field",
    "message.critical",
    "message.total_mismatch",
    "terms.text",
    "agreement.customer_signature",
    "recognition.signature",
}


def failure(code: str) -> Given:
    """Whether a message refused with this code is acknowledged."""
    return {"acknowledged": code in ACKNOWLEDGED}


def parts(message: Inner) -> Given:
    """What a reader gets out of a message, and the secret to sign it again."""
    return {
        "digest": message.digest,
        "fields": notation({**message.unsigned(), "sig": message.sig}),
        "secret": message.author.seed,
    }


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "message",
        "specs/06-sealing-and-mail.md#the-inner-message",
        "`read` gets an inner message and what the `reader` (a side) knows: its key in the deal "
        "(`recipient`), the other side's (`author`), the `deal` id and the time; at first contact "
        "`author` and `deal` are absent. `acknowledged`: whether it is, though refused. After "
        "message.version the message is acknowledged, so `output.digest` is compared. `deal` "
        "computes a deal id.",
    )
    ack = from_vendor("ack", {}, seq=1, prev=offer().digest, received=(accept().digest,))
    _valid(file, ack)
    _schema(file, ack)
    _signatures(file, ack)
    _parties(file, ack)
    _versions(file, ack)
    _order(file, ack)
    _deals(file)
    return file


def _valid(file: VectorFile, ack: Inner) -> None:
    for name, comment, message, eyes in (
        ("offer", "the vendor's first message", offer(), CUSTOMERS_EYES),
        ("accept", "the customer's first message", accept(), VENDORS_EYES),
        ("agreement", "a second message, naming the first", agreement(), CUSTOMERS_EYES),
        ("ack", "an empty body", ack, CUSTOMERS_EYES),
        (
            "received-16",
            "sixteen messages acknowledged",
            replace(ack, received=tuple(fixed(f"digest {n}") for n in range(16))),
            CUSTOMERS_EYES,
        ),
        ("seq-last", "the last number", replace(ack, seq=2**31 - 1), CUSTOMERS_EYES),
        ("created-any", "created at any second", replace(ack, created=1), CUSTOMERS_EYES),
    ):
        file.ok("read", name, comment, {"raw": message.raw, **eyes}, parts(message))


SCHEMA: list[tuple[str, str, dict[str, Any]]] = [
    ("v-0", "version 0", {"v": 0}),
    ("v-2-31", "a version over 31 bits", {"v": 2**31}),
    ("v-true", "true is not 1", {"v": True}),
    ("unknown-key", "a key that the table doesn't have", {"x": 1}),
    ("kind-empty", "an empty kind", {"kind": ""}),
    ("kind-33", "a kind of 33 characters", {"kind": "a" * 33}),
    ("kind-upper", "a capital", {"kind": "Ack"}),
    ("kind-newline", "a line feed at the end", {"kind": "ack\n"}),
    ("kind-bin", "the kind as bytes", {"kind": b"ack"}),
    ("deal-31", "a deal of 31 bytes", {"deal": DEAL[:31]}),
    ("deal-str", "the deal as text", {"deal": "a" * 32}),
    ("seq-negative", "a negative number", {"seq": -1}),
    ("seq-2-31", "a number over 31 bits", {"seq": 2**31}),
    ("seq-bool", "a truth value", {"seq": True}),
    ("prev-nil-later", "no previous message, though this isn't the first", {"prev": None}),
    ("prev-with-first", "a previous message, though this is the first", {"seq": 0}),
    ("prev-31", "a digest of 31 bytes", {"prev": bytes(31)}),
    ("prev-int", "a number instead of a digest", {"prev": 0}),
    ("author-33", "an author of 33 bytes", {"author": VENDOR.public + b"\0"}),
    ("author-str", "the author as text", {"author": "a" * 32}),
    ("recipient-31", "a recipient of 31 bytes", {"recipient": CUSTOMER.public[:31]}),
    ("created-negative", "created before 1970", {"created": -1}),
    ("created-2-32", "created later than 32 bits tell", {"created": 2**32}),
    ("created-str", "created as text", {"created": "now"}),
    ("received-17", "seventeen messages", {"received": [fixed(f"d {n}") for n in range(17)]}),
    ("received-31", "a digest of 31 bytes", {"received": [bytes(31)]}),
    ("received-str", "a digest as text", {"received": ["a" * 32]}),
    ("received-nil", "nil instead of none", {"received": None}),
    ("received-bin", "one digest instead of an array", {"received": bytes(32)}),
    ("body-nil", "nil instead of an empty map", {"body": None}),
    ("body-bin", "an encoded body", {"body": b"\x80"}),
    ("body-array", "an array", {"body": []}),
]


def _schema(file: VectorFile, ack: Inner) -> None:
    code = "message.schema"
    for key in ack.unsigned():
        message = ack.with_(**{key: GONE})
        _refuse(file, f"without-{key}", code, f"no {key}", message.raw)
    for name, comment, changes in SCHEMA:
        _refuse(file, name, code, comment, ack.with_(**changes).raw)
    fields = {**ack.unsigned(), "sig": ack.sig}
    for name, comment, raw in (
        ("without-sig", "no signature", pack(ack.unsigned())),
        ("sig-63", "a signature of 63 bytes", pack({**fields, "sig": ack.sig[:63]})),
        ("sig-nil", "nil as the signature", pack({**fields, "sig": None})),
        ("array", "an array instead of a map", pack([1])),
        ("nil", "nil instead of a map", b"\xc0"),
        ("over-60000", "a message of 60,001 bytes", _sized(ack, 60_001).raw),
    ):
        _refuse(file, name, code, comment, raw)
    for name, code, comment, raw in (
        ("trailing", "encoding.trailing_bytes", "a byte after the map", ack.raw + b"\0"),
        ("truncated", "encoding.truncated", "the last byte is missing", ack.raw[:-1]),
        ("empty", "encoding.truncated", "no bytes", b""),
        (
            "reversed",
            "encoding.noncanonical",
            "keys in reverse order",
            pack(Pairs(sorted(fields.items(), reverse=True))),
        ),
        (
            "long-int",
            "encoding.noncanonical",
            "the version in two bytes",
            ack.with_(v=Raw(b"\xcc\x01")).raw,
        ),
        (
            "body-float",
            "encoding.forbidden_type",
            "a float in the body",
            replace(ack, body={"x": Raw(b"\xcb" + bytes(8))}).raw,
        ),
    ):
        _refuse(file, name, code, comment, raw)


def _sized(message: Inner, size: int) -> Inner:
    frame = len(replace(message, body={"x": bytes(50_000)}).raw) - 50_000
    return replace(message, body={"x": bytes(size - frame)})


def _signatures(file: VectorFile, ack: Inner) -> None:
    sig, fields = ack.sig, {**ack.unsigned(), "sig": ack.sig}
    sign = VENDOR.sign
    prefix = b"vrm/1 message signature\0"
    for name, comment, changes in (
        ("sig-zero", "zero bytes", {"sig": bytes(64)}),
        ("sig-bit", "a bit turned", {"sig": sig[:5] + bytes([sig[5] ^ 8]) + sig[6:]}),
        ("sig-s-plus-order", "S plus the order of the group", {"sig": with_foreign_order(sig)}),
        ("sig-of-stranger", "another key's", {"sig": STRANGER.sign(prefix + ack.digest)}),
        ("sig-no-prefix", "the digest without its prefix", {"sig": sign(ack.digest)}),
        (
            "sig-of-map",
            "the map instead of its digest",
            {"sig": sign(prefix + pack(ack.unsigned()))},
        ),
        ("created-after", "another time after signing", {"created": NOW + 1}),
        ("received-after", "one acknowledgement fewer after signing", {"received": []}),
        ("body-after", "another body after signing", {"body": {"ext": {"x": 1}}}),
        ("seq-after", "another number after signing", {"seq": 2}),
        ("kind-after", "another kind after signing", {"kind": "agreement"}),
        ("recipient-after", "another recipient after signing", {"recipient": STRANGER.public}),
    ):
        _refuse(file, name, "message.signature", comment, pack({**fields, **changes}))
    for name, (key, comment) in STRANGE_KEYS.items():
        message = replace(ack, signer=VENDOR).with_(author=key)
        _refuse(file, f"author-{name}", "message.signature", comment, message.raw)


def _parties(file: VectorFile, ack: Inner) -> None:
    for name, comment, recipient in (
        ("to-other-customer", "to another customer", OTHER_CUSTOMER.public),
        ("to-vendor", "to the vendor itself", VENDOR.public),
        ("to-root", "to the vendor's root", VENDOR_ROOT.public),
    ):
        raw = replace(ack, recipient=recipient).raw
        _refuse(file, name, "message.wrong_recipient", comment, raw)
    other = sha256(b"vrm/1 deal\0", OTHER_CUSTOMER.public, VENDOR_ROOT.public)
    swapped = sha256(b"vrm/1 deal\0", VENDOR_ROOT.public, CUSTOMER.public)
    by_subject = sha256(b"vrm/1 deal\0", CUSTOMER.public, VENDOR.public)
    for name, comment, deal in (
        ("deal-of-other-customer", "another customer's deal", other),
        ("deal-swapped", "the parties in the wrong order", swapped),
        ("deal-by-subject", "the operational key instead of the root", by_subject),
        ("deal-zero", "zero bytes", bytes(32)),
    ):
        _refuse(file, name, "message.wrong_deal", comment, replace(ack, deal=deal).raw)
    for name, comment, author in (
        ("by-stranger", "signed by a key that has no part in this", STRANGER),
        ("by-root", "signed by the vendor's root, which signs certificates only", VENDOR_ROOT),
        ("by-other-vendor", "signed by another vendor", OTHER_VENDOR),
        ("by-customer", "signed by the reader itself", CUSTOMER),
    ):
        _refuse(file, name, "message.author", comment, replace(ack, author=author).raw)
    to_vendor = from_customer("ack", {}, seq=1, prev=accept().digest)
    raw = replace(to_vendor, author=OTHER_CUSTOMER).raw
    comment = "signed by another pseudonym"
    given = {"raw": raw, **VENDORS_EYES}
    code = "message.author"
    file.bad("read", "by-other-customer", code, comment, given, failure(code))


def _versions(file: VectorFile, ack: Inner) -> None:
    for name, comment, message in (
        ("v-2", "a later version", ack.with_(v=2)),
        ("v-last", "the last version", ack.with_(v=2**31 - 1)),
        ("v-2-body", "a later version's body isn't looked into", ack.with_(v=2, body={"y": 1})),
        ("kind-unknown", "an unknown kind", replace(ack, kind="poem")),
        ("kind-60000", "the longest message", _sized(replace(ack, kind="poem"), 60_000)),
        ("kind-market", "a market kind inside mail", replace(ack, kind="intent")),
        ("kind-mail", "mail inside mail", replace(ack, kind="mail")),
    ):
        output = {"digest": message.digest, **failure(UNINTERPRETED)}
        given = {"raw": message.raw, **CUSTOMERS_EYES}
        file.bad("read", name, UNINTERPRETED, comment, given, output)


def _order(file: VectorFile, ack: Inner) -> None:
    stranger = replace(ack, author=STRANGER)
    for name, code, message in (
        ("schema-before-signature", "message.schema", replace(ack, signer=STRANGER).with_(seq=-1)),
        (
            "signature-before-recipient",
            "message.signature",
            replace(ack, signer=STRANGER, recipient=STRANGER.public),
        ),
        (
            "recipient-before-deal",
            "message.wrong_recipient",
            replace(ack, recipient=STRANGER.public, deal=bytes(32)),
        ),
        ("deal-before-author", "message.wrong_deal", replace(stranger, deal=bytes(32))),
        ("author-before-version", "message.author", stranger.with_(v=2)),
        ("author-before-kind", "message.author", replace(stranger, kind="poem")),
    ):
        _refuse(file, f"order-{name}", code, name.replace("-", " "), message.raw)


def _deals(file: VectorFile) -> None:
    for name, customer, root in (
        ("deal", CUSTOMER, VENDOR_ROOT),
        ("deal-other-customer", OTHER_CUSTOMER, VENDOR_ROOT),
        ("deal-other-vendor", CUSTOMER, OTHER_ROOT),
    ):
        deal = sha256(b"vrm/1 deal\0", customer.public, root.public)
        given = {"customer": customer.public, "root": root.public}
        file.ok("deal", name, "one deal for each pair", given, {"deal": deal})


def _refuse(file: VectorFile, name: str, code: str, comment: str, raw: bytes) -> None:
    file.bad("read", name, code, comment, {"raw": raw, **CUSTOMERS_EYES}, failure(code))
