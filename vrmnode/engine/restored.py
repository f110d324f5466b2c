"""What a node does first after its database was restored from a backup.

It can't know what it signed since, so it neither uses a number of a deal again nor buys by itself
what it may have bought already (specs/04-negotiation.md#after-a-restore). Nor what it got: it waits
for mail of each deal further ahead than before. Nor does it know which hooks were removed since:
those that the backup brings back leave drafts, and publish nothing.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmnode.engine.customer import hook_desk, standing
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import load_deal
from vrmnode.engine.vendor import demand_desk
from vrmnode.storage import backup, deals, intents, settings, tags, timers
from vrmprotocol import tags as tag_rules

TIMER = "watch_further"
"""Due for each deal after a restore: a few at a time, for there may be many."""

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
    for deal in tags.deals_watched(ctx.tx):
        timers.arm(ctx.tx, TIMER, deal, ctx.now)
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


# SPEC 06: After its database was restored from a backup, the reader MUST watch attempts 0 and 3 of
# every `seq` up to 64 above the highest it has as well, in every deal whose tags it watches.
def watch_further(ctx: Context, deal: bytes) -> None:
    """Wait for mail of a deal further ahead: the other side may have written since the backup."""
    if deals.get(ctx.tx, deal) is not None:
        mailroom.watch(ctx, load_deal(ctx.tx, deal), window=tag_rules.restored_window)
