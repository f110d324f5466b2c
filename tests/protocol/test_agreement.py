"""The agreement document and its file: identical on both sides, and every flipped byte is named."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.codes import refusal, remote_code
from tests.protocol.deals import (
    CERTIFICATE,
    CUSTOMER,
    DAY,
    DRAFT,
    NOW,
    OFFER,
    ROOT,
    STRANGER,
    VENDOR,
    make,
    vendor,
)
from vrmprotocol import agreement, agreement_report, certificate, encoding, schema

OFFERED = vendor().say("offer", OFFER)
COMMITMENTS = {"relationship": b"k" * 32, "address": b"a" * 32}
ALL_CHECKS = {
    "encoding",
    "schema",
    "deal id",
    "total",
    "certificate",
    "certificate dates",
    "customer signature",
    "vendor signature",
}


def document_of(draft=DRAFT, *, accepted_at=NOW):
    return agreement.document(
        draft=draft, offer=OFFERED.digest, accepted_at=accepted_at, commitments=COMMITMENTS
    )


def file_of(document, *, customer=CUSTOMER, vendor=VENDOR):
    return agreement.agreement_file(
        document,
        customer_signature=agreement.sign(document, customer),
        vendor_signature=agreement.sign(document, vendor),
    )


FILE = file_of(document_of())


def failed_names(raw):
    return {check.name for check in agreement_report.verify_file(raw).failed}


def test_a_good_file_passes_every_check():
    report = agreement_report.verify_file(FILE)
    assert report.ok
    assert report.failed == ()
    assert {check.name for check in report.checks} >= ALL_CHECKS
    assert report.draft == DRAFT
    assert report.document == document_of()
    assert all(check.words and check.code is None for check in report.checks)


# SPEC 03: The verifier MUST report every time in an agreement file as asserted.
def test_times_are_asserted_and_signatures_proven():
    draft = make(DRAFT, delivery_earliest=NOW, delivery_latest=NOW + DAY)
    evidence = {
        check.name: check.evidence
        for check in agreement_report.verify_file(file_of(document_of(draft))).checks
    }
    for name in (
        "certificate dates",
        "time of acceptance",
        "offer valid through",
        "to be confirmed by",
        "earliest delivery",
        "latest delivery",
    ):
        assert evidence[name] == "asserted"
    for name in ("deal id", "total", "certificate", "customer signature", "vendor signature"):
        assert evidence[name] == "proven"


def test_the_file_is_read():
    file = agreement.read_file(FILE)
    assert (file.draft, file.offer, file.accepted_at) == (DRAFT, OFFERED.digest, NOW)
    assert file.commitments == COMMITMENTS
    assert file.document == document_of()


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
@settings(max_examples=500)
def test_a_flipped_byte_is_detected_and_named(place, flip):
    raw = bytearray(FILE)
    raw[place] ^= flip
    report = agreement_report.verify_file(bytes(raw))
    assert not report.ok
    assert report.failed
    for check in report.failed:
        assert check.name in ALL_CHECKS
        assert check.code is not None
        assert check.code.startswith("agreement.")
        assert check.words


def flipped(part):
    """The file with one bit of a part of it changed."""
    place = FILE.index(part)
    raw = bytearray(FILE)
    raw[place + len(part) - 1] ^= 1
    return bytes(raw)


SIGNATURES = {"customer signature", "vendor signature"}


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (agreement.sign(document_of(), CUSTOMER), {"customer signature"}),
        (agreement.sign(document_of(), VENDOR), {"vendor signature"}),
        (OFFERED.digest, SIGNATURES),
        ("Café Müller".encode(), SIGNATURES),
        (b"k" * 32, SIGNATURES),
        (CERTIFICATE.sig, {"certificate", *SIGNATURES}),
        (DRAFT.deal, {"deal id", *SIGNATURES}),
        (CUSTOMER.public, {"deal id", *SIGNATURES}),
        (b"\xa5total" + b"\xcd\x11\x88", {"total", *SIGNATURES}),
        (b"\xa4Sell", {"schema"}),
        (b"vrm-agreement-file", {"schema"}),
        (b"\xa8document", {"schema"}),
        (FILE[:1], {"encoding"}),
    ],
)
def test_the_altered_part_is_named(part, names):
    assert failed_names(flipped(part)) == names


@pytest.mark.parametrize(
    ("document", "names"),
    [
        (document_of(make(DRAFT, deal=bytes(32))), {"deal id"}),
        (
            document_of(
                make(DRAFT, price_specification=make(DRAFT.price_specification, total=4489))
            ),
            {"total"},
        ),
        (document_of(accepted_at=CERTIFICATE.not_after + 301), {"certificate dates"}),
        (document_of(accepted_at=CERTIFICATE.not_before - 301), {"certificate dates"}),
        (
            document_of(
                make(DRAFT, vendor=make(DRAFT.vendor, certificate=make(CERTIFICATE, serial=1)))
            ),
            {"certificate"},
        ),
        (
            document_of(
                make(
                    DRAFT,
                    vendor=make(
                        DRAFT.vendor,
                        certificate=certificate.issue(
                            STRANGER,
                            subject=VENDOR.public,
                            serial=0,
                            not_before=NOW - DAY,
                            not_after=NOW + DAY,
                        ),
                    ),
                )
            ),
            {"certificate"},
        ),
    ],
)
def test_what_both_signed_may_still_be_wrong(document, names):
    assert failed_names(file_of(document)) == names


def test_signatures_of_others():
    assert failed_names(file_of(document_of(), customer=STRANGER)) == {"customer signature"}
    assert failed_names(file_of(document_of(), vendor=ROOT)) == {"vendor signature"}
    assert failed_names(file_of(document_of(), customer=VENDOR, vendor=CUSTOMER)) == SIGNATURES


@pytest.mark.parametrize("raw", [b"", b"\xc0", b"\x80", FILE[:-1], FILE + b"\0", bytes(65_537)])
def test_what_is_no_file(raw):
    report = agreement_report.verify_file(raw)
    assert not report.ok
    assert report.failed[0].code == "agreement.schema"
    assert report.document is None
    assert {check.ok for check in report.checks[2:]} == {None}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("v",), 2),
        (("type",), "vrm-agreement"),
        (("signatures", "vendor"), None),
        (("document", "type"), "vrm-agreement-file"),
        (("document", "acceptedAt"), -1),
        (("document", "commitments"), {}),
        (("document", "commitments"), {"address": bytes(32)}),
        (("document", "offer"), b""),
        (("document", "draft", "confirmBy"), 1),
        (("document", "draft", "vendor", "certificate", "notAfter"), 2**32),
        (("document", "draft", "more"), 1),
        (("document", "draft", "critical"), ["x"]),
    ],
)
def test_malformed_files(path, value):
    fields = encoding.decode_map(FILE)
    holder: Any = fields
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    raw = encoding.encode(fields)
    error = refusal(agreement.read_file, raw)
    assert error.code == "agreement.schema"
    assert failed_names(raw) == {"schema"}


def test_broken_bytes_keep_their_own_code():
    assert remote_code(agreement.read_file, FILE[:-1]) == "encoding.truncated"


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_reported_on(raw):
    assert not agreement_report.verify_file(raw).ok


def test_countersigning_twice_gives_the_same_file():
    assert file_of(document_of()) == FILE
    assert agreement.document_digest(document_of()) == agreement.document_digest(
        encoding.decode_map(encoding.encode(document_of()))
    )
    assert schema.dump(DRAFT) == document_of()["draft"]


def test_golden_digest():
    assert agreement.document_digest(document_of()) == bytes.fromhex(
        "039d11bceaf016f6a9f2c82eb96172fc7826b88ba78fd747d1671d58f2a6d06b"
    )
