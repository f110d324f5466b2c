"""The file on a vendor's web site that says who it is and where its node is.

Implements the contents of `specs/10-joining.md#well-known-file`. Fetching is left to the node.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from vrmprotocol import keys, peer_address
from vrmprotocol.errors import LocalError, ProtocolError, RemoteError
from vrmprotocol.peer_address import PeerAddress

PATH = "/.well-known/vrm.json"
MAX_BYTES = 16_384
MAX_PEERS = 8

_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,128}")


@dataclass(frozen=True, slots=True)
class WellKnown:
    """What a domain says: nothing in it is proven but that the domain says so."""

    vendor: str | None
    name: str | None
    peers: tuple[PeerAddress, ...]


def read(raw: bytes) -> WellKnown:
    """The contents of a file; addresses of unknown forms are left out.

    Raises:
        RemoteError: `wellknown.schema`.
    """
    # SPEC 10: The reader MUST refuse a file that isn't such an object with `wellknown.schema`.
    fields = _object(raw)
    version = fields.get("v")
    if type(version) is not int or version != 1:
        raise _refusal("v", "1")
    vendor, name = fields.get("vendor"), fields.get("name")
    if vendor is not None and not (isinstance(vendor, str) and _is_did(vendor)):
        raise _refusal("vendor", "a did:key of an Ed25519 key")
    if name is not None and not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise _refusal("name", "1 to 128 characters without control characters")
    texts = _addresses(fields.get("peers"))
    # SPEC 10: The reader MUST ignore fields that it doesn't know, and pass over addresses whose
    # form it doesn't know.
    known = tuple(found for text in texts if (found := peer_address.parse(text)))
    return WellKnown(vendor, name, known)


def write(vendor: str | None, name: str | None, peers: Sequence[str]) -> bytes:
    """The file, ready to be served.

    Raises:
        LocalError: `wellknown.schema`, also for an address of an unknown form.
    """
    fields = {"v": 1, "vendor": vendor, "name": name, "peers": list(peers)}
    given = {key: value for key, value in fields.items() if value is not None}
    raw = (json.dumps(given, indent=2) + "\n").encode()
    try:
        read_again = read(raw)
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None
    if len(read_again.peers) < len(peers):
        raise LocalError("wellknown.schema", "peers: expected addresses of known forms")
    return raw


def _object(raw: bytes) -> dict[str, object]:
    try:
        fields = json.loads(raw.decode("utf-8")) if len(raw) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise RemoteError(
            "wellknown.schema", f"expected one JSON object of at most {MAX_BYTES} bytes"
        )
    return fields


def _addresses(value: object) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_PEERS:
        raise _refusal("peers", f"a list of at most {MAX_PEERS} addresses")
    texts = [text for text in value if isinstance(text, str) and peer_address.could_be(text)]
    if len(set(texts)) < len(value):
        raise _refusal("peers", "addresses such as /ip4/…/tcp/…/p2p/…, each once")
    return texts


def _is_did(text: str) -> bool:
    try:
        keys.from_did(text)
    except ProtocolError:
        return False
    return True


def _refusal(field: str, expected: str) -> RemoteError:
    return RemoteError("wellknown.schema", f"{field}: expected {expected}")
