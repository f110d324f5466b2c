"""Cases of gtin.json: check digits, and which numbers are the same."""

from __future__ import annotations

from .cases import VectorFile

INVALID = "invalid"


def check_digit(digits: str) -> str:
    """The digit that belongs after these."""
    total = sum(int(digit) * (1 if n % 2 else 3) for n, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def build() -> VectorFile:
    """All cases of the file."""
    file = VectorFile(
        "gtin",
        "specs/03-messages.md#common-types",
        "`gtin14` checks a GTIN and gives its 14-digit form, which is what equality compares.",
    )
    for name, text, comment in VALID:
        file.ok("gtin14", name, comment, {"gtin": text}, {"gtin14": text.zfill(14)})
    for name, text, comment in WRONG:
        file.bad("gtin14", name, INVALID, comment, {"gtin": text})
    base = "400638133393"
    right = check_digit(base)
    for digit in "0123456789":
        if digit != right:
            text, comment = base + digit, f"the check digit is {right}"
            file.bad("gtin14", f"check-digit-{digit}", INVALID, comment, {"gtin": text})
    return file


VALID = [
    ("gtin-8", "96385074", "eight digits"),
    ("gtin-12", "036000291452", "twelve digits, as in North America"),
    ("gtin-13", "4006381333931", "thirteen digits"),
    ("gtin-14", "10614141000415", "fourteen digits, a trade unit"),
    ("gtin-13-of-12", "0036000291452", "the twelve digits above with a zero in front"),
    ("gtin-14-of-13", "04006381333931", "the thirteen digits above with a zero in front"),
    ("isbn-13", "9780306406157", "a book"),
    ("check-digit-zero", "4006381000000", "a sum that is a multiple of ten already"),
]
WRONG = [
    ("empty", "", "no digits"),
    ("seven-digits", "9638507", "no GTIN has seven digits"),
    ("nine-digits", "963850740", "nor nine"),
    ("ten-digits", "0306406152", "ten digits are an old ISBN"),
    ("eleven-digits", "03600029145", "nor eleven"),
    ("fifteen-digits", "004006381333931", "nor fifteen"),
    ("letter", "400638133393X", "a letter"),
    ("space", "4006381 33393", "a space"),
    ("space-around", " 4006381333931", "a space in front"),
    ("hyphens", "978-0-306-40615-7", "hyphens as printed on books"),
    ("newline", "4006381333931\n", "a line feed at the end"),
    ("sign", "+006381333931", "a plus sign"),
    ("arabic-digits", "٤٠٠٦٣٨١٣٣٣٩٣١", "digits of another script"),
    ("superscript", "400638133393¹", "a superscript digit"),
    ("swapped", "4006381339331", "two neighbouring digits swapped"),
    ("upc-without-zero", "36000291452", "the leading zero of twelve digits is missing"),
]
