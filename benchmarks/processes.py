"""What a node takes of the machine, the processes that it has started included."""

from __future__ import annotations

import os
from pathlib import Path

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Seconds of processor time so far; of what has ended, once it was waited for."""
    return sum(_cpu_s(each) for each in _family(pid))


def rss_bytes(pid: int) -> int:
    """Bytes resident now; pages that processes share count for each."""
    return sum(_rss_bytes(each) for each in _family(pid))


def waited_s(pid: int) -> float:
    """Seconds so far for which its main thread could have run, and had no processor."""
    fields = _text(Path(f"/proc/{pid}/schedstat")).split()
    return int(fields[1]) / 1e9 if len(fields) > 1 else 0.0


def is_stopped(pid: int) -> bool:
    """Whether somebody has stopped it (SIGSTOP)."""
    return _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[:1] == ["T"]


def _family(pid: int) -> list[int]:
    found = [pid]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in _text(thread / "children").split()]
    return found


def _cpu_s(pid: int) -> float:
    fields = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS_PER_S if fields else 0.0


def _rss_bytes(pid: int) -> int:
    fields = _text(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) * _PAGE_BYTES if fields else 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:  # it has ended meanwhile
        return ""
