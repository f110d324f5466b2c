"""What goes into a message file, and what its reading does (specs/02, message file).

Choosing and noting need the database; sealing what was chosen happens in between, outside of the
transaction, as for every attempt. Market messages that go into a file stay queued for the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vrmnode.engine import inbound
from vrmnode.engine.context import Context
from vrmnode.engine.failures import conflict
from vrmnode.engine.mail import dispatch
from vrmnode.engine.mail.dispatch import Parcel
from vrmnode.engine.references import find_deal, find_intent
from vrmnode.errors import ServiceError
from vrmnode.storage import deals, envelopes, outbox, pseudonyms
from vrmnode.storage.outbox import OutboxRow
from vrmprotocol.envelope import Envelope
from vrmprotocol.topics import DIRECTORY

MAX_SEALED = 200
"""Mails in one file at most: each costs a stamp, and the owner waits for the file."""

_VENDOR = b"vendor"


@dataclass(frozen=True, slots=True)
class Selection:
    """What goes into a file: envelopes as they are, mail to seal, and how much is left over."""

    market: tuple[bytes, ...]
    mail: tuple[Parcel, ...]
    left: int


def select(
    ctx: Context, *, intent: str | None = None, deal: str | None = None, together: bool = False
) -> Selection:
    """What waits to be sent: of one intent, of one deal, or all of it.

    With `intent` its public form goes along, and in a vendor's file the profile.

    Raises:
        ServiceError: `message.nothing`; `message.linked` unless `together`: the file would show
            that several intents, or an intent and a vendor, are one node's; `*.not_found`.
    """
    market: list[bytes] = []
    if deal is not None:
        rows = outbox.pending(ctx.tx, ctx.now, find_deal(ctx.tx, deal))
    elif intent is not None:
        rows, market = _of_intent(ctx, intent)
    else:
        rows = outbox.pending(ctx.tx, ctx.now)
        market = [row.raw for row in rows if row.kind == outbox.MARKET]
    mail = [row for row in rows if row.kind == outbox.MAIL]
    speakers = _speakers(ctx, rows)
    if len(speakers) > 1 and not together:
        raise conflict(
            "message.linked",
            "expected messages under one name; the file would show whoever holds it that"
            f" {_counted(speakers)} are yours; an intent to several vendors goes into a file for"
            " each: choose with --deal, the deals are in vrm intent show",
        )
    if _VENDOR in speakers:
        profile = envelopes.latest_own(ctx.tx, DIRECTORY, "vendor_profile", ctx.now)
        if profile is not None and profile.raw not in market:
            market.append(profile.raw)
    fewest_first = sorted(mail, key=lambda row: (row.attempts, row.id))
    found = [dispatch.mail_parcel(ctx, row) for row in fewest_first[:MAX_SEALED]]
    sealed = sorted((one for one in found if one is not None), key=lambda one: one.row)
    if not market and not sealed:
        raise nothing()
    return Selection(tuple(market), tuple(sealed), max(0, len(mail) - MAX_SEALED))


def nothing() -> ServiceError:
    """The error of a file that would be empty."""
    return conflict("message.nothing", "expected messages that wait to be sent, came none")


def _of_intent(ctx: Context, reference: str) -> tuple[list[OutboxRow], list[bytes]]:
    own = find_intent(ctx.tx, reference)
    published = envelopes.get(ctx.tx, own.envelope_id or b"")
    rows = [
        row
        for deal in deals.list_deals(ctx.tx, role="customer", intent_id=own.intent_id)
        for row in outbox.pending(ctx.tx, ctx.now, deal.deal)
    ]
    return rows, [] if published is None or published.expires <= ctx.now else [published.raw]


def _speakers(ctx: Context, rows: list[OutboxRow]) -> set[bytes]:
    """Under which names the node speaks in these rows: pseudonyms, or the vendor's."""
    found = set()
    for row in rows:
        if row.deal is None:
            known = envelopes.get(ctx.tx, row.envelope_id or b"")
            name = known and pseudonyms.get(ctx.tx, known.author)
            found.add(name.pseudonym if name else _VENDOR)
        elif (deal := deals.get(ctx.tx, row.deal)) is not None:
            found.add(deal.customer if deal.role == deals.CUSTOMER else _VENDOR)
    return found


def _counted(speakers: set[bytes]) -> str:
    count = len(speakers - {_VENDOR})
    words = f"{count} intents" if count > 1 else "an intent"
    return f"{words} and a shop" if _VENDOR in speakers else words


def written(ctx: Context, mail: Mapping[Parcel, bytes]) -> None:
    """Note that mail left in a file, in these envelopes: an attempt like any other."""
    for parcel, raw in mail.items():
        dispatch.sent(ctx, parcel, raw, peers=1, spread=ctx.random(1)[0] % 100)


def take(ctx: Context, arrived: Envelope) -> list[str]:
    """Act on a verified envelope of a file as on one from a peer; what there is to say of it."""
    # SPEC 02: The reader MUST NOT pass on to its peers what came in a file.
    #
    # It is kept and answered; only what gossip brings is relayed, and it is known by then.
    before = len(ctx.notes)
    # What came by hand is named to nobody, by gossip or by sync.
    inbound.accept_envelope(ctx, arrived, named=False)
    return ctx.notes[before:]
