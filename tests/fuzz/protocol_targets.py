"""The protocol's readers, fed with changed conformance vectors.

Every operation of the vectors is a target: what is written in hex is changed as bytes and as the
value it stands for. Messages are signed again after the change, or none would get past their
signature; so each kind of body is read as a stranger could send it.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.fuzz.mutation import mutated_message, mutated_text
from tests.fuzz.target import Target, samples_of
from tests.protocol.test_vectors import ALL_ADAPTERS, CASES
from tests.protocol.vector_adapters import Refused as RefusedByWord
from tests.protocol.vectors import Case
from vrmprotocol import bodies, encoding, inner, message
from vrmprotocol.errors import ProtocolError
from vrmprotocol.keys import SigningKey

REFUSALS = (ProtocolError, RefusedByWord)
KEY = SigningKey(b"f" * 32)
FROM_STRANGERS = frozenset(
    ("raw", "body", "text", "link", "address", "gtin", "did", "message", "signature", "words")
)
"""The inputs of the vectors that others can choose; the rest is what the reader knows itself."""
NEVER_FED = frozenset({("keys", "sign"), ("deletion", "make"), ("evidence", "issue")})
"""What a node does with what it has made itself."""


def targets() -> Iterator[Target]:
    """All of them."""
    yield from _operations()
    yield from _inner_messages()
    yield from _encodings()


# Operations.


def _operations() -> Iterator[Target]:
    by_operation: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in CASES:
        if (case.file, case.op) not in NEVER_FED and any(map(is_changed, case.given.items())):
            by_operation[case.file, case.op].append(case)
    for (file, op), some in sorted(by_operation.items()):
        # A sample is all that a case has; what a stranger can choose of it is changed.
        yield Target(
            f"{file}: {op}",
            [json.dumps(case.given).encode() for case in some],
            _feeding(some[0]),
            REFUSALS,
            _change_given,
        )


def is_changed(item: tuple[str, object]) -> bool:
    """Whether a case's input is one that others can choose."""
    return item[0] in FROM_STRANGERS and isinstance(item[1], str)


def _feeding(case: Case) -> Any:
    adapter = ALL_ADAPTERS[case.file, case.op]

    def feed(raw: bytes) -> None:
        changed = dataclasses.replace(case, given=json.loads(raw), output=_Anything(), expect="ok")
        adapter(changed)

    return feed


class _Anything(dict[str, Any]):
    """An expected output that has nothing of what an adapter looks up."""


def _change_given(chance: random.Random, sample: bytes, others: list[bytes]) -> bytes:
    given = json.loads(sample)
    name = chance.choice([item[0] for item in given.items() if is_changed(item)])
    value = given[name]
    try:
        raw = bytes.fromhex(value)
    except ValueError:
        given[name] = mutated_text(chance, value, [value])
    else:
        other = json.loads(chance.choice(others)).get(name)
        try:
            given[name] = mutated_message(chance, raw, [raw, bytes.fromhex(other)]).hex()
        except (ValueError, TypeError):
            given[name] = mutated_message(chance, raw, [raw]).hex()
    return json.dumps(given).encode()


# Inner messages.


def _inner_messages() -> Iterator[Target]:
    by_kind: dict[str, list[bytes]] = defaultdict(list)
    for case in CASES:
        for text in case.given.values():
            fields = _message_of(text)
            if fields is not None:
                by_kind[fields["kind"]].append(encoding.encode(fields))
    for kind, raws in sorted(by_kind.items()):
        yield Target(
            f"inner message: {kind}", samples_of(raws), _read_inner, REFUSALS, _signed_again
        )
        found = [encoding.encode(encoding.decode_map(raw)["body"]) for raw in samples_of(raws)]
        yield Target(f"body: {kind}", found, _reading_body(kind), REFUSALS, mutated_message)


def _message_of(text: object) -> dict[str, Any] | None:
    try:
        value = encoding.decode(bytes.fromhex(text), max_bytes=65_536)  # type: ignore[arg-type]
    except (ValueError, TypeError, ProtocolError):
        return None
    if not isinstance(value, dict) or not {"kind", "deal", "sig", "body"} <= value.keys():
        return None
    return value if isinstance(value["kind"], str) and value["kind"].isidentifier() else None


def _signed_again(chance: random.Random, sample: bytes, others: list[bytes]) -> bytes:
    raw = mutated_message(chance, sample, others)
    try:
        fields = encoding.decode_map(raw)
        if fields.get("author") is not None and chance.random() < 0.95:
            fields["author"] = KEY.public
        fields.pop("sig", None)
        return inner.write(fields, KEY)
    except ProtocolError:
        return raw


def _read_inner(raw: bytes) -> None:
    for reader in ("customer", "vendor", None):
        read = message.verify_and_load(raw, expected_recipient=None, reader=reader)
        if isinstance(read, message.SignedMessage):
            assert bodies.to_wire(read.body) is not None


def _reading_body(kind: str) -> Any:
    def feed(raw: bytes) -> None:
        loaded = bodies.from_wire(kind, encoding.decode_map(raw))
        bodies.to_wire(loaded)

    return feed


# The encoding itself.


def _encodings() -> Iterator[Target]:
    raws = [
        bytes.fromhex(case.given["raw"])
        for case in CASES
        if case.expect == "ok" and isinstance(case.given.get("raw"), str) and _is_hex(case)
    ]

    def decode(raw: bytes) -> None:
        value = encoding.decode(raw, max_bytes=65_536)
        if encoding.encode(value) != raw:
            raise ValueError("decoded, and written otherwise")

    yield Target("msgpack", samples_of(raws, 2_000), decode, REFUSALS, mutated_message)


def _is_hex(case: Case) -> bool:
    try:
        bytes.fromhex(case.given["raw"])
    except ValueError:
        return False
    return True
