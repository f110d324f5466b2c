"""From a decoded map to a typed struct and back, with errors that name the field.

Used for every schema of `specs/02-envelope-and-keys.md` and `specs/03-messages.md`. A detail
says which field, what was expected and what came; of text, bytes and containers only the type
and length are told, since they may be private.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from vrmprotocol import conversion
from vrmprotocol.encoding import Map
from vrmprotocol.errors import LocalError, RemoteError

T = TypeVar("T", bound=msgspec.Struct)

# Writes a struct as the canonical bytes of its map, without making the map.
_SORTED = msgspec.msgpack.Encoder(order="sorted")
_IN_ORDER = msgspec.msgpack.Encoder()
_MAP = msgspec.msgpack.Decoder(dict[str, Any])
_MESSAGE = re.compile(r"^(?P<what>.*?)(?: - at (?P<key>`key` in )?`\$(?P<path>.*)`)?\Z", re.DOTALL)
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*)`\Z", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<name>.*)`\Z")
_STEP = re.compile(r"\.(?P<name>[A-Za-z0-9]+)|\[(?P<index>[0-9]+)\]")
# An embedded certificate has codes of its own.
_CERTIFICATE = re.compile(r"\.certificate(\.|\Z)")
_NOTHING = object()


def load(struct: type[T], fields: object, *, code: str, unknown_code: str | None = None) -> T:
    """The struct that a decoded map stands for.

    `unknown_code` is raised for a field that the schema doesn't have, `code` for the rest.
    """
    try:
        loaded = conversion.convert(fields, struct)
    except msgspec.ValidationError as error:
        raise refusal(error, fields, code=code, unknown_code=unknown_code) from None
    # Signatures cover the map that came, so the struct must stand for that map and no other.
    if _SORTED.encode(loaded) != _SORTED.encode(fields):
        name = _left_out(dump(loaded), fields)
        raise RemoteError(code, f"{name}: expected to be left out, came nil or an empty container")
    return loaded


# SPEC 03: The writer MUST leave out optional fields that have no value.
def dump(struct: msgspec.Struct) -> Map:
    """The map with wire names that a struct stands for; absent optionals are left out."""
    # Through bytes, since that is done in C and gives what a reader would decode.
    return _MAP.decode(_IN_ORDER.encode(struct))


def check_own(struct: T) -> T:
    """A struct of our own making, once it has passed the check that a reader will make.

    Raises:
        LocalError: with the reader's code.
    """
    try:
        return load(type(struct), dump(struct), code="message.body")
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None


def _left_out(written: object, fields: object) -> str:
    """The path of the first field that the struct of `fields` wouldn't write."""
    if isinstance(written, list):
        assert isinstance(fields, list)
        pairs = zip(written, fields, strict=True)
        at, (one, came) = next((n, pair) for n, pair in enumerate(pairs) if pair[0] != pair[1])
        return f"[{at}].{_left_out(one, came)}"
    assert isinstance(written, dict)
    assert isinstance(fields, dict)
    name = next(name for name, value in fields.items() if written.get(name, _NOTHING) != value)
    if name not in written:
        return str(name)
    deeper = _left_out(written[name], fields[name])
    return f"{name}{deeper}" if deeper.startswith("[") else f"{name}.{deeper}"


def refusal(
    error: msgspec.ValidationError, fields: object, *, code: str, unknown_code: str | None = None
) -> RemoteError:
    """The error to raise for what msgspec found in `fields`, without the values it quotes."""
    match = _MESSAGE.match(str(error))
    what, path = (match["what"], match["path"] or "") if match else ("expected its schema", "")
    if _CERTIFICATE.search(path):
        code = unknown_code = "certificate.schema"
    # SPEC 03: The reader MUST refuse a body with a field that its kind doesn't have with
    # `message.unknown_field`.
    unknown = _UNKNOWN.match(what)
    if unknown:
        where = _dotted(path) + _printable(unknown["name"])
        return RemoteError(unknown_code or code, f"{where}: expected no such field")
    missing = _MISSING.match(what)
    if missing:
        return RemoteError(code, f"{_dotted(path)}{missing['name']}: expected, came nothing")
    if what.startswith("Invalid enum value"):
        what = "Expected one of the listed values"
    what = what.split(", got ")[0].replace("`", "").replace("object", "map")
    what = what[:1].lower() + what[1:]
    if match and match["key"]:
        what = f"in each key {what}"
    return RemoteError(code, f"{_dotted(path)[:-1] or 'map'}: {what}, came {_came(fields, path)}")


def _dotted(path: str) -> str:
    return f"{path.lstrip('.')}." if path else ""


def _printable(name: str) -> str:
    return name if len(name) <= 64 and name.isascii() and name.isprintable() else "a field"


def _came(fields: object, path: str) -> str:
    value = fields
    for step in _STEP.finditer(path):
        if step["name"] is not None:
            value = value.get(step["name"], _NOTHING) if isinstance(value, dict) else _NOTHING
        else:
            index = int(step["index"])
            reachable = isinstance(value, list | tuple) and index < len(value)
            value = value[index] if reachable else _NOTHING  # type: ignore[index]
    if "[...]" in path or value is _NOTHING:
        return "something else"
    return describe(value)


def describe(value: object) -> str:
    """A value in a word or two: numbers as they are, of everything else type and length."""
    if value is None or isinstance(value, bool | int):
        return (
            {None: "nil", True: "true", False: "false"}[value]
            if value is None or isinstance(value, bool)
            else f"int {value}"
        )
    names: dict[type, str] = {str: "str", bytes: "bin", list: "array", dict: "map"}
    name = names.get(type(value), type(value).__name__)
    return f"{name} of length {len(value)}" if hasattr(value, "__len__") else name
