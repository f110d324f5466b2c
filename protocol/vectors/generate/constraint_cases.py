"""Cases of market.json about the constraints of an intent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .canonical import Raw
from .world import Body, altered

if TYPE_CHECKING:
    from .market_cases import MarketCases


def add(cases: MarketCases) -> None:
    """What a constraint may say, and what not."""

    def one(**changes: Any) -> list[Body]:
        return [altered({"name": "colour", "op": "eq", "value": "black"}, changes)]

    for name, comment, value in (
        ("eq-int", "equal to a number", one(value=-5)),
        ("eq-false", "equal to a truth value", one(value=False)),
        ("in-64", "one of 64", one(op="in", value=[f"c{n}" for n in range(64)])),
        ("in-mixed", "text and numbers", one(op="in", value=["black", 9005])),
        ("name-64", "a name of 64 characters", one(name="a" * 64)),
        ("value-256", "a text of 256 characters", one(value="a" * 256)),
        ("in-256", "such a text among others", one(op="in", value=["a" * 256, 1])),
        ("16", "sixteen constraints", one() * 16),
    ):
        cases.allow(f"must-{name}", comment, "must", value)
    cases.allow("prefer-16", "sixteen constraints", "prefer", one() * 16)
    wrong: list[tuple[str, str, Any]] = [
        ("17", "seventeen constraints", one() * 17),
        ("op-unknown", "no such comparison", one(op="ne")),
        ("name-65", "a name of 65 characters", one(name="a" * 65)),
        ("name-empty", "an empty name", one(name="")),
        ("name-missing", "no name", one(name=None)),
        ("op-missing", "no comparison", one(op=None)),
        ("value-missing", "no value", one(value=None)),
        ("value-nil", "nil as the value", one(value=Raw(b"\xc0"))),
        ("value-257", "a text of 257 characters", one(value="a" * 257)),
        ("value-empty", "no characters", one(value="")),
        ("value-control", "a control character", one(value="a\x1b[2J")),
        ("in-257", "a text of 257 characters", one(op="in", value=["a" * 257])),
        ("in-empty-text", "no characters", one(op="in", value=["black", ""])),
        ("value-bin", "bytes as the value", one(value=b"black")),
        ("value-map", "a map as the value", one(value={"a": 1})),
        ("eq-array", "an array without `in`", one(value=["black"])),
        ("in-text", "`in` without an array", one(op="in")),
        ("in-empty", "one of none", one(op="in", value=[])),
        ("in-65", "one of 65", one(op="in", value=[f"c{n}" for n in range(65)])),
        ("in-bool", "truth values in the array", one(op="in", value=[True])),
        ("in-array", "an array in the array", one(op="in", value=[["black"]])),
        ("map", "one map instead of an array", one()[0]),
    ]
    for name, comment, value in wrong:
        cases.change(f"must-{name}", comment, "must", value)
        if name in ("17", "op-unknown", "eq-array"):
            cases.change(f"prefer-{name}", comment, "prefer", value)
    cases.change(
        "must-unknown", "one field too many", "must", one(unit="ml"), "message.unknown_field"
    )
