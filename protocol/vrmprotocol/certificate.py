"""The certificate with which a vendor's root key vouches for a dated operational key.

Implements `specs/02-envelope-and-keys.md#key-certificate`. Whether a root key is to be
trusted is left to the reader's contacts and directory.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from vrmprotocol import ed25519, encoding, keys, schema
from vrmprotocol.encoding import Map
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.fields import Bytes32, Bytes64, Time, Wire

MAX_VALIDITY_S = 400 * 86_400
SKEW_S = 300

_CONTEXT = b"vrm/1 certificate\0"


class Certificate(Wire, frozen=True, kw_only=True):
    """Root key `root` says: `subject` signs for me from `not_before` to `not_after`."""

    v: Literal[1]
    root: Bytes32
    subject: Bytes32
    serial: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    not_before: Time
    not_after: Time
    sig: Bytes64


def issue(
    root_key: keys.SigningKey, *, subject: bytes, serial: int, not_before: int, not_after: int
) -> Certificate:
    """A certificate signed by the root key; times are Unix seconds, at most 400 days apart.

    Raises:
        LocalError: `certificate.schema`.
    """
    fields: Map = {
        "v": 1,
        "root": root_key.public,
        "subject": subject,
        "serial": serial,
        "notBefore": not_before,
        "notAfter": not_after,
    }
    fields["sig"] = root_key.sign(_CONTEXT + encoding.encode(fields))
    try:
        return load(fields)
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None


def load(fields: object) -> Certificate:
    """The certificate that a map stands for. Its signature and dates are not verified.

    Raises:
        RemoteError: `certificate.schema`.
    """
    certificate = schema.load(Certificate, fields, code="certificate.schema")
    check_dates(certificate)
    return certificate


def check_dates(certificate: Certificate) -> None:
    """Refuse dates in the wrong order or too far apart.

    Raises:
        RemoteError: `certificate.schema`.
    """
    validity_s = certificate.not_after - certificate.not_before
    if not 0 < validity_s <= MAX_VALIDITY_S:
        raise RemoteError(
            "certificate.schema",
            f"notAfter: expected 1..{MAX_VALIDITY_S} s after notBefore, came {validity_s} s",
        )


def to_wire(certificate: Certificate) -> Map:
    """The map of a certificate."""
    return schema.dump(certificate)


def verify_signature(certificate: Certificate) -> None:
    """Refuse a certificate that its root key didn't sign.

    Raises:
        RemoteError: `certificate.schema`, `certificate.signature`.
    """
    check_dates(certificate)
    fields = to_wire(certificate)
    del fields["sig"]
    # SPEC 02: The reader MUST refuse a certificate that its root didn't sign with
    # `certificate.signature`.
    if not ed25519.verify(certificate.root, _CONTEXT + encoding.encode(fields), certificate.sig):
        raise RemoteError("certificate.signature", "expected the root key's signature")


def verify(certificate: Certificate, *, now: int) -> None:
    """Refuse a certificate that isn't signed by its root or isn't valid at `now` (±300 s).

    Raises:
        RemoteError: `certificate.schema`, `.signature`, `.not_yet_valid`, `.expired`.
    """
    verify_signature(certificate)
    check_validity(certificate, now=now)


def check_validity(certificate: Certificate, *, now: int) -> None:
    """Refuse a certificate before or after its dates (±300 s); its signature isn't looked at.

    Raises:
        RemoteError: `certificate.not_yet_valid`, `certificate.expired`.
    """
    # SPEC 02: The reader MUST refuse a certificate before its time with
    # `certificate.not_yet_valid`, and after it with `certificate.expired`.
    if now + SKEW_S < certificate.not_before:
        raise RemoteError(
            "certificate.not_yet_valid",
            f"expected to be valid at {now}, came notBefore {certificate.not_before}",
        )
    if now - SKEW_S > certificate.not_after:
        raise RemoteError(
            "certificate.expired",
            f"expected to be valid at {now}, came notAfter {certificate.not_after}",
        )


def check_not_revoked(certificate: Certificate, revoked: frozenset[bytes]) -> None:
    """Refuse a certificate of a key that is among those its root has revoked.

    Raises:
        RemoteError: `certificate.revoked`.
    """
    # SPEC 02: The reader MUST refuse what is read for the first time under the certificate of a key
    # that its root is known to have revoked with `certificate.revoked`.
    if certificate.subject in revoked:
        raise RemoteError(
            "certificate.revoked", "expected a key that its root stands by, came one it revoked"
        )
