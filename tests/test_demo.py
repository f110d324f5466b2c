"""The stories of `examples/` end with 0, and leave no process behind, also after Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TIMEOUT_S = 1_800

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def heed_interrupts() -> None:
    """As at a terminal: a job in the background ignores SIGINT, and hands that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start_demo(folder: Path, story: str = "market") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", f"examples.{story}"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )


def ids_told(output: str) -> list[int]:
    return [int(number) for number in re.findall(r"process (\d+)", output)]


def is_running(pid: int) -> bool:
    """Whether a demo's node still has that id; another program may have got it since."""
    try:
        return b"vrmnode" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


def output_of(demo: subprocess.Popen[str]) -> str:
    try:
        output, errors = demo.communicate(timeout=TIMEOUT_S)
    finally:
        demo.kill()
        demo.wait()
    assert demo.returncode == 0, output + errors
    return output


def test_demo(tmp_path):
    output = output_of(start_demo(tmp_path))
    assert "accepts the offer of Canal Goods (automatic: cheapest acceptable offer" in output
    assert "accepts the offer of Werkstatt Nord (by hand)" in output
    for reason in ("over_budget", "terms", "out_of_stock"):
        assert f"[{reason}]" in output
    assert "ada.vrm: verified" in output
    assert "flipped it does not: agreement.customer_signature" in output
    assert "\033" not in output, "colour only on a terminal"
    assert len(ids_told(output)) == 6
    assert not [pid for pid in ids_told(output) if is_running(pid)]
    assert not list(tmp_path.iterdir()), "the folder is removed"


def test_what_broke_is_repaired(tmp_path):
    output = output_of(start_demo(tmp_path, "broken"))
    assert output.index("repairs it; ") < output.index("replaces it; ")
    assert "accepts the offer of Werkstatt Nord (by hand)" in output
    timeline = output[output.index("What both sides show") :]
    said = re.findall(r"(vendor|customer) .*\[(\w+)\]", timeline)
    moves = ["collected", "processing", "shipped", "delivered"]
    assert said[:5] == [("vendor", word) for word in ("agreement", *moves)]
    assert set(said[5:]) == {
        ("customer", "received"),
        ("vendor", "payment_due"),
        ("customer", "payment_sent"),
        ("vendor", "paid"),
        ("vendor", "receipt"),
    }
    assert "the same 10 entries of the timeline on both sides" in timeline
    assert len(ids_told(output)) == 4
    assert not [pid for pid in ids_told(output) if is_running(pid)]
    assert not list(tmp_path.iterdir()), "the folder is removed"


def test_a_saturday_without_a_middleman(tmp_path):
    output = output_of(start_demo(tmp_path, "saturday"))
    told = [
        "replaces it; cheapest to the door: 94.90 EUR",
        "agreed by itself: Werkstatt Nord sells it for 94.90 EUR. It may not:",
        "advertise to the customer",
        "says “collected”, signed",
        "whoever fetches it has her address on a label",
        "each of them has acknowledged it, and shows the new address alone",
        "its own node refuses: expected a message within reach",
        "has a program without that check now, and sends",
        "sees it refused, and so does the shop",
        "proven       beyond: it writes first about marketing",
        "asserted     no other permission: ",
        "with one letter of the promotion changed it doesn't",
        "reads, sealed for it alone: “Fetched on time. Keep the saws.”",
        "a stranger, reads of a customer of",
        "finds it by the brand, too, as the maker does",
        "replies in public, and can't take hers away",
        "all 6 nodes are stopped, with exit status 0",
    ]
    text = " ".join(output.split())
    # What a node's events say is told when they are seen; the rest has its order.
    assert "accepts the offer of Werkstatt Nord (automatic: cheapest acceptable offer" in text
    at = 0
    for words in told:
        at = text.find(" ".join(words.split()), at)
        assert at >= 0, (words, output)
    assert not [pid for pid in ids_told(output) if is_running(pid)]
    assert not list(tmp_path.iterdir()), "the folder is removed"


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_demo_ends_its_nodes(tmp_path, signum):
    demo = start_demo(tmp_path)
    assert demo.stdout is not None
    seen = ""
    for line in demo.stdout:
        seen += line
        if "Linden Books" in line:
            break
    demo.send_signal(signum)
    try:
        rest, errors = demo.communicate(timeout=TIMEOUT_S)
    finally:
        demo.kill()
        demo.wait()
    assert demo.returncode == 130, seen + rest + errors
    assert "every node was ended" in errors
    assert ids_told(seen)
    assert not [pid for pid in ids_told(seen + rest) if is_running(pid)]
    assert not list(tmp_path.iterdir())
