"""What a vendor may write first: said by the customer, known to both, deal by deal.

Implements specs/09-relationship.md#reach. What is permitted follows from the messages of a deal
(`vrmprotocol.reach`); this module says it in every deal of a relationship, and tells the owner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.mail import mailroom
from vrmnode.engine.records import DealRecord, load_deal
from vrmnode.engine.relationship import reach_state, relation_views, relations
from vrmnode.storage import deals, messages
from vrmnode.values.fields import Fields
from vrmprotocol import agreement, reach
from vrmprotocol.negotiation import Message
from vrmprotocol.reach import CELLS, Cell, Reachable, ReachStatus
from vrmprotocol.reach_bodies import (
    CHANNELS,
    GRANTS,
    MAX_LOOSE_REACH,
    MAX_REACH,
    PURPOSES,
    Grant,
    Reach,
    ReachEntry,
)

Json = dict[str, object]
Params = Mapping[str, object]

LIFETIME_S = 180 * 86_400
"""How long a word about reach is repeated until it is acknowledged."""


def change(ctx: Context, params: Params) -> Json:
    """Say for channels and purposes, all if none is named, what holds: one of `GRANTS`.

    Raises:
        ServiceError: `relation.*`, `reach.role`, `reach.too_many`, `request.invalid`.
    """
    asked = dict(params)
    ref = str(asked.pop("relation", ""))
    fields = Fields(asked, "request")
    status = fields.one_of("status", GRANTS, None)
    if status is None:
        raise fields.error("status", "one of " + ", ".join(GRANTS), None)
    channels = fields.several_of("channels", CHANNELS) or CHANNELS
    purposes = fields.several_of("purposes", PURPOSES) or PURPOSES
    fields.finish()
    grant = next(each for each in GRANTS if each == status)
    cells = [cell for cell in CELLS if cell[0] in channels and cell[1] in purposes]
    return _say(ctx, ref, lambda _: dict.fromkeys(cells, grant))


def pause(ctx: Context, params: Params) -> Json:
    """Let the vendor of a relationship write nothing first, for now.

    Raises:
        ServiceError: as `change`.
    """
    return _say(ctx, str(params.get("relation") or ""), _instead("granted", "paused"))


def resume(ctx: Context, params: Params) -> Json:
    """Let what is paused be as it was agreed.

    Raises:
        ServiceError: as `change`.
    """
    return _say(ctx, str(params.get("relation") or ""), _instead("paused", "agreed"))


def _instead(status: ReachStatus, grant: Grant) -> Callable[[Reachable], dict[Cell, Grant]]:
    return lambda found: {cell: grant for cell in CELLS if found.status(*cell) == status}


def end(ctx: Context, params: Params) -> Json:
    """Revoke everything: the vendor may write nothing first, and is told nothing new.

    Raises:
        ServiceError: as `change`.
    """
    return _say(ctx, str(params.get("relation") or ""), lambda _: dict.fromkeys(CELLS, "revoked"))


def _say(ctx: Context, ref: str, wanted: Callable[[Reachable], Mapping[Cell, Grant]]) -> Json:
    """Say in every deal of a relationship what isn't said there already."""
    relation = relations.find(ctx.tx, ctx.vault, ref)
    if relation.role != deals.CUSTOMER:
        raise conflict(
            "reach.role", "expected a relationship in which you are the customer; it says this"
        )
    for record in relation.records:
        found = reach_state.of_deal(ctx.tx, record)
        new = {
            cell: status
            for cell, status in wanted(found).items()
            if cell not in found.words or found.words[cell].status != status
        }
        if new:
            _post(ctx, record, found, new)
    return relation_views.show(ctx.tx, ctx.vault, {"relation": ref}, ctx.now)


def _post(ctx: Context, record: DealRecord, found: Reachable, cells: Mapping[Cell, Grant]) -> None:
    _check_room(ctx, record, found, cells)
    assert record.state.document is not None
    entries = tuple(
        ReachEntry(channel=channel, purpose=purpose, status=status)
        for (channel, purpose), status in cells.items()
    )
    body = Reach(agreement=agreement.document_digest(record.state.document), reach=entries)
    # SPEC 09: The writer MUST send a reach message again until it is acknowledged, for 180 days.
    mailroom.tell(ctx, record, body, until=ctx.now + LIFETIME_S)
    mailroom.watch(ctx, load_deal(ctx.tx, record.deal))
    ctx.event("reach.sent", "deal", record.deal, vendor=record.row.vendor_name, **_words(body))


# SPEC 09: The writer MUST NOT send more than 64 reach messages in a deal, and after 48 only ones
# that revoke.
def _check_room(
    ctx: Context, record: DealRecord, found: Reachable, cells: Mapping[Cell, Grant]
) -> None:
    sent = messages.count_from(ctx.tx, record.deal, record.row.customer, kind="reach")
    loose = any(grant != "revoked" for grant in cells.values())
    if sent >= (MAX_LOOSE_REACH if loose else MAX_REACH):
        raise conflict(
            "reach.too_many",
            f"expected at most {MAX_LOOSE_REACH} changes of reach in a deal, and {MAX_REACH} with"
            " those that revoke",
        )
    # SPEC 09: The writer MUST NOT send the 64th reach message of a deal unless everything is
    # revoked after it.
    said = {cell: word.status for cell, word in found.words.items()} | dict(cells)
    if sent == MAX_REACH - 1 and any(said.get(cell) != "revoked" for cell in CELLS):
        raise conflict(
            "reach.too_many",
            f"expected no more than {MAX_REACH - 1} changes of reach in a deal, unless the last"
            " revokes everything: vrm relation end",
        )


def _words(body: Reach) -> dict[str, str]:
    """What a message changes, for the log: each status with its cells."""
    found: dict[str, list[str]] = {}
    for one in body.reach:
        found.setdefault(one.status, []).append(f"{one.channel}/{one.purpose}")
    return {status: ", ".join(cells) for status, cells in found.items()}


def after_message(ctx: Context, record: DealRecord, signed: Message) -> None:
    """Tell the vendor's owner of a word that was just added to a deal."""
    body = getattr(signed, "body", None)
    if record.row.role != deals.VENDOR or not isinstance(body, Reach):
        return
    if reach.names_agreement(signed, record.state):
        ctx.event("reach.received", "deal", record.deal, **_words(body))
