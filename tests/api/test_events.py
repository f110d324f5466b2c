"""The event stream: where it starts, what an event looks like, that it ends with its client."""

import json

import pytest
import trio

from tests.api.fake_service import FakeService
from tests.api.http import PATIENCE_S, exchange, request, run_api, running
from vrmnode.api import events as module


async def open_stream(path, target="/v1/events/stream", headers=None):
    stream = await trio.open_unix_socket(str(path))
    await stream.send_all(request("GET", target, headers=headers))
    return stream


async def read_until(stream, wanted):
    received = b""
    with trio.fail_after(PATIENCE_S):
        while wanted not in received:
            part = await stream.receive_some(65536)
            assert part, received
            received += part
    return received


async def connects(path):
    """Whether the server lets another follow."""
    async with await open_stream(path) as stream:
        return b" 200 " in await stream.receive_some(65536)


def test_event_has_id_type_and_one_line_of_data(tmp_path):
    service = FakeService()

    async def check(path):
        async with await open_stream(path, "/v1/events/stream?after=0") as stream:
            head = await read_until(stream, b": connected")
            assert b"content-type: text/event-stream" in head
            service.happen("offer.received", intent="ab", name="two\nlines\u2028")
            received = await read_until(stream, b"}\n\n")
        block = received[received.index(b"id:") :].split(b"\n\n")[0].split(b"\n")
        assert block[0] == b"id: 1" and block[1] == b"event: offer.received"
        assert json.loads(block[2].removeprefix(b"data: "))["data"]["name"] == "two\nlines\u2028"

    run_api(tmp_path, service, check)


@pytest.mark.parametrize(
    ("target", "headers", "first"),
    [
        ("/v1/events/stream", {}, 4),
        ("/v1/events/stream?after=1", {}, 2),
        ("/v1/events/stream?after=1", {"last-event-id": "2"}, 3),
        ("/v1/events/stream", {"last-event-id": "0"}, 1),
    ],
)
def test_where_a_stream_starts(tmp_path, target, headers, first):
    service = FakeService()
    for _ in range(3):
        service.happen("test.before")

    async def check(path):
        async with await open_stream(path, target, headers) as stream:
            await read_until(stream, b": connected")
            service.happen("test.after")
            received = await read_until(stream, b"test.after")
        ids = [line for line in received.split(b"\n") if line.startswith(b"id:")]
        assert ids[0] == f"id: {first}".encode()

    run_api(tmp_path, service, check)


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "²"])
def test_last_event_id_that_is_no_number(tmp_path, value):
    async def check(path):
        raw = request("GET", "/v1/events/stream", headers={"last-event-id": value})
        answer = await exchange(path, raw)
        assert answer.status == 400
        assert "Last-Event-ID" in str(answer.problem["detail"]) or value == "²"

    run_api(tmp_path, FakeService(), check)


def test_stream_ends_when_its_client_goes(tmp_path, monkeypatch):
    """Under trio `request.is_disconnected()` would never say so."""
    monkeypatch.setattr(module, "MAX_STREAMS", 1)

    async def main():
        async with running(tmp_path, FakeService()) as path:
            first = await open_stream(path)
            await read_until(first, b": connected")
            answer = await exchange(path, request("GET", "/v1/events/stream"))
            assert (answer.status, answer.problem["code"]) == (503, "request.too_many_streams")
            await first.aclose()
            with trio.fail_after(PATIENCE_S):
                while not await connects(path):  # noqa: ASYNC110 - it gives no event for it
                    await trio.sleep(0.01)

    trio.run(main)


def test_keep_alive_between_events(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "KEEP_ALIVE_S", 0.05)

    async def check(path):
        async with await open_stream(path) as stream:
            await read_until(stream, b": keep-alive\n\n")

    run_api(tmp_path, FakeService(), check)
