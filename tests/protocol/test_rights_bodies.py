"""Bounds of rights requests that fit the mail they travel in."""

from __future__ import annotations

from tests.protocol.vectors import cases
from vrmprotocol import bodies, encoding, sealing
from vrmprotocol.rights_bodies import (
    MAX_ANSWER_BYTES,
    MAX_PARTS,
    PART_BYTES,
    AnswerDigest,
    RightsData,
    parts_of,
)

SMALLEST = 4_044
"""Capacity of the smallest size class (specs/06-sealing-and-mail.md#sealing)."""


def test_a_whole_part_fits_into_the_smallest_mail():
    """With the longest header: 16 acknowledgements and the greatest numbers."""
    whole = next(
        case.hex("raw") for case in cases() if (case.file, case.name) == ("rights", "data-whole")
    )
    fields = encoding.decode_map(whole)
    received = [bytes(32)] * 16
    longest = encoding.encode(
        {**fields, "seq": 2**31 - 1, "created": 2**32 - 1, "received": received}
    )
    assert len(longest) <= SMALLEST
    assert sealing.size_class(len(longest)) == 4_096


def test_parts_and_size_agree():
    assert parts_of(MAX_ANSWER_BYTES) == MAX_PARTS
    assert (parts_of(1), parts_of(PART_BYTES), parts_of(PART_BYTES + 1)) == (1, 1, 2)


def test_a_part_hides_what_it_carries():
    part = RightsData(agreement=bytes(32), request=bytes(32), part=0, data=b"Anna Muster")
    assert "Anna" not in repr(part)
    assert bodies.kind_of(part) == "rights_data"
    assert AnswerDigest(digest=bytes(32), size=1, parts=1).parts == 1
