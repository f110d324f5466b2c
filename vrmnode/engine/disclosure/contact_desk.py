"""The owner's contact data: set, planned, shown to the owner, removed.

One sealed box in the store holds all of it; events name fields, never values. To whom it goes is
decided by `disclosure_desk`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vrmnode.customer.contact import ContactData, known_names
from vrmnode.engine.context import NODE, Context
from vrmnode.engine.failures import invalid
from vrmnode.errors import ServiceError
from vrmnode.storage import secrets, timers
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmprotocol import contact

Json = dict[str, object]
Params = Mapping[str, object]

TIMER = "contact"
"""Due when what was planned begins to hold."""

_OWNER, _NAME = "contact", "fields"


# SPEC 09: The customer's node MUST disclose and commit to the values that hold at that moment, and
# not to ones that are planned.
def stored(tx: Connection, vault: Vault, now: int) -> ContactData:
    """The contact data of this node's owner as of now; empty where nothing was set."""
    raw = secrets.get(tx, vault, _OWNER, NODE, _NAME)
    return ContactData() if raw is None else ContactData.from_bytes(raw).at(now)


def show(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """All fields for their owner, null where nothing is set."""
    return shown(stored(tx, vault, now))


def with_fields(
    data: ContactData, given: Params, effective_from: int, now: int, *, announce: bool
) -> ContactData:
    """Data with some fields set, at once or from a later moment on (Unix seconds).

    Raises:
        ServiceError: `contact.nothing`.
        LocalError: `contact.invalid`, `contact.unknown_field`.
    """
    if not given:
        raise invalid("contact.nothing", "expected at least one field to set, came none")
    if effective_from > now:
        return data.with_plan(given, effective_from, announce=announce)
    return data.changed(given)


def keep(ctx: Context, data: ContactData, names: Iterable[str]) -> None:
    """Keep contact data of which the owner has set these fields."""
    _keep(ctx, data)
    ctx.event("contact.set", "node", ctx.identity.root, fields=", ".join(names))


def announced(ctx: Context, data: ContactData, names: Iterable[str]) -> ContactData:
    """Keep that vendors may be told what is planned of these fields; the data that say so."""
    told = data.announced(names)
    if told != data:
        _keep(ctx, told)
    return told


def plan_due(ctx: Context) -> None:
    """Put what was planned until now in the place of what held before, and forget that."""
    raw = ctx.secret(_OWNER, NODE, _NAME)
    before = ContactData() if raw is None else ContactData.from_bytes(raw)
    data = before.at(ctx.now)
    _keep(ctx, data)
    fields = [name for name in before.planned if name not in data.planned]
    if fields:
        ctx.sweep = True
        ctx.event("contact.in_force", "node", ctx.identity.root, fields=", ".join(fields))


def remove(ctx: Context, params: Params) -> Json:
    """Remove the fields named in `fields`; without it, all.

    What vendors were told before stays with them.

    Raises:
        ServiceError: `contact.not_found`: none of these is set.
        LocalError: `contact.unknown_field`.
    """
    asked = params.get("fields")
    data = stored(ctx.tx, ctx.vault, ctx.now)
    names = known_names(asked) if isinstance(asked, list) else list(data.names)
    gone = [name for name in data.names if name in names]
    if not gone:
        asked_for = ", ".join(names) or "any field"
        raise ServiceError(
            "contact.not_found", f"expected {asked_for} to be set, came nothing", 404
        )
    _keep(ctx, data.without(gone))
    ctx.sweep = True
    ctx.event("contact.removed", "node", ctx.identity.root, fields=", ".join(gone))
    return shown(data.without(gone))


def _keep(ctx: Context, data: ContactData) -> None:
    if data.names:
        ctx.keep_secret(_OWNER, NODE, _NAME, data.to_bytes())
    else:
        secrets.erase(ctx.tx, _OWNER, NODE, _NAME)
    next_at = data.next_change()
    if next_at is None:
        timers.clear(ctx.tx, TIMER, NODE)
    else:
        timers.arm(ctx.tx, TIMER, NODE, next_at)


def shown(data: ContactData) -> Json:
    """Every field for the owner, and what is planned; null where nothing is."""
    planned = {
        name: {"value": one.value, "effective_from": one.effective_from}
        for name in contact.NAMES
        if (one := data.planned.get(name)) is not None
    }
    return {**{name: data.values.get(name) for name in contact.NAMES}, "planned": planned or None}
