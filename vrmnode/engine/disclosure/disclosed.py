"""What customers have disclosed to this node's vendor: kept sealed, shown with the order, erased.

Implements the reader's side of specs/09-relationship.md#disclosure. Events and notes name fields,
never values.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import declined
from vrmnode.engine.mail import private_mail
from vrmnode.engine.records import DealRecord
from vrmnode.storage import messages, secrets
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmnode.values import reasons
from vrmprotocol import disclosure, keys, message
from vrmprotocol.contact import NAMES
from vrmprotocol.disclosure import Disclosed
from vrmprotocol.disclosure_body import Disclosure
from vrmprotocol.errors import RemoteError
from vrmprotocol.message import SignedMessage, UninterpretedMessage

Json = dict[str, object]

KIND = "disclosure"


def after_message(
    ctx: Context, record: DealRecord, signed: SignedMessage | UninterpretedMessage
) -> None:
    """Keep a customer's disclosure that was just added to the deal, or nothing of it."""
    if signed.kind != KIND or record.row.role != "vendor":
        return
    if isinstance(signed, UninterpretedMessage):
        _refuse(ctx, record, signed.digest, signed.code)
        return
    # SPEC 09: The reader MUST keep nothing of the body of a disclosure that it refuses.
    #
    # What the store has by now is the header; the body goes with this turn.
    try:
        disclosure.check(signed, record.state)
    except RemoteError as error:
        _refuse(ctx, record, signed.digest, error.code)
        return
    private_mail.keep(ctx, signed)
    assert isinstance(signed.body, Disclosure)
    names = ", ".join(signed.body.names)
    ctx.event("disclosure.received", "deal", record.deal, fields=names)


def _refuse(ctx: Context, record: DealRecord, digest: bytes, code: str) -> None:
    declined.decline(ctx, record, digest, code)
    ctx.notes.append(f"disclosure refused: {code}")
    ctx.event(
        "disclosure.refused", "deal", record.deal, reason=code, words=reasons.of_disclosure(code)
    )


def of_deal(tx: Connection, vault: Vault, record: DealRecord) -> Disclosed:
    """What a deal's customer has disclosed and this node still keeps."""
    kept = (
        private_mail.content(tx, vault, record.deal, item.digest)
        for item in messages.list_messages(tx, record.deal)
        if item.kind == KIND and not item.own
    )
    read = [
        message.verify_and_load(raw, expected_recipient=None) for raw in kept if raw is not None
    ]
    return disclosure.evaluate(record.state, read)


# SPEC 09: The reader MUST tell a value that was said without its salt from one that was committed
# to, wherever it shows it.
def shown(tx: Connection, vault: Vault, record: DealRecord) -> Json:
    """The same, ready for JSON; `committed` says whether the agreement committed to the value."""
    found = of_deal(tx, vault, record)
    fields = {
        name: {"value": one.value, "committed": one.committed, "disclosed_at": one.at}
        for name, one in sorted(found.fields.items(), key=lambda each: NAMES.index(each[0]))
    }
    key = found.relationship
    return {"fields": fields, "relationship": None if key is None else keys.to_did(key)}


def is_forgotten(tx: Connection, vault: Vault, record: DealRecord) -> bool:
    """Whether the key that opens a vendor's mail of this deal was erased."""
    return secrets.get(tx, vault, "deal", record.deal, "reply") is None


def erase(ctx: Context, record: DealRecord) -> int:
    """Forget all that a deal's customer has disclosed; how many disclosures that were."""
    found = [
        item.digest
        for item in messages.list_messages(ctx.tx, record.deal)
        if item.kind == KIND and private_mail.erase(ctx, record.deal, item.digest)
    ]
    if found:
        ctx.event("disclosure.erased", "deal", record.deal, disclosures=len(found))
    return len(found)
