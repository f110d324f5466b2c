"""Handing a file over: results in numbers, and every way to fail told by its code."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import trio

from vrmnode.errors import ServiceError
from vrmnode.network import Network, NetworkError
from vrmnode.node.submitting import submit
from vrmprotocol import message_file

FILE = base64.b64encode(message_file.write([b"one", b"two", b"three", b"four"])).decode()
TO = "/ip4/192.0.2.7/tcp/4101/p2p/P"


class _Network:
    """A network whose one peer answers as a test says."""

    def __init__(self, results: list[str] | NetworkError) -> None:
        self.results = results
        self.handed: list[bytes] = []

    async def connect(self, address: str) -> str:
        await trio.lowlevel.checkpoint()
        if "/p2p/" not in address:
            raise NetworkError("network.address_invalid", "expected another")
        return address.rpartition("/")[2]

    @asynccontextmanager
    async def submission(self, peer: str) -> AsyncIterator[_Network]:
        assert peer == "P"
        yield self

    async def hand_over(self, envelopes: Sequence[bytes]) -> list[str]:
        await trio.lowlevel.checkpoint()
        if isinstance(self.results, NetworkError):
            raise self.results
        self.handed += envelopes
        return self.results


def _submit(network: _Network, **params: Any) -> dict[str, object]:
    return trio.run(submit, cast(Network, network), {"file": FILE, "to": TO, **params})


def test_results_are_counted() -> None:
    network = _Network(["kept", "envelope.duplicate", "submit.topic", "kept"])
    refused = [{"code": "submit.topic", "messages": 1}]
    assert _submit(network) == {"kept": 2, "known": 1, "refused": refused}
    assert network.handed == [b"one", b"two", b"three", b"four"]


@pytest.mark.parametrize(
    ("params", "code", "status"),
    [
        ({"to": "nowhere"}, "network.address_invalid", 400),
        ({"to": 1}, "request.invalid", 400),
        ({"file": "%"}, "request.invalid", 400),
        ({"file": "AA=="}, "file.schema", 400),
        ({}, "network.submit_busy", 503),
    ],
)
def test_what_fails_says_why(params: dict[str, object], code: str, status: int) -> None:
    network = _Network(NetworkError("network.submit_busy", "words"))
    with pytest.raises(ServiceError) as caught:
        _submit(network, **params)
    assert caught.value.code == code
    assert caught.value.status == status
