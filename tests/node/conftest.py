"""A machine on a database of its own; stamps cost nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from vrmnode.engine.identity import NodeIdentity
from vrmnode.engine.machine import Machine
from vrmnode.storage.database import Database
from vrmnode.storage.secrets import Vault
from vrmprotocol import envelope_rules

NOW = 1_800_000_000


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr(envelope_rules, "required_bits", lambda kind, body_bytes: 0)
    with Database.open(tmp_path / "node.db") as database:
        yield Machine(
            database,
            NodeIdentity(bytes(64), NOW),
            Vault(bytes(32)),
            clock=lambda: NOW,
            random=random.Random(1).randbytes,
            grind=lambda core, bits: bytes(8),
        )
