"""The bytes of a backup file, sealed and opened; `backup` says what they are for."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from nacl import bindings
from nacl.exceptions import CryptoError

from vrmnode import passphrasebox, privatefile
from vrmnode.errors import BackupError
from vrmnode.passphrasebox import KdfCost
from vrmprotocol import encoding
from vrmprotocol.errors import ProtocolError

MAGIC = b"VRMBACKUP\x00"
CHUNK_BYTES = 1024 * 1024
MAX_HEADER_BYTES = 262_144

_KIND = "backup"
_KEY_BYTES = 32
_NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_TAG_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES


@dataclass(frozen=True, slots=True)
class Content:
    """What the header seals; `size_bytes` and `digest` (SHA-256) are the database's."""

    key: bytes
    keystore_raw: bytes
    created: int
    size_bytes: int
    digest: bytes


def write(
    target: Path,
    database: Path,
    keystore_raw: bytes,
    passphrase: str,
    *,
    created: int,
    cost: KdfCost,
) -> None:
    """Seal a database file and a keystore into a new file of mode 0600. Raises OSError."""
    with database.open("rb") as plain:
        digest = hashlib.file_digest(plain, "sha256").digest()
    content = Content(
        secrets.token_bytes(_KEY_BYTES), keystore_raw, created, database.stat().st_size, digest
    )
    with _new_file(target) as file, database.open("rb") as plain:
        header = _seal_header(content, passphrase, cost)
        file.write(MAGIC + len(header).to_bytes(4, "big") + header)
        for number, chunk, last in _chunks(plain, content.size_bytes):
            sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
                chunk, _binding(number, last=last), _nonce(number), content.key
            )
            file.write(len(sealed).to_bytes(4, "big") + sealed)
    privatefile.sync_file(target)


def read(source: Path, database: Path, passphrase: str) -> Content:
    """Verify a backup file, writing its database into a new file of mode 0600.

    Raises OSError; BackupError `backup.wrong_passphrase`, `backup.corrupt`.
    """
    with source.open("rb") as file:
        content = _open_header(file, source, passphrase)
        digest = hashlib.sha256()
        with _new_file(database) as plain:
            for chunk in _opened_chunks(file, source, content):
                digest.update(chunk)
                plain.write(chunk)
        if digest.digest() != content.digest:
            raise _corrupt(source, "the database's digest is another")
    return content


def _seal_header(content: Content, passphrase: str, cost: KdfCost) -> bytes:
    plain = encoding.encode(
        {
            "key": content.key,
            "keystore": content.keystore_raw,
            "created": content.created,
            "size": content.size_bytes,
            "digest": content.digest,
        }
    )
    box = passphrasebox.seal(plain, passphrase, kind=_KIND, cost=cost)
    return encoding.encode({"box": box.header(), "sealed": box.ciphertext})


def _open_header(file: BinaryIO, source: Path, passphrase: str) -> Content:
    start = file.read(len(MAGIC) + 4)
    size_bytes = int.from_bytes(start[len(MAGIC) :], "big")
    if start[: len(MAGIC)] != MAGIC or size_bytes > MAX_HEADER_BYTES:
        raise _corrupt(source, "it doesn't begin as a backup file does")
    try:
        outer = encoding.decode_map(file.read(size_bytes), max_bytes=MAX_HEADER_BYTES)
        header = outer.get("box")
        if not isinstance(header, dict):
            raise _corrupt(source, "its header lacks the box")
        box = passphrasebox.read_box(header, outer.get("sealed"), kind=_KIND)
        plain = passphrasebox.unseal(box, passphrase)
        return _content(encoding.decode_map(plain, max_bytes=MAX_HEADER_BYTES), source)
    except passphrasebox.WrongPassphrase as error:
        raise BackupError(
            "backup.wrong_passphrase", f"{source} doesn't open with this passphrase"
        ) from error
    except (passphrasebox.MalformedBox, ProtocolError) as error:
        raise _corrupt(source, f"its header is malformed: {error}") from error


def _content(plain: encoding.Map, source: Path) -> Content:
    match plain:
        case {
            "key": bytes(key),
            "keystore": bytes(keystore_raw),
            "created": int(created),
            "size": int(size_bytes),
            "digest": bytes(digest),
        } if len(key) == _KEY_BYTES:
            return Content(key, keystore_raw, created, size_bytes, digest)
    raise _corrupt(source, "its header has other contents; is it from a newer version?")


def _chunks(plain: BinaryIO, size_bytes: int) -> Iterator[tuple[int, bytes, bool]]:
    count = max(1, -(-size_bytes // CHUNK_BYTES))
    for number in range(count):
        yield number, plain.read(CHUNK_BYTES), number == count - 1


def _opened_chunks(file: BinaryIO, source: Path, content: Content) -> Iterator[bytes]:
    count = max(1, -(-content.size_bytes // CHUNK_BYTES))
    for number in range(count):
        size_bytes = int.from_bytes(file.read(4), "big")
        if not _TAG_BYTES <= size_bytes <= CHUNK_BYTES + _TAG_BYTES:
            raise _corrupt(source, f"chunk {number + 1} of {count} has a wrong length")
        bound = _binding(number, last=number == count - 1)
        try:
            yield bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
                file.read(size_bytes), bound, _nonce(number), content.key
            )
        except (CryptoError, ValueError) as error:
            raise _corrupt(source, f"chunk {number + 1} of {count} was altered or cut") from error
    if file.read(1):
        raise _corrupt(source, "something follows its end")


def _binding(number: int, *, last: bool) -> bytes:
    return b"vrm/1 backup chunk\x00" + number.to_bytes(8, "big") + bytes([last])


def _nonce(number: int) -> bytes:
    # The key is fresh for each file, so counting never repeats a nonce.
    return number.to_bytes(_NONCE_BYTES, "big")


def _new_file(path: Path) -> BinaryIO:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, privatefile.MODE), "wb")


def _corrupt(source: Path, what: str) -> BackupError:
    return BackupError("backup.corrupt", f"{source} is damaged or no backup: {what}")
