"""The owner's contact data: set, shown to the owner, removed.

One sealed box in the store holds all of it; events name fields, never values. To whom it goes is
decided by `disclosure_desk`.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.customer.contact import ContactData, known_names
from vrmnode.engine.context import NODE, Context
from vrmnode.engine.failures import invalid
from vrmnode.errors import ServiceError
from vrmnode.storage import secrets
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmprotocol import contact

Json = dict[str, object]
Params = Mapping[str, object]

_OWNER, _NAME = "contact", "fields"


def stored(tx: Connection, vault: Vault) -> ContactData:
    """The contact data of this node's owner; empty where nothing was set."""
    raw = secrets.get(tx, vault, _OWNER, NODE, _NAME)
    return ContactData() if raw is None else ContactData.from_bytes(raw)


def show(tx: Connection, vault: Vault, params: Params, now: int) -> Json:
    """All fields for their owner, null where nothing is set."""
    return shown(stored(tx, vault))


def set_fields(ctx: Context, params: Params) -> Json:
    """Set some fields, in place of what they were; the others stay.

    Raises:
        ServiceError: `contact.nothing`.
        LocalError: `contact.invalid`, `contact.unknown_field`.
    """
    if not params:
        raise invalid("contact.nothing", "expected at least one field to set, came none")
    data = stored(ctx.tx, ctx.vault).changed(params)
    _keep(ctx, data)
    ctx.event("contact.set", "node", ctx.identity.root, fields=", ".join(known_names(params)))
    return shown(data)


def remove(ctx: Context, params: Params) -> Json:
    """Remove the fields named in `fields`; without it, all.

    What vendors were told before stays with them.

    Raises:
        ServiceError: `contact.not_found`: none of these is set.
        LocalError: `contact.unknown_field`.
    """
    asked = params.get("fields")
    data = stored(ctx.tx, ctx.vault)
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
    if data.values:
        ctx.keep_secret(_OWNER, NODE, _NAME, data.to_bytes())
    else:
        secrets.erase(ctx.tx, _OWNER, NODE, _NAME)


def shown(data: ContactData) -> Json:
    """Every field for the owner, null where nothing is set."""
    return {name: data.values.get(name) for name in contact.NAMES}
