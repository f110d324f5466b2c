"""The house rules that no linter knows."""

from __future__ import annotations

import pytest

from tools.check_house import complaints

# In pieces, so that this file doesn't name what nothing may name.
HOST, OPTION = ".".join(("pypi", "org")), "-".join(("index", "url"))
FOLDER, MARKER = "/".join(("", "work", "")), "TO" + "DO"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.lock", f"--{OPTION} x\n", f"a.lock:1: a registry's address: {OPTION}"),
        ("a.md", f"\nsee {HOST}\n", f"a.md:2: a registry's address: {HOST}"),
        ("a.sh", f"cd {FOLDER}main\n", f"a.sh:1: an absolute path of one machine: {FOLDER}"),
        ("a.sh", "cat '/home/ada/x'\n", "a.sh:1: an absolute path of one machine: /home/ada/"),
        ("a.py", f"# {MARKER}: later\n", f"a.py:1: a marker for later work: {MARKER}"),
        (
            "a.py",
            "try:\n    f()\nexcept Exception:\n    pass\n",
            "a.py:3: swallows every exception in silence",
        ),
        (
            "a.py",
            "for _ in x:\n    try:\n        f()\n    except:\n        continue\n",
            "a.py:4: swallows every exception in silence",
        ),
        ("a.py", "x = 1\n" * 401, "a.py:401: over 400 lines and no reason in pyproject.toml"),
    ],
)
def test_names_the_breach(path: str, text: str, expected: str) -> None:
    assert complaints({path: text}, {}) == [expected]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.md", "https://example.org/work/1 and ./work/x and $HOME/work\n"),
        ("a.py", "try:\n    f()\nexcept ValueError:\n    pass\n"),
        ("a.py", "try:\n    f()\nexcept Exception:\n    stop()\n"),
        ("a.py", "x = 1\n" * 400),
        ("a.csv", "x\n" * 500),
        ("a.py", f"OPTION = '--no-emit-{OPTION}'\n"),
    ],
)
def test_leaves_the_innocent_alone(path: str, text: str) -> None:
    assert complaints({path: text}, {}) == []


def test_a_long_file_with_a_reason_may_stay() -> None:
    assert complaints({"a.py": "x = 1\n" * 401}, {"a.py": "one table"}) == []


def test_a_reason_for_a_file_that_is_no_longer_long_is_stale() -> None:
    (found,) = complaints({"a.py": "x = 1\n"}, {"a.py": "one table"})
    assert "no longer long" in found
