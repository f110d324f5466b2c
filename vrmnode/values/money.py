"""Amounts of money as people write them, to integer minor units and back; never a float.

Amounts of different currencies don't compare: `Money` raises instead. Which currencies there are is
`vrmprotocol.currency`; which amounts are allowed where is left to the caller.
"""

import re
from dataclasses import dataclass

from vrmprotocol.currency import MINOR_UNIT_DIGITS

MAX_AMOUNT = 10**12

_SYMBOLS = {"€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₴": "UAH", "₺": "TRY", "zł": "PLN"}
# Symbols of several currencies count only where the currency is known from elsewhere.
_SHARED_SYMBOLS = {
    "$": frozenset(("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN")),
    "¥": frozenset(("JPY", "CNY")),
    "kr": frozenset(("SEK", "NOK", "DKK", "ISK")),
}
_SPACES = re.compile(r"[\s\u00a0\u2007\u202f']+|\u2019")
_PARTS = re.compile(r"([^\d.,+\-]*)([+\-]?)([\d.,]+)([^\d.,]*)", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", re.ASCII)

EXPECTED = 'an amount such as "45.00 EUR"'
CURRENCY_EXPECTED = "an ISO 4217 currency code such as EUR"


class CurrencyMismatchError(TypeError):
    """Our own code held amounts of two currencies against each other: a bug, not an input."""


# SPEC 03: The reader MUST NOT compare, add or convert amounts of different currencies.
@dataclass(frozen=True, slots=True)
class Money:
    """Minor units (cents) of a currency. Order and sums are those of one currency.

    Raises: CurrencyMismatchError, by `<`, `<=`, `>`, `>=`, `+` and `-` of two currencies.
    """

    amount: int
    currency: str

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._comparable(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._comparable(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._comparable(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._comparable(other)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._comparable(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._comparable(other), self.currency)

    def _comparable(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"expected {self.currency}, came {other.currency}")
        return other.amount


class MoneyError(ValueError):
    """The text is no amount; `expected` says what would be."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def exponent(currency: str) -> int | None:
    """How many decimals an amount has; None for a currency that isn't known here."""
    return MINOR_UNIT_DIGITS.get(currency)


def format_money(amount: int, currency: str) -> str:
    """ "45.00 EUR"; "-0.50 EUR" for a negative amount; "4500 minor units of ZZZ" if unknown."""
    digits = exponent(currency)
    if digits is None:
        return f"{amount} minor units of {currency}"
    sign = "-" if amount < 0 else ""
    whole, minor = divmod(abs(amount), 10**digits)
    return f"{sign}{whole}.{minor:0{digits}d} {currency}" if digits else f"{sign}{whole} {currency}"


def parse_money(text: str, *, currency: str | None = None, decimal: str | None = None) -> Money:
    """Reads "45.00 EUR", "EUR 45", "9,99 €", "1.234,50 EUR"; a bare number is in `currency`.

    `decimal` is the decimal mark ("." or ","), where known; without it a lone mark before three
    digits is refused as ambiguous.

    Raises: MoneyError.
    """
    parts = _PARTS.fullmatch(_SPACES.sub("", text)) if len(text) <= 64 else None
    if parts is None:
        raise MoneyError(EXPECTED)
    before, sign, number, after = parts.groups()
    if sign == "-" or before.endswith("-") or after.startswith("-"):
        raise MoneyError("an amount of zero or more")
    if before and after:
        raise MoneyError(EXPECTED + " with one currency")
    found = _currency(before or after, currency)
    return Money(_minor_units(number, MINOR_UNIT_DIGITS[found], decimal), found)


def decimal_mark(text: str) -> str | None:
    """The decimal mark that this amount shows beyond doubt, or None."""
    marks = re.sub(r"[^.,]", "", text)
    tail = re.search(r"([.,])(\d+)\D*$", text)
    if tail is None or (len(tail[2]) == 3 and len(set(marks)) == 1):
        return None
    return tail[1]


def _currency(written: str, known: str | None) -> str:
    if not written:
        if known is None:
            raise MoneyError(EXPECTED + " with its currency")
        return _known(known)
    if known in _SHARED_SYMBOLS.get(written.casefold(), ()):
        return str(known)
    if written.casefold() in _SHARED_SYMBOLS:
        raise MoneyError(f"a currency code in place of {written}")
    return _known(_SYMBOLS.get(written.casefold(), written.upper()))


def _known(currency: str) -> str:
    if exponent(currency) is None:
        raise MoneyError(EXPECTED + " with an ISO 4217 currency code")
    return currency


def _minor_units(number: str, digits: int, decimal: str | None) -> int:
    whole, minor = _split(number, digits, decimal)
    if len(minor) > digits:
        if minor[digits:].strip("0"):
            raise MoneyError(f"at most {digits} decimals")
        minor = minor[:digits]
    if len(whole) > 13:
        raise MoneyError("an amount below 10^12 minor units")
    amount: int = int(whole or "0") * 10**digits + int(minor.ljust(digits, "0") or "0")
    if amount > MAX_AMOUNT:
        raise MoneyError("an amount of at most 10^12 minor units")
    return amount


def _split(number: str, digits: int, decimal: str | None) -> tuple[str, str]:
    """Whole and decimal digits; marks of thousands taken out."""
    if not any(mark in number for mark in ".,"):
        return number, ""
    if decimal is None:
        decimal = _guess_mark(number, digits)
    whole, mark, minor = number.partition(decimal)
    thousands = "," if decimal == "." else "."
    grouped = _GROUPED.fullmatch(whole) is not None and decimal not in whole
    if not (whole.isdigit() or grouped or (whole == "" and minor)) or (mark and not minor):
        raise MoneyError(EXPECTED)
    if minor and not minor.isdigit():
        raise MoneyError(EXPECTED)
    return whole.replace(thousands, ""), minor


def _guess_mark(number: str, digits: int) -> str:
    last = max(number.rfind("."), number.rfind(","))
    mark, other = number[last], "," if number[last] == "." else "."
    if other in number:
        return mark
    if number.count(mark) > 1:
        return other
    # "1.234" may be a thousand or a unit and 234 thousandths; a leading zero tells.
    if len(number) - last - 1 == 3 and digits != 3 and not number.startswith(("0", mark)):
        example = "1234" + ("." + "0" * digits if digits else "")
        raise MoneyError(f'an amount such as "{example}": this one is ambiguous')
    return mark
