"""The answer to a request for access: written and read, cut and put together, never too long."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.codes import survives
from tests.protocol.vectors import cases
from vrmprotocol import rights_answer
from vrmprotocol.errors import LocalError
from vrmprotocol.rights_answer import Answer, HeldField, HeldMessage, HeldOrder
from vrmprotocol.rights_bodies import MAX_ANSWER_BYTES, PART_BYTES, parts_of

SPEC = Path(__file__).resolve().parents[2] / "specs" / "15-rights.md"
FULL = next(
    case.hex("raw") for case in cases() if (case.file, case.name) == ("rights", "answer-full")
)
DID = "did:key:z6MkqkvU4fDR9KkZHacVgTqDKwWkxzQAFCTMzG5k5XjxsYUa"

texts = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable())
fields = st.builds(
    HeldField,
    name=st.sampled_from(["name", "street_address", "country", "email", "telephone"]),
    value=texts,
    committed=st.booleans(),
    disclosed_at=st.just("2027-01-16T08:00:00Z"),
    effective_from=st.none() | st.just("2027-03-01T00:00:00Z"),
)
messages = st.builds(
    HeldMessage,
    digest=st.binary(min_size=32, max_size=32).map(bytes.hex),
    kind=st.sampled_from(["offer", "accept", "question"]),
    sender=st.sampled_from(["customer", "vendor"]),
    received_at=st.just("2027-01-16T08:00:00Z"),
    content=st.sampled_from(["kept", "erased"]),
    body=st.none() | st.dictionaries(texts, texts | st.integers(-5, 5), max_size=3),
)


def answer(
    contact: Any = (), held: Any = (), *, portable: bool = True, order: bool = True
) -> Answer:
    return rights_answer.answer(
        answered_at=1_800_000_000,
        deal=bytes(32),
        agreement=bytes(32),
        request=bytes(32),
        controller=DID,
        subject=DID,
        purpose=None,
        legal_basis=["dpv:Contract"],
        delete_by=1_900_000_000,
        sale_opted_out=False,
        contact=list(contact),
        relationship=None,
        order=HeldOrder(status="placed", payment="none", reference=None) if order else None,
        messages=held,
        records={"events": 3, "inbox": 0},
        portable=portable,
    )


@given(
    st.lists(fields, max_size=5, unique_by=lambda one: one.name),
    st.lists(messages, max_size=6),
    st.booleans(),
)
def test_what_is_written_is_read_back(contact, held, portable):
    told = answer(contact, held, portable=portable)
    raw = rights_answer.write(told)
    assert rights_answer.read(raw) == told
    # Any reader of JSON finds the same, and any that sorts and spaces like the spec writes it.
    again = json.dumps(json.loads(raw), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert again.encode() == raw
    assert told.records == {"events": 3}
    bodies = [one.body for one in told.messages]
    assert portable or not any(bodies)
    assert (told.person is not None) == portable


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_arbitrary_bytes_are_refused_by_code(raw):
    assert survives(rights_answer.read, raw) == "rights.answer"


@given(st.integers(0, len(FULL) - 1), st.integers(1, 255))
def test_an_altered_byte_is_another_answer_or_none(place, flip):
    raw = bytearray(FULL)
    raw[place] ^= flip
    assert survives(rights_answer.read, bytes(raw)) != rights_answer.read(FULL)


def test_the_context_is_that_of_the_spec():
    block = SPEC.read_text(encoding="utf-8").split("<!-- context -->")[1]
    assert json.loads(block.split("```json")[1].split("```")[0]) == rights_answer.CONTEXT


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_long_bodies_are_left_out_until_it_fits(lengths):
    held = [
        HeldMessage(
            digest=f"{number:064x}",
            kind="question",
            sender="customer",
            received_at="2027-01-16T08:00:00Z",
            content="kept",
            body={"text": "x" * (20_000 * length)},
        )
        for number, length in enumerate(lengths)
    ]
    raw = rights_answer.write(answer(held=held))
    assert len(raw) <= MAX_ANSWER_BYTES
    told = rights_answer.read(raw)
    gone = [length for one, length in zip(told.messages, lengths, strict=True) if one.body is None]
    kept = [length for one, length in zip(told.messages, lengths, strict=True) if one.body]
    assert told.left_out == len(gone)
    assert not gone or not kept or min(gone) >= max(kept)


def test_what_is_too_long_even_so_is_refused():
    held = [
        HeldMessage(
            digest=f"{number:064x}",
            kind="question",
            sender="customer",
            received_at="2027-01-16T08:00:00Z",
            content="kept",
        )
        for number in range(1_000)
    ]
    with pytest.raises(LocalError) as caught:
        rights_answer.write(answer(held=held))
    assert caught.value.code == "rights.answer"


# SPEC 15: The writer MUST put 2,560 bytes of the answer into every part but the last.
@given(st.integers(1, MAX_ANSWER_BYTES))
def test_parts_are_whole_but_the_last(size):
    parts = rights_answer.cut(bytes(size))
    assert len(parts) == parts_of(size) <= 48
    assert {len(part) for part in parts[:-1]} <= {PART_BYTES}
    assert 0 < len(parts[-1]) <= PART_BYTES


def test_nothing_of_what_is_held_stands_in_a_repr():
    told = rights_answer.read(FULL)
    assert "Musterstraße" not in repr(told)
