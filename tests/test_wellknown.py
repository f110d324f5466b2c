"""Fetching a well-known file from servers that are good, slow, hostile or somebody else."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from tests.certificates import self_signed
from tests.webserver import Answer, content, redirect, web_server
from vrmnode import wellknown
from vrmnode.errors import WellKnownError
from vrmprotocol import base58
from vrmprotocol.wellknown import MAX_BYTES, PATH, write

PEER = base58.encode(bytes.fromhex("002408011220") + bytes(32))
ADDRESS = f"/ip4/192.0.2.7/tcp/4101/p2p/{PEER}"
RAW = write(None, "Linden Books", [ADDRESS])


fetch = partial(wellknown.fetch, timeout_s=120.0)


def code(domain: str, **options: object) -> str:
    with pytest.raises(WellKnownError) as caught:
        fetch(domain, **options)  # type: ignore[arg-type]
    assert domain.split("/")[0] in caught.value.message or "expected" in caught.value.message
    return caught.value.code


def test_a_file_is_fetched() -> None:
    with web_server() as web:
        web.pages[PATH] = content(RAW)
        found = fetch(web.domain)
        assert (found.name, [each.text for each in found.peers]) == ("Linden Books", [ADDRESS])
        assert fetch(f"http://LOCALHOST.:{web.port}/shop?x=1") == found
        assert fetch(f"127.0.0.1:{web.port}") == found
        ((path, headers), *_) = web.asked
    assert path == PATH
    assert headers["user-agent"] == "vrmnode"
    assert set(headers) == {"host", "accept-encoding", "user-agent", "accept", "connection"}


def test_a_redirect_on_the_same_server_is_followed() -> None:
    with web_server() as web:
        web.pages[PATH] = redirect("/files/vrm.json?v=1")
        web.pages["/files/vrm.json?v=1"] = redirect(f"http://{web.domain}/last")
        web.pages["/last"] = content(RAW)
        assert fetch(web.domain).name == "Linden Books"


# SPEC 10: The reader MUST NOT follow a redirect to another scheme, host or port.
@pytest.mark.parametrize(
    "target",
    ["https://{domain}/x", "http://127.0.0.1:{port}/x", "http://localhost:1/x", "//example.org/x",
     "http://localhost/x", "ftp://{domain}/x", "http://a@{domain}/x", "/a b", "/\x7f", PATH],
)  # fmt: skip
def test_other_redirects_are_not(target: str) -> None:
    with web_server() as web:
        web.pages[PATH] = redirect(target.format(domain=web.domain, port=web.port))
        assert code(web.domain) == "wellknown.redirect"
        assert {path for path, _ in web.asked} == {PATH}
        assert len(web.asked) == (wellknown.MAX_REDIRECTS + 1 if target == PATH else 1)


def _cut(request) -> None:
    request.send_response(200)
    request.send_header("content-length", "1000")
    request.end_headers()
    request.wfile.write(RAW)


def _endless(request) -> None:
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b" " * 65_536)


def _headers(request) -> None:
    request.send_response(200)
    for number in range(500):
        request.send_header(f"x-{number}", "a")
    request.end_headers()


BAD: dict[str, tuple[Answer, str]] = {
    "no such file": (content(b"", 404), "wellknown.status"),
    "no access": (content(RAW, 403), "wellknown.status"),
    "empty status": (content(b"", 204), "wellknown.status"),
    "a redirect to nowhere": (content(b"", 302), "wellknown.status"),
    "a page": (content(b"<html>"), "wellknown.schema"),
    "largest": (content(b" " * MAX_BYTES), "wellknown.schema"),
    "too large": (content(b" " * (MAX_BYTES + 1)), "wellknown.too_large"),
    "endless": (_endless, "wellknown.too_large"),
    "cut": (_cut, "wellknown.unreachable"),
    "many headers": (_headers, "wellknown.unreachable"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer(name: str) -> None:
    answer, expected = BAD[name]
    with web_server() as web:
        web.pages[PATH] = answer
        assert code(web.domain) == expected


# SPEC 10: The reader MUST give up a file that is longer than 16,384 bytes or hasn't arrived after
# 5 seconds.
def test_a_server_that_drips() -> None:
    ended = threading.Event()

    def drip(request) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b" ")
                time.sleep(0.05)
        finally:
            ended.set()

    with web_server() as web:
        web.pages[PATH] = drip
        # It would go on for ever.
        assert code(web.domain, timeout_s=0.5) == "wellknown.timeout"
        assert ended.wait(120), "the connection was closed"
    assert wellknown.TIMEOUT_S == 5


def test_a_server_that_says_nothing_and_one_that_is_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert code(f"localhost:{port}", timeout_s=0.3) == "wellknown.timeout"
    assert code(f"localhost:{port}") == "wellknown.unreachable"


def test_a_server_of_another_protocol() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            sock, _ = server.accept()
            with sock:
                sock.sendall(b"SSH-2.0-OpenSSH\r\n")
                sock.recv(1000)

        threading.Thread(target=greet, daemon=True).start()
        assert code(f"localhost:{server.getsockname()[1]}") == "wellknown.unreachable"


@pytest.mark.parametrize(
    "domain",
    ["", "shop", "shop.example:x", "shop.example:0", "shop.example:70000", "a b.example",
     "http://shop.example", "ftp://shop.example", "u:p@shop.example", "..", ".example",
     "shop..example", "-a.example", "a" * 64 + ".example", "a." * 127 + "ab", "[::1",
     "vrm:pay", "https://", "\x00.example", "é" * 300 + ".example"],
)  # fmt: skip
def test_no_domain(domain: str) -> None:
    assert code(domain) == "wellknown.domain"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("shop.example", "https://shop.example"),
        (" Shop.Example. ", "https://shop.example"),
        ("shop.example:8443", "https://shop.example:8443"),
        ("https://shop.example/about", "https://shop.example"),
        ("bücher.example", "https://xn--bcher-kva.example"),
        ("192.0.2.7", "https://192.0.2.7"),
        ("localhost", "http://localhost"),
        ("https://localhost:1", "https://localhost:1"),
        ("[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_where_a_domain_is_asked(text: str, url: str) -> None:
    assert wellknown.place_of(text).url == url + PATH


@pytest.mark.parametrize("domain", ["localhost", "127.0.0.1:80", "https://[::1]", "a.localhost"])
def test_loopback_can_be_left_out(domain: str) -> None:
    assert code(domain, allow_loopback=False) == "wellknown.domain"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path)


def test_the_certificate_is_checked(certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with web_server(tls) as web:
        web.pages[PATH] = content(RAW)
        trusting = ssl.create_default_context(cafile=str(certificate))
        found = fetch(f"https://{web.domain}", tls=trusting)
        assert found.name == "Linden Books"
        assert code(f"https://{web.domain}") == "wellknown.unreachable"
        assert code(f"https://127.0.0.1:{web.port}", tls=trusting) == "wellknown.unreachable"
        assert code(web.domain) == "wellknown.unreachable"
