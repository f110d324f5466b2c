"""The README's walkthrough, pasted into one bash: it works, and prints what the README says.

Only its spans of time are longer here, for a machine on which much else runs.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^```sh walkthrough\n(?P<commands>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
STEPS = [(match["commands"], match["output"]) for match in BLOCK.finditer(README)]
MARK = "=== step"
TIMEOUT_S = 1_800
TIMES_LONGER = 10

# What differs from one run to the next.
CHANGING = (
    (re.compile(r"\S*/(?=\w+(?:\.vrm)?\b(?: \(|:|$))"), "…/"),
    (re.compile(r"(?<=vrm deal verify )\S*/|(?<=vrm run --data )\S*/"), "…/"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "ID"),
    (re.compile(r"\bdid:key:\w+"), "DID"),
    (re.compile(r"\b12D3Koo\w+"), "PEER"),
    (re.compile(r"/tcp/\d+"), "/tcp/PORT"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?"), "TIME"),
    (re.compile(r"\b\d+ bytes"), "N bytes"),
)


def settled(line: str) -> str:
    for pattern, word in CHANGING:
        line = pattern.sub(word, line)
    return line.rstrip()


def patient(commands: str) -> str:
    """The commands with more time; `--wait 3` counts offers, and stays."""
    longer = re.compile(r"(--wait|--wait-for|--timeout) (\d+)s\b|(sleep) (\d+)\b")

    def times(found: re.Match[str]) -> str:
        option, seconds, sleep, plain = found.groups()
        if sleep:
            return f"{sleep} {int(plain) * TIMES_LONGER}"
        return f"{option} {int(seconds) * TIMES_LONGER}s"

    return longer.sub(times, commands)


def run_walkthrough(folder: Path) -> list[str]:
    """What each step printed."""
    trap = "trap 'kill $(jobs -p) 2> /dev/null || true; wait' EXIT"
    steps = [f"echo '{MARK}'\n{patient(commands)}" for commands, _ in STEPS]
    script = "\n".join(["set -euo pipefail", trap, *steps])
    environment = {name: value for name, value in os.environ.items() if "VRM_" not in name}
    # Under pytest's own interpreter `make setup` has nothing to do, and must not begin anew.
    assert Path(sys.executable).parent == ROOT / ".venv" / "bin", "run by: make test"
    process = subprocess.Popen(
        ["bash", "-c", script],
        cwd=ROOT,
        env={**environment, "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=TIMEOUT_S)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    logs = "\n".join(f"{log.name}:\n{log.read_text()[-2000:]}" for log in folder.glob("*/*.log"))
    assert process.returncode == 0, f"{output}\n{logs}"
    return output.split(MARK)[1:]


@pytest.mark.processes
@pytest.mark.slow
def test_walkthrough(tmp_path):
    assert len(STEPS) >= 8
    printed = run_walkthrough(tmp_path)
    for (commands, shown), came in zip(STEPS, printed, strict=True):
        lines = {settled(line) for line in came.splitlines()}
        for line in (shown or "").splitlines():
            if line.strip() not in ("", "…"):
                assert settled(line) in lines, f"{commands}\nprinted no line {line!r}:\n{came}"


def test_links_lead_to_files():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / target).exists(), target
