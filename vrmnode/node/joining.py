"""Joining: dial the peers of an invitation, and go on until they answer."""

from __future__ import annotations

import trio

from vrmnode.engine.failures import invalid
from vrmnode.errors import ServiceError
from vrmnode.network import Network, NetworkError

Json = dict[str, object]

WAIT_S = 12.0
GRACE_S = 1.0
"""How long the others have to answer once one peer did."""


async def join(network: Network, params: Json) -> Json:
    """Dial all of `peers` at once and keep them dialled; which of them answered, after a while.

    Raises:
        ServiceError: `network.address_invalid`; then none is dialled.
    """
    addresses = params.get("peers")
    if not isinstance(addresses, list) or not all(isinstance(each, str) for each in addresses):
        raise invalid("request.invalid", "peers: expected a list of multiaddrs")
    try:
        peer_ids = {address: network.peer_id_of(address) for address in addresses}
    except NetworkError as error:
        raise ServiceError(error.code, error.message, 400) from error
    problems: dict[str, str] = {}
    with trio.move_on_after(WAIT_S) as scope:
        async with trio.open_nursery() as nursery:
            for address in peer_ids:
                nursery.start_soon(_dial, network, address, problems, scope)
    for address in peer_ids:
        network.keep(address)
    connected = {peer.peer_id for peer in network.peers()}
    dialled = [
        _row(address, peer_id, peer_id in connected, problems.get(address, "no answer yet"))
        for address, peer_id in peer_ids.items()
    ]
    return {"connected": len(connected & set(peer_ids.values())), "dialled": dialled}


async def _dial(
    network: Network, address: str, problems: dict[str, str], scope: trio.CancelScope
) -> None:
    try:
        await network.connect(address)
    except NetworkError as error:
        problems[address] = error.message
    else:
        scope.deadline = min(scope.deadline, trio.current_time() + GRACE_S)


def _row(address: str, peer_id: str, connected: bool, problem: str) -> Json:
    row: Json = {"address": address, "peer_id": peer_id, "connected": connected}
    return row if connected else {**row, "problem": problem}
