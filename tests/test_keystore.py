"""The keystore file: who may read it, what opens it, what a damaged one says."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from vrmnode import keystore, passphrasebox
from vrmnode.errors import KeystoreError
from vrmnode.keystore import Identity
from vrmnode.passphrasebox import CHEAPEST, STANDARD, KdfCost

ENTROPY = b"entropy of the seed, 32 bytes .."
VAULT_KEY = b"vault key of this node, 32 bytes"
PASSPHRASE = "correct horse é"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keystore.json"


@pytest.fixture
def identity(path: Path) -> Identity:
    return keystore.create(
        path,
        PASSPHRASE,
        entropy=ENTROPY,
        created=1000,
        vault_key=VAULT_KEY,
        cost=CHEAPEST,
    )


@pytest.fixture
def stored(path: Path, identity: Identity) -> Path:
    """The path of a keystore, where the identity in it doesn't matter."""
    return path


def _code(call: Callable[[], object]) -> str:
    with pytest.raises(KeystoreError) as caught:
        call()
    for secret in (ENTROPY, VAULT_KEY, PASSPHRASE.encode()):
        assert secret not in caught.value.message.encode()
    return caught.value.code


def test_the_identity_comes_back(path: Path, identity: Identity) -> None:
    assert identity == Identity(ENTROPY, VAULT_KEY, 1000)
    assert keystore.unlock(path, PASSPHRASE) == identity
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keystore.json"]
    keystore.check(path.read_bytes())


def test_keys_that_are_not_given_are_random(tmp_path: Path) -> None:
    made = [
        keystore.create(tmp_path / name, "p", entropy=ENTROPY, created=1, cost=CHEAPEST)
        for name in ("a", "b")
    ]
    keys = {one.vault_key for one in made}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {32}


def test_nothing_secret_in_the_file_or_in_repr(path: Path, identity: Identity) -> None:
    raw = path.read_bytes()
    for secret in (ENTROPY, VAULT_KEY):
        assert secret not in raw
        assert secret.hex().encode() not in raw
        assert secret.decode() not in repr(identity)
    assert repr(identity) == "Identity(created=1000)"


@pytest.mark.parametrize("passphrase", ["", "Correct horse é", PASSPHRASE + " ", "x" * 5000])
def test_a_wrong_passphrase_has_one_answer(stored: Path, passphrase: str) -> None:
    with pytest.raises(KeystoreError) as caught:
        keystore.unlock(stored, passphrase)
    assert str(caught.value) == (
        "keystore.wrong_passphrase: the keystore doesn't open with this passphrase"
    )


def test_an_empty_passphrase_is_one_like_others(path: Path) -> None:
    made = keystore.create(path, "", entropy=ENTROPY, created=1, cost=CHEAPEST)
    assert keystore.unlock(path, "") == made
    assert _code(lambda: keystore.unlock(path, "x")) == "keystore.wrong_passphrase"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777, 0o610])
def test_a_mode_wider_than_0600_is_refused(path: Path, identity: Identity, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeystoreError) as caught:
        keystore.unlock(path, PASSPHRASE)
    assert caught.value.code == "keystore.permissions"
    assert f"{mode:04o}" in caught.value.message
    assert "chmod 600" in caught.value.message
    path.chmod(0o400)
    assert keystore.unlock(path, PASSPHRASE) == identity


def test_it_is_never_overwritten(path: Path, identity: Identity) -> None:
    def again() -> object:
        return keystore.create(path, "other", entropy=ENTROPY, created=2, cost=CHEAPEST)

    assert _code(again) == "keystore.exists"
    assert keystore.unlock(path, PASSPHRASE) == identity
    assert [file.name for file in path.parent.iterdir()] == ["keystore.json"]


def test_missing(path: Path) -> None:
    assert _code(lambda: keystore.unlock(path, PASSPHRASE)) == "keystore.missing"


def test_no_folder(tmp_path: Path) -> None:
    def create() -> object:
        path = tmp_path / "none" / "k"
        return keystore.create(path, "p", entropy=ENTROPY, created=1, cost=CHEAPEST)

    assert _code(create) == "keystore.unwritable"


