"""Cases of sealing.json: one mail body, opened by its reader and by nobody else."""

from __future__ import annotations

from .canonical import pack
from .cases import VectorFile
from .envelopes import Draft, Sealed
from .messages import offer
from .primitives import Signer, fixed, hpke_seal, x25519_public
from .world import CUSTOMER_REPLY, FORTNIGHT, MAIL, NOW, REPLY_TAG, SUITE, VENDOR_REPLY, Body

OPEN, PADDING = "seal.open", "seal.padding"
PUBLIC = x25519_public(CUSTOMER_REPLY)
CLASSES = (4096, 8192, 16384, 32768, 65536)
MAX_INNER = 60_000


ORDER_8 = bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
TWIN_8 = bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")
BAD_KEYS = (
    ("empty", "no bytes", b""),
    ("31", "31 bytes", PUBLIC[:31]),
    ("33", "33 bytes", PUBLIC + b"\0"),
    ("zero", "zero, a point of small order", bytes(32)),
    ("one", "one, a point of small order", b"\x01" + bytes(31)),
    ("order-8", "a point of order 8", ORDER_8),
    ("order-8-twin", "the other point of order 8", TWIN_8),
    ("minus-one", "p - 1, a point of small order", (2**255 - 20).to_bytes(32, "little")),
    ("p", "p, which is zero", (2**255 - 19).to_bytes(32, "little")),
)


def header(**changes: object) -> Body:
    """The outer header that the seal is bound to."""
    author = Signer.named("one-time author").public
    fields: Body = {
        "v": 1,
        "kind": "mail",
        "topic": MAIL,
        "tag": REPLY_TAG,
        "author": author,
        "created": NOW,
        "expires": NOW + FORTNIGHT,
    }
    return {**fields, **changes}


def info_of(fields: Body) -> bytes:
    """What HPKE gets as info."""
    return b"vrm/1 mail\0" + pack(fields)


def padded(inner: bytes, size: int) -> bytes:
    """The plaintext of a body of `size` bytes."""
    return (len(inner).to_bytes(4, "big") + inner).ljust(size - 48, b"\0")


def seal(inner: bytes, size: int, name: str = "ephemeral", info: bytes | None = None) -> bytes:
    """A body with a fixed ephemeral key."""
    bound = info_of(header()) if info is None else info
    return hpke_seal(PUBLIC, bound, padded(inner, size), fixed(name))


def capacity(size: int) -> int:
    """The longest inner message of a body."""
    return min(size - 52, MAX_INNER)


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "sealing",
        "specs/06-sealing-and-mail.md#sealing",
        "`open` decrypts a body with the private `key`, bound to the outer `header`; "
        "`output.ephemeral` is the private key that made `enc`. `seal` fails before it encrypts. "
        "`capacity` and `deal_class` are sizes. `mail` reads a whole envelope and opens it.",
    )
    _valid(file)
    _wrong_header(file)
    _wrong_key(file)
    _altered(file)
    _padding(file)
    _writer(file)
    _envelopes(file.at("specs/06-sealing-and-mail.md#sealing"))
    return file


def _envelopes(file: VectorFile) -> None:
    """Whole mail envelopes: stamped, signed, and sealed to the customer."""
    inner = offer().raw
    whole = header()

    def mail(body: bytes, tag: bytes = REPLY_TAG) -> Sealed:
        author = Signer.named("one-time author")
        return Draft("mail", MAIL, author, NOW, NOW + FORTNIGHT, body, tag).seal_off()

    def given(envelope: Sealed) -> Body:
        return {"raw": envelope.raw, "topic": MAIL, "now": NOW, "key": CUSTOMER_REPLY}

    right = mail(seal(inner, 4096, "ephemeral envelope"))
    output = {"inner": inner, "id": right.id, "digest": offer().digest}
    file.ok("mail", "mail-offer", "an offer on its way to the customer", given(right), output)
    other = fixed("another tag", 16)
    for name, code, comment, envelope in (
        (
            "mail-moved",
            OPEN,
            "a body moved into another envelope, which is right itself",
            mail(seal(inner, 4096, "ephemeral envelope"), other),
        ),
        (
            "mail-other-reader",
            OPEN,
            "sealed to somebody else",
            mail(
                hpke_seal(
                    x25519_public(VENDOR_REPLY),
                    info_of(whole),
                    padded(inner, 4096),
                    fixed("ephemeral envelope"),
                )
            ),
        ),
        ("mail-noise", OPEN, "random bytes", mail(fixed("noise", 4096))),
        (
            "mail-padding",
            PADDING,
            "padding that isn't zero",
            mail(
                hpke_seal(
                    PUBLIC,
                    info_of(whole),
                    padded(inner, 4096)[:-1] + b"\x01",
                    fixed("ephemeral padding"),
                )
            ),
        ),
    ):
        file.bad("mail", name, code, comment, given(envelope))


