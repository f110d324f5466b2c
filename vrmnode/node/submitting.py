"""Handing the messages of a file to a peer that the owner names (specs/13-submit.md)."""

from __future__ import annotations

import collections

from vrmnode.engine.failures import invalid
from vrmnode.errors import ServiceError
from vrmnode.network import Network, NetworkError
from vrmnode.node.message_files import envelopes_of
from vrmprotocol.submit_frames import DUPLICATE, KEPT

Json = dict[str, object]


# SPEC 13: A node MUST NOT hand over an envelope of its own to a peer that its owner didn't choose
# for that.
#
# The owner names the peer with each command; nothing else here hands anything over.
async def submit(network: Network, params: Json) -> Json:
    """What became of the messages of a file, in numbers; a peer not connected is dialled first.

    Raises:
        ServiceError: `request.invalid`; `file.schema`, `encoding.*`: it is no message file;
            `network.*`: the peer can't be reached, takes nothing, or went away meanwhile.
    """
    envelopes, address = envelopes_of(params.get("file")), params.get("to")
    if not isinstance(address, str):
        raise invalid("request.invalid", "to: expected a multiaddr, came another type")
    try:
        peer = await network.connect(address)
        async with network.submission(peer) as session:
            results = await session.hand_over(envelopes)
    except NetworkError as error:
        status = 400 if error.code == "network.address_invalid" else 503
        raise ServiceError(error.code, error.message, status) from error
    counts = collections.Counter(results)
    kept, known = counts.pop(KEPT, 0), counts.pop(DUPLICATE, 0)
    refused = [{"code": code, "messages": count} for code, count in sorted(counts.items())]
    return {"kept": kept, "known": known, "refused": refused}
