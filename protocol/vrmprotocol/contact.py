"""The contact fields of a customer: their names, ranges and stages.

Implements `specs/09-relationship.md#contact-fields`. What is disclosed, and when, is decided
elsewhere. Nothing here puts a value into an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["place", "delivery", "contact"]

# No control characters; a line feed only where a field may have lines.
_LINE = r"[^\x00-\x1f\x7f-\x9f]"


@dataclass(frozen=True, slots=True)
class ContactField:
    """One field: at which stage it is disclosed, and which texts it may be.

    `expected` completes "expected …" for people.
    """

    name: str
    stage: Stage
    limit: int
    expected: str
    form: re.Pattern[str]

    def fits(self, value: object) -> bool:
        """Whether the value is a text in the field's range."""
        return (
            isinstance(value, str)
            and 1 <= len(value) <= self.limit
            and self.form.fullmatch(value) is not None
        )


def _line(name: str, stage: Stage, limit: int) -> ContactField:
    expected = f"a text of 1 to {limit} characters on one line"
    return ContactField(name, stage, limit, expected, re.compile(f"{_LINE}+"))


FIELDS: tuple[ContactField, ...] = (
    _line("name", "delivery", 100),
    ContactField(
        "street_address",
        "delivery",
        200,
        "a text of 1 to 200 characters on at most 3 lines",
        re.compile(rf"{_LINE}*(\n{_LINE}*){{0,2}}"),
    ),
    _line("postal_code", "place", 16),
    _line("locality", "place", 100),
    _line("region", "place", 64),
    ContactField(
        "country", "place", 2, "2 capital letters of ISO 3166-1 such as DE", re.compile("[A-Z]{2}")
    ),
    ContactField(
        "email",
        "contact",
        254,
        "an address of at most 254 characters such as anna@mail.example",
        re.compile(r"[^\x00-\x20\x7f-\x9f@]+@[^\x00-\x20\x7f-\x9f@]+"),
    ),
    ContactField(
        "telephone",
        "contact",
        32,
        "a number of 3 to 32 characters such as +49 30 901820",
        re.compile(r"(?=.*[0-9])[0-9 +()./-]{3,32}"),
    ),
)

BY_NAME: dict[str, ContactField] = {field.name: field for field in FIELDS}
NAMES: tuple[str, ...] = tuple(BY_NAME)


def of_stage(stage: Stage) -> tuple[str, ...]:
    """The names of the fields that a stage discloses."""
    return tuple(field.name for field in FIELDS if field.stage == stage)


# With these, what is shipped goes to the vendor.
_SENT_IN = frozenset({"Dispose", "Buy"})


def needs_place(function: str, delivery_method: str) -> bool:
    """Whether a deal needs to know where the customer is (`#stages`)."""
    if delivery_method == "onsite":
        return True
    return delivery_method == "ship" and function not in _SENT_IN
