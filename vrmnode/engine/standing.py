"""What stands on the customer's side: preferences, trust, and the state of an intent.

The node's acceptance policy and the list of trusted vendors are settings of the owner; an intent
may carry a policy of its own.
"""

from __future__ import annotations

from vrmnode.customer.acceptance import AcceptancePolicy, read_policy
from vrmnode.engine.context import Context
from vrmnode.storage import deals, intents, settings
from vrmnode.storage.database import Connection
from vrmnode.storage.intents import OwnIntent
from vrmprotocol import keys

POLICY = "customer.policy"


def stored_policy(tx: Connection) -> dict[str, object]:
    """The owner's policy as it was set: acceptance rules and `trusted` vendors (did:key)."""
    stored = settings.get(tx, POLICY, {})
    return dict(stored) if isinstance(stored, dict) else {}


def acceptance_policy(ctx: Context, own: OwnIntent) -> AcceptancePolicy:
    """The intent's own policy over the node's."""
    return policy_of(ctx.tx, own)


def policy_of(tx: Connection, own: OwnIntent) -> AcceptancePolicy:
    """The intent's own policy over the node's, outside a turn too."""
    base = AcceptancePolicy.from_dict(_rules(stored_policy(tx)))
    return read_policy(own.acceptance, base) if own.acceptance else base


def _rules(policy: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in policy.items() if name != "trusted"}


def trusted(tx: Connection) -> frozenset[bytes]:
    """The roots of the vendors that the owner trusts."""
    listed = stored_policy(tx).get("trusted", [])
    if not isinstance(listed, list):
        return frozenset()
    return frozenset(vendor_root(str(item)) for item in listed)


def vendor_root(reference: str) -> bytes:
    """The 32-byte root key of a vendor named by did:key or hex.

    Raises:
        LocalError: `keys.did`.
    """
    text = reference.strip()
    if len(text) == 64 and all(char in "0123456789abcdef" for char in text.lower()):
        return bytes.fromhex(text)
    return keys.from_did(text)


def refresh(ctx: Context, own: OwnIntent) -> None:
    """Bring the intent's status in line with what is agreed."""
    if own.status not in ("active", "fulfilled"):
        return
    agreed = sum(
        row.quantity or 0
        for row in deals.list_deals(
            ctx.tx, role="customer", state="agreed", intent_id=own.intent_id
        )
    )
    status = "fulfilled" if agreed >= own.quantity else "active"
    if status != own.status:
        intents.update_status(ctx.tx, own.pseudonym, status)
        ctx.event(f"intent.{status}", "intent", own.intent_id, bought=agreed)


def active_intents(tx: Connection) -> list[OwnIntent]:
    """The own intents that may still buy."""
    return intents.list_intents(tx, "active")


def shown_policy(tx: Connection) -> dict[str, object]:
    """The whole policy, with defaults where the owner set nothing."""
    stored = stored_policy(tx)
    shown: dict[str, object] = dict(AcceptancePolicy.from_dict(_rules(stored)).to_dict())
    shown["trusted"] = stored.get("trusted", [])
    return shown
