"""The kinds of mail: which body each has, and from map to struct and back.

Implements the tables of `specs/03-messages.md#mail-messages`; market bodies are read by
`market.load_market`, because they need their envelope.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from vrmprotocol import (
    contact_update,
    deletion_body,
    disclosure_body,
    draft,
    feedback,
    order_bodies,
    reach_bodies,
    rights_bodies,
    schema,
    sealed_intent,
)
from vrmprotocol.body_checks import (
    check_commitments,
    check_extensions,
    check_note_language,
    check_own_currency,
    check_recipient_key,
)
from vrmprotocol.contact_update import ContactUpdate
from vrmprotocol.deletion_body import Deletion
from vrmprotocol.disclosure_body import Disclosure
from vrmprotocol.encoding import Map, Value
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.feedback import SealedFeedback
from vrmprotocol.mail import (
    Accept,
    Ack,
    Agreement,
    Answer,
    Counter,
    Decline,
    Offer,
    Question,
    WithdrawAccept,
)
from vrmprotocol.order_bodies import OrderBody, Statement
from vrmprotocol.reach_bodies import Note, NoteRefusal, Reach
from vrmprotocol.rights_bodies import RightsData, RightsRequest, RightsStatus
from vrmprotocol.sealed_intent import SealedIntent
from vrmprotocol.terms_addendum import check_levels

MailBody: TypeAlias = (
    SealedIntent
    | Offer
    | Accept
    | Agreement
    | Decline
    | WithdrawAccept
    | Question
    | Answer
    | Counter
    | Disclosure
    | Deletion
    | SealedFeedback
    | ContactUpdate
    | Reach
    | Note
    | NoteRefusal
    | RightsRequest
    | RightsStatus
    | RightsData
    | Ack
    | OrderBody
)

_STRUCTS: dict[str, type[MailBody]] = {
    "sealed_intent": SealedIntent,
    "offer": Offer,
    "accept": Accept,
    "agreement": Agreement,
    "decline": Decline,
    "withdraw_accept": WithdrawAccept,
    "question": Question,
    "answer": Answer,
    "counter": Counter,
    "disclosure": Disclosure,
    "deletion": Deletion,
    "sealed_feedback": SealedFeedback,
    "contact_update": ContactUpdate,
    "reach": Reach,
    "note": Note,
    "note_refusal": NoteRefusal,
    "rights_request": RightsRequest,
    "rights_status": RightsStatus,
    "rights_data": RightsData,
    "ack": Ack,
    **order_bodies.STRUCTS,
}
_KINDS: dict[type[MailBody], str] = {struct: kind for kind, struct in _STRUCTS.items()}

MAIL_KINDS: tuple[str, ...] = tuple(_STRUCTS)


def kind_of(body: MailBody) -> str:
    """The kind that a body belongs to."""
    return _KINDS[type(body)]


def from_wire(kind: str, fields: object, *, known_ext: frozenset[str] = frozenset()) -> MailBody:
    """The body that a map stands for, with every check that needs nothing but the body.

    `known_ext` are the names of extensions that the caller understands.

    Raises:
        RemoteError: `message.version` for an unknown kind, `message.body`, `.unknown_field`,
            `.critical`, `.total_mismatch`, `certificate.schema`.
    """
    struct = _STRUCTS.get(kind)
    if struct is None:
        raise RemoteError("message.version", "kind: expected a known one")
    body: MailBody = schema.load(
        struct, fields, code="message.body", unknown_code="message.unknown_field"
    )
    check_extensions(body, known_ext)
    if isinstance(body, Offer):
        check_recipient_key("replyKey", body.reply_key)
        check_extensions(body.draft, known_ext)
        draft.check(body.draft)
    elif isinstance(body, Decline):
        # SPEC 05: The reader MUST refuse a decline whose `levels` haven't the form of an addendum
        # with `message.body`.
        check_levels(body.levels, code="message.body")
    elif isinstance(body, SealedIntent):
        sealed_intent.check_content(body, known_ext)
    elif isinstance(body, Accept):
        check_commitments(body.commitments)
    elif isinstance(body, Statement):
        order_bodies.check(body)
    elif isinstance(body, Disclosure):
        disclosure_body.check(body)
    elif isinstance(body, Deletion):
        deletion_body.check(body)
    elif isinstance(body, SealedFeedback):
        feedback.check_sealed(body)
    elif isinstance(body, ContactUpdate):
        contact_update.check(body)
    elif isinstance(body, Reach | Note | NoteRefusal):
        reach_bodies.check(body)
    elif isinstance(body, RightsStatus):
        rights_bodies.check_status(body)
    if isinstance(body, Offer | Decline | Counter):
        check_note_language(body.note, body.in_language)
    return body


def to_wire(struct: msgspec.Struct) -> Map:
    """The map of any struct of `market`, `draft` or `mail`."""
    return schema.dump(struct)


def check_own(body: MailBody) -> MailBody:
    """A body of our own making, once it has passed the checks that its reader will make.

    Raises:
        LocalError: with the reader's code.
    """
    if isinstance(body, Offer):
        check_own_currency(body.draft.price_specification.price_currency)
    try:
        return from_wire(kind_of(body), to_wire(body), known_ext=extension_names(body))
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None


def named_extensions(body: Value) -> frozenset[str]:
    """The names of all extensions in a body that isn't read yet.

    For what is shown to others: whether they are understood was the matter of who it was sent to.
    """
    names = body.get("ext") if isinstance(body, dict) else None
    return frozenset(names if isinstance(names, dict) else ())


def extension_names(body: MailBody) -> frozenset[str]:
    """The names of all extensions in a body, those of its draft or intent included."""
    names = frozenset(body.ext)
    if isinstance(body, Offer):
        return names | frozenset(body.draft.ext)
    return names | frozenset(body.intent.ext) if isinstance(body, SealedIntent) else names
