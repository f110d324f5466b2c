"""Files that a user wrote for a command: TOML or JSON objects; and settings changed by name."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from vrmnode.cli.failures import usage
from vrmnode.cli.input_file import read_limited

MAX_FILE_BYTES = 1024 * 1024

Json = dict[str, object]


def read_object(path: Path) -> Json:
    """The object in a `.toml` or `.json` file; `-` reads JSON from stdin."""
    raw = read_limited(path, MAX_FILE_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise usage(
            "file.encoding",
            f"{path}: expected UTF-8, came byte 0x{raw[error.start]:02x} at {error.start}",
            "save the file as UTF-8",
        ) from None
    if path.suffix.lower() == ".toml":
        return _toml(path, text)
    if path.suffix.lower() == ".json" or str(path) == "-":
        return _json(path, text)
    raise usage("file.type", f"{path}: expected a name that ends in .toml or .json")


def _toml(path: Path, text: str) -> Json:
    import tomllib

    try:
        value = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise usage("file.toml", f"{path}: expected TOML, came: {error}") from None
    plain = _plain(value)
    assert isinstance(plain, dict)
    return plain


def _json(path: Path, text: str) -> Json:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise usage("file.json", f"{path}: expected JSON, came: {error.msg} at {place}") from None
    except (ValueError, RecursionError) as error:
        raise usage("file.json", f"{path}: expected JSON, came: {error}") from None
    if not isinstance(value, dict):
        raise usage(
            "file.json", f"{path}: expected a JSON object {{…}}, came {type(value).__name__}"
        )
    return value


def _unique(pairs: list[tuple[str, object]]) -> Json:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} twice in one object")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name}, which is no JSON number")


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def changed(base: Json, file: Path | None, pairs: tuple[str, ...]) -> Json:
    """What a `set` command stores: the file's object, else `base`; then each `name=value`.

    A value is read as JSON where it is JSON, else as text; a name with dots goes deeper; an
    empty value removes the name.
    """
    value = read_object(file) if file is not None else dict(base)
    for names, text in split_pairs(pairs):
        _set(value, names, text)
    return value


def split_pairs(pairs: tuple[str, ...]) -> list[tuple[list[str], str]]:
    """Each `name=value` as the parts of its name, and its text."""
    split = []
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not all(name.split(".")):
            raise usage("option.pair", f"expected name=value, came {pair!r}")
        split.append((name.split("."), text))
    return split


def _set(target: Json, names: list[str], text: str) -> None:
    for name in names[:-1]:
        deeper = target.get(name)
        target[name] = deeper = dict(deeper) if isinstance(deeper, dict) else {}
        target = deeper
    if text == "":
        target.pop(names[-1], None)
        return
    try:
        target[names[-1]] = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        target[names[-1]] = text
