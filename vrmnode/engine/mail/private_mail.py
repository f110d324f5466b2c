"""Messages whose content is personal: their headers are kept like any, the rest sealed apart.

The store keeps every message for ever, as the truth of a deal. Of a disclosure, of a part of what
a vendor says that it holds, and of texts that bind nobody, that truth is the header alone
(specs/09-relationship.md#deletion, specs/15-rights.md#rights_data): they change no state. The
whole message is a secret of the deal, which can be erased without a trace in the set. Of a sealed
intent by which a vendor may recognise its customer the vendor's node keeps the header too; the
intent and the key are kept elsewhere (specs/09-relationship.md#recognition).
"""

from __future__ import annotations

from collections.abc import Collection

from vrmnode.engine.context import Context
from vrmnode.storage import messages, secrets
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmprotocol import encoding
from vrmprotocol.encoding import Value
from vrmprotocol.message import SignedMessage, UninterpretedMessage
from vrmprotocol.sealed_intent import SealedIntent

AS_THEY_COME = frozenset({"question", "answer", "sealed_feedback"})
"""Kinds whose content is kept whatever the state of the deal, before anybody looks at it."""
TEXTS = AS_THEY_COME | {"note"}
"""Kinds in which one side writes to the other in words that bind nobody."""

KINDS = frozenset({"disclosure", "contact_update", "rights_data"}) | TEXTS

_MARK = b"header\x00"
_WITHHELD = "message.withheld"


# SPEC 09: The node MUST keep nothing of what a text says in the clear.
def is_private(message: SignedMessage | UninterpretedMessage, *, own: bool) -> bool:
    """Whether no byte of its body may be kept in the clear; `own`: this node wrote it."""
    return message.kind in KINDS or (not own and _shows_relationship(message))


def _shows_relationship(message: SignedMessage | UninterpretedMessage) -> bool:
    """Whether a vendor may recognise its customer by it, a body that can't be used included."""
    if isinstance(message, UninterpretedMessage):
        return message.kind == "sealed_intent"
    return isinstance(message.body, SealedIntent) and message.body.relationship is not None


def header_form(message: SignedMessage | UninterpretedMessage) -> bytes:
    """What the store keeps of a message in place of its bytes."""
    received: list[Value] = list(message.received)
    return _MARK + encoding.encode(
        {
            "kind": message.kind,
            "deal": message.deal,
            "seq": message.seq,
            "prev": message.prev,
            "author": message.author,
            "recipient": message.recipient,
            "created": message.created,
            "received": received,
            "digest": message.digest,
        }
    )


def read_header(raw: bytes) -> UninterpretedMessage | None:
    """The message of a header form, its body withheld; None for the bytes of a whole message."""
    if not raw.startswith(_MARK):
        return None
    kept = encoding.decode_map(raw[len(_MARK) :])
    received = kept.pop("received")
    assert isinstance(received, list)
    return UninterpretedMessage(
        **kept,  # type: ignore[arg-type]  # as `header_form` wrote it
        received=tuple(each for each in received if isinstance(each, bytes)),
        raw=raw,
        code=_WITHHELD,
        detail="its content is sealed apart",
    )


def keep(ctx: Context, message: SignedMessage) -> None:
    """Seal the whole message under its deal."""
    ctx.keep_secret("deal", message.deal, _name(message.digest), message.raw)


def replace(ctx: Context, deal: bytes, digest: bytes, rest: bytes) -> None:
    """Seal the rest of a message in place of the whole."""
    ctx.keep_secret("deal", deal, _name(digest), rest)


def content(tx: Connection, vault: Vault, deal: bytes, digest: bytes) -> bytes | None:
    """The bytes of a message that was sealed, or None once they were erased."""
    return secrets.get(tx, vault, "deal", deal, _name(digest))


def erase(ctx: Context, deal: bytes, digest: bytes) -> bool:
    """Forget the content of a message; False if nothing of it was kept."""
    return secrets.erase(ctx.tx, "deal", deal, _name(digest)) > 0


def erase_all(ctx: Context, deal: bytes, kinds: Collection[str] = KINDS) -> None:
    """Forget the content of every message of a deal that is private, or of some kinds of them."""
    for item in messages.list_messages(ctx.tx, deal):
        if item.kind in kinds:
            erase(ctx, deal, item.digest)


def _name(digest: bytes) -> str:
    return f"message {digest.hex()}"
