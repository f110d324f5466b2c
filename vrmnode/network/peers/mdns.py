"""Finding nodes on the same LAN: multicast DNS as libp2p does it.

Implements `specs/07-gossip.md#lan`: service `_p2p._udp.local`, a random name for each start, one
TXT string `dnsaddr=<multiaddr>` for each address. `zeroconf` speaks it, in threads of its own.
Nothing here may hinder a start: without multicast the node goes without.
"""

import ipaddress
import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress

import trio
from zeroconf import Error, ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

from vrmnode.network.addresses import DialAddress, parse_dial_address
from vrmnode.network.connection.own_addresses import OwnAddresses
from vrmnode.network.errors import NetworkError
from vrmnode.network.gossip.scope import Scope, scope_of

SERVICE = "_p2p._udp.local."
PREFIX = b"dnsaddr="
MAX_ADDRESSES = 8
"""Addresses announced, and taken from one answer."""
MAX_NAMES = 1_024
"""Names asked about, so that a flood of them costs no more."""
ANSWER_MS = 3_000
CLOSE_S = 0.8

LOG = logging.getLogger("vrmnode.network")


def useful(address: DialAddress) -> bool:
    """Whether an address means the same to others on the LAN, and isn't this machine."""
    return scope_of(address.host) in (Scope.PRIVATE, Scope.PUBLIC)


def text_record(addresses: Sequence[str]) -> bytes:
    """The TXT record that announces these addresses."""
    strings = [PREFIX + address.encode() for address in addresses]
    return b"".join(bytes([len(string)]) + string for string in strings if len(string) < 256)


def addresses_in(record: bytes) -> list[str]:
    """The useful addresses in a TXT record; whatever else is there is passed over."""
    found: list[str] = []
    while record and len(found) < MAX_ADDRESSES:
        string, record = record[1 : 1 + record[0]], record[1 + record[0] :]
        if string.startswith(PREFIX):
            text = string.removeprefix(PREFIX).decode("ascii", "replace")
            with suppress(NetworkError):
                if useful(parse_dial_address(text)):
                    found.append(text)
    return found


async def find_on_every_lan(own: OwnAddresses, found: Callable[[str], None]) -> None:
    """As `find_on_lan`, anew whenever our addresses change, until cancelled."""
    while True:
        changed = own.changed
        async with trio.open_nursery() as nursery:
            nursery.start_soon(find_on_lan, own.texts, found)
            await changed.wait()
            nursery.cancel_scope.cancel()


async def find_on_lan(addresses: Sequence[str], found: Callable[[str], None]) -> None:
    """Announce our useful addresses and tell `found` of others', until cancelled.

    Returns at once when none of ours is useful, or multicast can't be used.
    """
    own = [parse_dial_address(text) for text in addresses]
    # SPEC 07: A node MUST NOT announce a loopback address, nor dial one that was announced.
    told = [address for address in own if useful(address)][:MAX_ADDRESSES]
    if not told:
        return
    listener = _Listener(_service(told), trio.lowlevel.current_trio_token(), found)
    try:
        await _in_thread(listener.start)
        await trio.sleep_forever()
    except (OSError, Error) as error:
        LOG.warning("no discovery on the LAN: %s: %s", type(error).__name__, error)
    finally:
        with trio.CancelScope(shield=True), trio.move_on_after(CLOSE_S):
            await _in_thread(listener.close)


async def _in_thread(function: Callable[[], None]) -> None:
    # mypy doesn't see this argument of trio's. A stop doesn't wait for the thread.
    await trio.to_thread.run_sync(function, abandon_on_cancel=True)  # type: ignore[call-arg]


def _service(told: Sequence[DialAddress]) -> ServiceInfo:
    # SPEC 07: A node MUST take a new random service name each time it starts.
    name = secrets.token_hex(16)
    return ServiceInfo(
        SERVICE,
        f"{name}.{SERVICE}",
        port=told[0].port,
        addresses=[ipaddress.ip_address(address.host).packed for address in told],
        properties=text_record([address.text for address in told]),
        server=f"{name}.local.",
    )


class _Listener(ServiceListener):
    """Announces one service and hears of others; its methods run in zeroconf's threads."""

    def __init__(
        self, own: ServiceInfo, token: trio.lowlevel.TrioToken, found: Callable[[str], None]
    ) -> None:
        self._own = own
        self._token = token
        self._found = found
        self._asked: set[str] = set()
        self._zeroconf: Zeroconf | None = None
        self._closed = False

    def start(self) -> None:
        """Begin; blocks for about a second.

        Raises:
            OSError, zeroconf.Error.
        """
        # It warns with a traceback of each packet that can't leave, as when a cable was pulled.
        logging.getLogger("zeroconf").setLevel(logging.ERROR)
        self._zeroconf = Zeroconf()
        if self._closed:
            self._zeroconf.close()
            return
        ServiceBrowser(self._zeroconf, SERVICE, self)
        self._zeroconf.register_service(self._own)

    def close(self) -> None:
        """Say goodbye, and end the threads."""
        self._closed = True
        if self._zeroconf is not None:
            self._zeroconf.close()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Ask what a new name stands for."""
        if name == self._own.name or len(self._asked) >= MAX_NAMES:
            return
        self._asked.add(name)
        info = zc.get_service_info(type_, name, ANSWER_MS)
        for text in addresses_in(info.text or b"") if info is not None else ():
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(self._found, text)

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Addresses that change come with a new name."""

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Whether a peer is there is seen by its connection."""
        self._asked.discard(name)
