"""Each kind of tampering with an agreement is detected, and named exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.tampering import GOOD, OTHER, TABLE, document_of, file_of
from vrmprotocol import agreement_faults, agreement_report, encoding
from vrmprotocol.agreement_report import verify_file

KINDS = {row.name: row for row in TABLE}


def test_what_nobody_tampered_with_has_no_faults():
    for raw in (GOOD, OTHER):
        report = verify_file(raw)
        assert report.ok
        assert {check.fault for check in report.checks} == {None}


def test_the_table_is_no_smaller_than_it_has_to_be():
    assert len(KINDS) == len(TABLE) >= 15
    assert len({row.raw for row in TABLE}) == len(TABLE)
    assert {row.code for row in TABLE} == {
        "agreement.schema",
        "agreement.deal",
        "agreement.total_mismatch",
        "agreement.terms_text",
        "agreement.certificate",
        "agreement.customer_signature",
        "agreement.vendor_signature",
    }


@pytest.mark.parametrize("name", KINDS)
def test_tampering_is_named(name):
    row = KINDS[name]
    report = verify_file(row.raw)
    assert not report.ok
    assert report.failed[0].code == row.code
    faults = {check.name: check.fault for check in report.failed}
    assert None not in faults.values()
    assert row.fault in (faults[row.check] or "")


def test_signed_by_both_with_the_id_of_another_deal():
    document = document_of()
    document["draft"]["deal"] = bytes(32)
    (check,) = verify_file(file_of(document)).failed
    assert check.fault == "both signed this document, with the id of another deal in it"


@pytest.mark.parametrize(
    "name", [name for name, row in KINDS.items() if row.code != "agreement.schema"]
)
def test_another_copy_shows_the_very_field(name):
    """What two signatures can't tell, a copy can: where the file was altered."""
    tampered, good = encoding.decode_map(KINDS[name].raw), encoding.decode_map(GOOD)
    found = list(agreement_faults.differences(tampered, good))
    assert found
    for one in found:
        assert one.path.split(".")[0] in ("document", "signatures")
        assert one.here != one.there


VALUES = st.recursive(
    st.none() | st.integers(0, 9) | st.binary(max_size=2) | st.text(max_size=2),
    lambda inner: st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_the_same_differs_nowhere(value):
    assert list(agreement_faults.differences(value, value)) == []


@given(st.dictionaries(st.text(max_size=2), VALUES), st.text(max_size=2), st.integers(10, 99))
def test_one_change_is_one_difference(value, name, other):
    (found,) = agreement_faults.differences({**value, name: other}, value)
    assert (found.path, found.here, found.there) == (name, other, value.get(name))


def test_evidence_stays_what_it_is():
    """A fault changes no check from proven to asserted or back."""
    good = {check.name: check.evidence for check in agreement_report.verify_file(GOOD).checks}
    for row in TABLE:
        for check in agreement_report.verify_file(row.raw).checks:
            assert good[check.name] == check.evidence
