"""What a node does first after its database was restored from a backup.

It can't know what it signed since, so it neither uses a number of a deal again nor buys by itself
what it may have bought already (specs/04-negotiation.md#after-a-restore). Nor does it know which
hooks were removed since: those that the backup brings back leave drafts, and publish nothing.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmnode.engine.customer import hook_desk, standing
from vrmnode.engine.vendor import demand_desk
from vrmnode.storage import backup, deals, intents, settings

LEFT_OUT = 7
"""Numbers of each deal: as many as the other side still finds the next message behind."""


def take_note(ctx: Context) -> None:
    """Go on carefully, once after each restore."""
    created = settings.get(ctx.tx, backup.RESTORED)
    if created is None:
        return
    settings.erase(ctx.tx, backup.RESTORED)
    # SPEC 06: After its database was restored from a backup, the writer MUST leave out the next 7
    # numbers of every deal in the backup.
    deals.leave_out(ctx.tx, LEFT_OUT)
    # SPEC 04: After its database was restored from a backup, the customer's node MUST NOT accept by
    # itself for an intent that the backup holds.
    held = [own for own in intents.list_intents(ctx.tx) if own.status in ("active", "fulfilled")]
    by_hand = [own for own in held if standing.acceptance_policy(ctx, own).mode == "automatic"]
    for own in held:
        rules = {**(own.acceptance or {}), "mode": "manual"}
        intents.set_acceptance(ctx.tx, own.intent_id, rules)
    hook_desk.only_drafts(ctx)
    demand_desk.restored(ctx)
    told = {"created": created, "intents": len(by_hand)}
    ctx.event("node.restored", "node", ctx.identity.root, **told)
