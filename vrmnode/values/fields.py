"""Reads a mapping (TOML, JSON, flags) field by field, and names the field that is wrong.

`Fields` takes known names out one at a time; `finish` complains of what is left. What a field
means is left to the caller.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from vrmnode.values import spans
from vrmnode.values.money import CURRENCY_EXPECTED, Money, MoneyError, exponent, parse_money
from vrmprotocol.errors import LocalError

T = TypeVar("T")

SHOWN_CHARACTERS = 60
DIGEST_EXPECTED = "the hash of an image: 64 hex digits"
LANGUAGE_EXPECTED = 'a language such as "de" or "pt-BR"'
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class FieldError(LocalError):
    """A field that can't be used: `detail` is "field: expected …, came …"."""

    def __init__(self, code: str, field: str, expected: str, came: str) -> None:
        super().__init__(code, f"{field}: expected {expected}, came {came}")
        self.field = field
        self.expected = expected
        self.came = came


def shown(value: object) -> str:
    """A value as it may stand in a message: quoted if text, at most 60 characters."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = repr(value[: SHOWN_CHARACTERS + 1] if isinstance(value, str | bytes) else value)
    except ValueError:
        # Python doesn't print integers of more than some thousand digits.
        return "a number too long to print"
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


class Fields:
    """The fields of one mapping; `family` is the first half of the error codes.

    Raises: `<family>.invalid` for a wrong value, `<family>.unknown_field` from `finish`.
    """

    def __init__(self, raw: object, family: str, where: str = "") -> None:
        self.family = family
        self.where = where
        if not isinstance(raw, Mapping):
            raise FieldError(f"{family}.invalid", where or family, "named fields", shown(raw))
        self._left: dict[str, object] = {str(name): value for name, value in raw.items()}
        self._known: list[str] = []

    def name_of(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def error(self, name: str, expected: str, came: object) -> FieldError:
        return FieldError(f"{self.family}.invalid", self.name_of(name), expected, shown(came))

    def take(self, name: str) -> object:
        """The raw value, or None when it is absent."""
        self._known.append(name)
        return self._left.pop(name, None)

    def text(self, name: str, limit: int, pattern: str | None = None) -> str | None:
        """A text of 1..limit characters, trimmed, no control characters; "" counts as absent."""
        value = self.take(name)
        if value is None:
            return None
        return self._text(name, value, limit, pattern) or None

    def required_text(self, name: str, limit: int, pattern: str | None = None) -> str:
        text = self.text(name, limit, pattern)
        if text is None:
            raise self.error(name, f"a text of 1 to {limit} characters", None)
        return text

    def _text(self, name: str, value: object, limit: int, pattern: str | None) -> str:
        expected = f"a text of at most {limit} characters"
        if not isinstance(value, str):
            raise self.error(name, expected, value)
        text = value.strip()
        if len(text) > limit or _CONTROL.search(text):
            raise self.error(name, expected + " without control characters", text)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise self.error(name, "text that can be written as UTF-8", text) from None
        if pattern is not None and text and not re.fullmatch(pattern, text):
            raise self.error(name, f"the form {pattern}", text)
        return text

    def whole(self, name: str, low: int, high: int, default: T) -> int | T:
        """An integer in low..high; digits in a text will do."""
        value = self.take(name)
        if value is None:
            return default
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value.strip(), re.ASCII):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.error(name, f"an integer {low}..{high}", value)
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(name, "true or false", value)
        return value

    def one_of(self, name: str, allowed: Collection[str], default: T) -> str | T:
        value = self.take(name)
        if value is None:
            return default
        return self._one_of(name, value, allowed)

    def _one_of(self, name: str, value: object, allowed: Collection[str]) -> str:
        if isinstance(value, str):
            for choice in allowed:
                if choice.casefold() == value.strip().casefold():
                    return choice
        raise self.error(name, "one of " + ", ".join(allowed), value)

    def items(self, name: str, most: int) -> list[object]:
        """A list of at most `most` values; a single value counts as a list of one."""
        value = self.take(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            return [value]
        if len(value) > most:
            raise self.error(name, f"at most {most} values", f"{len(value)} values")
        return list(value)

    def several_of(self, name: str, allowed: Collection[str]) -> tuple[str, ...]:
        values = [self._one_of(name, value, allowed) for value in self.items(name, 64)]
        return tuple(dict.fromkeys(values))

    def texts(
        self, name: str, most: int, limit: int, pattern: str | None = None
    ) -> tuple[str, ...]:
        values = [self._text(name, value, limit, pattern) for value in self.items(name, most)]
        return tuple(dict.fromkeys(value for value in values if value))

    def wholes(self, name: str, most: int, low: int, high: int) -> tuple[int, ...]:
        values = self.items(name, most)
        for value in values:
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise self.error(name, f"integers {low}..{high}", value)
        return tuple(dict.fromkeys(value for value in values if isinstance(value, int)))

    def language(self, name: str) -> str | None:
        """A language tag of BCP 47."""
        value = self.take(name)
        return None if value is None or value == "" else self._language(name, value)

    def languages(self, name: str, most: int) -> tuple[str, ...]:
        """Language tags, each once."""
        return tuple(dict.fromkeys(self._language(name, tag) for tag in self.items(name, most)))

    def _language(self, name: str, value: object) -> str:
        tag = value.strip() if isinstance(value, str) else ""
        if len(tag) > 35 or not _LANGUAGE.fullmatch(tag):
            raise self.error(name, LANGUAGE_EXPECTED, value)
        return tag

    def digests(self, name: str, most: int) -> tuple[bytes, ...]:
        """Hashes of 32 bytes in hex, each once."""
        found = []
        for value in self.items(name, most):
            text = value.strip().lower() if isinstance(value, str) else ""
            if not re.fullmatch("[0-9a-f]{64}", text):
                raise self.error(name, DIGEST_EXPECTED, value)
            found.append(bytes.fromhex(text))
        return tuple(dict.fromkeys(found))

    def currency(self, name: str) -> str | None:
        """An ISO 4217 code, in capitals whatever was written."""
        value = self.take(name)
        if value is None or value == "":
            return None
        code = value.strip().upper() if isinstance(value, str) else ""
        if exponent(code) is None:
            raise self.error(name, CURRENCY_EXPECTED, value)
        return code

    def money(self, name: str, currency: str | None = None) -> Money | None:
        """An amount such as "45.00 EUR"; without a currency of its own it is in `currency`."""
        value = self.take(name)
        if value is None or value == "":
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value) if abs(value) < 10**15 else "too large"
        if not isinstance(value, str):
            raise self.error(name, 'an amount in quotes such as "45.00 EUR"', value)
        try:
            return parse_money(value, currency=currency)
        except MoneyError as error:
            raise self.error(name, error.expected, value) from None

    def span(self, name: str, default: T, *, unit_s: int = 1) -> int | T:
        """Seconds, from "36h" or from a bare number of `unit_s` each."""
        value = self.take(name)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9:
            return value * unit_s
        seconds = spans.parse_span(value) if isinstance(value, str) else None
        if seconds is None:
            raise self.error(name, spans.SPAN_EXPECTED, value)
        return seconds

    def parsed(self, name: str, parse: Callable[[str], T | None], expected: str) -> T | None:
        """What `parse` makes of a text; its None, or another type, is an error."""
        value = self.take(name)
        if value is None:
            return None
        found = parse(value) if isinstance(value, str) else None
        if found is None:
            raise self.error(name, expected, value)
        return found

    def child(self, name: str) -> "Fields | None":
        value = self.take(name)
        if value is None:
            return None
        return Fields(value, self.family, self.name_of(name))

    def finish(self) -> None:
        """Raises: `<family>.unknown_field` naming the first field nobody asked for."""
        for name in sorted(self._left):
            raise FieldError(
                f"{self.family}.unknown_field",
                self.name_of(name[:SHOWN_CHARACTERS]),
                "one of " + ", ".join(sorted(set(self._known))),
                "an unknown field",
            )