def _given(body: bytes, key: bytes = CUSTOMER_REPLY, fields: Body | None = None) -> Body:
    return {"body": body, "key": key, "header": fields or header()}


def _valid(file: VectorFile) -> None:
    message = offer().raw
    for name, comment, inner, size in (
        ("offer", "an offer in the smallest size", message, 4096),
        ("offer-8192", "the same in a larger one", message, 8192),
        ("empty", "no inner message; what it would mean is another layer's affair", b"", 4096),
        ("full-4096", "no padding left", fixed("inner", 4044), 4096),
        ("full-8192", "no padding left", fixed("inner", 8140), 8192),
        ("zeros-at-end", "an inner message that ends with zero bytes", b"abc\0\0\0", 4096),
        ("longest", "60,000 bytes, the limit of inner messages", fixed("inner", 60_000), 65536),
    ):
        body = seal(inner, size, f"ephemeral {name}")
        output = {"inner": inner, "ephemeral": fixed(f"ephemeral {name}"), "recipient": PUBLIC}
        file.ok("open", name, comment, _given(body), output)


def _wrong_header(file: VectorFile) -> None:
    body = seal(offer().raw, 4096)
    for name, comment, fields in (
        ("header-tag", "another tag", header(tag=fixed("another tag", 16))),
        ("header-topic", "another topic", header(topic="/vrm/1/mail/1")),
        ("header-author", "another author", header(author=fixed("another author"))),
        ("header-created", "another time", header(created=NOW + 600)),
        ("header-expires", "another end", header(expires=NOW + FORTNIGHT + 600)),
    ):
        file.bad(
            "open",
            name,
            OPEN,
            f"moved into an envelope with {comment}",
            _given(body, fields=fields),
        )
    whole = header()
    no_tag = {key: value for key, value in whole.items() if key != "tag"}
    for name, comment, info in (
        ("info-empty", "sealed without info", b""),
        ("info-no-prefix", "sealed without the prefix", pack(whole)),
        ("info-no-tag", "sealed without the tag", info_of(no_tag)),
        ("info-no-zero", "the prefix lacks its zero byte", b"vrm/1 mail" + pack(whole)),
        ("info-other-prefix", "another prefix", b"vrm/1 message\0" + pack(whole)),
        ("info-more", "a field too many", info_of({**whole, "body": b""})),
    ):
        body = seal(offer().raw, 4096, info=info)
        file.bad("open", name, OPEN, comment, _given(body))


def _wrong_key(file: VectorFile) -> None:
    body = seal(offer().raw, 4096)
    comment = "read with another key"
    file.bad("open", "other-key", OPEN, comment, _given(body, VENDOR_REPLY))
    elsewhere = hpke_seal(
        x25519_public(VENDOR_REPLY), info_of(header()), padded(b"x", 4096), fixed("e")
    )
    file.bad("open", "other-recipient", OPEN, "sealed to another key", _given(elsewhere))
    for name, comment, enc in (
        ("enc-zero", "enc is zero, a point of small order", bytes(32)),
        ("enc-one", "enc is one, a point of small order", b"\x01" + bytes(31)),
        (
            "enc-order-8",
            "enc is a point of order 8",
            ORDER_8,
        ),
        (
            "enc-minus-one",
            "enc is p - 1, a point of order 4",
            (2**255 - 20).to_bytes(32, "little"),
        ),
        ("enc-p", "enc is p, which is zero", (2**255 - 19).to_bytes(32, "little")),
    ):
        file.bad("open", name, OPEN, comment, _given(enc + body[32:]))


