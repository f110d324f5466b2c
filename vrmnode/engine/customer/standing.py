"""What stands on the customer's side: preferences, trust, and the state of an intent.

The node's acceptance policy is a setting of the owner, and an intent may carry a policy of its
own. Whom the owner trusts stands in a table of its own, which `trust_desk` changes.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.customer.acceptance import AcceptancePolicy, read_policy
from vrmnode.customer.regard import DomainProof, Regard
from vrmnode.engine.context import Context
from vrmnode.storage import deals, domain_checks, intents, settings, trust
from vrmnode.storage.database import Connection
from vrmnode.storage.intents import OwnIntent
from vrmprotocol import keys

POLICY = "customer.policy"
_WHEN = ("max_total", "min_total", "functions", "wait_offers", "wait_for")
PROOF_COUNTS_S = 30 * 86_400
"""So long a domain's proof counts: later the domain may be somebody else's."""


def acceptance_policy(ctx: Context, own: OwnIntent) -> AcceptancePolicy:
    """The intent's own policy over the node's."""
    return policy_of(ctx.tx, own)


def policy_of(tx: Connection, own: OwnIntent) -> AcceptancePolicy:
    """The intent's own policy over the node's, outside a turn too."""
    base = _stored_policy(tx)
    return read_policy(own.acceptance, base) if own.acceptance else base


def unlikely(
    tx: Connection,
    acceptance: Mapping[str, object],
    currency: str | None = None,
    *,
    bounded: bool = True,
) -> list[str]:
    """Words for an owner whose rules for accepting can hardly do what was meant by them.

    `currency` is that of the intent which they are for, `bounded` whether it names a limit itself.
    """
    policy = read_policy(acceptance, _stored_policy(tx))
    if policy.mode != "automatic":
        bounds = [name for name in _WHEN if name in acceptance]
        return [
            f"{name} says when the node accepts by itself; it doesn't, unless you say"
            " --accept automatic"
            for name in bounds
        ]
    if policy.max_total is not None and currency not in (None, policy.max_total.currency):
        return [
            f"the node accepts by itself up to {policy.max_total}, but this intent is in"
            f" {currency}: it will accept nothing unless you give a maximum with --max-total"
        ]
    found = []
    if not bounded and policy.max_total is None and policy.min_total is None:
        found.append(
            "the node accepts nothing by itself while no maximum is set: give one with --max-total,"
            " --private-maximum or --budget"
        )
    if policy.vendors == "trusted" and not trusted(tx):
        found.append(
            "the node may accept trusted vendors only, and you trust none yet: say whom with"
            " vrm trust add, or choose others with --accept-vendors"
        )
    return found


def _stored_policy(tx: Connection) -> AcceptancePolicy:
    stored = settings.get(tx, POLICY, {})
    return AcceptancePolicy.from_dict(stored if isinstance(stored, dict) else {})


def shown_policy(tx: Connection) -> dict[str, object]:
    """The whole policy, with defaults where the owner set nothing, and who is trusted."""
    trusted = [keys.to_did(row.root) for row in trust.all_trusted(tx)]
    return {**_stored_policy(tx).to_dict(), "trusted": trusted}


def trusted(tx: Connection) -> frozenset[bytes]:
    """The roots of the vendors that the owner trusts."""
    return trust.roots(tx)


def regards(tx: Connection, now: int) -> dict[bytes, Regard]:
    """What the owner holds of vendors, by root; of one that isn't there, nothing."""
    proofs = {
        row.root: DomainProof(row.host, row.proved_at)
        for row in domain_checks.proved_since(tx, now - PROOF_COUNTS_S)
        if row.proved_at is not None
    }
    found = {root: Regard(proof=proof) for root, proof in proofs.items()}
    for row in trust.all_trusted(tx):
        found[row.root] = Regard(True, tuple(row.groups), proofs.get(row.root))
    return found


def refresh(ctx: Context, own: OwnIntent) -> None:
    """Bring the intent's status in line with what is agreed."""
    if own.status not in ("active", "fulfilled"):
        return
    agreed = deals.bought_quantity(ctx.tx, own.intent_id)
    status = "fulfilled" if agreed >= own.quantity else "active"
    if status != own.status:
        intents.update_status(ctx.tx, own.intent_id, status)
        ctx.event(f"intent.{status}", "intent", own.intent_id, bought=agreed)


def active_intents(tx: Connection) -> list[OwnIntent]:
    """The own intents that may still buy."""
    return intents.list_intents(tx, "active")
