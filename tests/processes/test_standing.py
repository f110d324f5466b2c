"""A standing intent of a real node: begun, kept over a kill, shown, stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.local_node import LocalNodes
from examples.programs import CommandFailed
from tests.processes.market import Product, ask, publish

pytestmark = pytest.mark.processes

BOOK = Product(1, "30.00", 3)
WEEKLY = ("--every", "1w", "--until", "2035-01-01")


def test_it_is_kept_over_a_kill_and_stopped(tmp_path: Path) -> None:
    with LocalNodes(tmp_path) as nodes:
        ada = nodes.add("ada")
        with pytest.raises(CommandFailed) as refused:
            publish(ada, BOOK, "--every", "1w", "--until", "2020-01-01")
        assert (refused.value.code, refused.value.exit_code) == ("standing.invalid", 2)
        assert ask(ada, "intents") == ask(ada, "standing") == []

        intent = publish(ada, BOOK, *WEEKLY)
        (before,) = ada.vrm("intent", "standing", "list")
        assert (before["status"], before["castings"]) == ("active", 1)
        ada.kill()
        ada.start()
        assert ada.vrm("intent", "standing", "list") == [before]
        shown = ada.vrm("intent", "standing", "show", before["standing"][:12])
        assert [row["intent"] for row in shown["intents"]] == [intent]

        stopped = ada.vrm("intent", "standing", "stop", before["standing"])
        assert (stopped["status"], stopped["next_at"]) == ("stopped", None)
        assert [row["status"] for row in stopped["intents"]] == ["active"]
        with pytest.raises(CommandFailed) as again:
            ada.vrm("intent", "standing", "stop", before["standing"])
        assert (again.value.code, again.value.exit_code) == ("standing.not_active", 4)
