"""What is kept of disclosures and contact updates: whole, until a part of them is superseded.

Implements the keeping of specs/09-relationship.md#what-counts. A message that was superseded in
part is cut down to the rest of its statements: its signature covers what may not be kept any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vrmnode.engine.context import Context
from vrmnode.engine.mail import private_mail
from vrmnode.engine.records import DealRecord
from vrmnode.storage import messages
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmprotocol import contact_state, encoding, message
from vrmprotocol.contact_state import Disclosed, Told
from vrmprotocol.encoding import Value
from vrmprotocol.message import SignedMessage

KINDS = frozenset({"disclosure", "contact_update"})

_REST = b"rest\x00"


@dataclass(frozen=True, slots=True)
class Kept:
    """What one message still says: its statements, and the relationship key that it opened."""

    said: tuple[Told, ...]
    key: bytes | None


def of_deal(
    tx: Connection, vault: Vault, record: DealRecord, *, own: bool = False
) -> Mapping[bytes, Kept]:
    """What is kept in a deal that is agreed, by the digests of messages, in their order.

    `own`: what this node's owner told, in place of what it was told.
    """
    headers = [
        item
        for item in messages.list_messages(tx, record.deal)
        if item.kind in KINDS and item.own == own
    ]
    found: dict[bytes, Kept] = {}
    for item in sorted(headers, key=lambda each: (each.seq, each.digest)):
        raw = private_mail.content(tx, vault, record.deal, item.digest)
        if raw is not None and record.state.state == "agreed":
            found[item.digest] = _read(raw, record)
    return found


def is_rest(raw: bytes) -> bool:
    """Whether kept content is what was left of a message, and not the message as it came."""
    return raw.startswith(_REST)


def _read(raw: bytes, record: DealRecord) -> Kept:
    if is_rest(raw):
        return _rest(raw)
    whole = message.verify_and_load(raw, expected_recipient=None)
    if not isinstance(whole, SignedMessage) or not contact_state.counts(whole, record.state):
        return Kept((), None)
    return Kept(tuple(contact_state.statements(whole)), contact_state.opened(whole))


def current(kept: Mapping[bytes, Kept], now: int) -> Disclosed:
    """What counts of it at a moment."""
    said = [one for each in kept.values() for one in each.said]
    keys = [each.key for each in kept.values() if each.key is not None]
    return contact_state.current(said, keys, now=now)


# SPEC 09: The reader MUST erase a value when it is superseded.
def erase_superseded(ctx: Context, record: DealRecord) -> Disclosed:
    """Forget what will never count again; what counts."""
    kept = of_deal(ctx.tx, ctx.vault, record)
    found = current(kept, ctx.now)
    for digest in {one.message for one in found.superseded}:
        gone = {one.name for one in found.superseded if one.message == digest}
        rest = tuple(one for one in kept[digest].said if one.name not in gone)
        if rest or kept[digest].key is not None:
            private_mail.replace(ctx, record.deal, digest, _bytes(Kept(rest, kept[digest].key)))
        else:
            private_mail.erase(ctx, record.deal, digest)
        ctx.sweep = True
    return found


def _bytes(kept: Kept) -> bytes:
    said: list[Value] = [
        {
            "name": one.name,
            "value": one.value,
            "committed": one.committed,
            "message": one.message,
            "seq": one.seq,
            "at": one.at,
            "effective_from": one.effective_from,
        }
        for one in kept.said
    ]
    return _REST + encoding.encode({"said": said, "key": kept.key})


def _rest(raw: bytes) -> Kept:
    fields = encoding.decode_map(raw[len(_REST) :])
    said, key = fields["said"], fields["key"]
    assert isinstance(said, list)
    assert key is None or isinstance(key, bytes)
    told = tuple(Told(**each) for each in said if isinstance(each, dict))  # type: ignore[arg-type]
    return Kept(told, key)
