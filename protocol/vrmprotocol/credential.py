"""A W3C Verifiable Credential of an agreement: made by one of its parties, verified by anybody.

Implements `specs/12-evidence.md#credential`. A library for JOSE sees that the issuer signed;
`verify` also checks the agreement file inside, and that the credential says what follows from it.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import replace

from vrmprotocol import agreement, agreement_report, ed25519, keys
from vrmprotocol.agreement import AgreementFile
from vrmprotocol.agreement_graph import CONTEXT, Json, agreement_iri, described, time_text, to_json
from vrmprotocol.agreement_report import AgreementReport, Check, proven
from vrmprotocol.errors import LocalError, RemoteError

MAX_BYTES = 262_144
SUFFIX = ".jwt"

_FILE_URL = "data:application/octet-stream;base64,"
_SCHEMA = "credential.schema"


def make(raw: bytes, key: keys.SigningKey) -> bytes:
    """The credential of an agreement file, issued with the key that signed the agreement.

    Raises:
        LocalError: `credential.issuer` for another key, and as `agreement_graph.described`.
        RemoteError: what is wrong with the file.
    """
    file = agreement.read_file(raw)
    # SPEC 12: The issuer MUST be the party that exports the agreement, and MUST sign with the key
    # with which it signed the agreement.
    if not _is_party(file, key.public):
        raise LocalError("credential.issuer", "expected the key of a party of the agreement")
    issuer = keys.to_did(key.public)
    signed = _part(_header(issuer)) + b"." + _part(_payload(raw, file, issuer))
    return signed + b"." + _b64(key.sign(signed))


def looks_like_one(raw: bytes) -> bool:
    """Whether bytes begin as a compact JWS does, and no agreement file."""
    return raw.startswith(b"ey")


def verify(raw: bytes) -> AgreementReport:
    """The report on a credential and the agreement in it; nothing is raised."""
    try:
        issuer, payload, signed, signature = _read(raw)
        inside = _file_in(payload)
    except RemoteError as error:
        form = Check("credential", False, "proven", str(error), _SCHEMA, error.detail)
        return AgreementReport((form, *agreement_report.not_reached()), None)
    # SPEC 12: The verifier MUST check the agreement file in it as any agreement file, with the
    # codes of one.
    report = agreement_report.verify_file(inside)
    first = (
        Check("credential", True, "proven", "the credential is well-formed", None),
        # SPEC 12: The verifier MUST refuse a credential that its issuer didn't sign with
        # `credential.signature`.
        proven(
            "credential signature",
            ed25519.verify(issuer, signed, signature),
            "the issuer signed this credential",
            "the issuer's signature isn't one of this credential",
            "credential.signature",
        ),
    )
    if report.file is None:
        return AgreementReport((*first, *report.checks), None)
    return AgreementReport(
        (*first, *report.checks, *_fit(inside, report.file, issuer, payload)), report.file
    )


def _fit(inside: bytes, file: AgreementFile, issuer: bytes, payload: Json) -> tuple[Check, Check]:
    # SPEC 12: The verifier MUST refuse a credential whose issuer is neither the pseudonym of the
    # agreement nor the vendor's certified key with `credential.issuer`.
    party = proven(
        "issuer",
        _is_party(file, issuer),
        "the issuer is a party of the agreement",
        "the issuer is no party of the agreement",
        "credential.issuer",
    )
    # SPEC 12: The verifier MUST refuse a credential whose payload isn't the one that follows from
    # the agreement file and the issuer with `credential.content`.
    try:
        expected = _payload(inside, file, keys.to_did(issuer))
    except LocalError as error:
        content = Check("content", False, "proven", str(error), "credential.content", error.detail)
        return party, content
    content = proven(
        "content",
        to_json(payload) == to_json(expected),
        "the credential says what follows from the agreement",
        "the credential says something else than the agreement",
        "credential.content",
    )
    if not content.ok:
        other = sorted(
            name for name in {*payload, *expected} if payload.get(name) != expected.get(name)
        )
        content = replace(content, fault=f"expected other values of {', '.join(other)}")
    return party, content


def _is_party(file: AgreementFile, public: bytes) -> bool:
    return public in (file.draft.customer, file.draft.vendor.certificate.subject)


def _header(issuer: str) -> Json:
    kid = f"{issuer}#{issuer.removeprefix('did:key:')}"
    return {"alg": "EdDSA", "cty": "vc", "kid": kid, "typ": "vc+jwt"}


def _payload(raw: bytes, file: AgreementFile, issuer: str) -> Json:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2", CONTEXT],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "validFrom": time_text(file.accepted_at),
        "credentialSubject": described(raw, file),
        "evidence": [
            {
                "id": agreement_iri(raw),
                "type": ["schema:MediaObject"],
                "schema:contentUrl": _FILE_URL + base64.b64encode(raw).decode(),
            }
        ],
    }


# SPEC 12: The verifier MUST refuse a credential of another form, or longer than 262,144 bytes, with
# `credential.schema`.
def _read(raw: bytes) -> tuple[bytes, Json, bytes, bytes]:
    """Issuer's key, payload, what was signed, and the signature (64 bytes)."""
    if len(raw) > MAX_BYTES:
        raise RemoteError(_SCHEMA, f"expected at most {MAX_BYTES} bytes, came {len(raw)}")
    parts = raw.split(b".")
    if len(parts) != 3:
        raise RemoteError(_SCHEMA, f"expected three parts with dots between, came {len(parts)}")
    header, payload = _map_of(parts[0], "header"), _map_of(parts[1], "payload")
    issuer = payload.get("issuer")
    if not isinstance(issuer, str):
        raise RemoteError(_SCHEMA, "issuer: expected a did:key")
    try:
        public = keys.from_did(issuer)
    except LocalError as error:
        raise RemoteError(_SCHEMA, f"issuer: {error.detail}") from error
    if header != _header(issuer):
        raise RemoteError(_SCHEMA, "header: expected alg, cty, kid and typ of this issuer, no more")
    signature = _unb64(parts[2], "signature")
    return public, payload, parts[0] + b"." + parts[1], signature


def _map_of(part: bytes, name: str) -> Json:
    raw = _unb64(part, name)
    try:
        value = json.loads(raw.decode())
        written = to_json(value) if isinstance(value, dict) else b""
    except (ValueError, RecursionError) as error:
        raise RemoteError(_SCHEMA, f"{name}: expected JSON") from error
    if not isinstance(value, dict) or written != raw:
        raise RemoteError(_SCHEMA, f"{name}: expected a map in the form of this protocol")
    return value


def _file_in(payload: Json) -> bytes:
    match payload.get("evidence"):
        case [{"schema:contentUrl": str(url)}] if url.startswith(_FILE_URL):
            try:
                return base64.b64decode(url.removeprefix(_FILE_URL), validate=True)
            except binascii.Error as error:
                raise RemoteError(_SCHEMA, "evidence: expected a file in base64") from error
    raise RemoteError(_SCHEMA, "evidence: expected the agreement file in it")


def _part(value: Json) -> bytes:
    return _b64(to_json(value))


def _b64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _unb64(part: bytes, name: str) -> bytes:
    """The bytes of base64url in its only form."""
    try:
        raw = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise RemoteError(_SCHEMA, f"{name}: expected base64url") from error
    if _b64(raw) != part:
        raise RemoteError(_SCHEMA, f"{name}: expected base64url without padding or other letters")
    return raw
