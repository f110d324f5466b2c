"""The lock names packages, versions and hashes, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.lock import without_comments

ROOT = Path(__file__).resolve().parent.parent.parent


def test_comments_are_taken_out() -> None:
    text = "# by a tool\na==1 \\\n    --hash=sha256:00\n    # via b\n\n"
    assert without_comments(text) == "a==1 \\\n    --hash=sha256:00\n"


@pytest.mark.parametrize("line", ["--extra-index x", "a @ file:a.whl", "a==1 https://h/a"])
def test_an_address_or_option_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="expected only names"):
        without_comments(f"{line}\n")


def test_the_lock_holds_pins_and_hashes_alone() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pin = re.compile(r"[a-z0-9._-]+==[\w.!+]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    strange = [line for line in text.splitlines()[1:] if not pin.fullmatch(line)]
    assert strange == []
