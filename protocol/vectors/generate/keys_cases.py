"""Cases of keys.json: words, seed, derived keys, signatures, did:key."""

from __future__ import annotations

import hashlib

from . import edwards
from .cases import VectorFile
from .primitives import ORDER_8, STRANGE_KEYS, Signer, fixed, hkdf, with_foreign_order
from .world import CUSTOMER, STRANGER, VENDOR, VENDOR_ROOT

INVALID = "invalid"
WORDS = [
    ("words-zero", bytes(32), "abandon " * 23 + "art", "the entropy of all zero bits"),
    ("words-ones", b"\xff" * 32, "zoo " * 23 + "vote", "the entropy of all one bits"),
    (
        "words-7f",
        b"\x7f" * 32,
        "legal winner thank year wave sausage worth useful " * 2
        + "legal winner thank year wave sausage worth title",
        "the pattern 7f",
    ),
    (
        "words-80",
        b"\x80" * 32,
        "letter advice cage absurd amount doctor acoustic avoid " * 2
        + "letter advice cage absurd amount doctor acoustic bless",
        "the pattern 80",
    ),
    (
        "words-mixed",
        bytes.fromhex("0e74821e0830d00ae9036369a6b1d5a4b786591735c714f5f3da149adeafb02e"),
        "attack piano maple away artist air piano hockey have culture install enact journey "
        "clutch fresh rib belt question walk circle pupil fit scheme team",
        "entropy without a pattern",
    ),
]
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def seed_of(words: str) -> bytes:
    """The BIP-39 seed with the empty passphrase."""
    return hashlib.pbkdf2_hmac("sha512", words.encode(), b"mnemonic", 2048)


def base58(raw: bytes) -> str:
    """base58btc."""
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def did(public: bytes, prefix: bytes = b"\xed\x01") -> str:
    """The did:key of a public key; another prefix names another type of key."""
    return "did:key:z" + base58(prefix + public)


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "keys",
        "specs/02-envelope-and-keys.md",
        "`seed` turns words into entropy and seed, `derive` a seed into a signing key, `sign` and "
        "`verify` are Ed25519, `to_did` and `from_did` the text form. `invalid` stands where the "
        "specification has no code of its own.",
    )
    _words(file.at("specs/02-envelope-and-keys.md#derivation-from-the-seed"))
    _derivation(file)
    _signatures(file.at("specs/02-envelope-and-keys.md#signing"))
    _strange_signatures(file)
    _dids(file)
    return file


def _words(file: VectorFile) -> None:
    for name, entropy, words, comment in WORDS:
        text = words.strip()
        file.ok("seed", name, comment, {"words": text}, {"entropy": entropy, "seed": seed_of(text)})
    for name, words, comment in (
        ("words-checksum", "abandon " * 24, "the last word holds a wrong checksum"),
        ("words-23", "abandon " * 23, "a word is missing"),
        ("words-25", "abandon " * 24 + "art", "a word too many"),
        (
            "words-12",
            "abandon " * 11 + "about",
            "twelve words are valid BIP-39, but carry 16 bytes only",
        ),
        ("words-unknown", "abandon " * 22 + "abandom art", "a word that isn't in the list"),
        ("words-swapped", WORDS[4][2].replace("attack piano", "piano attack"), "two words swapped"),
        ("words-empty", "", "no words"),
    ):
        file.bad("seed", name, INVALID, comment, {"words": words.strip()})


def _derivation(file: VectorFile) -> None:
    seeds = [("zero", seed_of(WORDS[0][2])), ("mixed", seed_of(WORDS[4][2]))]
    for seed_name, seed in seeds:
        for label, context, comment in (
            ("vendor-root", b"", "the lasting identity"),
            ("vendor-signing", bytes(4), "the operational key of serial 0"),
            ("vendor-signing", (1).to_bytes(4, "big"), "the operational key of serial 1"),
            ("vendor-signing", (2**32 - 1).to_bytes(4, "big"), "the last serial"),
            ("pseudonym", fixed("pseudonym context", 16), "the key of one intent"),
            ("relationship", fixed("pseudonym context", 16), "same context, other label"),
            ("feedback", fixed("pseudonym context", 16), "same context, a third label"),
        ):
            key = Signer(hkdf(b"vrm/1", seed, label.encode() + b"\0" + context))
            name = f"derive-{seed_name}-{label}" + (f"-{context.hex()[:8]}" if context else "")
            given = {"seed": seed, "label": label, "context": context}
            file.ok("derive", name, comment, given, {"secret": key.seed, "public": key.public})


