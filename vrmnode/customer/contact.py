"""The customer's own contact data, as typed by its owner and as it is kept.

Fields and ranges are those of specs/09-relationship.md#contact-fields. A field has the value that
holds now, and perhaps one that is planned from a day on. Values stand in no error and in no repr:
they are told to nobody but the owner, and to vendors by `disclosure`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from vrmnode.values import countries
from vrmnode.values.fields import FieldError
from vrmprotocol import contact, encoding
from vrmprotocol.encoding import Map, Value

FAMILY = "contact"
_COUNTRY = "a country by its two letters, such as DE, GB or US"
_EXPECTED_NAMES = "one of " + ", ".join(contact.NAMES)


@dataclass(frozen=True, slots=True)
class Planned:
    """What a field will be from `effective_from` (Unix seconds) on.

    `announce`: vendors that were told the field are told this; False where the owner told nobody.
    """

    value: str = field(repr=False)
    effective_from: int
    announce: bool = True


@dataclass(frozen=True, slots=True)
class ContactData:
    """Values by the names of the contact fields; what the customer doesn't have is absent.

    `values` hold now; `planned` has at most one later value of a field.
    """

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    planned: Mapping[str, Planned] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"ContactData({', '.join(self.names) or 'empty'})"

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that have a value or will, in the order of the specification."""
        return tuple(name for name in contact.NAMES if name in self.values or name in self.planned)

    def at(self, now: int) -> ContactData:
        """This data at a moment: what was planned until then holds."""
        due = {name: one.value for name, one in self.planned.items() if one.effective_from <= now}
        later = {name: one for name, one in self.planned.items() if name not in due}
        return ContactData({**self.values, **due}, later)

    def next_change(self) -> int | None:
        """When the next planned value begins to hold; None where none is planned."""
        return min((one.effective_from for one in self.planned.values()), default=None)

    def changed(self, raw: Mapping[str, object]) -> ContactData:
        """This data with the fields of `raw` in place of what they were, and were to be.

        Raises:
            FieldError: `contact.invalid`, `contact.unknown_field`.
        """
        new = _values(raw)
        later = {name: one for name, one in self.planned.items() if name not in new}
        return ContactData({**self.values, **new}, later)

    def with_plan(
        self, raw: Mapping[str, object], effective_from: int, *, announce: bool
    ) -> ContactData:
        """This data with the fields of `raw` planned, in place of what was planned of them.

        What a field is already is no plan.

        Raises:
            FieldError: `contact.invalid`, `contact.unknown_field`.
        """
        new = _values(raw)
        plans = {name: one for name, one in self.planned.items() if name not in new}
        for name, value in new.items():
            if value != self.values.get(name):
                plans[name] = Planned(value, effective_from, announce)
        return ContactData(self.values, plans)

    def announced(self, names: Iterable[str]) -> ContactData:
        """This data with what is planned of these fields to be told."""
        told = {n: replace(self.planned[n], announce=True) for n in names if n in self.planned}
        return ContactData(self.values, {**self.planned, **told})

    def without(self, names: Iterable[str]) -> ContactData:
        """This data without some of its fields, now and later."""
        gone = frozenset(names)
        return ContactData(
            {name: value for name, value in self.values.items() if name not in gone},
            {name: one for name, one in self.planned.items() if name not in gone},
        )

    def to_bytes(self) -> bytes:
        """The canonical form that is sealed."""
        values: Map = dict(self.values)
        planned: Map = {name: _plan_map(one) for name, one in self.planned.items()}
        return encoding.encode({"values": values, "planned": planned})

    @staticmethod
    def from_bytes(raw: bytes) -> ContactData:
        """What `to_bytes` wrote.

        Raises:
            RemoteError: `encoding.*`; FieldError: `contact.invalid`: something else did.
        """
        values, planned = _members(encoding.decode_map(raw), "kept", ("values", "planned"))
        return ContactData(
            {name: _text(value, name) for name, value in _map(values, "values").items()},
            {name: _read_plan(one, name) for name, one in _map(planned, "planned").items()},
        )


def _plan_map(one: Planned) -> Map:
    return {"value": one.value, "effective_from": one.effective_from, "announce": one.announce}


def _read_plan(raw: Value, name: str) -> Planned:
    members = ("value", "effective_from", "announce")
    value, effective_from, announce = _members(raw, name, members)
    if not isinstance(effective_from, int) or isinstance(effective_from, bool):
        raise _other(name, "a time")
    if not isinstance(announce, bool):
        raise _other(name, "true or false")
    return Planned(_text(value, name), effective_from, announce)


def _members(raw: Value, name: str, members: tuple[str, ...]) -> list[Value]:
    kept = _map(raw, name)
    if set(kept) != set(members):
        raise _other(name, f"a map of {', '.join(members)}", "other members")
    return [kept[member] for member in members]


def _map(raw: Value, name: str) -> Map:
    if not isinstance(raw, dict):
        raise _other(name, "a map")
    return raw


def _text(raw: Value, name: str) -> str:
    if not isinstance(raw, str):
        raise _other(name, "a text")
    return raw


def _other(name: str, expected: str, came: str = "another type") -> FieldError:
    """Never says what came itself: these are somebody's data."""
    return FieldError(f"{FAMILY}.invalid", name, expected, came)


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


def _values(raw: Mapping[str, object]) -> dict[str, str]:
    return {name: _value(name, raw[name]) for name in known_names(raw)}


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
