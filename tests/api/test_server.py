"""The socket itself: its mode, a stale one, a taken path, and its end whoever is connected."""

import socket
import stat

import pytest
import trio

from tests.api.fake_service import FakeService
from tests.api.http import PATIENCE_S, exchange, request, running
from vrmnode.api.app import create_app
from vrmnode.api.server import serve
from vrmnode.errors import NodeError


def test_socket_is_private_and_removed(tmp_path):
    async def main():
        async with running(tmp_path, FakeService()) as path:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not path.exists()

    trio.run(main)


def test_stale_socket_is_replaced(tmp_path):
    path = tmp_path / "api.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))

    async def main():
        async with running(tmp_path, FakeService()) as path:
            assert (await exchange(path, request("GET", "/v1/status"))).status == 200

    trio.run(main)


@pytest.mark.parametrize("case", ["a file", "a folder that is not there", "a path too long"])
def test_path_that_cannot_be_bound(tmp_path, case):
    path = tmp_path / "api.sock"
    if case == "a file":
        path.write_text("kept")
    elif case == "a path too long":
        path = tmp_path / ("x" * 200)
    else:
        path = tmp_path / "none" / "api.sock"

    async def main():
        with pytest.raises(NodeError) as caught:
            await serve(create_app(FakeService()), path)
        assert caught.value.code == "api.socket"
        assert str(path) in caught.value.message

    trio.run(main)
    assert case != "a file" or path.read_text() == "kept"


def test_ends_with_idle_slow_and_stalled_clients(tmp_path):
    service = FakeService()

    async def main():
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                path = await nursery.start(serve, create_app(service), tmp_path / "api.sock")
                idle = await trio.open_unix_socket(str(path))
                half = await trio.open_unix_socket(str(path))
                await half.send_all(b"POST /v1/intents HTTP/1.1\r\ncontent-length: 5\r\n\r\n{")
                following = await trio.open_unix_socket(str(path))
                await following.send_all(request("GET", "/v1/events/stream"))
                assert await following.receive_some(1000)
                stalled = await trio.open_unix_socket(str(path))
                await stalled.send_all(request("GET", "/v1/events/stream?after=0"))
                # More than the socket's buffers hold, to a client that reads none of it.
                for _ in range(200):
                    service.happen("test.large", text="x" * 20_000)
                await trio.sleep(0.3)
                # None of them would ever let go.
                scope.deadline = trio.current_time() + PATIENCE_S
                nursery.cancel_scope.cancel()
        assert not scope.cancel_called, "shutdown waited for a client"
        for stream in (idle, half, following, stalled):
            await stream.aclose()

    trio.run(main)
    assert list(tmp_path.iterdir()) == []


async def answers(path):
    """Whether the server takes one more connection."""
    async with await trio.open_unix_socket(str(path)) as stream:
        try:
            await stream.send_all(request("GET", "/v1/status"))
            return b" 200 " in await stream.receive_some(1000)
        except trio.BrokenResourceError:
            return False


def test_more_connections_than_allowed_are_closed(tmp_path, monkeypatch):
    monkeypatch.setattr("vrmnode.api.server.MAX_CONNECTIONS", 3)

    async def main():
        async with running(tmp_path, FakeService()) as path:
            kept = [await trio.open_unix_socket(str(path)) for _ in range(3)]
            refused = await trio.open_unix_socket(str(path))
            with trio.fail_after(PATIENCE_S):
                assert await refused.receive_some(10) == b""
            for stream in (refused, *kept):
                await stream.aclose()
            with trio.fail_after(PATIENCE_S):
                while not await answers(path):  # noqa: ASYNC110 - it gives no event for it
                    await trio.sleep(0.01)

    trio.run(main)
