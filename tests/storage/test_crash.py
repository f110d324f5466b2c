"""Killed in the middle of transactions: nothing committed is lost, nothing half is kept."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vrmnode.storage import events, settings
from vrmnode.storage.database import Database

# Each transaction writes one event, one setting and 20 rows of filler; its number is printed once
# it is committed, so what was printed must be there.
WRITER = """
import sys
from pathlib import Path
from vrmnode.storage import events, seen, settings
from vrmnode.storage.database import Database

database = Database.open(Path(sys.argv[1]))
with database.transaction() as tx:
    pages = int(sys.argv[2])
    tx.execute(f"PRAGMA wal_autocheckpoint={pages}")
number = settings.get(database.reader(), "number", 0)
while True:
    number += 1
    with database.transaction() as tx:
        events.append(tx, number, "written", "test", b"x", {"number": number})
        with database.transaction():
            for filler in range(20):
                seen.add(tx, number.to_bytes(16, "big") + filler.to_bytes(16, "big"), 10)
        settings.put(tx, "number", number)
    print(number, flush=True)
"""


def _run_until_killed(path: Path, transactions: int, pages: int) -> int:
    """Run the writer, kill it after so many transactions, return the last number it printed."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, path, str(pages)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(transactions):
            line = process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        rest = [part for part in process.stdout.read().split("\n")[:-1] if part]
    assert process.returncode == -signal.SIGKILL
    return int(rest[-1] if rest else line)


# With a checkpoint every few pages the kill also meets the main file half written.
@pytest.mark.parametrize("pages", [16_384, 4])
@pytest.mark.parametrize("transactions", [1, 17, 100])
def test_kill_9_at_any_point(path: Path, transactions: int, pages: int) -> None:
    for _ in range(3):
        printed = _run_until_killed(path, transactions, pages)
        with Database.open(path) as database, database.transaction() as tx:
            number = settings.get(tx, "number")
            # The last transaction may be committed without its number having been printed.
            assert number in (printed, printed + 1)
            assert tx.value("SELECT count(*) FROM events") == number
            assert events.last_id(tx) == number
            assert tx.value("SELECT count(*) FROM seen") == 20 * number
            assert tx.value("PRAGMA integrity_check") == "ok"


def test_killed_while_the_schema_is_made(path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from vrmnode.storage import migrations\n"
        "from vrmnode.storage.database import Database\n"
        "class Script(str):\n"
        "    pass\n"
        "half = migrations.SCRIPTS[0].split('CREATE TABLE intents')[0]\n"
        "from vrmnode.storage.connection import Connection\n"
        "execute = Connection.execute\n"
        "def killing(self, sql, params=()):\n"
        "    found = execute(self, sql, params)\n"
        "    if sql == half: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return found\n"
        "Connection.execute = killing\n"
        "Database.open(Path(sys.argv[1]), scripts=(half,))\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, path], check=False)
    assert killed.returncode == -signal.SIGKILL
    with Database.open(path) as database:
        assert events.last_id(database.reader()) == 0
