"""Trade item numbers as they are printed: GTINs and ISBNs with hyphens, spaces or ten digits."""

import re

from vrmprotocol import gtin
from vrmprotocol.errors import LocalError

GTIN_EXPECTED = "a GTIN of 8, 12, 13 or 14 digits (or an ISBN-10) with the right check digit"


def read_gtin(text: str) -> str | None:
    """The 14 digits of a GTIN or ISBN-10, hyphens and spaces allowed; None if it is none."""
    digits = re.sub(r"[\s\-\u2010-\u2014]", "", text)
    if re.fullmatch(r"[0-9]{9}[0-9Xx]", digits):
        return _from_isbn10(digits)
    try:
        return gtin.gtin14(digits)
    except LocalError:
        return None


def gtin_for_people(gtin14: str) -> str:
    """The customary form: 13 digits where the first is a padding zero."""
    return gtin14[1:] if gtin14.startswith("0") else gtin14


def _from_isbn10(digits: str) -> str | None:
    values = [10 if mark in "Xx" else int(mark) for mark in digits]
    if sum(value * (10 - at) for at, value in enumerate(values)) % 11:
        return None
    stem = "978" + digits[:9]
    return gtin.gtin14(stem + gtin.check_digit(stem))
