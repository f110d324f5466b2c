"""Whether a constraint of an intent holds for known properties of a product.

Numbers compare as numbers whatever their form ("320", 320, "18 V", "2,5 kg"), with the commonest
units converted; text compares without case and accents. What isn't known doesn't hold.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from vrmnode.values.words import fold

Scalar = str | int | bool

_NUMBER = re.compile(r"\s*([+-]?\d{1,15}(?:[.,]\d{1,9})?)\s*([^\d\s][^\d]{0,15})?\s*", re.ASCII)
# unit: (base unit, how many of it)
_UNITS: dict[str, tuple[str, Decimal]] = {
    "mg": ("g", Decimal("0.001")),
    "g": ("g", Decimal(1)),
    "kg": ("g", Decimal(1000)),
    "mm": ("mm", Decimal(1)),
    "cm": ("mm", Decimal(10)),
    "m": ("mm", Decimal(1000)),
    "ml": ("ml", Decimal(1)),
    "cl": ("ml", Decimal(10)),
    "l": ("ml", Decimal(1000)),
    "w": ("w", Decimal(1)),
    "kw": ("w", Decimal(1000)),
    "mb": ("mb", Decimal(1)),
    "gb": ("mb", Decimal(1000)),
    "tb": ("mb", Decimal(1_000_000)),
}
_YES = frozenset(("true", "yes", "ja", "oui", "si", "sí", "y"))
_NO = frozenset(("false", "no", "nee", "nein", "non", "n"))


def property_name(name: str) -> str:
    """ "Cover type", "cover_type" and "coverType" are one name."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"[^a-z0-9]+", "", " ".join(fold(spaced)))


def find_property(properties: Mapping[str, Scalar], name: str) -> Scalar | None:
    """The value of a property, its name compared by `property_name`."""
    if name in properties:
        return properties[name]
    wanted = property_name(name)
    return next((value for key, value in properties.items() if property_name(key) == wanted), None)


def holds(op: Literal["eq", "in", "ge", "le"], wanted: object, actual: Scalar | None) -> bool:
    """Whether `actual` satisfies the constraint; an unknown value doesn't."""
    if actual is None:
        return False
    if op == "in":
        choices = wanted if isinstance(wanted, list | tuple) else [wanted]
        return any(equal(choice, actual) for choice in choices)
    if op == "eq":
        return equal(wanted, actual)
    order = _order(actual, wanted)
    return order is not None and (order >= 0 if op == "ge" else order <= 0)


def equal(wanted: object, actual: Scalar) -> bool:
    if isinstance(wanted, bool) or isinstance(actual, bool):
        truth = _truth(wanted)
        return truth is not None and truth == _truth(actual)
    order = _order(actual, wanted)
    if order is not None:
        return order == 0
    return isinstance(wanted, str) and isinstance(actual, str) and _text(wanted) == _text(actual)


def words_of(name: str, op: str, value: object) -> str:
    """ "pages at least 200": a constraint in plain words."""
    phrase = {"eq": "", "in": "one of ", "ge": "at least ", "le": "at most "}.get(op, f"{op} ")
    if isinstance(value, list | tuple):
        return f"{name} {phrase}{', '.join(str(item) for item in value)}"
    if isinstance(value, bool):
        return f"{name} {'yes' if value else 'no'}"
    return f"{name} {phrase}{value}"


def _text(value: str) -> str:
    return " ".join(fold(value)) or value.strip()


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        text = value.strip().casefold()
        return True if text in _YES else False if text in _NO else None
    return None


def _order(left: object, right: object) -> int | None:
    """-1, 0, 1 as numbers; None if either is none, or their units differ in kind."""
    first, second = _quantity(left), _quantity(right)
    if first is None or second is None:
        return None
    (number, unit), (other, other_unit) = first, second
    if unit and other_unit:
        base, factor = _UNITS.get(unit, (unit, Decimal(1)))
        other_base, other_factor = _UNITS.get(other_unit, (other_unit, Decimal(1)))
        if base != other_base:
            return None
        number, other = number * factor, other * other_factor
    return (number > other) - (number < other)


def _quantity(value: object) -> tuple[Decimal, str] | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value), ""
    if not isinstance(value, str) or len(value) > 64:
        return None
    found = _NUMBER.fullmatch(value)
    if found is None:
        return None
    return Decimal(found[1].replace(",", ".")), (found[2] or "").strip().casefold()
