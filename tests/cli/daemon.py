"""A daemon for the CLI to talk to: the real API over a fake node, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import trio

from tests.api.fake_service import FakeService
from tests.api.http import PATIENCE_S
from tests.api.lent_app import lent_app
from vrmnode.api.server import serve


class Daemon:
    """A running API in `data_dir`; `service` records what it is asked."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.service = FakeService()
        self._started = threading.Event()
        self._scope = trio.CancelScope()
        self._thread = threading.Thread(target=trio.run, args=(self._main,))
        self._token: trio.lowlevel.TrioToken | None = None

    async def _main(self) -> None:
        with self._scope, lent_app(self.service) as app:
            async with trio.open_nursery() as nursery:
                await nursery.start(serve, app, self.data_dir / "api.sock")
                self._token = trio.lowlevel.current_trio_token()
                self._started.set()

    def start(self) -> None:
        self._thread.start()
        assert self._started.wait(PATIENCE_S)

    def stop(self) -> None:
        if self._thread.is_alive():
            with suppress(trio.RunFinishedError):  # a test may have ended it a moment ago
                self._in_loop(self._scope.cancel)
            self._thread.join(PATIENCE_S)

    def happen(self, kind: str, **data: object) -> None:
        self._in_loop(lambda: self.service.happen(kind, **data))

    def when_followed(self, act: Callable[[], object]) -> None:
        """Run `act` in the daemon's loop as soon as somebody follows its events."""

        def wait() -> None:
            assert self.service.followed.wait(PATIENCE_S)
            self._in_loop(act)

        threading.Thread(target=wait, daemon=True).start()

    @property
    def calls(self) -> list[tuple[str, dict[str, object]]]:
        """What was asked, without the questions for the state of the node."""
        return [call for call in self.service.calls if call[0] != "status"]

    def _in_loop(self, function) -> None:
        assert self._token is not None
        self._token.run_sync_soon(function)


@contextmanager
def running_daemon(data_dir: Path) -> Iterator[Daemon]:
    daemon = Daemon(data_dir)
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()
