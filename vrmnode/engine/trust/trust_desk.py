"""Whom the owner trusts: adding, grouping and removing vendors.

Trust stays on this node. It decides which offers may be accepted without asking, and whose
answers are kept when more come than an intent wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vrmnode.customer.regard import GROUP_EXPECTED, read_group
from vrmnode.engine.context import Context
from vrmnode.engine.customer import customer_desk, standing
from vrmnode.engine.disclosure import disclosure_rules
from vrmnode.engine.failures import invalid, not_found
from vrmnode.engine.references import find_vendor
from vrmnode.engine.trust import domain_proof
from vrmnode.storage import market, trust
from vrmnode.storage.database import Connection
from vrmnode.storage.trust import Trust
from vrmnode.values.fields import Fields
from vrmprotocol import keys

Json = dict[str, object]
Params = Mapping[str, object]

MAX_GROUPS = 32


def add(ctx: Context, params: Params) -> Json:
    """Trust a vendor; of one that is trusted, change the note and add groups.

    Open offers are looked at again: one of this vendor may now be accepted. In agreed deals it may
    now be told what is due.

    Raises:
        ServiceError: `vendor.*`, `request.*`.
        LocalError: `trust.invalid`, `trust.unknown_field`, `keys.did`.
    """
    fields = Fields(params, "trust")
    root = find_vendor(ctx.tx, fields.required_text("vendor", 64))
    note = fields.text("note", 500)
    groups = [_group(fields, text) for text in fields.texts("groups", MAX_GROUPS, 64)]
    fields.finish()
    known = trust.get(ctx.tx, root) or Trust(root=root, added=ctx.now)
    listed = sorted({*known.groups, *groups})
    if len(listed) > MAX_GROUPS:
        raise fields.error("groups", f"at most {MAX_GROUPS} groups of one vendor", len(listed))
    row = replace(known, groups=listed, note=note if "note" in params else known.note)
    trust.put(ctx.tx, row)
    ctx.event("trust.added", "vendor", root, name=_name(ctx.tx, root))
    for own in standing.active_intents(ctx.tx):
        customer_desk.consider(ctx, own)
    disclosure_rules.consider_all(ctx)
    return _row(ctx.tx, row, ctx.now)


def _group(fields: Fields, text: str) -> str:
    name = read_group(text)
    if name is None:
        raise fields.error("groups", GROUP_EXPECTED, text)
    return name


def remove(ctx: Context, params: Params) -> Json:
    """Trust a vendor no longer; with `group`, only take it out of that group.

    Raises:
        ServiceError: `trust.not_found`: it isn't trusted, or not in the group; `vendor.*`.
        LocalError: `trust.invalid`, `trust.unknown_field`, `keys.did`.
    """
    fields = Fields(params, "trust")
    reference = fields.required_text("vendor", 64)
    group = fields.parsed("group", read_group, GROUP_EXPECTED)
    fields.finish()
    root = find_vendor(ctx.tx, reference)
    known = trust.get(ctx.tx, root)
    if known is None or (group is not None and group not in known.groups):
        raise not_found("trust", reference)
    if group is None:
        trust.remove(ctx.tx, root)
        ctx.event("trust.removed", "vendor", root, name=_name(ctx.tx, root))
        return {**_row(ctx.tx, known, ctx.now), "trusted": False}
    left = replace(known, groups=[name for name in known.groups if name != group])
    trust.put(ctx.tx, left)
    ctx.event("trust.removed", "vendor", root, name=_name(ctx.tx, root), group=group)
    return _row(ctx.tx, left, ctx.now)


def trust_list(tx: Connection, group: str | None, now: int) -> list[Json]:
    """The trusted vendors, the first added first; of one group if it is given."""
    return [
        _row(tx, row, now) for row in trust.all_trusted(tx) if group is None or group in row.groups
    ]


def check_unchanged(tx: Connection, listed: object) -> None:
    """Refuse a policy's list of trusted vendors that isn't what the table says.

    Raises:
        ServiceError: `policy.trusted`.
    """
    shown = {keys.to_did(root) for root in standing.trusted(tx)}
    if not isinstance(listed, list) or {str(item) for item in listed} != shown:
        raise invalid(
            "policy.trusted",
            "trusted: expected the list as it is, came another;"
            " change it with: vrm trust add, vrm trust remove",
        )


def _row(tx: Connection, row: Trust, now: int) -> Json:
    return {
        "vendor": keys.to_did(row.root),
        "name": _name(tx, row.root),
        "trusted": True,
        "groups": row.groups,
        "note": row.note,
        "added": row.added,
        "domain": domain_proof.domain_row(tx, row.root, now),
    }


def _name(tx: Connection, root: bytes) -> str | None:
    profile = market.get_profile(tx, root)
    return None if profile is None else profile.name
