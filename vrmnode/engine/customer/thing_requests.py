"""What is asked for when a thing breaks or needs something: the request for it, and of whom.

Nothing is kept or sent here (`vrmnode.customer.broken` decides).
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.customer.broken import (
    FUNCTION,
    MAX_PROBLEM,
    Owned,
    RequestDraft,
    draft_request,
    identifying,
)
from vrmnode.customer.vendor_search import VendorQuery, fits
from vrmnode.engine.customer.things_desk import find_thing
from vrmnode.engine.failures import invalid
from vrmnode.engine.trust.directory import read_profile
from vrmnode.storage import market, trust
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmnode.storage.things import Thing
from vrmnode.values.fields import Fields
from vrmprotocol import keys

Json = dict[str, object]
Params = Mapping[str, object]


def draft(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """What `thing broken` would ask for and of whom; nothing is kept or sent.

    Raises:
        ServiceError: `thing.not_found`; FieldError: `thing.invalid`.
    """
    thing = find_thing(tx, vault, params.get("thing"))
    changes = params.get("request") or {}
    if not isinstance(changes, dict):
        raise invalid("request.invalid", "request: expected an object, came another type")
    problem = Fields(params, "thing").text("problem", MAX_PROBLEM) or thing.problem
    drafted = drafted_request(tx, thing, problem, changes, now)
    return {
        "thing": thing.thing.hex(),
        "name": thing.name,
        "problem": problem,
        "request": drafted.request,
        "addressed": drafted.addressed,
        "warnings": telling(problem),
    }


def drafted_request(
    tx: Connection,
    thing: Thing,
    problem: str | None,
    changes: Mapping[str, object],
    now: int,
    function: str = FUNCTION,
) -> RequestDraft:
    """The request for what is done with a thing, or sold for it, and why it goes to whom."""
    country = changes.get("country") or thing.country
    return draft_request(
        _owned(thing, str(country) if country else None),
        problem,
        changes,
        function=function,
        reachable=thing.vendor_root is not None and _has_profile(tx, thing.vendor_root, now),
        trusted=_trusted(tx, changes.get("category", thing.category), country, function, now),
        now=now,
    )


def telling(problem: str | None) -> list[str]:
    """Warnings of what in the words may tell who the owner is."""
    return [
        f"the problem's text looks as if it holds {what}: everybody it goes to can read it"
        for what in identifying(problem or "")
    ]


def _owned(thing: Thing, country: str | None) -> Owned:
    root = thing.vendor_root
    return Owned(
        item_name=thing.item_name,
        gtin=thing.gtin,
        mpn=thing.mpn,
        brand=thing.brand,
        category=thing.category,
        country=country,
        bought_from=thing.bought_from,
        vendor=None if root is None else keys.to_did(root),
        warranty_until=thing.warranty_until,
    )


def _has_profile(tx: Connection, root: bytes, now: int) -> bool:
    profile = market.get_profile(tx, root)
    return profile is not None and profile.expires > now


def _trusted(
    tx: Connection, category: object, country: object, function: str, now: int
) -> list[str]:
    """Trusted vendors whose profile says that they do this with such things there."""
    query = VendorQuery(
        category=category if isinstance(category, int) else None,
        country=country if isinstance(country, str) else None,
        function=function,
    )
    return [
        keys.to_did(root)
        for root in sorted(trust.roots(tx))
        if (stored := market.get_profile(tx, root)) is not None
        and stored.expires > now
        and fits(read_profile(stored.body), query)
    ]
