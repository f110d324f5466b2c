"""Constraints of an intent as people write them: "format=hardcover", "pages>=200".

Also {name, op, value}, the form on the wire. What a constraint means is `values.constraints`.
"""

import re
from collections.abc import Mapping

from vrmnode.values.fields import Fields
from vrmprotocol.market import Constraint

EXPECTED = '"format=hardcover", "pages>=200", "weight<=2 kg" or "color in red|blue"'
MAX_CONSTRAINTS = 16
MAX_CHOICES = 64
MAX_VALUE = 256
_FORM = re.compile(r"\s*([^<>=]{1,64}?)\s*(>=|<=|==|=)\s*(.+?)\s*")
_IN_FORM = re.compile(r"\s*([^<>=]{1,64}?)\s+(in)\s+(.+?)\s*")
_OPS = {">=": "ge", "<=": "le", "=": "eq", "==": "eq", "in": "in"}


def read_constraints(fields: Fields, name: str) -> tuple[Constraint, ...]:
    """Raises: FieldError `request.invalid`, `request.unknown_field`."""
    found = []
    for at, raw in enumerate(fields.items(name, MAX_CONSTRAINTS), 1):
        where = f"{name}[{at}]"
        if isinstance(raw, Mapping):
            found.append(_from_mapping(Fields(raw, fields.family, fields.name_of(where))))
        elif isinstance(raw, str) and (form := _FORM.fullmatch(raw) or _IN_FORM.fullmatch(raw)):
            found.append(_from_text(fields, where, form))
        else:
            raise fields.error(where, EXPECTED, raw)
    return tuple(found)


def _from_text(fields: Fields, where: str, form: re.Match[str]) -> Constraint:
    name, op, text = form[1], _OPS[form[2]], form[3]
    if op == "in":
        choices = tuple(_scalar(part) for part in text.split("|") if part.strip())
        return _checked(fields, where, name, op, choices)
    return _checked(fields, where, name, op, _scalar(text))


def _from_mapping(fields: Fields) -> Constraint:
    name = fields.required_text("name", 64)
    op = fields.one_of("op", ("eq", "in", "ge", "le"), "eq")
    value = fields.take("value")
    fields.finish()
    return _checked(fields, "value", name, op, tuple(value) if isinstance(value, list) else value)


def _checked(fields: Fields, where: str, name: str, op: str, value: object) -> Constraint:
    if not name.isprintable():
        raise fields.error(where, "a name without control characters", name)
    choices = value if isinstance(value, tuple) else (value,)
    many = op == "in"
    if many != isinstance(value, tuple) or not 1 <= len(choices) <= MAX_CHOICES:
        expected = f"1 to {MAX_CHOICES} values" if many else "one value"
        raise fields.error(where, expected, value)
    for choice in choices:
        whole = isinstance(choice, int) and -(2**63) <= choice < 2**63
        truth = isinstance(choice, bool)
        text = isinstance(choice, str) and 1 <= len(choice) <= MAX_VALUE
        if not (whole or text) or (truth and many) or not _printable(choice):
            raise fields.error(
                where, f"an integer or a text of 1 to {MAX_VALUE} characters", choice
            )
    return Constraint(name=name, op=op, value=value)  # type: ignore[arg-type]


def _scalar(text: str) -> str | int | bool:
    text = text.strip()
    if re.fullmatch("-?[0-9]{1,18}", text, re.ASCII):
        return int(text)
    if text.casefold() in ("true", "yes"):
        return True
    if text.casefold() in ("false", "no"):
        return False
    return text


def _printable(value: object) -> bool:
    return not isinstance(value, str) or value.isprintable()
