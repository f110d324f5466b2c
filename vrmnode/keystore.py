"""keystore.json: the node's identity under a passphrase.

It holds the seed's entropy, from which signing keys are derived, and two random keys of this
installation: the vault key, under which the database keeps its secrets, and the network seed for
the libp2p key. The file is readable by its owner alone and replaced atomically.

Leaves deriving keys to `vrmprotocol.keys` and the sealed form to `passphrasebox`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vrmnode import passphrasebox, privatefile
from vrmnode.errors import KeystoreError
from vrmnode.passphrasebox import STANDARD, Box, KdfCost
from vrmprotocol import encoding
from vrmprotocol.errors import ProtocolError

KEY_BYTES = 32
MAX_FILE_BYTES = 65_536
MAX_PASSPHRASE_BYTES = 4096
PASSPHRASE_FILE_VARIABLE = "VRM_PASSPHRASE_FILE"

_KIND = "keystore"
_PLAIN_KEYS = {"entropy", "vault_key", "created"}


@dataclass(frozen=True, slots=True)
class Identity:
    """The secrets of a node, 32 bytes each; not shown by repr. `created`: Unix seconds."""

    entropy: bytes = field(repr=False)
    vault_key: bytes = field(repr=False)
    created: int


def create(
    path: Path,
    passphrase: str,
    *,
    entropy: bytes,
    created: int,
    vault_key: bytes | None = None,
    cost: KdfCost = STANDARD,
) -> Identity:
    """Write a new keystore and return its identity; keys that aren't given are random.

    Raises KeystoreError `keystore.exists`: it is never overwritten; `keystore.unwritable`.
    """
    identity = Identity(
        entropy=entropy,
        vault_key=secrets.token_bytes(KEY_BYTES) if vault_key is None else vault_key,
        created=created,
    )
    for key in (identity.entropy, identity.vault_key):
        if len(key) != KEY_BYTES:
            raise ValueError(f"expected keys of {KEY_BYTES} bytes, came {len(key)}")
    _write(path, _seal(identity, passphrase, cost), replace=False)
    return identity


def unlock(path: Path, passphrase: str) -> Identity:
    """Return the identity in a keystore.

    Raises KeystoreError `keystore.missing`, `keystore.permissions` (mode wider than 0600),
    `keystore.corrupt` (no keystore file), `keystore.wrong_passphrase` (also for altered bytes:
    they can't be told apart).
    """
    return _unseal(read_box(read(path)), passphrase)


def change_passphrase(path: Path, old: str, new: str, *, cost: KdfCost = STANDARD) -> None:
    """Seal the same identity under another passphrase. Raises as `unlock`."""
    identity = unlock(path, old)
    _write(path, _seal(identity, new, cost), replace=True)


def read(path: Path) -> bytes:
    """Return a keystore file's bytes. Raises `keystore.missing`, `.permissions`, `.corrupt`."""
    try:
        with path.open("rb") as file:
            wide = privatefile.wider_than_private(file.fileno())
            raw = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise KeystoreError(
            "keystore.missing", f"expected a keystore at {path}, came no file: run `vrm init`"
        ) from error
    except OSError as error:
        raise KeystoreError("keystore.permissions", f"{path} can't be read: {error}") from error
    if wide is not None:
        raise KeystoreError(
            "keystore.permissions",
            f"expected mode 0600 of {path}, came {wide}: others may have read it. "
            f"If not: chmod 600 {path}",
        )
    return raw


def check(raw: bytes) -> None:
    """Raise `keystore.corrupt` unless these bytes have the form of a keystore file."""
    read_box(raw)


def read_box(raw: bytes) -> Box:
    """Return the sealed box in a keystore file's bytes. Raises `keystore.corrupt`."""
    if len(raw) > MAX_FILE_BYTES:
        raise _corrupt(f"expected at most {MAX_FILE_BYTES} bytes")
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _corrupt("expected JSON") from error
    if not isinstance(document, dict):
        raise _corrupt(f"expected a JSON object, came {type(document).__name__}")
    header = {**document, "kind": _KIND}
    ciphertext = _from_hex(header.pop("ciphertext", None))
    header["nonce"] = _from_hex(header.get("nonce"))
    if isinstance(header.get("kdf"), dict):
        header["kdf"] = {**header["kdf"], "salt": _from_hex(header["kdf"].get("salt"))}
    try:
        return passphrasebox.read_box(header, ciphertext, kind=_KIND)
    except passphrasebox.MalformedBox as error:
        raise _corrupt(str(error)) from error


def _seal(identity: Identity, passphrase: str, cost: KdfCost) -> bytes:
    plain = encoding.encode(
        {
            "entropy": identity.entropy,
            "vault_key": identity.vault_key,
            "created": identity.created,
        }
    )
    box = passphrasebox.seal(plain, passphrase, kind=_KIND, cost=cost)
    document = {
        "v": 1,
        "kdf": {
            "name": passphrasebox.KDF_NAME,
            "opslimit": box.cost.opslimit,
            "memlimit": box.cost.memlimit_bytes,
            "salt": box.salt.hex(),
        },
        "cipher": passphrasebox.CIPHER_NAME,
        "nonce": box.nonce.hex(),
        "ciphertext": box.ciphertext.hex(),
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def _unseal(box: Box, passphrase: str) -> Identity:
    try:
        plain = encoding.decode_map(passphrasebox.unseal(box, passphrase))
    except passphrasebox.WrongPassphrase as error:
        raise KeystoreError(
            "keystore.wrong_passphrase", "the keystore doesn't open with this passphrase"
        ) from error
    except ProtocolError as error:
        raise _corrupt("expected a canonical map inside") from error
    if set(plain) != _PLAIN_KEYS:
        raise _corrupt("expected other contents; is it from a newer version?")
    created = plain["created"]
    if not isinstance(created, int) or isinstance(created, bool):
        raise _corrupt("expected its date as an integer")
    return Identity(
        entropy=_key(plain, "entropy"),
        vault_key=_key(plain, "vault_key"),
        created=created,
    )


def _key(plain: encoding.Map, name: str) -> bytes:
    value = plain[name]
    if not isinstance(value, bytes) or len(value) != KEY_BYTES:
        raise _corrupt(f"expected {name} of {KEY_BYTES} bytes")
    return value


def _write(path: Path, raw: bytes, *, replace: bool) -> None:
    try:
        privatefile.write_atomically(path, raw, replace=replace)
    except FileExistsError as error:
        raise KeystoreError(
            "keystore.exists", f"{path} exists already and is not overwritten"
        ) from error
    except OSError as error:
        raise KeystoreError("keystore.unwritable", f"{path} can't be written: {error}") from error


def _from_hex(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return bytes.fromhex(value)
    except ValueError:
        return value


def _corrupt(what: str) -> KeystoreError:
    return KeystoreError(
        "keystore.corrupt",
        f"the keystore is damaged ({what}). Keep a copy of the file; restore a backup with "
        "`vrm data restore BACKUP`, or the seed words with `vrm init --words`",
    )


def read_passphrase(
    *,
    file: Path | None,
    env: Mapping[str, str],
    prompt: Callable[[str], str] | None,
    none: bool = False,
    confirm: bool = False,
    words: str = "Passphrase",
) -> str:
    """Return the passphrase: none at all, of a file, of `VRM_PASSPHRASE_FILE`, or as typed.

    `prompt` asks for `words` without echo, None where nobody can answer; with `confirm` it asks
    twice. Of a file the first line counts. Raises KeystoreError `keystore.no_passphrase`,
    `keystore.empty_passphrase` (without `none`), `keystore.passphrase_file`,
    `keystore.passphrases_differ`.
    """
    if none:
        return ""
    source = file if file is not None else env.get(PASSPHRASE_FILE_VARIABLE)
    if source:
        passphrase = _first_line(Path(source))
    elif prompt is not None:
        passphrase = prompt(f"{words}: ")
        if confirm and prompt("Again: ") != passphrase:
            raise KeystoreError("keystore.passphrases_differ", "the two passphrases differ")
    else:
        raise KeystoreError(
            "keystore.no_passphrase",
            f"expected a passphrase: give --passphrase-file or {PASSPHRASE_FILE_VARIABLE};"
            " --no-passphrase where there shall be none",
        )
    if not passphrase:
        raise KeystoreError(
            "keystore.empty_passphrase",
            "expected a passphrase, came an empty one; if that is meant: --no-passphrase",
        )
    return passphrase


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_PASSPHRASE_BYTES + 1)
        if len(raw) > MAX_PASSPHRASE_BYTES:
            raise KeystoreError(
                "keystore.passphrase_file",
                f"expected at most {MAX_PASSPHRASE_BYTES} bytes in {path}",
            )
        return raw.decode("utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise KeystoreError(
            "keystore.passphrase_file", f"the passphrase file {path} can't be read: {error}"
        ) from error
