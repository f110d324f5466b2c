"""The hook over a real socket: reports get in, nothing gets out."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
import trio

from tests.api.http import PATIENCE_S, Answer, parse, request
from vrmnode.api.hook import MAX_BODY_BYTES, PER_ADDRESS, PER_HOOK, create_hook_app
from vrmnode.api.server import serve_hook
from vrmnode.errors import NodeError, ServiceError, StorageError
from vrmprotocol.errors import LocalError

TOKEN = "vrmhook_" + "A" * 43
GOOD = {"event": "broken", "note": "E21"}


class FakeHooks:
    """Remembers reports; raises what a test says."""

    def __init__(self) -> None:
        self.reports: list[tuple[bytes, object]] = []
        self.failure: Exception | None = None

    async def hook_of(self, token: str) -> bytes:
        await trio.lowlevel.checkpoint()
        if token != TOKEN:
            raise ServiceError("hook.unknown", "expected the token of a hook, came another", 404)
        return b"hook"

    async def report(self, hook: bytes, raw: object) -> None:
        await trio.lowlevel.checkpoint()
        if self.failure is not None:
            raise self.failure
        self.reports.append((hook, raw))


def talk(
    *raw: bytes, hooks: FakeHooks | None = None, now: Callable[[], float] = lambda: 0.0
) -> list[Answer]:
    """What the server answers to each of these requests."""

    async def main() -> list[Answer]:
        with trio.fail_after(PATIENCE_S):
            async with trio.open_nursery() as nursery:
                app = create_hook_app(hooks or FakeHooks(), clock=now)
                address = await nursery.start(serve_hook, app, "127.0.0.1", 0)
                answers = [await _exchange(address, each) for each in raw]
                nursery.cancel_scope.cancel()
                return answers
        raise AssertionError

    return trio.run(main)


async def _exchange(address: str, raw: bytes) -> Answer:
    host, _, port = address.rpartition(":")
    async with await trio.open_tcp_stream(host, int(port)) as stream:
        await stream.send_all(raw)
        received = b""
        while part := await stream.receive_some(65536):
            received += part
    return parse(received)


def test_a_report_is_taken_and_the_answer_says_nothing_more() -> None:
    hooks = FakeHooks()
    (answer,) = talk(request("POST", f"/hook/{TOKEN}", GOOD), hooks=hooks)
    assert (answer.status, answer.json) == (202, {"status": "taken"})
    assert hooks.reports == [(b"hook", GOOD)]
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "code"),
    [
        ("POST", "/hook/vrmhook_other", GOOD, 404, "hook.unknown"),
        ("POST", "/hook/", GOOD, 404, "hook.unknown"),
        ("GET", f"/hook/{TOKEN}", None, 405, "request.method"),
        ("DELETE", f"/hook/{TOKEN}", None, 405, "request.method"),
        ("GET", "/", None, 404, "request.no_such_path"),
        ("GET", "/v1/status", None, 404, "request.no_such_path"),
        ("GET", "/v1/openapi.json", None, 404, "request.no_such_path"),
        ("POST", f"/hook/{TOKEN}/more", GOOD, 404, "request.no_such_path"),
        ("POST", f"/hook/{TOKEN}", b"event=broken", 400, "hook.invalid"),
        ("POST", f"/hook/{TOKEN}", b"[" * 4000, 400, "hook.invalid"),
        ("POST", f"/hook/{TOKEN}", b"\xff\xfe", 400, "hook.invalid"),
        ("POST", f"/hook/{TOKEN}", b"a" * (MAX_BODY_BYTES + 1), 413, "request.too_large"),
    ],
)
def test_what_is_refused(method: str, target: str, body: object, status: int, code: str) -> None:
    hooks = FakeHooks()
    (answer,) = talk(request(method, target, body), hooks=hooks)
    assert (answer.status, answer.problem["code"]) == (status, code)
    assert hooks.reports == []


def test_a_page_in_a_browser_cant_report() -> None:
    raw = request("POST", f"/hook/{TOKEN}", GOOD, {"origin": "http://evil.example"})
    (answer,) = talk(raw)
    assert (answer.status, answer.problem["code"]) == (403, "request.origin")


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (ServiceError("hook.limit", "expected no more", 429), 429, "hook.limit"),
        (LocalError("hook.invalid", "note: expected less"), 400, "hook.invalid"),
        (StorageError("storage.full", "node.db of ada is full"), 503, "hook.unavailable"),
    ],
)
def test_failures_have_codes_and_no_paths(failure: Exception, status: int, code: str) -> None:
    hooks = FakeHooks()
    hooks.failure = failure
    (answer,) = talk(request("POST", f"/hook/{TOKEN}", GOOD), hooks=hooks)
    assert (answer.status, answer.problem["code"]) == (status, code)
    assert b"ada" not in answer.body


def test_a_hook_can_report_only_so_often_and_an_address_ask() -> None:
    good, now = request("POST", f"/hook/{TOKEN}", GOOD), [0.0]
    answers = talk(*[good] * (PER_HOOK + 1), now=lambda: now[0])
    assert [each.status for each in answers] == [202] * PER_HOOK + [429]
    assert answers[-1].problem["code"] == "hook.too_many"
    guesses = [request("POST", f"/hook/guess{n}", GOOD) for n in range(PER_ADDRESS + 1)]
    assert [each.status for each in talk(*guesses)][-2:] == [404, 429]


def test_no_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hooks = FakeHooks()
    hooks.failure = StorageError("storage.full", "full")
    talk(request("POST", f"/hook/{TOKEN}", GOOD), hooks=hooks)
    talk(request("POST", f"/hook/{TOKEN}", b"{"), request("GET", f"/hook/{TOKEN}"))
    assert caplog.text
    assert TOKEN not in caplog.text


def test_a_port_that_is_taken_is_said() -> None:
    async def main() -> None:
        async with trio.open_nursery() as nursery:
            app = create_hook_app(FakeHooks())
            address = await nursery.start(serve_hook, app, "127.0.0.1", 0)
            with pytest.raises(NodeError) as caught:
                await serve_hook(app, "127.0.0.1", int(address.rpartition(":")[2]))
            assert caught.value.code == "hook.listen"
            nursery.cancel_scope.cancel()

    trio.run(main)
