"""Cases of agreement.json about commitments to what may be disclosed later."""

from __future__ import annotations

from typing import Any

from .canonical import pack
from .cases import VectorFile
from .notation import notation
from .primitives import Signer, fixed, sha256


def add(file: VectorFile) -> None:
    """What the customer can open later, and openings that don't fit."""
    salt = fixed("commitment salt relationship")
    key = Signer.named("relationship").public
    values: list[tuple[str, str, Any]] = [
        ("relationship", "relationship", key),
        ("text", "street_address", "Musterstraße 1"),
        ("map", "place", {"city": "Berlin", "code": 10115}),
        ("nil", "region", None),
    ]
    for name, field, value in values:
        given = {"name": field, "value": notation(value), "salt": salt}
        output = {"commitment": _committed(salt, field, value)}
        file.ok("commit", f"commit-{name}", "a commitment", given, output)
    right = _committed(salt, "relationship", key)
    wrong: list[tuple[str, str, str, Any, bytes]] = [
        ("salt", "another salt", "relationship", key, fixed("another salt")),
        ("name", "another name", "street_address", key, salt),
        ("value", "another key", "relationship", fixed("another key"), salt),
        ("type", "the key as text", "relationship", key.hex(), salt),
    ]
    for name, comment, field, value, used in wrong:
        given = {"name": field, "value": notation(value), "salt": used, "commitment": right}
        file.bad("open", f"open-{name}", "invalid", comment, given)
    given = {"name": "relationship", "value": notation(key), "salt": salt, "commitment": right}
    file.ok("open", "open-relationship", "the right opening", given)


def _committed(salt: bytes, name: str, value: Any) -> bytes:
    return sha256(b"vrm/1 commitment\0", salt, pack({"name": name, "value": value}))
