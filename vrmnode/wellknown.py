"""Fetches a domain's well-known file, with bounds that hold whatever the server does.

Implements the fetching of `specs/10-joining.md#well-known-file`; the contents are read by
`vrmprotocol.wellknown`. It blocks, for a few seconds at most: an event loop calls it in a thread.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from vrmnode.errors import WellKnownError
from vrmprotocol import wellknown
from vrmprotocol.errors import RemoteError
from vrmprotocol.wellknown import WellKnown

TIMEOUT_S = 5.0
MAX_REDIRECTS = 3
AGENT = "vrmnode"

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Place:
    """A web server; `host` is ASCII in small letters."""

    host: str
    port: int
    secure: bool

    @property
    def url(self) -> str:
        """Where its well-known file is."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.secure else 80
        port = "" if self.port == usual else f":{self.port}"
        return f"http{'s' if self.secure else ''}://{shown}{port}{wellknown.PATH}"


def place_of(text: str, *, allow_loopback: bool = True) -> Place:
    """The server that a domain, or the address of one of its pages, names.

    Raises:
        WellKnownError: `wellknown.domain`.
    """
    parts = _parts(text)
    try:
        host, port = _ascii(parts.hostname or ""), parts.port
    except ValueError:
        raise _no_domain(text) from None
    if not _is_host(host) or parts.username is not None or port == 0:
        raise _no_domain(text)
    loopback = is_loopback(host)
    if loopback and not allow_loopback:
        raise WellKnownError(
            "wellknown.domain", f"expected a domain of somebody else, came {text[:80]!r}"
        )
    # SPEC 10: The reader MUST fetch the file over HTTPS with a certificate that it has checked,
    # except from a loopback host, where it may use HTTP.
    if parts.scheme == "http" and not loopback:
        raise WellKnownError("wellknown.domain", f"expected https, came {text[:80]!r}")
    secure = parts.scheme == "https" or (parts.scheme == "" and not loopback)
    return Place(host, port or (443 if secure else 80), secure)


def fetch(
    domain: str,
    *,
    allow_loopback: bool = True,
    timeout_s: float = TIMEOUT_S,
    tls: ssl.SSLContext | None = None,
) -> WellKnown:
    """What a domain says of a vendor; asked for by the owner, never because of a message.

    Raises:
        WellKnownError: `wellknown.domain`, `.unreachable`, `.timeout`, `.status`, `.redirect`,
            `.too_large`, `.schema`.
    """
    # SPEC 10: The reader MUST fetch the file only when its owner asks for it, and never because
    # of a message.
    attempt = _Attempt(place_of(domain, allow_loopback=allow_loopback), timeout_s, tls)
    # A thread of its own, which may outlive us: looking up a name can't be interrupted.
    thread = threading.Thread(target=attempt.run, daemon=True)
    thread.start()
    thread.join(timeout_s)
    # SPEC 10: The reader MUST give up a file that is longer than 16,384 bytes or hasn't arrived
    # after 5 seconds.
    if thread.is_alive():
        raise attempt.abort()
    try:
        return wellknown.read(attempt.result())
    except RemoteError as error:
        raise WellKnownError(error.code, f"{attempt.place.url}: {error.detail}") from error


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or address alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class _Attempt:
    """One fetch, run in a thread; `result` gives its bytes or raises."""

    def __init__(self, place: Place, timeout_s: float, tls: ssl.SSLContext | None) -> None:
        self.place = place
        self._timeout_s = timeout_s
        self._tls = tls
        self._raw = b""
        self._error: Exception | None = None
        self._sock: socket.socket | None = None

    def run(self) -> None:
        try:
            self._raw = self._get()
        except TimeoutError:
            self._error = self._too_slow()
        except (OSError, http.client.HTTPException) as error:
            words = str(error) or type(error).__name__
            self._error = WellKnownError(
                "wellknown.unreachable", f"{self.place.url}: {words[:200]}"
            )
        except Exception as error:  # noqa: BLE001 - raised again by the thread that asked
            self._error = error

    def result(self) -> bytes:
        if self._error is not None:
            raise self._error
        return self._raw

    def abort(self) -> WellKnownError:
        """Make the thread end soon; what to raise."""
        if self._sock is not None:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
        return self._too_slow()

    def _too_slow(self) -> WellKnownError:
        return WellKnownError(
            "wellknown.timeout", f"{self.place.url}: nothing whole within {self._timeout_s:g} s"
        )

    def _get(self) -> bytes:
        url = self.place.url
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._ask(url)
            if not isinstance(answer, str):
                return answer
            url = self._followed(url, answer)
        raise WellKnownError("wellknown.redirect", f"{url}: more than {MAX_REDIRECTS} redirects")

    def _ask(self, url: str) -> bytes | str:
        """The body, or where to go instead."""
        connection = self._connect()
        try:
            headers = {"user-agent": AGENT, "accept": "application/json", "connection": "close"}
            parts = urlsplit(url)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, headers=headers)
            # Closed by itself: a connection that ends with its answer has let go of it.
            with connection.getresponse() as response:
                location = response.getheader("location")
                if response.status in (301, 302, 303, 307, 308) and location:
                    return location
                if response.status != 200:
                    came = response.status
                    raise WellKnownError(
                        "wellknown.status", f"{url}: expected HTTP status 200, came {came}"
                    )
                return self._body(response)
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        place = self.place
        if place.secure:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                place.host,
                place.port,
                timeout=self._timeout_s,
                context=self._tls or ssl.create_default_context(),
            )
        else:
            connection = http.client.HTTPConnection(place.host, place.port, timeout=self._timeout_s)
        connection.connect()
        self._sock = connection.sock
        return connection

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        raw = response.read(wellknown.MAX_BYTES + 1)
        if len(raw) > wellknown.MAX_BYTES:
            limit = wellknown.MAX_BYTES
            raise WellKnownError(
                "wellknown.too_large", f"{self.place.url}: expected at most {limit} bytes"
            )
        if response.length:  # http.client does not mind an answer that ends early
            raise http.client.IncompleteRead(raw, response.length)
        return raw

    # SPEC 10: The reader MUST NOT follow a redirect to another scheme, host or port.
    def _followed(self, url: str, location: str) -> str:
        target = urljoin(url, location)
        try:
            same = place_of(target) == self.place
        except WellKnownError:
            same = False
        if not same or not target.isascii() or not target.isprintable() or " " in target:
            raise WellKnownError(
                "wellknown.redirect",
                f"{url}: expected the file itself, came a redirect to {target[:200]!r}",
            )
        return target


def _parts(text: str) -> SplitResult:
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
    except ValueError:
        raise _no_domain(text) from None
    return parts if parts.scheme in ("https", "http", "") else urlsplit("")


def _ascii(host: str) -> str:
    if host.isascii():
        return host.lower().rstrip(".")
    return host.encode("idna").decode().lower().rstrip(".")


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        whole = len(labels) > 1 or host == "localhost"
        return whole and len(host) <= 253 and all(map(_LABEL.fullmatch, labels))
    return "%" not in host


def _no_domain(text: str) -> WellKnownError:
    return WellKnownError(
        "wellknown.domain", f"expected a domain such as shop.example, came {text[:80]!r}"
    )
