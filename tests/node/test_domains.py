"""Checking a vendor's domain: what is asked of whom, and what is kept of the answer."""

from __future__ import annotations

import socket
from functools import partial
from pathlib import Path

import pytest
import trio

from tests.customer.test_vendor_search import NOW, profile
from tests.webserver import content, redirect, web_server
from vrmnode.engine.identity import NodeIdentity
from vrmnode.engine.machine import Machine
from vrmnode.engine.trust import domain_proof
from vrmnode.errors import ServiceError
from vrmnode.node import domains
from vrmnode.node.loop import Loop
from vrmnode.storage import market
from vrmnode.storage.database import Database
from vrmnode.storage.market import StoredProfile
from vrmnode.storage.secrets import Vault
from vrmprotocol import keys
from vrmprotocol.keys import SigningKey
from vrmprotocol.market import to_body
from vrmprotocol.wellknown import PATH, write

ROOT = SigningKey(bytes([1]) * 32).public
DID = keys.to_did(ROOT)
OTHER = keys.to_did(SigningKey(bytes([2]) * 32).public)


def check(folder: Path, url: str | None, **params: object) -> dict[str, object]:
    """What the command answers at a node that has a profile with this url."""
    return trio.run(partial(_check, folder, url, {"vendor": DID, **params}))


async def _check(folder: Path, url: str | None, params: dict[str, object]) -> dict[str, object]:
    with Database.open(folder / "node.db") as database:
        machine = Machine(
            database, NodeIdentity(bytes(64), NOW), Vault(bytes(32)),
            clock=lambda: NOW, random=bytes, grind=lambda core, bits: bytes(8),
        )  # fmt: skip
        machine.turn(lambda ctx: market.upsert_profile(ctx.tx, _stored(url)))
        loop, reader = Loop(machine), database.reader()

        async def read(function: domains.Query, given: object) -> object:
            await trio.lowlevel.checkpoint()
            return function(reader, {}, NOW)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(loop.run)
            try:
                answer = await domains.check(
                    params, read=read, loop=loop, limiter=trio.CapacityLimiter(1)
                )
            finally:
                nursery.cancel_scope.cancel()
        kept = domain_proof.domain_row(reader, ROOT, NOW)
        assert answer == {"vendor": DID, "domain": kept}
        assert kept is not None
        return kept


def _stored(url: str | None) -> StoredProfile:
    body = profile(1, url=url)
    return StoredProfile(
        root=ROOT, seq=1, envelope_id=bytes(32), name=body.name, body=to_body(body),
        expires=NOW + 1, received_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("named", "outcome"), [(DID, "proved"), (OTHER, "other_vendor"), (None, "no_vendor")]
)
def test_the_host_of_the_profile_is_asked(tmp_path: Path, named: str | None, outcome: str) -> None:
    with web_server() as web:
        web.pages[PATH] = content(write(named, "Anybody", []))
        row = check(tmp_path, f"http://{web.domain}/shop?x=1", loopback=True)
        assert (row["outcome"], row["host"]) == (outcome, web.domain)
        assert [path for path, _ in web.asked] == [PATH]


def test_a_host_without_the_file_and_one_that_sends_elsewhere(tmp_path: Path) -> None:
    with web_server() as web:
        url = f"http://{web.domain}"
        assert check(tmp_path, url, loopback=True)["outcome"] == "wellknown.status"
        web.pages[PATH] = redirect("https://shop.example/vrm.json")
        assert check(tmp_path, url, loopback=True)["outcome"] == "wellknown.redirect"


def test_a_host_that_is_off(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    row = check(tmp_path, f"http://127.0.0.1:{port}", loopback=True)
    assert row["outcome"] == "wellknown.unreachable"


@pytest.mark.parametrize(
    "url", ["http://localhost:8080", "https://127.0.0.1/", "https://[::1]/", "ftp://a.example",
            "mailto:a@b.example", "https://[broken", "https://user@shop.example"],
)  # fmt: skip
def test_a_url_that_names_no_host_of_somebody_else(tmp_path: Path, url: str) -> None:
    with pytest.RaisesGroup(ServiceError, flatten_subgroups=True) as caught:
        check(tmp_path, url)
    (error,) = caught.value.exceptions
    assert isinstance(error, ServiceError)
    assert (error.code, error.status) == ("vendor.url", 409)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://shop.example/de/", "https://shop.example/.well-known/vrm.json"),
        ("http://shop.example:8080/de/", "https://shop.example/.well-known/vrm.json"),
        ("https://shop.example:8443", "https://shop.example:8443/.well-known/vrm.json"),
        ("shop.example", "https://shop.example/.well-known/vrm.json"),
    ],
)
def test_the_file_is_asked_for_by_https(url: str, asked: str) -> None:
    assert domains.place_of(url).url == asked
