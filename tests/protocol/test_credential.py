"""Credentials of agreements: verified by PyJWT, which isn't ours, and by us; altered ones fail."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.codes import local_code, remote_code
from tests.protocol.deals import CUSTOMER, ROOT, STRANGER, VENDOR
from tests.protocol.tampering import GOOD, OTHER, TABLE
from vrmprotocol import agreement, credential, keys
from vrmprotocol.agreement_graph import linked_data, to_json
from vrmprotocol.errors import ProtocolError

MADE = credential.make(GOOD, CUSTOMER)


def unb64(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def b64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def by_pyjwt(raw: bytes) -> dict[str, Any]:
    """The payload, if PyJWT finds it signed by the key in its own header."""
    header = jwt.get_unverified_header(raw)
    public = keys.from_did(header["kid"].split("#")[0])
    key = Ed25519PublicKey.from_public_bytes(public)
    return jwt.decode(raw, key, algorithms=["EdDSA"])


def resigned(
    change: Callable[[Any], None],
    *,
    key: keys.SigningKey = CUSTOMER,
    header: Callable[[Any], None] = lambda _: None,
) -> bytes:
    """The credential after a change that its issuer signed."""
    parts = [json.loads(unb64(part)) for part in MADE.split(b".")[:2]]
    header(parts[0])
    change(parts[1])
    signed = b".".join(b64(to_json(part)) for part in parts)
    return signed + b"." + b64(key.sign(signed))


def failed_code(raw: bytes) -> str | None:
    report = credential.verify(raw)
    assert report.ok == (not report.failed)
    return report.failed[0].code if report.failed else None


@pytest.mark.parametrize("key", [CUSTOMER, VENDOR])
def test_either_party_issues_and_another_library_verifies(key):
    raw = credential.make(GOOD, key)
    payload = by_pyjwt(raw)
    assert payload["issuer"] == keys.to_did(key.public)
    assert payload["type"] == ["VerifiableCredential"]
    assert jwt.get_unverified_header(raw)["typ"] == "vc+jwt"
    assert credential.verify(raw).ok
    assert credential.make(GOOD, key) == raw


def test_it_says_what_the_linked_data_say_and_holds_the_file():
    payload = by_pyjwt(MADE)
    described = json.loads(linked_data(GOOD, agreement.read_file(GOOD)))
    assert {"@context": payload["@context"][1], **payload["credentialSubject"]} == described
    (evidence,) = payload["evidence"]
    assert base64.b64decode(evidence["schema:contentUrl"].split(",")[1]) == GOOD
    assert evidence["id"] == payload["credentialSubject"]["id"]


# SPEC 12: The issuer MUST be the party that exports the agreement, and MUST sign with the key with
# which it signed the agreement.
@pytest.mark.parametrize("key", [ROOT, STRANGER])
def test_nobody_else_issues(key):
    assert local_code(credential.make, GOOD, key) == "credential.issuer"


def test_no_credential_of_what_is_no_agreement():
    assert remote_code(credential.make, GOOD[:-1], CUSTOMER) == "encoding.truncated"


@given(st.integers(0, len(MADE) - 1), st.sampled_from(b"AZaz09-_.="))
@settings(max_examples=150)
def test_an_altered_credential_fails_there_and_here(place, letter):
    raw = MADE[:place] + bytes([letter]) + MADE[place + 1 :]
    if raw == MADE:
        return
    assert failed_code(raw) in ("credential.schema", "credential.signature")
    with pytest.raises(
        (jwt.InvalidTokenError, ProtocolError, ValueError, KeyError, TypeError, AttributeError)
    ):
        by_pyjwt(raw)


def put(path: str, value: Any) -> Callable[[Any], None]:
    def change(payload: Any) -> None:
        *way, last = path.split("/")
        for step in way:
            payload = payload[int(step) if step.isdigit() else step]
        payload[last] = value

    return change


def url_of(raw: bytes) -> str:
    return "data:application/octet-stream;base64," + base64.b64encode(raw).decode()


def nothing(_: Any) -> None:
    """No change."""


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "credential.schema"),
    "two-parts": (MADE.rpartition(b".")[0], "credential.schema"),
    "a-file": (GOOD, "credential.schema"),
    "too-long": (MADE + b"A" * 262_144, "credential.schema"),
    "padded": (MADE + b"=", "credential.schema"),
    "no-signature": (MADE.rpartition(b".")[0] + b".", "credential.signature"),
    "signature-of-another": (resigned(nothing, key=VENDOR), "credential.signature"),
    "algorithm-none": (resigned(nothing, header=put("alg", "none")), "credential.schema"),
    "more-in-the-header": (resigned(nothing, header=put("crit", ["x"])), "credential.schema"),
    "kid-of-another": (
        resigned(nothing, header=put("kid", "did:key:z6Mk#z6Mk")),
        "credential.schema",
    ),
    "no-issuer": (resigned(put("issuer", None)), "credential.schema"),
    "issuer-no-key": (resigned(put("issuer", "did:web:a.example")), "credential.schema"),
    "no-evidence": (resigned(put("evidence", [])), "credential.schema"),
    "evidence-not-base64": (
        resigned(put("evidence/0/schema:contentUrl", url_of(b"") + "!")),
        "credential.schema",
    ),
    "other-price": (
        resigned(
            put(
                "credentialSubject/dct:relation/schema:acceptedOffer/"
                "schema:priceSpecification/schema:price",
                "1.00",
            )
        ),
        "credential.content",
    ),
    "more-in-the-payload": (resigned(put("name", "Gold customer")), "credential.content"),
    "other-time": (resigned(put("validFrom", "2020-01-01T00:00:00Z")), "credential.content"),
    "file-of-another-deal": (
        resigned(put("evidence/0/schema:contentUrl", url_of(OTHER))),
        "credential.issuer",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    raw, code = REFUSED[name]
    assert failed_code(raw) == code


# SPEC 12: The verifier MUST check the agreement file in it as any agreement file, with the codes of
# one.
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_tampered_agreement_in_it_is_named_as_ever(row):
    raw = resigned(put("evidence/0/schema:contentUrl", url_of(row.raw)))
    report = credential.verify(raw)
    assert row.code in {check.code for check in report.failed}
    assert report.failed[0].code == row.code


# SPEC 12: The verifier MUST refuse a credential whose issuer is neither the pseudonym of the
# agreement nor the vendor's certified key with `credential.issuer`.
def test_a_stranger_as_the_issuer():
    did = keys.to_did(STRANGER.public)

    def header(fields: Any) -> None:
        fields["kid"] = f"{did}#{did.removeprefix('did:key:')}"

    raw = resigned(put("issuer", did), key=STRANGER, header=header)
    assert by_pyjwt(raw)["issuer"] == did
    assert failed_code(raw) == "credential.issuer"


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_reported_on(raw):
    assert failed_code(raw) == "credential.schema"


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    )
)
def test_any_json_is_reported_on(value):
    part = b64(json.dumps(value).encode())
    assert failed_code(b".".join((part, part, part))) == "credential.schema"
