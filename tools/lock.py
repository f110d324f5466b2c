"""Writes requirements.lock: every dependency by version and hash, and no address to fetch it from.

One lock serves all supported Pythons; `make test-newer` installs it on a newer one.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = (
    "# Locked with hashes for Python 3.11 to 3.13; `make lock` writes it from pyproject.toml.\n"
)
OPTIONS = (
    "--extra=dev",
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
    "--no-emit-options",
    "--no-annotate",
    "--no-header",
)


def without_comments(text: str) -> str:
    """The lock without comment lines: pip-compile may put paths and addresses there."""
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    foreign = [line for line in lines if re.search(r"://| @ |^-", line)]
    if foreign:
        raise ValueError(f"expected only names, versions and hashes; got {foreign[0]!r}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Resolve again, keeping the locked versions that still fit; `-U` as an argument lifts them."""
    lock = ROOT / "requirements.lock"
    print("lock: resolving the dependencies (about two minutes)", flush=True)
    pip_compile = [sys.executable, "-m", "piptools", "compile", "--quiet", *OPTIONS]
    more = sys.argv[1:]
    subprocess.run(
        [*pip_compile, *more, f"--output-file={lock.name}", "pyproject.toml"], cwd=ROOT, check=True
    )
    lock.write_text(HEADER + without_comments(lock.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
