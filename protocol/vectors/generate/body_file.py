"""How the cases about bodies are written: take a right body, get one field wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .cases import VectorFile
from .mutation import (
    DROP,
    FLOAT,
    edge_values,
    put,
    wrong_choices,
    wrong_recipient_key,
    wrong_values,
)
from .world import Body

BODY, UNKNOWN, CRITICAL = "message.body", "message.unknown_field", "message.critical"
Field = tuple[str, str, int] | tuple[str, str] | tuple[str, str, int, int]


class BodyCases:
    """Cases about one kind of body; `refuse` writes a case from a broken body."""

    def __init__(self, file: VectorFile, prefix: str, good: Body, op: str) -> None:
        self.file, self.prefix, self.good, self.op = file, prefix, good, op
        self.float_code = BODY
        self.bound: frozenset[str] = frozenset()
        """Fields whose value follows from others, so that the ends of their range can't be."""
        self.given: Callable[[Body], object] = lambda body: {"body": body}
        self.output: Callable[[Body], object] = lambda body: None
        self.failure: Callable[[str], object] = lambda code: None

    def accept(self, name: str, comment: str, body: Body) -> None:
        """A body that is right."""
        full = f"{self.prefix}-{name}"
        self.file.ok(self.op, full, comment, self.given(body), self.output(body))

    def refuse(self, name: str, code: str, comment: str, body: Body) -> None:
        """A body that is refused with `code`."""
        given, output = self.given(body), self.failure(code)
        self.file.bad(self.op, f"{self.prefix}-{name}", code, comment, given, output)

    def change(self, name: str, comment: str, path: str, value: Any, code: str = BODY) -> None:
        """The right body with one field changed is refused."""
        self.refuse(name, code, comment, put(self.good, path, value))

    def allow(self, name: str, comment: str, path: str, value: Any) -> None:
        """The right body with one field changed is still right."""
        self.accept(name, comment, put(self.good, path, value))

    def missing(self, *paths: str) -> None:
        """Required fields, each left out."""
        for path in paths:
            self.change(f"without-{slug(path)}", f"no {path}", path, DROP)

    def optional(self, *paths: str) -> None:
        """Optional fields, each left out."""
        for path in paths:
            self.allow(f"may-lack-{slug(path)}", f"{path} is optional", path, DROP)

    def unknown(self, *paths: str) -> None:
        """Fields that don't exist, at each place where one could stand."""
        for path in paths:
            comment = f"{path}: no such field"
            self.change(f"unknown-{slug(path)}", comment, path, 1, UNKNOWN)

    def wrong(self, *fields: Field) -> None:
        """Fields of a type (path, type, limit, least), with every wrong value of the type."""
        for path, *rest in fields:
            for suffix, value, comment in wrong_values(*rest):
                code = self.float_code if value is FLOAT else BODY
                self.change(f"{slug(path)}-{suffix}", f"{path}: {comment}", path, value, code)
            if path not in self.bound:
                for suffix, value, comment in edge_values(*rest):
                    self.allow(f"{slug(path)}-{suffix}", f"{path}: {comment}", path, value)

    def entries(self, *fields: tuple[str, str]) -> None:
        """Arrays of some type, with one wrong entry after a right one."""
        for path, kind in fields:
            good = self._at(path)[0]
            for suffix, value, comment in list(wrong_values(kind))[:4]:
                name = f"{slug(path)}-entry-{suffix}"
                self.change(name, f"{path}, second entry: {comment}", path, [good, value])

    def choices(self, path: str, limit: int | None, good: list[Any], *, empty: bool) -> None:
        """An array of choices."""
        for suffix, value, comment in wrong_choices(good, limit, may_be_empty=empty):
            self.change(f"{slug(path)}-{suffix}", f"{path}: {comment}", path, value)
        if limit is not None and len(good) >= limit and path not in self.bound:
            comment = f"{path}: {limit} entries"
            self.allow(f"{slug(path)}-most", comment, path, good[:limit])
        if empty:
            self.allow(f"{slug(path)}-may-be-empty", f"{path} may be empty", path, [])

    def recipient_key(self, path: str) -> None:
        """A key of some suite."""
        for number, (field, value, comment) in enumerate(wrong_recipient_key(path)):
            self.change(f"{slug(path)}-{number}", f"{field}: {comment}", field, value)
        self.change(f"{slug(path)}-unknown", "one field too many", f"{path}.x", 1, UNKNOWN)
        other = {**self._at(path), "suite": "mlkem768-x25519", "key": bytes(1216)}
        comment = "a suite that this reader doesn't know is well formed"
        self.allow(f"{slug(path)}-other-suite", comment, path, other)
        long = {**other, "key": bytes(4097)}
        self.change(f"{slug(path)}-long", "a key of 4097 bytes", path, long)
        longest = {**other, "key": bytes(4096)}
        self.allow(f"{slug(path)}-longest", "a key of 4096 bytes", path, longest)
        empty = {**other, "key": b""}
        self.change(f"{slug(path)}-empty", "a key of no bytes", path, empty)

    def extensions(self) -> None:
        """`ext` and `critical`."""
        some = {"x-colour": {"any": ["value", 1, None]}}
        self.accept("ext", "an unknown extension is ignored", {**self.good, "ext": some})
        many = {f"x-{n:02}": n for n in range(16)}
        self.accept("ext-16", "sixteen extensions", {**self.good, "ext": many})
        for name, comment, ext in (
            ("ext-17", "seventeen extensions", {**many, "x-16": 16}),
            ("ext-name-65", "a name of 65 characters", {"x" * 65: 1}),
            ("ext-name-empty", "an empty name", {"": 1}),
            ("ext-array", "an array of names", ["x-colour"]),
        ):
            self.refuse(name, BODY, comment, {**self.good, "ext": ext})
        critical = {**self.good, "ext": some, "critical": ["x-colour"]}
        self.refuse("critical", CRITICAL, "an unknown extension is critical", critical)
        two = {**self.good, "ext": {**some, "y": 1}, "critical": ["y"]}
        self.refuse("critical-second", CRITICAL, "one of two is critical", two)
        self.refuse("ext-empty", BODY, "an empty map is left out", {**self.good, "ext": {}})
        none = {**self.good, "ext": some, "critical": []}
        self.refuse("critical-empty", BODY, "an empty array is left out", none)
        text = {**self.good, "ext": some, "critical": "x-colour"}
        self.refuse("critical-text", BODY, "text instead of an array", text)
        twice = {**self.good, "ext": some, "critical": ["x-colour", "x-colour"]}
        self.refuse("critical-twice", BODY, "a name twice", twice)
        absent = {**self.good, "ext": some, "critical": ["y"]}
        self.refuse("critical-absent", BODY, "a name that ext hasn't", absent)
        number = {**self.good, "ext": some, "critical": [1]}
        self.refuse("critical-int", BODY, "a number instead of a name", number)

    def _at(self, path: str) -> Any:
        value: Any = self.good
        for part in path.split("."):
            value = value[part]
        return value


def slug(path: str) -> str:
    """A path as a part of a case name."""
    letters = [f"-{letter.lower()}" if letter.isupper() else letter for letter in path]
    return "".join(letters).replace(".", "-")