def test_keys_of_another_length_are_a_bug(path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        keystore.create(path, "p", entropy=b"short", created=1, cost=CHEAPEST)
    assert not path.exists()


def _document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("v",), 2),
        (("v",), True),
        (("cipher",), "none"),
        (("kdf", "name"), "scrypt"),
        (("kdf", "opslimit"), 0),
        (("kdf", "opslimit"), 17),
        (("kdf", "opslimit"), "3"),
        (("kdf", "opslimit"), True),
        (("kdf", "memlimit"), 1024),
        (("kdf", "memlimit"), 100 * 1024**3),
        (("kdf", "memlimit"), 2**70),
        (("kdf", "memlimit"), 1e9),
        (("kdf", "salt"), "00"),
        (("kdf", "salt"), "not hex" * 4),
        (("kdf", "salt"), None),
        (("kdf",), None),
        (("kdf",), []),
        (("nonce",), "00" * 23),
        (("nonce",), 5),
        (("ciphertext",), ""),
        (("ciphertext",), "00" * 15),
        (("ciphertext",), {}),
        (("extra",), 1),
        (("kdf", "extra"), 1),
    ],
)
def test_a_malformed_header_is_refused_before_any_work(
    stored: Path, place: tuple[str, ...], value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = _document(stored)
    target = document
    for name in place[:-1]:
        target = target[name]
    target[place[-1]] = value
    stored.write_bytes(json.dumps(document).encode())

    def derive(*_: object) -> bytes:
        raise AssertionError("no key may be derived with these parameters")

    monkeypatch.setattr(passphrasebox, "_derive", derive)
    assert _code(lambda: keystore.unlock(stored, PASSPHRASE)) == "keystore.corrupt"


@pytest.mark.parametrize("name", ["v", "kdf", "cipher", "nonce", "ciphertext"])
def test_a_missing_field_is_refused(stored: Path, name: str) -> None:
    document = _document(stored)
    del document[name]
    stored.write_bytes(json.dumps(document).encode())
    assert _code(lambda: keystore.unlock(stored, PASSPHRASE)) == "keystore.corrupt"


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 60_000, b"{}" + b" " * 70_000],
)
def test_what_is_no_keystore(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)
    path.chmod(0o600)
    assert _code(lambda: keystore.unlock(path, PASSPHRASE)) == "keystore.corrupt"
    assert _code(lambda: keystore.check(raw)) == "keystore.corrupt"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("kdf", "opslimit"), 2),
        (("kdf", "memlimit"), 16 * 1024 * 1024),
        (("kdf", "salt"), "00" * 16),
        (("nonce",), "00" * 24),
        (("ciphertext",), "00" * 150),
    ],
)
def test_a_tampered_header_looks_like_a_wrong_passphrase(
    stored: Path, place: tuple[str, ...], value: object
) -> None:
    document = _document(stored)
    target = document
    for name in place[:-1]:
        target = target[name]
    target[place[-1]] = value
    stored.write_bytes(json.dumps(document).encode())
    assert _code(lambda: keystore.unlock(stored, PASSPHRASE)) == "keystore.wrong_passphrase"


@given(data=st.data())
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_flipped_bit_never_opens(path: Path, data: st.DataObject) -> None:
    if not path.exists():
        keystore.create(path, PASSPHRASE, entropy=ENTROPY, created=1000, cost=CHEAPEST)
        path.with_suffix(".sound").write_bytes(path.read_bytes())
    raw = bytearray(path.with_suffix(".sound").read_bytes())
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(raw)
    with contextlib.suppress(KeystoreError):
        keystore.unlock(path, PASSPHRASE)
        # The only changes without a meaning: another space, or a hex digit in capitals.
        assert json.loads(bytes(raw).lower()) == _document(path.with_suffix(".sound"))


def test_another_passphrase_for_the_same_identity(path: Path, identity: Identity) -> None:
    keystore.change_passphrase(path, PASSPHRASE, "new", cost=CHEAPEST)
    assert keystore.unlock(path, "new") == identity
    assert _code(lambda: keystore.unlock(path, PASSPHRASE)) == "keystore.wrong_passphrase"

    def wrong() -> None:
        keystore.change_passphrase(path, "bad", "x", cost=CHEAPEST)

    assert _code(wrong) == "keystore.wrong_passphrase"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failed_write_leaves_the_old_file(
    path: Path, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)

    def change() -> None:
        keystore.change_passphrase(path, PASSPHRASE, "new", cost=CHEAPEST)

    assert _code(change) == "keystore.unwritable"
    monkeypatch.undo()
    assert keystore.unlock(path, PASSPHRASE) == identity
    assert [file.name for file in path.parent.iterdir()] == ["keystore.json"]


def test_the_standard_cost(path: Path) -> None:
    assert KdfCost(3, 64 * 1024 * 1024) == STANDARD
    made = keystore.create(path, PASSPHRASE, entropy=ENTROPY, created=1)
    assert keystore.unlock(path, PASSPHRASE) == made


class TestReadPassphrase:
    def test_of_a_file_its_first_line(self, tmp_path: Path) -> None:
        file = tmp_path / "p"
        for raw, expected in ((b"secret\n", "secret"), (b" s p \r\nmore", " s p "), (b"x", "x")):
            file.write_bytes(raw)
            assert keystore.read_passphrase(file=file, env={}, prompt=None) == expected

    def test_the_option_wins_over_the_variable(self, tmp_path: Path) -> None:
        option, variable = tmp_path / "a", tmp_path / "b"
        option.write_text("option")
        variable.write_text("variable")
        env = {"VRM_PASSPHRASE_FILE": str(variable)}
        assert keystore.read_passphrase(file=option, env=env, prompt=None) == "option"
        assert keystore.read_passphrase(file=None, env=env, prompt=None) == "variable"
        assert keystore.read_passphrase(file=None, env=env, prompt=None, none=True) == ""

    def test_as_typed(self) -> None:
        answers = iter(["secret", "secret", "one", "two"])

        def ask(prompt: str) -> str:
            assert prompt.endswith(": ")
            return next(answers)

        def read() -> str:
            return keystore.read_passphrase(file=None, env={}, prompt=ask, confirm=True)

        assert read() == "secret"
        assert _code(read) == "keystore.passphrases_differ"

    def test_what_is_refused(self, tmp_path: Path) -> None:
        def read(raw: bytes | None) -> str:
            file = tmp_path / "p"
            if raw is not None:
                file.write_bytes(raw)
            return _code(lambda: keystore.read_passphrase(file=file, env={}, prompt=None))

        assert read(None) == "keystore.passphrase_file"
        assert read(b"") == "keystore.empty_passphrase"
        assert read(b"\nsecond") == "keystore.empty_passphrase"
        assert read(b"\xff") == "keystore.passphrase_file"
        assert read(b"x" * 5000) == "keystore.passphrase_file"
        assert (
            _code(lambda: keystore.read_passphrase(file=None, env={}, prompt=None))
            == "keystore.no_passphrase"
        )
