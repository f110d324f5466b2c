"""Base58 with the Bitcoin alphabet, as `did:key` writes public keys.

Implements the part of `specs/02-envelope-and-keys.md#text-form` that is about letters.
"""

from __future__ import annotations

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}


def encode(data: bytes) -> str:
    """The letters of some bytes; each leading zero byte is a `1`."""
    number = int.from_bytes(data, "big")
    letters = ""
    while number:
        number, remainder = divmod(number, 58)
        letters = _ALPHABET[remainder] + letters
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + letters


def decode(text: str) -> bytes | None:
    """The bytes of some letters, or None if one isn't in the alphabet."""
    number = 0
    for letter in text:
        value = _VALUES.get(letter)
        if value is None:
            return None
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
