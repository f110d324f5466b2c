"""Points of edwards25519, as far as strange keys and signatures need them.

Slow, not constant in time, and meant for fixed public inputs only.
"""

from __future__ import annotations

import hashlib

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
Point = tuple[int, int]
NEUTRAL: Point = (0, 1)


def add(one: Point, two: Point) -> Point:
    """The sum of two points."""
    (x1, y1), (x2, y2) = one, two
    product = D * x1 * x2 * y1 * y2 % PRIME
    x = (x1 * y2 + x2 * y1) * pow(1 + product, PRIME - 2, PRIME) % PRIME
    y = (y1 * y2 + x1 * x2) * pow(1 - product, PRIME - 2, PRIME) % PRIME
    return x, y


def multiply(number: int, point: Point) -> Point:
    """`number` times the point."""
    total = NEUTRAL
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def encode(point: Point) -> bytes:
    """The 32 bytes of RFC 8032."""
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(raw: bytes) -> Point:
    """The point of 32 bytes that encode one."""
    number = int.from_bytes(raw, "little")
    y, sign = number & (2**255 - 1), number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, PRIME - 2, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    if x * x % PRIME != square:
        raise ValueError("no point of the curve")
    return (x if x & 1 == sign else PRIME - x) % PRIME, y


BASE = decode(bytes.fromhex("58" + "66" * 31))


def secret_scalar(seed: bytes) -> int:
    """The clamped scalar of an Ed25519 seed."""
    half = bytearray(hashlib.sha512(seed).digest()[:32])
    half[0] &= 0xF8
    half[31] = half[31] & 0x7F | 0x40
    return int.from_bytes(half, "little")


def challenge(nonce_point: bytes, public: bytes, message: bytes) -> int:
    """The scalar h of RFC 8032."""
    digest = hashlib.sha512(nonce_point + public + message).digest()
    return int.from_bytes(digest, "little") % ORDER


def sign_with(seed: bytes, public: bytes, nonce: int, message: bytes) -> bytes:
    """R ‖ S with R = nonce·B and S = nonce + h·a, h taken over any `public` bytes."""
    point = encode(multiply(nonce, BASE))
    scalar = (nonce + challenge(point, public, message) * secret_scalar(seed)) % ORDER
    return point + scalar.to_bytes(32, "little")
