"""Global Trade Item Numbers: check digits and one form to compare.

Implements `specs/03-messages.md#common-types`.
"""

from __future__ import annotations

from vrmprotocol.errors import LocalError

LENGTHS = frozenset({8, 12, 13, 14})


def check_digit(digits: str) -> str:
    """The last digit of a GTIN whose other digits are these."""
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def is_valid(text: str) -> bool:
    """Whether this is a GTIN-8, -12, -13 or -14 with the right check digit."""
    if len(text) not in LENGTHS or not (text.isascii() and text.isdigit()):
        return False
    return check_digit(text[:-1]) == text[-1]


def gtin14(text: str) -> str:
    """The 14 digits by which GTINs of any length are compared.

    Raises:
        LocalError: `gtin.invalid`.
    """
    if not is_valid(text):
        raise LocalError("gtin.invalid", "expected 8, 12, 13 or 14 digits with a check digit")
    return text.zfill(14)