def _signatures(file: VectorFile) -> None:
    rfc = Signer(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    for name, key, message, comment in (
        ("sign-rfc8032", rfc, b"", "the first test of RFC 8032, section 7.1"),
        ("sign-text", CUSTOMER, b"hello", "a short message"),
        ("sign-4096", VENDOR, fixed("long message", 4096), "a long message"),
    ):
        output = {"public": key.public, "signature": key.sign(message)}
        file.ok("sign", name, comment, {"secret": key.seed, "message": message}, output)
        _verify(file, f"verify-{name[5:]}", comment, key.public, message, key.sign(message), True)
    message, good = b"hello", CUSTOMER.sign(b"hello")
    for name, signature, comment in (
        ("r-bit", bytes([good[0] ^ 1]) + good[1:], "a bit of R turned"),
        ("s-bit", good[:32] + bytes([good[32] ^ 1]) + good[33:], "a bit of S turned"),
        ("last-bit", good[:63] + bytes([good[63] ^ 0x80]), "the top bit of S set"),
        ("s-plus-order", with_foreign_order(good), "S plus the order of the group"),
        ("halves-swapped", good[32:] + good[:32], "S ‖ R"),
        ("zero", bytes(64), "zero bytes"),
        ("short", good[:63], "63 bytes"),
        ("long", good + b"\0", "65 bytes"),
        ("empty", b"", "no bytes"),
        ("of-stranger", STRANGER.sign(message), "another key's signature"),
    ):
        _verify(file, f"verify-{name}", comment, CUSTOMER.public, message, signature, False)
    _verify(file, "verify-other-message", "hello!", CUSTOMER.public, b"hello!", good, False)
    for size in (0, 31, 33):
        public = (CUSTOMER.public + b"\0")[:size]
        comment = f"a key of {size} bytes"
        _verify(file, f"verify-key-{size}", comment, public, message, good, False)


def _strange_signatures(file: VectorFile) -> None:
    """Signatures about which verifiers in the wild disagree."""
    message, neutral = b"hello", edwards.encode(edwards.NEUTRAL)
    for name, (key, comment) in STRANGE_KEYS.items():
        forged = neutral + bytes(32)
        _verify(file, f"verify-key-{name}", comment, key, message, forged, False)
    seed, public = CUSTOMER.seed, CUSTOMER.public
    zero_nonce = edwards.sign_with(seed, public, 0, message)
    comment = "R is the neutral point; the equation holds"
    _verify(file, "verify-r-neutral", comment, public, message, zero_nonce, False)
    twisted = edwards.encode(edwards.add(edwards.decode(public), edwards.decode(_order_8())))
    nonces = [n for n in range(1, 200) if _challenge(twisted, n, message) % 8 == 4][:1]
    signature = edwards.sign_with(seed, twisted, nonces[0], message)
    comment = "A has a part of order 8; holds only when multiplied by the cofactor"
    _verify(file, "verify-cofactored-only", comment, twisted, message, signature, False)
    nonces = [n for n in range(1, 200) if _challenge(twisted, n, message) % 8 == 0][:1]
    signature = edwards.sign_with(seed, twisted, nonces[0], message)
    comment = "A has a part of order 8 that falls out here; holds without the cofactor"
    _verify(file, "verify-cofactorless", comment, twisted, message, signature, True)


def _order_8() -> bytes:
    return bytes.fromhex(ORDER_8)


def _challenge(public: bytes, nonce: int, message: bytes) -> int:
    point = edwards.encode(edwards.multiply(nonce, edwards.BASE))
    return edwards.challenge(point, public, message)


def _verify(
    file: VectorFile,
    name: str,
    comment: str,
    public: bytes,
    message: bytes,
    signature: bytes,
    good: bool,
) -> None:
    given = {"public": public, "message": message, "signature": signature}
    if good:
        file.ok("verify", name, comment, given)
    else:
        file.bad("verify", name, INVALID, comment, given)


def _dids(file: VectorFile) -> None:
    known = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    for name, public in (
        ("customer", CUSTOMER.public),
        ("vendor-root", VENDOR_ROOT.public),
        ("rfc8032", known),
    ):
        text = did(public)
        comment = "a public key as text"
        file.ok("to_did", f"to-did-{name}", comment, {"public": public}, {"did": text})
        file.ok("from_did", f"from-did-{name}", "and back", {"did": text}, {"public": public})
    good = did(CUSTOMER.public)
    for name, text, comment in (
        ("method", good.replace("did:key:", "did:web:"), "another method"),
        ("no-prefix", good.removeprefix("did:key:"), "the multibase text alone"),
        ("multibase", good.replace(":z", ":f", 1), "another multibase letter"),
        ("character", good[:-1] + "0", "0 isn't a base58 digit"),
        ("short", did(CUSTOMER.public[:31]), "31 bytes"),
        ("long", did(CUSTOMER.public + b"\0"), "33 bytes"),
        ("x25519", did(CUSTOMER.public, b"\xec\x01"), "the prefix of X25519 keys"),
        ("fragment", f"{good}#{good[8:]}", "a DID URL with a fragment"),
        ("space", good + " ", "a space at the end"),
        ("upper", good.replace("did:key", "DID:KEY"), "the scheme in capitals"),
        ("empty", "", "no text"),
        (
            "leading-one",
            "did:key:z1" + base58(b"\xed\x01" + CUSTOMER.public),
            "a zero byte in front",
        ),
    ):
        file.bad("from_did", f"from-did-{name}", INVALID, comment, {"did": text})
