"""Disclosures and contact updates that a vendor's node doesn't take: it says so, and why.

Implements the decline of specs/09-relationship.md#disclosure and #contact_update.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmnode.engine.mail import mailroom
from vrmnode.engine.negotiation import refusals
from vrmnode.engine.records import DealRecord
from vrmnode.storage import disclosures, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.disclosures import StoredDisclosure
from vrmnode.values import reasons
from vrmprotocol.mail import Decline
from vrmprotocol.message import SignedMessage

Json = dict[str, object]


# SPEC 09: The vendor MUST decline a disclosure that it refuses with `invalid`, and say why in the
# note.
# SPEC 09: The vendor MUST decline a contact update that it refuses with `invalid`, and say why in
# the note.
def decline(ctx: Context, record: DealRecord, told: bytes, code: str) -> None:
    """Tell the customer that nothing of what it told (a message's digest) was kept, and why."""
    if not mailroom.can_tell(ctx, record):
        return
    words = reasons.of_disclosure(code)
    body = Decline(of=told, reason="invalid", note=words, in_language="en")
    mailroom.tell(ctx, record, body, until=ctx.now + mailroom.ANSWER_LIFETIME_S)


def after_message(ctx: Context, record: DealRecord, signed: SignedMessage) -> None:
    """Tell the customer of a decline of what it told that was just added to the deal."""
    if not isinstance(signed.body, Decline):
        return
    row = disclosures.get(ctx.tx, signed.body.of)
    if row is not None and row.deal == record.deal:
        ctx.event(
            f"{row.kind}.declined",
            "deal",
            record.deal,
            vendor=row.vendor_name,
            fields=", ".join(row.fields),
            **refusals.why(signed, "vendor"),
        )


def of_deal(tx: Connection, deal: bytes) -> dict[bytes, Json]:
    """Why what was told in a deal was declined, by its digest: reason, words, note."""
    found: dict[bytes, Json] = {}
    for stored, signed in refusals.said_no(messages.list_messages(tx, deal)):
        if isinstance(signed.body, Decline) and not stored.own:
            found.setdefault(signed.body.of, dict(refusals.why(signed, "vendor")))
    return found


def standing(tx: Connection, deal: bytes) -> list[StoredDisclosure]:
    """What was told in a deal and its vendor hasn't declined, oldest first."""
    gone = of_deal(tx, deal)
    return [row for row in disclosures.of_deal(tx, deal) if row.digest not in gone]
