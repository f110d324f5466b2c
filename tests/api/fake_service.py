"""A node that remembers what it was asked, and answers what a test told it to."""

from __future__ import annotations

import threading

import trio

from vrmnode.errors import ServiceError


class FakeService:
    """Records calls; `answers` by name, maybe by parameters; names in `failures` raise."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, object]]] = []
        self.answers: dict[str, object] = {}
        self.failures: dict[str, Exception] = {}
        self.log: list[dict[str, object]] = []
        self.followed = threading.Event()
        self._grown = trio.Event()

    async def execute(self, command: str, params: dict[str, object]) -> dict[str, object]:
        answer = await self.query(command, params)
        assert isinstance(answer, dict)
        return answer

    async def query(self, name: str, params: dict[str, object]) -> object:
        await trio.lowlevel.checkpoint()
        self.calls.append((name, params))
        if name in self.failures:
            raise self.failures[name]
        if name == "status":
            return {"last_event": len(self.log), **self._dict_answer(name)}
        if name == "events":
            after, limit = params["after"], params["limit"]
            assert isinstance(after, int) and isinstance(limit, int)
            return {"events": self.log[after : after + limit]}
        answer = self.answers.get(name, {"asked": name})
        return answer(params) if callable(answer) else answer

    async def wait_event(self, after: int, timeout_s: float) -> list[dict[str, object]]:
        self.followed.set()
        with trio.move_on_after(timeout_s):
            while len(self.log) <= after:
                await self._grown.wait()
        return self.log[after:]

    def happen(self, kind: str, **data: object) -> None:
        """Append one event to the log and wake whoever waits."""
        number = len(self.log) + 1
        event: dict[str, object] = {"id": number, "at": 1_800_000_000, "type": kind, "data": data}
        event["subject_kind"] = "intent"
        event["subject"] = data.get("intent")
        self.log.append(event)
        self._grown.set()
        self._grown = trio.Event()

    def _dict_answer(self, name: str) -> dict[str, object]:
        answer = self.answers.get(name, {})
        assert isinstance(answer, dict)
        return answer


def not_found(what: str) -> ServiceError:
    return ServiceError(f"{what}.not_found", f"expected a known {what}, came another", 404)
