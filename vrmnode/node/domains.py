"""Checking a vendor's domain: the one request that this node makes to a stranger's web host.

The owner's command alone leads here. It takes the url that the vendor's profile has named all
along; no message received in a deal has a part in it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeAlias
from urllib.parse import urlsplit

import trio

from vrmnode import wellknown
from vrmnode.engine.failures import conflict
from vrmnode.engine.trust import domain_check, domain_proof
from vrmnode.errors import WellKnownError
from vrmnode.node.loop import Loop
from vrmnode.storage.connection import Connection
from vrmnode.wellknown import Place

Json = dict[str, object]
Query: TypeAlias = Callable[[Connection, Mapping[str, object], int], object]
Read: TypeAlias = Callable[[Query, Mapping[str, object]], Awaitable[object]]

AT_ONCE = 4
"""So many checks run at the same time; each takes a thread for up to 5 s."""


async def check(
    params: Mapping[str, object], *, read: Read, loop: Loop, limiter: trio.CapacityLimiter
) -> Json:
    """Fetch the well-known file of the host in a vendor's profile and keep what it came to.

    A host that doesn't answer is a result too. `loopback` allows this machine as host, `anyway`
    a vendor with an open offer.

    Raises:
        ServiceError: `vendor.url`, `vendor.no_url`, `vendor.deal_open`, `vendor.not_found`,
            `vendor.ambiguous`, `request.vendor`.
        LocalError: `keys.did`.
    """
    reference, anyway = str(params.get("vendor") or ""), bool(params.get("anyway"))

    def ask(tx: Connection, _: Mapping[str, object], __: int) -> object:
        return domain_check.subject(tx, reference, anyway=anyway)

    found = await read(ask, {})
    if not isinstance(found, tuple):
        raise TypeError("expected a vendor's root and url")
    root, url = found
    place = place_of(url, loopback=bool(params.get("loopback")))
    outcome = await _outcome(root, place, limiter)
    kept = await loop.submit(
        partial(domain_check.record, root=root, host=urlsplit(place.url).netloc, outcome=outcome)
    )
    return kept if isinstance(kept, dict) else {}


def place_of(url: str, *, loopback: bool = False) -> Place:
    """The server to ask: that of the url, by https even if the url says http.

    Raises:
        ServiceError: `vendor.url`.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        plain = parts.scheme == "http" and not wellknown.is_loopback(host)
        return wellknown.place_of(host if plain else url, allow_loopback=loopback)
    except (ValueError, WellKnownError) as error:
        words = error.message if isinstance(error, WellKnownError) else "expected a url"
        raise conflict("vendor.url", f"the url in the vendor's profile: {words}") from error


async def _outcome(root: bytes, place: Place, limiter: trio.CapacityLimiter) -> str:
    try:
        named = await trio.to_thread.run_sync(partial(wellknown.fetch, place.url), limiter=limiter)
    except WellKnownError as error:
        return error.code
    return domain_proof.outcome_of(root, named.vendor)
