"""One file of vectors, collected case by case.

Every case has one operation (`op`), its `input`, and `expect`: `ok` with the `output` to compare,
or the error code that a conforming reader must report. Names are unique inside a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .notation import document, plain

REVISION = 1


@dataclass
class VectorFile:
    """The cases of `name`.json in the order they are added."""

    name: str
    spec: str
    about: str
    cases: list[dict[str, object]] = field(default_factory=list)
    section: str = ""
    extra: dict[str, object] = field(default_factory=dict)

    def at(self, section: str) -> VectorFile:
        """Cases added from here on cite this heading of the specification."""
        self.section = section
        return self

    def ok(self, op: str, name: str, comment: str, given: object, output: object = None) -> None:
        """Add a case that succeeds with `output`."""
        self._add(op, name, comment, given, "ok", output)

    def bad(
        self, op: str, name: str, code: str, comment: str, given: object, output: object = None
    ) -> None:
        """Add a case that fails with `code`; `output` holds what can still be compared."""
        self._add(op, name, comment, given, code, output)

    def _add(
        self, op: str, name: str, comment: str, given: object, expect: str, output: object
    ) -> None:
        if any(case["name"] == name for case in self.cases):
            raise ValueError(f"{self.name}: two cases named {name}")
        case: dict[str, object] = {
            "name": name,
            "comment": comment,
            "spec": self.section or self.spec,
            "op": op,
            "input": plain(given),
            "expect": expect,
        }
        if output is not None:
            case["output"] = plain(output)
        self.cases.append(case)

    def text(self) -> str:
        """The file's content."""
        head: dict[str, object] = {"spec": self.spec, "revision": REVISION, "about": self.about}
        return document({**head, **self.extra}, self.cases)
