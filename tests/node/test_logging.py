"""The log of the node: a line that can't be written is dropped, and the node goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from vrmnode.node import logging
from vrmnode.node.logging import LossyStream


def test_a_full_disk_drops_lines_and_raises_nothing() -> None:
    full = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115 - closing it fails
    logger = structlog.PrintLogger(file=LossyStream(full))  # type: ignore[arg-type]
    for _ in range(100):
        logger.info("x" * 1_000)
    with pytest.raises(OSError, match="No space left"):
        full.close()


def test_what_has_room_is_written(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("w", encoding="utf-8") as file:
        stream = LossyStream(file)
        assert stream.write("a line\n") == 7
        stream.flush()
        assert path.read_text(encoding="utf-8") == "a line\n"


def test_lines_of_one_event_are_bounded_and_what_is_left_out_is_told() -> None:
    now = 0.0
    limit = logging.LineLimit(lambda: now)

    def write(event: str) -> dict[str, object] | None:
        try:
            return dict(limit(None, "info", {"event": event}))
        except structlog.DropEvent:
            return None

    written = [write("often") for _ in range(logging.LINES_PER_EVENT + 7)]
    assert written.count(None) == 7
    assert write("seldom") == {"event": "seldom"}
    now = logging.WINDOW_S
    assert write("often") == {"event": "often", "left_out_before": 7}
    assert write("often") == {"event": "often"}
