"""Bytes under a passphrase; the keystore's tests cover malformed headers."""

from __future__ import annotations

import pytest

from vrmnode import passphrasebox
from vrmnode.passphrasebox import CHEAPEST, MIB, Box, KdfCost, MalformedBox, WrongPassphrase


@pytest.fixture(scope="module")
def box() -> Box:
    return passphrasebox.seal(b"plain", "passphrase", kind="keystore", cost=CHEAPEST)


def test_what_was_sealed_comes_back(box: Box) -> None:
    assert passphrasebox.unseal(box, "passphrase") == b"plain"
    read = passphrasebox.read_box(box.header(), box.ciphertext, kind="keystore")
    assert read == box
    assert b"plain" not in box.ciphertext


def test_another_passphrase(box: Box) -> None:
    with pytest.raises(WrongPassphrase):
        passphrasebox.unseal(box, "passphrase ")


def test_one_kind_does_not_pass_for_another(box: Box) -> None:
    with pytest.raises(MalformedBox):
        passphrasebox.read_box(box.header(), box.ciphertext, kind="backup")
    renamed = Box("backup", box.cost, box.salt, box.nonce, box.ciphertext)
    with pytest.raises(WrongPassphrase):
        passphrasebox.unseal(renamed, "passphrase")


def test_salt_and_nonce_are_fresh(box: Box) -> None:
    other = passphrasebox.seal(b"plain", "passphrase", kind="keystore", cost=CHEAPEST)
    assert len({box.salt, other.salt}) == len({box.nonce, other.nonce}) == 2


@pytest.mark.parametrize(
    ("opslimit", "memlimit_bytes"),
    [(0, 64 * MIB), (17, 64 * MIB), (-1, 64 * MIB), (3, 8 * MIB - 1), (3, 1024 * MIB + 1)],
)
def test_the_cost_is_bounded(opslimit: int, memlimit_bytes: int) -> None:
    with pytest.raises(MalformedBox):
        KdfCost(opslimit, memlimit_bytes)
