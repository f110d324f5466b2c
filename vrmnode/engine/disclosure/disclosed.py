"""What customers have disclosed to this node's vendor: kept sealed, shown with the order, erased.

Implements the reader's side of specs/09-relationship.md#disclosure and #contact_update. Events and
notes name fields, never values.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import declined, statements
from vrmnode.engine.mail import private_mail
from vrmnode.engine.records import DealRecord
from vrmnode.storage import messages, secrets, timers
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmnode.values import reasons
from vrmprotocol import contact_state, keys
from vrmprotocol.contact import NAMES
from vrmprotocol.contact_state import Disclosed, Told
from vrmprotocol.contact_update import ContactUpdate
from vrmprotocol.disclosure_body import Disclosure
from vrmprotocol.errors import RemoteError
from vrmprotocol.message import SignedMessage, UninterpretedMessage

Json = dict[str, object]

TIMER = "contact_update"
"""Due when a new value of a customer's is in force, and the old one has to go."""


def after_message(
    ctx: Context, record: DealRecord, signed: SignedMessage | UninterpretedMessage
) -> None:
    """Keep what a customer just told in a deal, or nothing of it."""
    if signed.kind not in statements.KINDS or record.row.role != "vendor":
        return
    if isinstance(signed, UninterpretedMessage):
        _refuse(ctx, record, signed, signed.code)
        return
    # SPEC 09: The reader MUST keep nothing of the body of a disclosure that it refuses.
    # SPEC 09: The reader MUST keep nothing of the body of a contact update that it refuses.
    #
    # What the store has by now is the header; the body goes with this turn.
    try:
        contact_state.check(signed, record.state)
    except RemoteError as error:
        _refuse(ctx, record, signed, error.code)
        return
    private_mail.keep(ctx, signed)
    assert isinstance(signed.body, Disclosure | ContactUpdate)
    if isinstance(signed.body, Disclosure) and signed.body.relationship is not None:
        # By this the customer is recognised in other deals, without reading all that was disclosed.
        key = signed.body.relationship.key
        ctx.keep_secret("deal", record.deal, secrets.RELATIONSHIP, key)
    names = ", ".join(signed.body.names)
    since = signed.body.effective_from if isinstance(signed.body, ContactUpdate) else None
    ctx.event(f"{signed.kind}.received", "deal", record.deal, fields=names, effective_from=since)
    keep_current(ctx, record)


def keep_current(ctx: Context, record: DealRecord) -> None:
    """Forget what is superseded, now and when what was announced is in force."""
    found = statements.erase_superseded(ctx, record)
    if found.coming:
        next_at = min(one.effective_from for one in found.coming.values())
        timers.arm(ctx.tx, TIMER, record.deal, next_at)
    else:
        timers.clear(ctx.tx, TIMER, record.deal)


def _refuse(
    ctx: Context, record: DealRecord, signed: SignedMessage | UninterpretedMessage, code: str
) -> None:
    declined.decline(ctx, record, signed.digest, code)
    ctx.notes.append(f"{signed.kind} refused: {code}")
    words = reasons.of_disclosure(code)
    ctx.event(f"{signed.kind}.refused", "deal", record.deal, reason=code, words=words)


def of_deal(tx: Connection, vault: Vault, record: DealRecord, now: int) -> Disclosed:
    """What a deal's customer has told and this node still keeps, as it counts now."""
    return statements.current(statements.of_deal(tx, vault, record), now)


# SPEC 09: The reader MUST tell a value that was said without its salt from one that was committed
# to, wherever it shows it.
def shown(tx: Connection, vault: Vault, record: DealRecord, now: int) -> Json:
    """The same, ready for JSON; `committed` says whether the agreement committed to the value."""
    found = of_deal(tx, vault, record, now)
    key = found.relationship
    return {
        "fields": _fields(found.fields),
        "coming": _fields(found.coming),
        "relationship": None if key is None else keys.to_did(key),
    }


def _fields(found: Mapping[str, Told]) -> Json:
    return {
        name: {
            "value": one.value,
            "committed": one.committed,
            "disclosed_at": one.at,
            **({"effective_from": one.effective_from} if one.effective_from else {}),
        }
        for name, one in sorted(found.items(), key=lambda each: NAMES.index(each[0]))
    }


def is_forgotten(tx: Connection, vault: Vault, record: DealRecord) -> bool:
    """Whether the key that opens a vendor's mail of this deal was erased."""
    return secrets.get(tx, vault, "deal", record.deal, "reply") is None


def erase(ctx: Context, record: DealRecord) -> int:
    """Forget all that a deal's customer has disclosed; how many disclosures that were."""
    found = [
        item.digest
        for item in messages.list_messages(ctx.tx, record.deal)
        if item.kind in statements.KINDS and private_mail.erase(ctx, record.deal, item.digest)
    ]
    for name in (secrets.RELATIONSHIP, secrets.RECOGNITION):
        secrets.erase(ctx.tx, "deal", record.deal, name)
    if found:
        ctx.event("disclosure.erased", "deal", record.deal, disclosures=len(found))
    return len(found)
