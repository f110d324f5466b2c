"""Files that users write: what is wrong with one, and where."""

import pytest

from vrmnode.cli.failures import CommandError
from vrmnode.cli.user_files import MAX_FILE_BYTES, read_object

BAD = {
    "toml syntax": ("a.toml", b'gtin = "1"\nname = \n', "file.toml", "(at line 2, column 8)"),
    "toml twice": ("a.toml", b"a = 1\na = 2\n", "file.toml", "Cannot overwrite"),
    "toml nested": ("a.toml", b"a = " + b"[" * 5000, "file.toml", "expected TOML"),
    "json syntax": ("a.json", b'{"a": 1,\n "b": }', "file.json", "at line 2, column 7"),
    "json twice": ("a.json", b'{"a": {"b": 1, "b": 2}}', "file.json", "'b' twice"),
    "json NaN": ("a.json", b'{"a": NaN}', "file.json", "NaN, which is no JSON number"),
    "json nested": ("a.json", b"[" * 100_000, "file.json", "expected JSON"),
    "json list": ("a.json", b"[1]", "file.json", "expected a JSON object {…}, came list"),
    "empty json": ("a.json", b"", "file.json", "at line 1, column 1"),
    "latin-1": ("a.toml", b'name = "B\xfccher"', "file.encoding", "came byte 0xfc at 9"),
    "utf-16": ("a.toml", 'a = "é"'.encode("utf-16"), "file.encoding", "expected UTF-8"),
    "too large": ("a.json", b" " * (MAX_FILE_BYTES + 1), "file.too_large", "expected at most"),
    "another kind": ("a.yaml", b"a: 1", "file.type", "ends in .toml or .json"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file(tmp_path, name):
    file, raw, code, words = BAD[name]
    path = tmp_path / file
    path.write_bytes(raw)
    with pytest.raises(CommandError) as caught:
        read_object(path)
    assert (caught.value.code, caught.value.exit_code) == (code, 2)
    assert words in caught.value.detail
    assert str(path) in caught.value.detail


@pytest.mark.parametrize("name", ["none.toml", ""])
def test_file_that_cannot_be_read(tmp_path, name):
    with pytest.raises(CommandError) as caught:
        read_object(tmp_path / name)
    assert caught.value.code == "file.read"


def test_byte_order_mark_and_dates(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfby = 2026-12-24\nat = [2026-12-24T10:00:00Z]\n")
    assert read_object(path) == {"by": "2026-12-24", "at": ["2026-12-24T10:00:00+00:00"]}
