"""How refused values are described."""

import pytest

from tests.protocol.codes import local_code, refusal
from tests.protocol.deals import CERTIFICATE, make
from vrmprotocol import certificate, schema


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nil"),
        (True, "true"),
        (False, "false"),
        (-3, "int -3"),
        ("secret", "str of length 6"),
        (b"secret", "bin of length 6"),
        (["secret"], "array of length 1"),
        ({"secret": 1}, "map of length 1"),
    ],
)
def test_values_in_words(value, words):
    assert schema.describe(value) == words


def test_our_own_struct_passes_the_readers_check():
    assert schema.check_own(CERTIFICATE) == CERTIFICATE
    assert local_code(schema.check_own, make(CERTIFICATE, serial=-1)) == "message.body"


def load(fields):
    return schema.load(certificate.Certificate, fields, code="a.b", unknown_code="a.c")


def test_names_of_unknown_fields_are_told_only_if_they_are_plain():
    fields = schema.dump(CERTIFICATE)
    for name, told in (("spare", "spare"), ("x" * 65, "a field"), ("\n", "a field")):
        error = refusal(load, {**fields, name: 1})
        assert error.code == "a.c"
        assert error.detail == f"{told}: expected no such field"


def test_what_is_no_map_is_said():
    assert refusal(load, [1]).detail == "map: expected map, came array of length 1"
    assert refusal(load, None).detail == "map: expected map, came nil"


def test_a_missing_field_is_named():
    fields = schema.dump(CERTIFICATE)
    del fields["notAfter"]
    assert refusal(load, fields).detail == "notAfter: expected, came nothing"