def _altered(file: VectorFile) -> None:
    body = seal(offer().raw, 4096)
    for name, comment, place in (
        ("bit-enc", "a bit of enc turned", 3),
        ("bit-first", "a bit of the first byte of ciphertext turned", 32),
        ("bit-middle", "a bit in the middle turned", 1000),
        ("bit-padding", "a bit of the encrypted padding turned", 4000),
        ("bit-tag", "a bit of the AEAD's tag turned", 4095),
    ):
        altered = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        file.bad("open", name, OPEN, comment, _given(altered))
    for name, comment, broken in (
        ("zeros", "zero bytes", bytes(4096)),
        ("random", "bytes that nobody sealed", fixed("random body", 4096)),
        ("swapped", "ciphertext before enc", body[32:] + body[:32]),
    ):
        file.bad("open", name, OPEN, comment, _given(broken))


def _padding(file: VectorFile) -> None:
    inner, room = b"abc", 4096 - 48
    right = padded(inner, 4096)
    for name, comment, plaintext in (
        ("length-beyond", "the length is one more than there is", _with_length(right, room - 3)),
        ("length-huge", "the length is 2^32 - 1", _with_length(right, 2**32 - 1)),
        ("length-little-endian", "3, least significant byte first", _with_length(right, 3 << 24)),
        ("padding-last", "the last byte isn't zero", right[:-1] + b"\x01"),
        ("padding-first", "the first byte after the message isn't zero", _shorter(right)),
        ("padding-ones", "padded with ones", right.rstrip(b"\0").ljust(room, b"\xff")),
        ("padding-iso", "padded with 80 and zeros", right[:7] + b"\x80" + right[8:]),
    ):
        body = hpke_seal(PUBLIC, info_of(header()), plaintext, fixed(f"ephemeral {name}"))
        file.bad("open", name, PADDING, comment, _given(body))


def _with_length(plaintext: bytes, length: int) -> bytes:
    return length.to_bytes(4, "big") + plaintext[4:]


def _shorter(plaintext: bytes) -> bytes:
    """The length says two, but three bytes follow."""
    return _with_length(plaintext, 2)


def _writer(file: VectorFile) -> None:
    for size in CLASSES:
        given = {"body_bytes": size}
        output = {"capacity": capacity(size)}
        file.ok("capacity", f"capacity-{size}", f"what {size} bytes can hold", given, output)
    for length in (1, 2508, 2509, 6604, 6605, 14796, 14797, 31180, 31181, 40_000):
        needed = [size for size in CLASSES if capacity(size) >= length + 1536]
        output = {"body_bytes": needed[0]}
        comment = f"the size of a deal whose offer has {length} bytes"
        file.ok("deal_class", f"deal-class-{length}", comment, {"offer_bytes": length}, output)
    key: Body = {"suite": SUITE, "key": PUBLIC}
    for name, code, comment, recipient, length, size in (
        ("seal-4045", "seal.size", "a byte more than fits", key, 4045, 4096),
        ("seal-8141", "seal.size", "a byte more than fits", key, 8141, 8192),
        ("seal-60001", "seal.size", "longer than inner messages are", key, 60_001, 65536),
        (
            "seal-other-suite",
            "seal.unknown_suite",
            "a suite that this writer doesn't know",
            {"suite": "mlkem768-x25519", "key": bytes(1216)},
            10,
            4096,
        ),
        *(
            (f"seal-key-{name}", "seal.key", comment, {**key, "key": public}, 10, 4096)
            for name, comment, public in BAD_KEYS
        ),
        (
            "seal-suite-case",
            "seal.unknown_suite",
            "names of suites are compared by their bytes",
            {"suite": SUITE.upper(), "key": PUBLIC},
            10,
            4096,
        ),
    ):
        asked = {"recipient": recipient, "inner_bytes": length, "body_bytes": size}
        file.bad("seal", name, code, comment, {**asked, "header": header()})
