"""A Nostr relay to measure against, as its package ships it.

Run by `benchmarks.nostr` in the environment of the peers: `nostr_server.py KIND PORT FOLDER`, where
KIND is `lmdb` or `sqlite` (nostr-relay) or `localrelay` (nostr-sdk's, which keeps all in memory).
Limits on rates are lifted, or they would be what is measured.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

STORAGE = {
    "lmdb": (
        "  class: nostr_relay.storage.kv.LMDBStorage\n"
        "  path: {folder}/lmdb\n"
        "  map_size: 4294967296\n"
    ),
    "sqlite": "  sqlalchemy.url: sqlite+aiosqlite:///{folder}/nostr.sqlite3\n",
}
CONFIG = """\
DEBUG: false
relay_name: bench
storage:
{storage}  validators:
    - nostr_relay.validators.is_not_too_large
    - nostr_relay.validators.is_signed
    - nostr_relay.validators.is_recent
gunicorn:
  bind: 127.0.0.1:{port}
  workers: 1
  loglevel: warning
purple:
  host: 127.0.0.1
  port: {port}
  workers: 1
message_timeout: 1800
"""


def nostr_relay(kind: str, port: int, folder: Path) -> None:
    """Become a nostr-relay."""
    from nostr_relay.cli import main

    path = folder / "config.yaml"
    storage = STORAGE[kind].format(folder=folder)
    path.write_text(CONFIG.format(storage=storage, port=port))
    sys.argv = ["nostr-relay", "-c", str(path), "serve"]
    main()


async def local_relay(port: int) -> None:
    """Serve nostr-sdk's relay until the process is ended."""
    import nostr_sdk

    rate = nostr_sdk.RateLimit(max_reqs=1_000_000, notes_per_minute=1_000_000_000)
    relay = nostr_sdk.LocalRelayBuilder().addr("127.0.0.1").port(port).rate_limit(rate).build()
    await relay.run()
    await asyncio.sleep(timedelta(days=1).total_seconds())


if __name__ == "__main__":
    _kind, _port, _folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if _kind == "localrelay":
        asyncio.run(local_relay(_port))
    else:
        nostr_relay(_kind, _port, _folder)
