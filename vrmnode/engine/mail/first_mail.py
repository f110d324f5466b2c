"""Mail before a deal has tags of its own: which it is, and where it goes.

Implements the addresses of specs/06-sealing-and-mail.md#first-mail-to-a-vendor. The customer's
sealed intent goes to the tag of the vendor's profile until there is an offer; the vendor's offer,
decline or ack goes to the intent's reply tag until the customer is known to have an offer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vrmnode.engine.records import DealRecord, load_message
from vrmnode.engine.trust.directory import read_profile
from vrmnode.storage import intents, market, messages
from vrmnode.storage.database import Connection
from vrmnode.storage.messages import StoredMessage
from vrmprotocol import sealing
from vrmprotocol.fields import RecipientKey
from vrmprotocol.mail import Ack, Decline
from vrmprotocol.message import SignedMessage
from vrmprotocol.sealed_intent import SealedIntent

SEALED_INTENT = "sealed_intent"


@dataclass(frozen=True, slots=True)
class Door:
    """Where first mail to a vendor goes, to which key it is sealed, and who reads it."""

    tag: bytes
    key: RecipientKey
    subject: bytes


def door(tx: Connection, root: bytes, now: int) -> Door | None:
    """Where a vendor takes first mail; None while its newest profile has no usable prekey."""
    stored = market.get_profile(tx, root)
    if stored is None:
        return None
    profile = read_profile(stored.body)
    # SPEC 06: The writer MUST NOT seal to a prekey after its `notAfter`.
    if now > profile.prekey.not_after:
        return None
    key = profile.prekey.recipient_key()
    if not sealing.can_seal_to(key):
        return None
    return Door(profile.reply_tag, key, profile.certificate.subject)


def is_first_mail(record: DealRecord) -> bool:
    """Whether what the customer writes in a deal still goes to the vendor's profile."""
    return record.row.role == "customer" and record.first_offer is None


def rests(tx: Connection, record: DealRecord, stored: StoredMessage) -> bool:
    """Whether a sealed intent isn't sent for now: its customer has bought all it wanted."""
    own = intents.get_by_id(tx, record.row.intent_id)
    wanted = sealed_intent_of(stored)
    if own is None or wanted is None:
        return False
    return wanted.status == "active" and own.status == intents.FULFILLED


def sealed_intent_of(stored: StoredMessage) -> SealedIntent | None:
    """The body of a stored sealed intent; None of anything else."""
    if stored.kind != SEALED_INTENT:
        return None
    loaded = load_message(stored.raw)
    body = loaded.body if isinstance(loaded, SignedMessage) else None
    return body if isinstance(body, SealedIntent) else None


def goes_to_reply_tag(record: DealRecord, stored: StoredMessage) -> bool:
    """Whether a vendor's message goes to the intent's published or sealed reply tag."""
    if record.row.role != "vendor":
        return False
    if stored.kind == "offer":
        # The deal's first offer, and only that: later ones find tags of their own.
        return all(signed.seq >= stored.seq for signed in record.state.offers.values())
    return is_certified(stored)


def is_certified(stored: StoredMessage) -> bool:
    """Whether a decline or an ack carries the vendor's certificate, and so is first contact."""
    if stored.kind not in ("decline", "ack"):
        return False
    loaded = load_message(stored.raw)
    body = loaded.body if isinstance(loaded, SignedMessage) else None
    return isinstance(body, Decline | Ack) and body.certificate is not None


def customer_has_offer(stored: Iterable[StoredMessage]) -> bool:
    """Whether the customer is known to have an offer, from a vendor's messages of the deal."""
    every = list(stored)
    offers = [item for item in every if item.own and item.kind == "offer"]
    if any(item.acked_at is not None for item in offers):
        return True
    return bool(offers) and any(not item.own and item.kind != SEALED_INTENT for item in every)


def sealed_intents(tx: Connection, deal: bytes) -> list[StoredMessage]:
    """The customer's sealed intents in a deal, by number."""
    found = [item for item in messages.list_messages(tx, deal) if item.kind == SEALED_INTENT]
    return sorted(found, key=lambda item: (item.seq, item.digest))
