"""How far an IP address reaches, and which others are counted together with it.

Implements the scopes of `specs/07-gossip.md#peer-exchange`.
"""

import enum
import ipaddress


class Scope(enum.IntEnum):
    """From narrow to wide."""

    LOOPBACK = 0
    PRIVATE = 1
    PUBLIC = 2


def scope_of(host: str) -> Scope | None:
    """The scope of an IP address; None for a name, and for addresses that are never named."""
    address = _address(host)
    if address is None or address.is_multicast or address.is_unspecified or address.is_link_local:
        return None
    if address.is_loopback:
        return Scope.LOOPBACK
    return Scope.PUBLIC if address.is_global else Scope.PRIVATE


def neighbourhood(host: str) -> str | None:
    """The /16 (IPv4) or /32 (IPv6) of a public address, where one owner may have many."""
    address = _address(host)
    if address is None or not address.is_global:
        return None
    prefix = 16 if address.version == 4 else 32
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


TUNNEL = "tunnel"
"""``127.0.0.1`` and ``::1``: from there comes what a tunnel or an onion service brings, beside what
runs on this machine. Any number of strangers may be behind it."""


def range_of(host: str) -> str:
    """The range whose addresses are counted together, since whoever has one often has all.

    The /24 of a public IPv4 address, the /64 of any IPv6 address; a private IPv4 address, another
    loopback address or a name alone; ``TUNNEL``.
    """
    address = _address(host)
    if address is None:
        return host
    if str(address) in ("127.0.0.1", "::1"):
        return TUNNEL
    if address.version == 4 and not address.is_global:
        return str(address)
    prefix = 24 if address.version == 4 else 64
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
