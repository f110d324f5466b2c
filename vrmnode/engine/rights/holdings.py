"""What this node's database holds of the customer of one deal, as the answer to its request.

Implements the writer's side of specs/15-rights.md#the-answer. Every value comes from the database
in the turn in which the answer is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from vrmnode.engine.audience import readable
from vrmnode.engine.disclosure import disclosed, statements
from vrmnode.engine.mail import private_mail
from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import DealRecord, open_message
from vrmnode.engine.rights import requests
from vrmnode.storage import holdings, messages, orders
from vrmnode.storage.database import Connection
from vrmnode.storage.messages import StoredMessage
from vrmnode.storage.secrets import Vault
from vrmprotocol import agreement, bodies, keys, legal_basis, rights, rights_answer
from vrmprotocol.agreement_graph import time_text
from vrmprotocol.contact import NAMES
from vrmprotocol.contact_state import Disclosed
from vrmprotocol.disclosure_body import FieldName
from vrmprotocol.mail import Accept
from vrmprotocol.message import SignedMessage
from vrmprotocol.rights_answer import Answer, HeldField, HeldMessage, HeldOrder
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_roster import levels_of
from vrmprotocol.terms_words import words_of

_NAMES: dict[str, FieldName] = {name: name for name in get_args(FieldName)}


# SPEC 15: The writer MUST name in the answer every contact field, message and record that its
# database holds because of the deal at the moment of the answer, the request included, and no
# other.
def answer(
    tx: Connection, vault: Vault, record: DealRecord, request: rights.Request, now: int
) -> Answer:
    """The answer to a request for access, as the database is now."""
    assert record.state.document is not None
    told = disclosed.of_deal(tx, vault, record, now)
    key = told.relationship
    found, asked = find_order(tx, record.deal), requests.of_deal(tx, record)
    return rights_answer.answer(
        answered_at=now,
        deal=record.deal,
        agreement=agreement.document_digest(record.state.document),
        request=request.digest,
        controller=keys.to_did(record.row.vendor_root),
        subject=keys.to_did(record.row.customer),
        purpose=_purpose(record),
        legal_basis=_legal_basis(record, asked, now),
        delete_by=None if found is None else found.delete_by,
        sale_opted_out=rights.opted_out_of_sale(asked) is not None,
        contact=list(_contact(told)),
        relationship=None if key is None else keys.to_did(key),
        order=_order(tx, record.deal),
        messages=_messages(tx, vault, record),
        records=_records(tx, record),
        portable=rights.is_portable(record.state),
    )


def _purpose(record: DealRecord) -> str | None:
    draft = rights.draft_of(record.state)
    if draft is None or unknown(draft.choice):
        return None
    return words_of("service", levels_of(draft.terms, draft.addendum)["service"]).short


# SPEC 15: The writer MUST name in `legalBasis` the legal bases that hold at the moment of the
# answer.
def _legal_basis(
    record: DealRecord, asked: Sequence[rights.Request], now: int
) -> tuple[legal_basis.DpvBasis, ...]:
    draft = rights.draft_of(record.state)
    assert draft is not None
    return legal_basis.in_dpv(legal_basis.grounds(draft, asked, now))


def _contact(told: Disclosed) -> Iterator[HeldField]:
    for name in NAMES:
        for one in (told.fields.get(name), told.coming.get(name)):
            if one is not None:
                yield HeldField(
                    name=_NAMES[name],
                    value=one.value,
                    committed=one.committed,
                    disclosed_at=time_text(one.at),
                    effective_from=time_text(one.effective_from) if one.effective_from else None,
                )


def _order(tx: Connection, deal: bytes) -> HeldOrder | None:
    row = orders.get(tx, deal)
    if row is None:
        return None
    return HeldOrder(status=row.status, payment=row.payment, reference=row.reference)


def _messages(tx: Connection, vault: Vault, record: DealRecord) -> Iterator[HeldMessage]:
    for item in messages.list_messages(tx, record.deal):
        raw: bytes | None = item.raw
        if private_mail.read_header(item.raw) is not None:
            raw = private_mail.content(tx, vault, record.deal, item.digest)
        yield HeldMessage(
            digest=item.digest.hex(),
            kind=item.kind,
            sender="vendor" if item.own else "customer",
            received_at=time_text(item.received_at),
            content=_content(raw),
            body=None if raw is None or item.own else _body(tx, vault, item),
        )


def _content(raw: bytes | None) -> Literal["kept", "partly", "erased"]:
    if raw is None:
        return "erased"
    return "partly" if statements.is_rest(raw) else "kept"


def _body(tx: Connection, vault: Vault, item: StoredMessage) -> dict[str, object] | None:
    """What a customer's message says; the offer inside an accept is the vendor's own."""
    if item.kind in statements.KINDS:
        return None  # its values stand by themselves
    signed = open_message(tx, vault, item)
    if not isinstance(signed, SignedMessage):
        return None
    wire = bodies.to_wire(signed.body)
    if isinstance(signed.body, Accept):
        del wire["offer"]
    shown = readable(wire)
    assert isinstance(shown, dict)
    return shown


def _records(tx: Connection, record: DealRecord) -> dict[str, int]:
    row, accept = record.row, record.state.accept
    key = accept.body.feedback_key if accept and isinstance(accept.body, Accept) else None
    found = holdings.count(
        tx,
        deal=row.deal,
        pseudonym=row.customer,
        intent=row.intent_id,
        root=row.vendor_root,
        feedback_key=key,
    )
    del found["messages"]  # they are listed
    return found
