"""Messages of a deal: signing our own, verifying the other side's.

Implements the checks of `specs/06-sealing-and-mail.md#the-inner-message` in their order. A
message object exists only for bytes whose form, signature and address were verified. What a set
of messages means is in `negotiation`; recognising duplicates is left to the caller.
"""

from __future__ import annotations

from collections.abc import Sequence

from vrmprotocol import bodies, coherence, inner
from vrmprotocol.bodies import MailBody
from vrmprotocol.coherence import Role as Role
from vrmprotocol.coherence import load_offer as load_offer
from vrmprotocol.encoding import Map
from vrmprotocol.errors import LocalError, RemoteError
from vrmprotocol.inner import MAX_INNER_BYTES as MAX_INNER_BYTES
from vrmprotocol.inner import MAX_RECEIVED as MAX_RECEIVED
from vrmprotocol.inner import Header
from vrmprotocol.inner import SignedMessage as SignedMessage
from vrmprotocol.inner import UninterpretedMessage as UninterpretedMessage
from vrmprotocol.keys import SigningKey

_WRITER: dict[Role, Role] = {"customer": "vendor", "vendor": "customer"}


def sign(
    *,
    kind: str,
    deal: bytes,
    seq: int,
    prev: bytes | None,
    key: SigningKey,
    recipient: bytes,
    created: int,
    received: Sequence[bytes],
    body: MailBody,
) -> SignedMessage:
    """A signed message that its reader will accept; `.raw` is what is sealed.

    Raises:
        LocalError: the code with which a reader would refuse it.
    """
    fields: Map = {
        "v": 1,
        "kind": kind,
        "deal": deal,
        "seq": seq,
        "prev": prev,
        "author": key.public,
        "recipient": recipient,
        "created": created,
        "received": list(received),
        "body": bodies.to_wire(body),
    }
    raw = inner.write(fields, key)
    try:
        message = verify_and_load(
            raw, expected_recipient=None, known_ext=bodies.extension_names(body)
        )
    except RemoteError as error:
        raise LocalError(error.code, error.detail) from None
    if isinstance(message, UninterpretedMessage):
        raise LocalError(message.code, message.detail)
    return message


def verify_and_load(
    raw: bytes,
    *,
    expected_recipient: bytes | frozenset[bytes] | None,
    expected_deal: bytes | None = None,
    expected_author: bytes | None = None,
    reader: Role | None = None,
    now: int | None = None,
    known_ext: frozenset[str] = frozenset(),
) -> SignedMessage | UninterpretedMessage:
    """The verified message of opened bytes.

    `expected_recipient` is the reader's own key in the deal, or its keys where any of them may
    be named; None only to read again what one sent. `expected_deal` and `expected_author` are
    None for first contact: then an offer, a decline of the intent or an ack proves both by its
    certificate; the author of any other message stays unproven. `now` (Unix seconds) is when
    certificates have to be valid; None to read again from a store. `reader` is the reader's own
    side: with it, a body that only that side may write isn't interpreted.

    Raises:
        RemoteError: `encoding.*`, `message.schema`, `.signature`, `.wrong_recipient`,
            `.wrong_deal`, `.author`, and `certificate.*` where the certificate is what proves
            the author. Other failures of the body aren't raised: they give an
            `UninterpretedMessage` with their code.
    """
    opened = inner.read(raw)
    _check_parties(opened.header, expected_recipient, expected_deal, expected_author)
    first_contact = expected_recipient is not None and expected_author is None
    try:
        message = _interpret(opened, known_ext)
        writer = None if reader is None else _WRITER[reader]
        coherence.check(message, writer=writer, now=now, first_contact=first_contact)
    except RemoteError as error:
        if coherence.concerns_party(error):
            raise
        return inner.uninterpreted(opened.header, error)
    return message


def _interpret(opened: inner.Opened, known_ext: frozenset[str]) -> SignedMessage:
    if opened.version != 1:
        raise RemoteError("message.version", f"v: expected 1, came {opened.version}")
    body = bodies.from_wire(opened.header.kind, opened.body, known_ext=known_ext)
    return inner.interpreted(opened.header, body)


def _check_parties(
    header: Header,
    recipient: bytes | frozenset[bytes] | None,
    deal: bytes | None,
    author: bytes | None,
) -> None:
    # SPEC 06: The reader MUST refuse an inner message for another recipient with
    # `message.wrong_recipient`.
    own = frozenset({recipient}) if isinstance(recipient, bytes) else recipient
    if own is not None and header.recipient not in own:
        raise RemoteError("message.wrong_recipient", "expected our own key, came another")
    # SPEC 06: The reader MUST refuse an inner message of another deal with `message.wrong_deal`.
    if deal is not None and header.deal != deal:
        raise RemoteError("message.wrong_deal", "expected the deal of the tag, came another")
    # SPEC 06: The reader MUST refuse an inner message signed by neither the pseudonym nor a
    # certified vendor key of the deal with `message.author`.
    if author is not None and header.author != author:
        raise RemoteError("message.author", "expected the other side's key, came another")
