"""The customer's own contact data, as typed by its owner and as it is kept.

Fields and ranges are those of specs/09-relationship.md#contact-fields. Values stand in no error
and in no repr: they are told to nobody but the owner, and to vendors by `disclosure`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vrmnode.values import countries
from vrmnode.values.fields import FieldError
from vrmprotocol import contact, encoding
from vrmprotocol.encoding import Map

FAMILY = "contact"
_COUNTRY = "a country by its two letters, such as DE, GB or US"
_EXPECTED_NAMES = "one of " + ", ".join(contact.NAMES)


@dataclass(frozen=True, slots=True)
class ContactData:
    """Values by the names of the contact fields; what the customer doesn't have is absent."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"ContactData({', '.join(self.names) or 'empty'})"

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that have a value, in the order of the specification."""
        return tuple(name for name in contact.NAMES if name in self.values)

    def changed(self, raw: Mapping[str, object]) -> ContactData:
        """This data with the fields of `raw` in place of what they were.

        Raises:
            FieldError: `contact.invalid`, `contact.unknown_field`.
        """
        return ContactData({**self.values, **{n: _value(n, raw[n]) for n in known_names(raw)}})

    def without(self, names: Iterable[str]) -> ContactData:
        """This data without some of its fields."""
        gone = frozenset(names)
        return ContactData({n: value for n, value in self.values.items() if n not in gone})

    def to_bytes(self) -> bytes:
        """The canonical form that is sealed."""
        values: Map = dict(self.values)
        return encoding.encode(values)

    @staticmethod
    def from_bytes(raw: bytes) -> ContactData:
        """What `to_bytes` wrote."""
        return ContactData({n: str(value) for n, value in encoding.decode_map(raw).items()})


def known_names(names: Iterable[object]) -> list[str]:
    """These names, each once, if all of them are contact fields.

    Raises:
        FieldError: `contact.unknown_field`.
    """
    asked = list(dict.fromkeys(str(name) for name in names))
    for name in asked:
        if name not in contact.BY_NAME:
            # Who forgets the name may have typed the value in its place.
            raise FieldError(f"{FAMILY}.unknown_field", FAMILY, _EXPECTED_NAMES, "another name")
    return asked


def _value(name: str, raw: object) -> str:
    """A value as it is kept: trimmed, line by line; a country in capital letters."""
    known = contact.BY_NAME[name]
    expected = _COUNTRY if name == "country" else known.expected
    if not isinstance(raw, str):
        raise FieldError(f"{FAMILY}.invalid", name, expected, f"a {_kind(raw)}")
    lines = [line.strip() for line in raw.replace("\r\n", "\n").split("\n")]
    text = "\n".join(line for line in lines if line)
    if name == "country":
        text = text.upper()
    if not known.fits(text) or not _encodable(text) or not _exists(name, text):
        came = f"another text of {len(text)} characters" if text else "an empty text"
        raise FieldError(f"{FAMILY}.invalid", name, expected, came)
    return text


def _exists(name: str, text: str) -> bool:
    """Whether there is such a country; UK, for one, is written GB."""
    return name != "country" or text in countries.NAMES


def _kind(value: object) -> str:
    names: dict[type, str] = {bool: "truth value", int: "number", float: "number", list: "list"}
    return names.get(type(value), "value that is no text")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
