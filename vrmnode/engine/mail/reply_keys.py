"""Erasing reply keys at the end of their life (specs/06-sealing-and-mail.md#what-outsiders-see).

A key serves mail to tags that are watched. When the last of them lapses nothing that comes later
is opened any more, and nothing that came before can be opened again, wherever a copy of it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from vrmnode.engine.context import Context
from vrmnode.storage import deals, pseudonyms, secrets, tags


def erase(ctx: Context, owners: Iterable[bytes]) -> int:
    """Erase the keys of intents (by pseudonym) and deals of which nothing is watched any more."""
    erased = sum(_erase(ctx, owner) for owner in owners)
    if erased:
        ctx.sweep = True
    return erased


def _erase(ctx: Context, owner: bytes) -> int:
    row = deals.get(ctx.tx, owner)
    if row is not None and row.role == deals.VENDOR:
        return secrets.erase(ctx.tx, "deal", owner, "reply")
    pseudonym = owner if row is None else row.customer
    return 0 if _is_needed(ctx, pseudonym) else secrets.erase(ctx.tx, "intent", pseudonym, "reply")


def _is_needed(ctx: Context, pseudonym: bytes) -> bool:
    """Whether first mail, or mail of any deal, is still waited for under a pseudonym."""
    name = pseudonyms.get(ctx.tx, pseudonym)
    if name is None or tags.is_watched(ctx.tx, pseudonym):
        return True
    own = deals.list_deals(ctx.tx, role=deals.CUSTOMER, intent_id=name.intent_id)
    return any(tags.is_watched(ctx.tx, row.deal) for row in own if row.customer == pseudonym)
