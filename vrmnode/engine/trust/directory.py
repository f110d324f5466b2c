"""The directory: vendors by their profiles, as the owner searches and reads them.

Reads what gossip brought (specs/03-messages.md#vendor_profile) and asks nobody. Names and texts
are the vendors' own words.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.customer.regard import STRANGER
from vrmnode.customer.vendor_search import closeness, fits, read_query
from vrmnode.engine.customer import standing
from vrmnode.engine.failures import not_found
from vrmnode.engine.references import find_vendor
from vrmnode.engine.trust import domain_proof
from vrmnode.storage import market, trust
from vrmnode.storage.database import Connection
from vrmnode.storage.market import StoredProfile
from vrmnode.vendor import taxonomy
from vrmprotocol import encoding, keys, schema
from vrmprotocol.market import VendorProfile

Json = dict[str, object]


def read_profile(raw: bytes) -> VendorProfile:
    """A profile's body that was checked before it was stored."""
    return schema.load(
        VendorProfile,
        encoding.decode_map(raw),
        code="message.body",
        unknown_code="message.unknown_field",
    )


def search(tx: Connection, params: Mapping[str, object], now: int) -> list[Json]:
    """The vendors that a query finds: trusted ones, then proved ones, then the closest.

    Raises:
        LocalError: `search.invalid`, `search.unknown_field`.
    """
    query = read_query(params)
    regards = standing.regards(tx, now)
    found = []
    for stored in market.list_profiles(tx, now):
        profile = read_profile(stored.body)
        if fits(profile, query):
            regard = regards.get(stored.root, STRANGER)
            known = (regard.trusted, regard.proof is not None)
            near = (*known, *closeness(profile, query))
            found.append((near, stored, profile))
    # Two sorts: the closest first, and of equals the one whose name comes first.
    found.sort(key=lambda each: (each[1].name.casefold(), each[1].root))
    found.sort(key=lambda each: each[0], reverse=True)
    return [
        {**_known(tx, stored.root, now), **_profile_row(stored, profile)}
        for _, stored, profile in found[: query.limit]
    ]


def show(tx: Connection, reference: str, now: int) -> Json:
    """What this node knows of one vendor; `expired` when its profile has ended.

    Of one that is trusted without a profile it is only what the owner said.

    Raises:
        ServiceError: `vendor.not_found`, `vendor.ambiguous`, `request.vendor`.
    """
    root = find_vendor(tx, reference)
    stored = market.get_profile(tx, root)
    known = _known(tx, root, now)
    if stored is not None:
        row = _profile_row(stored, read_profile(stored.body))
        return {**known, **row, "expired": stored.expires <= now}
    if not known["trusted"]:
        raise not_found("vendor", reference)
    return known


def _known(tx: Connection, root: bytes, now: int) -> Json:
    """What the owner says of a vendor."""
    row = trust.get(tx, root)
    return {
        "vendor": keys.to_did(root),
        "trusted": row is not None,
        "groups": [] if row is None else row.groups,
        "note": None if row is None else row.note,
        "domain": domain_proof.domain_row(tx, root, now),
    }


def _profile_row(stored: StoredProfile, profile: VendorProfile) -> Json:
    """What a vendor says of itself."""
    policy = profile.terms_policy
    return {
        "name": profile.name,
        "legal_name": profile.legal_name,
        "url": profile.url,
        "description": profile.description,
        "area_served": list(profile.area_served),
        "category": list(profile.category),
        "category_names": [taxonomy.name_of(each) or str(each) for each in profile.category],
        "business_function": list(profile.business_function),
        "accepted_terms": list(profile.accepted_terms),
        "terms_policy": None if policy is None else schema.dump(policy),
        "payment_method": list(profile.payment_method),
        "delivery_method": list(profile.delivery_method),
        "in_language": list(profile.in_language),
        "paused_until": profile.paused_until,
        "received": stored.received_at,
        "expires": stored.expires,
    }
