"""Whether a vendor's domain names the vendor: what to fetch, and what the owner's check came to.

Fetching is left to the node (specs/10-joining.md#well-known-file). It happens when the owner asks
for it and ahead of a deal: the host learns the address of whoever looks, and a vendor with an
offer open could tell whose offer it is.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmnode.engine.customer import customer_desk, standing
from vrmnode.engine.disclosure import disclosure_rules
from vrmnode.engine.failures import conflict
from vrmnode.engine.references import find_vendor
from vrmnode.engine.trust import domain_proof
from vrmnode.engine.trust.directory import read_profile
from vrmnode.storage import deals, domain_checks, market
from vrmnode.storage.database import Connection
from vrmnode.storage.domain_checks import DomainCheck
from vrmprotocol import keys

Json = dict[str, object]

_OPEN = ("offered", "accepted")


def subject(tx: Connection, reference: str, *, anyway: bool) -> tuple[bytes, str]:
    """The vendor to check and the url of its profile.

    Raises:
        ServiceError: `vendor.no_url`; `vendor.deal_open` unless `anyway`; `vendor.not_found`,
            `vendor.ambiguous`, `request.vendor`.
    """
    root = find_vendor(tx, reference)
    stored = market.get_profile(tx, root)
    url = None if stored is None else read_profile(stored.body).url
    if url is None:
        raise conflict("vendor.no_url", "expected a vendor whose profile has a url, came none")
    if not anyway and any(
        row.vendor_root == root
        for state in _OPEN
        for row in deals.list_deals(tx, role="customer", state=state)
    ):
        raise conflict(
            "vendor.deal_open",
            "expected a vendor with no open offer to you: now its domain would learn your node's"
            " address and could tell that the intent is yours; --anyway checks all the same",
        )
    return root, url


def record(ctx: Context, root: bytes, host: str, outcome: str) -> Json:
    """Keep what a check came to; after a proof, open offers and deals are looked at again."""
    known = domain_checks.get(ctx.tx, root)
    proved_at = ctx.now if outcome == domain_proof.PROVED else None
    if outcome in domain_proof.NO_ANSWER and known is not None and known.host == host:
        proved_at = known.proved_at
    row = DomainCheck(
        root=root, host=host, outcome=outcome, checked_at=ctx.now, proved_at=proved_at
    )
    domain_checks.put(ctx.tx, row)
    ctx.event("vendor.checked", "vendor", root, host=host, outcome=outcome)
    if outcome == domain_proof.PROVED:
        for own in standing.active_intents(ctx.tx):
            customer_desk.consider(ctx, own)
        disclosure_rules.consider_all(ctx)
    return {"vendor": keys.to_did(root), "domain": domain_proof.shown(row, ctx.now)}
