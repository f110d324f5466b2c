"""References to name when paying, in the form of ISO 11649: "RF", two check digits, a number.

Banks check the digits, so that a wrong digit, or a wrong letter, doesn't pay another order.
"""

from __future__ import annotations

from collections.abc import Callable

# Crockford's letters: none of I, L, O, U, which are mistaken for others.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10


def draw(random: Callable[[int], bytes]) -> str:
    """A reference that nobody can guess: 50 random bits and their check digits."""
    number = int.from_bytes(random(7), "big")
    letters = []
    for _ in range(_LENGTH):
        number, at = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[at])
    body = "".join(letters)
    return f"RF{98 - _remainder(body + 'RF00'):02d}{body}"


def is_valid(text: str) -> bool:
    """Whether a text is such a reference with right check digits; spaces don't matter."""
    compact = text.replace(" ", "").upper()
    form = compact.startswith("RF") and compact[2:4].isdigit() and 5 <= len(compact) <= 25
    if not form or not compact.isascii() or not compact.isalnum():
        return False
    return _remainder(compact[4:] + compact[:4]) == 1


def grouped(text: str) -> str:
    """A reference in groups of four, as it is printed; another text as it is."""
    if not is_valid(text):
        return text
    compact = text.replace(" ", "").upper()
    return " ".join(compact[at : at + 4] for at in range(0, len(compact), 4))


def _remainder(text: str) -> int:
    """ISO 7064, MOD 97-10: letters count from A = 10."""
    return int("".join(str(int(letter, 36)) for letter in text)) % 97
