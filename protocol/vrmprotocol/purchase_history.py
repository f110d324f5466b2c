"""A purchase history: grants of vendors, shown to one verifier by whoever holds their keys.

Implements `specs/12-evidence.md#purchase-history`. It names no pseudonym, no intent and no
agreement; it verifies offline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from vrmprotocol import demand, ed25519, encoding, feedback, keys, schema
from vrmprotocol.certificate import Certificate
from vrmprotocol.demand import Band
from vrmprotocol.encoding import Map
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.feedback import Month
from vrmprotocol.fields import Bytes32, Bytes64, CategoryId, Text128, Time, Wire

FILE_TYPE = "vrm-purchase-history"
MAX_BYTES = 131_072
MOST = 100

_CONTEXT = b"vrm/1 purchase history\0"
_SCHEMA = "history.schema"


class Purchase(Wire, frozen=True, kw_only=True):
    """One agreement, by the vendor's grant to its feedback key.

    `category` and `total` are what the customer says, and nobody else.
    """

    key: Bytes32
    certificate: Certificate
    month: Month
    grant: Bytes64
    category: CategoryId | None = None
    total: Band | None = None
    signature: Bytes64


class History(Wire, frozen=True, kw_only=True):
    """What is shown to a verifier, who named itself and drew the nonce."""

    v: Literal[1]
    type: Literal["vrm-purchase-history"]
    verifier: Text128
    nonce: Bytes32
    created_at: Time
    purchases: Annotated[tuple[Purchase, ...], Meta(min_length=1, max_length=MOST)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A purchase with the key (private) to which its grant was given."""

    key: keys.SigningKey
    certificate: Certificate
    month: str
    grant: bytes
    category: int | None = None
    total: Band | None = None


def make(shown: Sequence[Shown], *, verifier: str, nonce: bytes, created_at: int) -> bytes:
    """The file that shows these purchases to a verifier, signed by the key of each.

    Raises:
        LocalError: `history.schema`.
    """
    ordered = sorted(shown, key=lambda each: each.key.public)
    purchases = tuple(
        Purchase(
            key=each.key.public,
            certificate=each.certificate,
            month=each.month,
            grant=each.grant,
            category=each.category,
            total=each.total,
            signature=bytes(64),
        )
        for each in ordered
    )
    plain = History(
        v=1,
        type="vrm-purchase-history",
        verifier=verifier,
        nonce=nonce,
        created_at=created_at,
        purchases=purchases,
    )
    # SPEC 12: The writer MUST sign a purchase history with the key of each purchase in it.
    signed = tuple(
        replace(one, signature=each.key.sign(_signed(plain)))
        for one, each in zip(purchases, ordered, strict=True)
    )
    raw = encoding.encode(schema.dump(replace(plain, purchases=signed)))
    try:
        _read(raw)
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None
    return raw


def verify(raw: bytes, *, verifier: str, nonce: bytes) -> History:
    """The history in a file, if it was made for this verifier and this nonce (32 bytes).

    Raises:
        RemoteError: `history.*`, `certificate.*`, `feedback.grant`.
    """
    history = _read(raw)
    # SPEC 12: The verifier MUST refuse a purchase history that names another verifier or another
    # nonce than its own with `history.nonce`.
    if (history.verifier, history.nonce) != (verifier, nonce):
        words = "expected one made for this verifier and this nonce, came one for others"
        raise RemoteError("history.nonce", words)
    signed = _signed(history)
    for one in history.purchases:
        # SPEC 12: The verifier MUST check certificate, month and grant of each purchase as those of
        # feedback, with its codes.
        feedback.check_grant(one.certificate, one.month, one.grant, one.key)
        # SPEC 12: The verifier MUST refuse a purchase history that the key of a purchase didn't
        # sign with `history.signature`.
        if not ed25519.verify(one.key, signed, one.signature):
            raise RemoteError("history.signature", "expected a signature by the key of each")
    return history


# SPEC 12: The verifier MUST refuse a purchase history of another form, or with purchases whose keys
# don't ascend, with `history.schema`.
def _read(raw: bytes) -> History:
    try:
        fields = encoding.decode_map(raw, max_bytes=MAX_BYTES)
        history = schema.load(History, fields, code=_SCHEMA)
    except RemoteError as error:
        raise RemoteError(_SCHEMA, str(error)) from error
    found = [one.key for one in history.purchases]
    if found != sorted(set(found)):
        raise RemoteError(_SCHEMA, "purchases: expected ascending keys, each once")
    for one in history.purchases:
        if one.total is not None and (one.total.least, one.total.below) != demand.band(
            one.total.least
        ):
            raise RemoteError(_SCHEMA, "total: expected a band of 1, 2, 5 and their tens")
    return history


def _signed(history: History) -> bytes:
    fields = schema.dump(history)
    listed = fields["purchases"]
    assert isinstance(listed, list)
    plain: list[Map] = []
    for one in listed:
        assert isinstance(one, dict)
        plain.append({name: value for name, value in one.items() if name != "signature"})
    return _CONTEXT + encoding.encode({**fields, "purchases": plain})
