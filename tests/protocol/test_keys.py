"""Seed words, derived keys, signatures, did:key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import survives
from vrmprotocol import base58, ed25519, keys
from vrmprotocol.errors import LocalError

ZERO_WORDS = "abandon " * 23 + "art"
# Trezor's BIP-39 test vectors use the passphrase TREZOR; this one is for the empty passphrase.
ZERO_SEED = bytes.fromhex(
    "408b285c123836004f4b8842c89324c1f01382450c0d439af345ba7fc49acf70"
    "5489c6fc77dbd4e3dc1dd8cc6bc9f043db8ada1e243c4a0eafb290d399480840"
)


def code_and_detail(call, *arguments):
    with pytest.raises(LocalError) as caught:
        call(*arguments)
    return caught.value.code, caught.value.detail


def test_golden_words_and_seed():
    assert keys.words_from_entropy(bytes(32)) == ZERO_WORDS
    assert keys.seed_from_words(ZERO_WORDS) == ZERO_SEED


def test_spacing_and_case_of_words_do_not_matter():
    assert keys.seed_from_words(ZERO_WORDS.upper().replace(" ", "\n  ")) == ZERO_SEED


@given(st.binary(min_size=32, max_size=32))
def test_all_entropy_has_words_that_are_accepted(entropy):
    assert len(keys.seed_from_words(keys.words_from_entropy(entropy))) == 64


def test_an_unknown_word_is_named_by_position_only():
    words = ZERO_WORDS.split()
    words[6] = "secretword"
    code, detail = code_and_detail(keys.seed_from_words, " ".join(words))
    assert code == "keys.mnemonic"
    assert "word 7 " in detail
    assert "secretword" not in detail


def test_a_wrong_checksum_is_said_plainly():
    code, detail = code_and_detail(keys.seed_from_words, "abandon " * 24)
    assert code == "keys.mnemonic"
    assert "checksum" in detail
    assert "abandon" not in detail


@pytest.mark.parametrize("words", ["", "abandon", "abandon " * 11 + "about"])
def test_only_24_words_are_taken(words):
    assert code_and_detail(keys.seed_from_words, words)[0] == "keys.mnemonic"


def test_golden_derived_keys():
    assert keys.vendor_root_key(ZERO_SEED).public.hex() == (
        "7362e42ec042030cff99333d0557f7600516ba2d196298953e5544aa84df99a7"
    )
    assert keys.pseudonym_key(ZERO_SEED, bytes(16)).public.hex() == (
        "09ef3bb7f9412662010bfeda6f33b8c444cd13a49e0aaf03f278dbfe7c366845"
    )


def test_labels_and_contexts_separate_keys():
    publics = {
        keys.vendor_root_key(ZERO_SEED).public,
        keys.vendor_signing_key(ZERO_SEED, 0).public,
        keys.vendor_signing_key(ZERO_SEED, 1).public,
        keys.pseudonym_key(ZERO_SEED, bytes(16)).public,
        keys.pseudonym_key(ZERO_SEED, bytes(15) + b"\1").public,
        keys.relationship_key(ZERO_SEED, bytes(16)).public,
    }
    assert len(publics) == 6


def test_lengths_are_checked():
    for call in (keys.SigningKey, keys.SealKey, keys.words_from_entropy):
        assert code_and_detail(call, b"short")[0] == "keys.length"
    assert code_and_detail(keys.pseudonym_key, ZERO_SEED, b"short")[0] == "keys.length"
    assert code_and_detail(keys.vendor_root_key, b"short")[0] == "keys.length"


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.integers(0, 64 * 8 - 1))
def test_a_signature_fits_its_message_and_no_bit_may_change(seed, message, bit):
    key = keys.SigningKey(seed)
    signature = key.sign(message)
    assert ed25519.verify(key.public, message, signature)
    assert not ed25519.verify(key.public, message + b"\0", signature)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    assert not ed25519.verify(key.public, message, bytes(changed))


SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]
NON_CANONICAL = [
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


@pytest.mark.parametrize("public", SMALL_ORDER + NON_CANONICAL)
def test_weak_public_keys_verify_nothing(public):
    # R = the identity, S = 0 would satisfy the plain equation for a key of order 1.
    forged = b"\x01" + bytes(63)
    assert not ed25519.verify(bytes.fromhex(public), b"anything", forged)


def test_a_signature_with_s_beyond_the_group_order_is_refused():
    order = 2**252 + 27742317777372353535851937790883648493
    key = keys.SigningKey(bytes(32))
    signature = key.sign(b"m")
    s = int.from_bytes(signature[32:], "little") + order
    assert not ed25519.verify(key.public, b"m", signature[:32] + s.to_bytes(32, "little"))


@given(st.binary(max_size=70), st.binary(max_size=70))
def test_wrong_lengths_never_verify(public, signature):
    if (len(public), len(signature)) != (32, 64):
        assert not ed25519.verify(public, b"", signature)


def test_secrets_are_hidden():
    for key in (keys.SigningKey(b"\x11" * 32), keys.SealKey(b"\x11" * 32)):
        assert "1111" not in repr(key)
        assert "hidden" in repr(key)


def test_keys_compare_by_public_key():
    assert keys.SigningKey(bytes(32)) == keys.SigningKey(bytes(32))
    assert len({keys.SealKey(bytes(32)), keys.SealKey(bytes(32))}) == 1
    assert keys.SigningKey(bytes(32)) != keys.SigningKey(b"1" * 32)
    assert keys.SealKey(bytes(32)).private_bytes() == bytes(32)


def test_golden_did():
    # From the did:key method specification.
    text = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
    public = keys.from_did(text)
    assert public.hex() == "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
    assert keys.to_did(public) == text


@given(st.binary(min_size=32, max_size=32))
def test_did_round_trip(public):
    assert keys.from_did(keys.to_did(public)) == public


@given(st.text() | st.text().map(lambda text: "did:key:z" + text))
def test_other_text_is_no_did(text):
    outcome = survives(keys.from_did, text)
    assert outcome == "keys.did" or keys.to_did(outcome) == text


@given(st.binary(max_size=60))
def test_base58_round_trip(data):
    assert base58.decode(base58.encode(data)) == data
