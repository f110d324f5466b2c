"""Files of envelopes: what fits into one, and that strangers' files only ever fail with a code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import local_code, remote_code, survives
from vrmprotocol import message_file

ENVELOPES = st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=5)


@given(ENVELOPES)
def test_what_was_written_is_read_in_order(envelopes):
    assert message_file.read(message_file.write(envelopes)) == tuple(envelopes)


@pytest.mark.parametrize(
    ("envelopes", "code"),
    [
        ([], "file.schema"),
        ([b""], "file.schema"),
        ([bytes(66_561)], "file.schema"),
        ([b"a"] * 4_097, "encoding.unencodable"),
        ([bytes(66_560)] * 253, "encoding.too_large"),
    ],
)
def test_what_no_reader_takes_is_not_written(envelopes, code):
    assert local_code(message_file.write, envelopes) == code


def test_a_file_over_16_mib_is_refused_unread():
    raw = bytes(message_file.MAX_FILE_BYTES + 1)
    assert remote_code(message_file.read, raw) == "encoding.too_large"


@given(st.binary(max_size=200), ENVELOPES, st.integers(0, 200))
def test_any_bytes_are_read_or_refused(junk, envelopes, at):
    raw = message_file.write(envelopes)
    survives(message_file.read, junk)
    survives(message_file.read, raw[:at] + junk + raw[at + 1 :])
    survives(message_file.verify_envelope, junk, now=0, known=lambda _: False)
