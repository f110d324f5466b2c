"""Deletions beside their deals, and as files; whatever is altered is named."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.codes import remote_code
from tests.protocol.tampering import TABLE
from tests.protocol.vectors import cases
from vrmprotocol import deletion, deletion_file, encoding, message, negotiation
from vrmprotocol.deletion_body import DELETED_NAMES, Deletion
from vrmprotocol.disclosure_body import DisclosedField, FieldName
from vrmprotocol.message import SignedMessage

VECTORS = {case.name: case for case in cases() if case.file == "deletion"}
FILE = VECTORS["file-good"].hex("raw")
SET = [
    message.verify_and_load(bytes.fromhex(raw), expected_recipient=None)
    for raw in VECTORS["check-agreed"].given["set"]
]
TOLD = message.verify_and_load(VECTORS["check-agreed"].hex("raw"), expected_recipient=None)


def test_it_names_what_can_be_disclosed():
    assert DELETED_NAMES[:-1] == FieldName.__args__  # type: ignore[attr-defined]
    assert DELETED_NAMES[-1] == "relationship"
    assert DisclosedField.__struct_fields__[0] == "name"


def test_a_deletion_changes_no_state_in_whatever_order_it_comes():
    assert isinstance(TOLD, SignedMessage) and isinstance(TOLD.body, Deletion)
    without = negotiation.evaluate(SET)
    for arranged in permutations([*SET, TOLD]):
        deal = negotiation.evaluate(arranged)
        assert (deal.state, deal.document) == (without.state, without.document)
        assert deletion.standing(deal, arranged) == (TOLD,)


def test_without_the_agreement_none_stands():
    deal = negotiation.evaluate([*SET[:2], TOLD])
    assert deletion.standing(deal, [TOLD]) == ()
    assert isinstance(TOLD, SignedMessage)
    assert remote_code(deletion.check, TOLD, deal) == "deletion.agreement"


# SPEC 09: The reader MUST show what a deletion says as asserted, and whose key said it as proven.
def test_what_is_proven_and_what_is_asserted():
    report = deletion_file.verify(FILE)
    assert report.ok
    evidence = {check.name: check.evidence for check in report.checks}
    for name in ("deletion", "author", "agreement", "customer signature", "vendor signature"):
        assert evidence[name] == "proven"
    for name in ("deleted", "time of deletion", "reason", "time of acceptance"):
        assert evidence[name] == "asserted"


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
@settings(max_examples=300)
def test_a_flipped_byte_is_detected_and_named(place, flip):
    raw = bytearray(FILE)
    raw[place] ^= flip
    report = deletion_file.verify(bytes(raw))
    assert not report.ok
    code = report.failed[0].code
    assert code is not None and code.startswith(("deletion.", "agreement."))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_tampered_agreement_in_it_is_named_as_ever(row):
    fields = encoding.decode_map(FILE)
    report = deletion_file.verify(encoding.encode({**fields, "agreement": row.raw}))
    assert report.failed[0].code == row.code


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_reported_on(raw):
    assert deletion_file.verify(raw).failed[0].code == "deletion.schema"


def test_it_is_told_from_an_agreement_file():
    assert deletion_file.looks_like_one(FILE)
    assert not deletion_file.looks_like_one(TABLE[0].raw)
