"""Inputs that are nearly right, drawn from a number: of bytes, of texts, and of decoded values."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from vrmprotocol import encoding

EXTREMES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31 - 1,
    2**31,
    2**53,
    2**63 - 1,
    2**64 - 1,
    -(2**63),
    "",
    "x",
    "\0",
    "é" * 100,
    "x" * 5_000,
    "\u202e",
    b"",
    b"\0",
    bytes(31),
    bytes(32),
    bytes(33),
    bytes(64),
    bytes(5_000),
    [],
    [[]],
    [None] * 300,
    {},
    {"": None},
    {"x": {"x": {"x": {"x": []}}}},
)
TEXTS = (
    "",
    "\0",
    "/",
    ",",
    ";",
    '"',
    "\n",
    "\r",
    "﻿",
    "é",
    "\U0001f4a9",
    "\u202e",
    "9" * 40,
    "-1",
    "x" * 2_000,
)
LENGTHS = (b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\x80" * 9, b"\xdf\xff\xff\xff\xff")


def mutated(chance: random.Random, sample: bytes, others: list[bytes]) -> bytes:
    """A few changes of bytes; now and then something else altogether."""
    if chance.random() < 0.02:
        return chance.randbytes(chance.choice((0, 1, 7, 40, 400)))
    raw = bytearray(sample)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        chance.choice(_BYTES)(chance, raw, others)
    return bytes(raw)


def _turn_a_bit(chance: random.Random, raw: bytearray, others: list[bytes]) -> None:
    if raw:
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


def _set_a_byte(chance: random.Random, raw: bytearray, others: list[bytes]) -> None:
    if raw:
        raw[chance.randrange(len(raw))] = chance.choice(
            (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
        )


def _cut(chance: random.Random, raw: bytearray, others: list[bytes]) -> None:
    del raw[chance.randrange(len(raw) + 1) :]


def _take_out(chance: random.Random, raw: bytearray, others: list[bytes]) -> None:
    at = chance.randrange(len(raw) + 1)
    del raw[at : at + chance.choice((1, 2, 4, 40))]


def _put_in(chance: random.Random, raw: bytearray, others: list[bytes]) -> None:
    at = chance.randrange(len(raw) + 1)
    raw[at:at] = chance.choice((*LENGTHS, chance.randbytes(chance.choice((1, 2, 9)))))


def _repeat(chance: random.Random, raw: bytearray, others: list[bytes]) -> None:
    at = chance.randrange(len(raw) + 1)
    raw[at:at] = raw[at : at + chance.choice((1, 8, 64))] * chance.choice((1, 2, 30))


def _splice(chance: random.Random, raw: bytearray, others: list[bytes]) -> None:
    other = chance.choice(others)
    if other:
        start = chance.randrange(len(other))
        raw[chance.randrange(len(raw) + 1) :] = other[start:]


_BYTES: tuple[Callable[[random.Random, bytearray, list[bytes]], None], ...] = (
    _turn_a_bit,
    _turn_a_bit,
    _set_a_byte,
    _set_a_byte,
    _cut,
    _take_out,
    _put_in,
    _repeat,
    _splice,
)


def mutated_text(chance: random.Random, sample: str, others: list[str]) -> str:
    """A few changes of characters."""
    text = sample
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(text) + 1)
        end = at + chance.choice((0, 1, 1, 4, 1_000))
        other = chance.choice(others)
        put = chance.choice(
            (*TEXTS, other[chance.randrange(len(other) + 1) :][:100], text[at:end] * 2)
        )
        text = text[:at] + put + text[end:]
    return text


def mutated_value(chance: random.Random, value: Any) -> Any:
    """A decoded value with a change somewhere inside: of a value, a name, a length, an order."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        return _mutated_map(chance, value)
    if isinstance(value, list) and value and chance.random() < 0.8:
        return _mutated_list(chance, value)
    if chance.random() < 0.5:
        return _nearby(chance, value)
    return chance.choice(EXTREMES)


def _mutated_map(chance: random.Random, value: dict[Any, Any]) -> dict[Any, Any]:
    name = chance.choice(list(value))
    found = dict(value)
    how = chance.random()
    if how < 0.15:
        del found[name]
    elif how < 0.25:
        found[chance.choice((f"{name}x", "", "ext", "v", "@type", 0, b"x", None))] = found[name]
    elif how < 0.35:
        found[name] = found[chance.choice(list(value))]
    else:
        found[name] = mutated_value(chance, found[name])
    return found


def _mutated_list(chance: random.Random, value: list[Any]) -> list[Any]:
    found, at = list(value), chance.randrange(len(value))
    how = chance.random()
    if how < 0.15:
        del found[at]
    elif how < 0.3:
        found[at:at] = [found[at]] * chance.choice((1, 2, 20, 300))
    elif how < 0.4:
        chance.shuffle(found)
    else:
        found[at] = mutated_value(chance, found[at])
    return found


def _nearby(chance: random.Random, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice((-1, 1, -60, 60, -86_400, 86_400, 2**31, -value, -2 * value))
    if isinstance(value, bytes):
        return mutated(chance, value, [value])
    if isinstance(value, str):
        return mutated_text(chance, value, [value])
    return chance.choice(EXTREMES)


def mutated_message(chance: random.Random, sample: bytes, others: list[bytes]) -> bytes:
    """Bytes of our encoding: changed as bytes, or as the value they stand for."""
    if chance.random() < 0.4:
        return mutated(chance, sample, others)
    try:
        value = encoding.decode(sample, max_bytes=len(sample))
        for _ in range(chance.choice((1, 1, 2, 3))):
            value = mutated_value(chance, value)
        return encoding.encode(value)
    except Exception:  # noqa: BLE001 - the value can't be written, so the bytes are changed
        return mutated(chance, sample, others)


def mutated_json(chance: random.Random, sample: bytes, others: list[bytes]) -> bytes:
    """The same of JSON."""
    if chance.random() < 0.4:
        return mutated(chance, sample, others)
    try:
        value = mutated_value(chance, json.loads(sample))
        return json.dumps(value, default=lambda found: found.hex()).encode("utf-8", "surrogatepass")
    except (ValueError, TypeError):
        return mutated(chance, sample, others)
