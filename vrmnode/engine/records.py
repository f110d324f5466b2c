"""A deal as the engine sees it: its row, its messages, the state that follows from them.

The state of a deal is never stored as the truth; it is evaluated from the set of its signed
messages (specs/04-negotiation.md) each time one is added, and the row keeps the result for
queries.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import get_args

from vrmnode.engine.context import Context
from vrmnode.engine.failures import not_found
from vrmnode.engine.mail import private_mail
from vrmnode.storage import deals, intents, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.deals import Deal
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.messages import StoredMessage
from vrmnode.storage.secrets import Vault
from vrmprotocol import encoding, message, negotiation, schema
from vrmprotocol.bodies import MailBody
from vrmprotocol.mail import Offer
from vrmprotocol.market import Intent
from vrmprotocol.message import SignedMessage, UninterpretedMessage
from vrmprotocol.negotiation import DealState, State


@dataclass(frozen=True, slots=True)
class DealRecord:
    """A deal's row together with the evaluated set of its messages."""

    row: Deal
    state: DealState

    @property
    def deal(self) -> bytes:
        """The deal id, 32 bytes."""
        return self.row.deal

    @property
    def first_offer(self) -> Offer | None:
        """Any offer of the deal: all of them carry the same secret, reply key and shard."""
        for signed in self.state.offers.values():
            if isinstance(signed.body, Offer):
                return signed.body
        return None

    @property
    def vendor_author(self) -> bytes | None:
        """The certified key that signs for the vendor in this deal, 32 bytes."""
        offer = self.first_offer
        return None if offer is None else offer.draft.vendor.certificate.subject


@functools.lru_cache(maxsize=2_048)
def load_message(raw: bytes) -> SignedMessage | UninterpretedMessage:
    """A message that was verified before it was stored; the last ones are kept ready."""
    return private_mail.read_header(raw) or message.verify_and_load(raw, expected_recipient=None)


def open_message(
    tx: Connection, vault: Vault, item: StoredMessage
) -> SignedMessage | UninterpretedMessage:
    """The same, opened where its content is sealed apart; its header where that was erased.

    Not kept ready: what was erased is nowhere, then.
    """
    if private_mail.read_header(item.raw) is None:
        return load_message(item.raw)
    raw = private_mail.content(tx, vault, item.deal, item.digest)
    if raw is None:
        return load_message(item.raw)
    return message.verify_and_load(raw, expected_recipient=None)


def body_of(raw: bytes) -> MailBody | None:
    """The body of a stored message; None where it can't be interpreted here."""
    signed = load_message(raw)
    return signed.body if isinstance(signed, SignedMessage) else None


@dataclass(frozen=True, slots=True)
class MessageSet:
    """The messages that a deal had at one time; two are equal if they have the same bytes."""

    digest: bytes
    raws: tuple[bytes, ...] = field(compare=False, repr=False)

    def load(self) -> list[SignedMessage | UninterpretedMessage]:
        """The messages themselves."""
        return [load_message(raw) for raw in self.raws]


def message_set(raws: Sequence[bytes]) -> MessageSet:
    """The set of these stored messages."""
    lengths = b"".join(len(raw).to_bytes(4, "big") for raw in raws)
    return MessageSet(encoding.sha256(lengths + b"".join(raws)), tuple(raws))


@functools.lru_cache(maxsize=256)
def state_of(known: MessageSet) -> DealState:
    """The state that follows from a set of messages; the last ones are kept ready.

    One turn asks for the state of its deal from ten places, and verifies signatures each time.
    """
    return negotiation.evaluate(known.load())


def evaluate(raws: Sequence[bytes]) -> DealState:
    """The state that follows from stored messages, whatever their order."""
    return state_of(message_set(raws))


def load_deal(tx: Connection, deal: bytes) -> DealRecord:
    """The deal with that id.

    Raises:
        ServiceError: `deal.not_found`.
    """
    row = deals.get(tx, deal)
    if row is None:
        raise not_found("deal", deal.hex())
    return DealRecord(row, evaluate(messages.raws(tx, deal)))


def reload(ctx: Context, record: DealRecord) -> DealRecord:
    """The same deal after this turn changed it."""
    return load_deal(ctx.tx, record.deal)


def intent_body(own: OwnIntent) -> Intent:
    """The published body of one of the node's own intents."""
    return read_intent(own.body)


def read_intent(raw: bytes) -> Intent:
    """An intent's body that was checked before it was stored."""
    return schema.load(
        Intent,
        encoding.decode_map(raw),
        code="message.body",
        unknown_code="message.unknown_field",
    )


def own_intent(tx: Connection, intent_id: bytes) -> OwnIntent:
    """The node's own intent with that id.

    Raises:
        ServiceError: `intent.not_found`.
    """
    found = intents.get_by_id(tx, intent_id)
    if found is None:
        raise not_found("intent", intent_id.hex())
    return found


_STATES: dict[str, State] = {state: state for state in get_args(State)}


def as_state(text: str) -> State:
    """A stored state's name as the protocol's type."""
    return _STATES[text]
