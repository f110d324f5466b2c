"""Records of breaches: what they show, and that whatever is altered in one is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.tampering import TABLE
from tests.protocol.vector_reach import messages_of
from tests.protocol.vectors import cases
from vrmprotocol import breach, breach_file, credential, deletion_file, encoding, negotiation
from vrmprotocol.inner import SignedMessage
from vrmprotocol.reach_bodies import Note

VECTORS = {case.name: case for case in cases() if case.file == "breach"}
RECORDS = {name: VECTORS[f"record-{name}"].hex("raw") for name in ("terms", "revoked", "knowing")}


# SPEC 16: The verifier MUST report as asserted every time in a record, and that the customer hadn't
# permitted the note by another word.
@pytest.mark.parametrize("name", RECORDS)
def test_what_is_proven_and_what_is_asserted(name):
    report = breach_file.verify(RECORDS[name])
    assert report.ok
    evidence = {check.name: check.evidence for check in report.checks}
    proven = {"record", "author", "agreement", "beyond", "text", "vendor signature"}
    asserted = {"time of the note", "no other permission", "time of acceptance"}
    if name != "terms":
        proven.add("known")
        asserted.add("time of the customer's word")
    assert {evidence[each] for each in proven} == {"proven"}
    assert {evidence[each] for each in asserted} == {"asserted"}
    assert ("known" in evidence) == (name != "terms")


def test_the_words_say_what_was_written_and_what_forbade_it():
    words = {check.name: check.words for check in breach_file.verify(RECORDS["revoked"]).checks}
    assert "It leaves tomorrow." in words["text"]
    assert words["beyond"] == (
        "it writes first about order, and the customer had revoked messages about it"
    )
    assert words["known"] == ("the vendor had acknowledged that: its message 2, the note is its 3")


@given(st.sampled_from(sorted(RECORDS)), st.data(), st.integers(1, 255))
@settings(max_examples=300)
def test_a_flipped_byte_is_detected_and_named(name, data, flip):
    raw = bytearray(RECORDS[name])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= flip
    report = breach_file.verify(bytes(raw))
    assert not report.ok
    code = report.failed[0].code
    assert code is not None and code.startswith(("breach.", "agreement."))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_tampered_agreement_in_it_is_named_as_ever(row):
    fields = encoding.decode_map(RECORDS["terms"])
    report = breach_file.verify(encoding.encode({**fields, "agreement": row.raw}))
    assert report.failed[0].code == row.code


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_reported_on(raw):
    assert breach_file.verify(raw).failed[0].code == "breach.schema"


def test_it_is_told_from_what_else_is_exported():
    for raw in RECORDS.values():
        assert breach_file.looks_like_one(raw)
        assert not deletion_file.looks_like_one(raw)
        assert not credential.looks_like_one(raw)
    assert not breach_file.looks_like_one(TABLE[0].raw)


# SPEC 16: The node MUST NOT call a note a breach that may have crossed what forbids it.
@given(st.data())
@settings(max_examples=200)
def test_no_part_of_an_innocent_deal_makes_a_breach_beyond_the_terms(data):
    """Whatever the judge has of a deal: a word counts against a vendor only if it acknowledged."""
    name = data.draw(st.sampled_from(sorted(n for n in VECTORS if n.startswith("found-"))))
    messages = messages_of(VECTORS[name])
    agreed, rest = messages[:3], messages[3:]
    kept = [each for each in rest if data.draw(st.booleans())]
    deal = negotiation.evaluate([*agreed, *kept])
    for found in breach.evaluate(deal, [*agreed, *kept]):
        assert isinstance(found.note, SignedMessage)
        assert isinstance(found.note.body, Note)
        if found.word is None:
            assert found.ground == "terms"
        else:
            assert found.known is not None
            assert found.word.digest in found.known.received
            assert found.known.author == found.note.author
            assert found.known.seq <= found.note.seq
