"""How refused values are described."""

import pytest
from msgspec import inspect

from tests.protocol.codes import local_code, refusal
from tests.protocol.deals import CERTIFICATE, make
from vrmprotocol import bodies, certificate, market, schema, terms_policy
from vrmprotocol.disclosure_body import Disclosure
from vrmprotocol.fields import Wire


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


# Importing these defines every struct of the wire.
DEFINED_IN = (bodies, certificate, market, terms_policy)


def all_structs(kind=Wire):
    for each in kind.__subclasses__():
        yield each
        yield from all_structs(each)


def crashes(node: inspect.Type) -> bool:
    """Whether a type is a union of an array with a str that has a pattern, or holds one."""
    parts = [getattr(node, name, None) for name in ("item_type", "key_type", "value_type")]
    if isinstance(node, inspect.UnionType):
        parts += node.types
        kinds = {isinstance(each, inspect.StrType) and bool(each.pattern) for each in node.types}
        if True in kinds and any(isinstance(each, inspect.CollectionType) for each in node.types):
            return True
    return any(crashes(part) for part in parts if isinstance(part, inspect.Type))


def test_no_type_is_one_that_msgspec_crashes_on():
    """It takes other memory for the pattern, and ends the process at a stranger's message."""
    bad = []
    for struct in all_structs():
        found = inspect.type_info(struct)
        assert isinstance(found, inspect.StructType)
        bad += [f"{struct.__name__}.{f.name}" for f in found.fields if crashes(f.type)]
    assert bad == []


def test_such_a_type_is_seen():
    """Built by hand: already to define one spoils memory."""
    text, array = inspect.StrType(pattern="^a"), inspect.VarTupleType(inspect.StrType())
    union = inspect.UnionType((text, array))
    assert crashes(union)
    assert crashes(inspect.DictType(inspect.StrType(), union))
    assert crashes(inspect.ListType(union))
    assert not crashes(inspect.UnionType((inspect.StrType(), array)))
    assert not crashes(inspect.DictType(text, array))


def test_what_should_have_been_left_out_is_named_inside_arrays_too():
    told = {"agreement": bytes(32), "fields": [{"name": "name", "value": "A"}]}
    schema.load(Disclosure, told, code="a.b")
    salted = {**told, "fields": [*told["fields"], {"name": "email", "value": "a@b", "salt": None}]}
    error = refusal(schema.load, Disclosure, salted, code="a.b")
    assert error.detail.startswith("fields[1].salt: expected to be left out")
