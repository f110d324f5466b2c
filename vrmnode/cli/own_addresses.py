"""The addresses under which others reach this node, as they are told to others."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from vrmnode.cli.client import Client
from vrmnode.cli.failures import NOT_FOUND, CommandError, usage
from vrmnode.cli.session import Session
from vrmnode.cli.show import entries
from vrmprotocol import peer_address
from vrmprotocol.peer_address import PeerAddress


def own_addresses(here: Session, chosen: Sequence[str]) -> list[PeerAddress]:
    """Those that the owner chose, else those of the node: loopback only if there is no other."""
    status = here.client.get("status")
    told = status if isinstance(status, dict) else {}
    if chosen:
        return [_completed(text, str(told.get("peer_id"))) for text in chosen]
    listed = told.get("addresses")
    found = _known(listed if isinstance(listed, list) else [])
    if not found:
        detail = "expected an address, and this node listens nowhere"
        raise CommandError(
            NOT_FOUND, "network.no_address", detail, "see listen in config.toml, or use --address"
        )
    return [each for each in found if not each.is_loopback] or found


def peers_addresses(client: Client, *, loopback: bool) -> list[PeerAddress]:
    """Where the node dialled its present peers; of those that dialled it no address is known."""
    rows = entries(client.get("peers"), "peers")
    dialled = [row.get("addresses") for row in rows if row.get("direction") == "outbound"]
    texts = [text for listed in dialled if isinstance(listed, list) for text in listed]
    return [each for each in _known(texts) if loopback or not each.is_loopback]


def reach_words(addresses: Sequence[PeerAddress]) -> str | None:
    """What to tell the owner when not everybody can use the addresses."""
    if all(each.is_loopback for each in addresses):
        return "only nodes on this machine can use this address; for others: --address"
    if all(_is_private(each) for each in addresses):
        return "only nodes in your network can use these addresses; for others: --address"
    return None


def _completed(text: str, peer_id: str) -> PeerAddress:
    whole = text if "/p2p/" in text else f"{text}/p2p/{peer_id}"
    found = peer_address.parse(peer_address.as_written(whole))
    if found is None:
        examples = "/dns4/shop.example/tcp/4101 or /dns4/shop.example/tcp/443/wss"
        raise usage(
            "option.address", f"--address: expected an address such as {examples}, came {text!r}"
        )
    return found


def _known(texts: Sequence[object]) -> list[PeerAddress]:
    parsed = (peer_address.parse(str(text)) for text in texts)
    return [each for each in parsed if each is not None]


def _is_private(address: PeerAddress) -> bool:
    try:
        return not ipaddress.ip_address(address.host).is_global
    except ValueError:
        return address.is_loopback
