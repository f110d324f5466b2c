"""The house rules that no linter knows; `complaints` says where a file breaks one.

- No package registry's address and no index option: the lock works with any registry.
- No absolute path of somebody's machine.
- No marker for later work; an issue holds that.
- A Python file over 400 lines stands in `[tool.vrmnode.long_files]` with the reason.
- No handler that swallows every exception in silence.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

MAX_LINES = 400
# These name what they look for.
EXEMPT = {"tools/check_house.py", "tests/tools/test_check_house.py"}

# In pieces, so that this file doesn't name what nothing may name.
_HOSTS = "|".join(
    re.escape(f"{name}.{end}")
    for name, end in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("crates", "io"),
        ("proxy.golang", "org"),
        ("maven", "org"),
    )
)
_MARKERS = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3))

_LINE_RULES = (
    (
        "a registry's address",
        re.compile(
            rf"{_HOSTS}|(?<!no-emit-)(?:index-{'url'}|find-links|trusted-host)|INDEX_URL",
        ),
    ),
    (
        "an absolute path of one machine",
        re.compile(r"(?<![\w.~$})/-])/(?:work|farm|root|home/\w+|Users/\w+)(?:/|\b)"),
    ),
    ("a marker for later work", re.compile(rf"\b(?:{_MARKERS})\b")),
)


def complaints(files: Mapping[str, str], long_files: Mapping[str, str]) -> list[str]:
    """Every breach as a `file:line: text` line; `files` maps a path to its text."""
    found: list[str] = []
    for path, text in files.items():
        if path not in EXEMPT:
            found += _line_breaches(path, text)
        if path.endswith(".py"):
            found += _silent_handlers(path, text)
    return [*found, *_length_breaches(files, long_files)]


def _line_breaches(path: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        for name, pattern in _LINE_RULES:
            if match := pattern.search(line):
                yield f"{path}:{number}: {name}: {match[0]}"


def _silent_handlers(path: str, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text, path)):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and _does_nothing(node):
            yield f"{path}:{node.lineno}: swallows every exception in silence"


def _catches_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    return caught is None or (
        isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"}
    )


def _does_nothing(handler: ast.ExceptHandler) -> bool:
    return all(
        isinstance(step, ast.Pass | ast.Continue)
        or (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant))
        for step in handler.body
    )


def _length_breaches(files: Mapping[str, str], long_files: Mapping[str, str]) -> Iterator[str]:
    for path, text in files.items():
        lines = text.count("\n")
        if path.endswith(".py") and lines > MAX_LINES and not long_files.get(path, "").strip():
            yield f"{path}:{lines}: over {MAX_LINES} lines and no reason in pyproject.toml"
    for path in long_files:
        if files.get(path, "").count("\n") <= MAX_LINES:
            yield f"pyproject.toml:1: {path} in long_files is gone or no longer long"


def _project_files(root: Path) -> dict[str, str]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    files = {}
    for path in listing.stdout.decode().split("\0"):
        try:
            files[path] = (root / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # binary, or deleted and not yet committed
    return files


def main() -> int:
    """Check every file of the project that git doesn't ignore; exit status 1 on a breach."""
    root = Path(__file__).resolve().parent.parent
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    files = _project_files(root)
    found = complaints(files, settings["tool"]["vrmnode"]["long_files"])
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    print(f"house: {len(files)} files, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
