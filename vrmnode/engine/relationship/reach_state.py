"""What a vendor may write first in a deal, and what was written, as this node's store has it.

The functions are those of `vrmprotocol.reach`; this module brings them the messages of a deal,
and opens the sealed ones.
"""

from __future__ import annotations

from vrmnode.engine.orders.order_records import find_order
from vrmnode.engine.records import DealRecord, load_message, open_message
from vrmnode.storage import messages
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmprotocol import reach
from vrmprotocol.negotiation import Message
from vrmprotocol.reach import Conversation, Reachable
from vrmprotocol.reach_bodies import CHANNELS, PURPOSES

Json = dict[str, object]

NOTE = "note"


def spoken(tx: Connection, vault: Vault, record: DealRecord) -> list[Message]:
    """The messages of a deal, its notes opened as far as they are still there."""
    return [
        open_message(tx, vault, item) if item.kind == NOTE else load_message(item.raw)
        for item in messages.list_messages(tx, record.deal)
    ]


def of_deal(tx: Connection, record: DealRecord, *, complete: bool | None = None) -> Reachable:
    """What the vendor of a deal may write first; `complete` in place of what its order is."""
    if complete is None:
        known = find_order(tx, record.deal)
        complete = known is None or reach.is_complete(known.order)
    said = [load_message(item.raw) for item in messages.list_messages(tx, record.deal)]
    return reach.evaluate(record.state, said, complete=complete)


def shown(found: Reachable) -> Json:
    """The cells by channel and purpose, ready for JSON."""
    return {
        channel: {purpose: found.status(channel, purpose) for purpose in PURPOSES}
        for channel in CHANNELS
    }


def conversation(tx: Connection, vault: Vault, record: DealRecord) -> Conversation:
    """The notes of a deal and what was refused of them."""
    return reach.conversation(record.state, spoken(tx, vault, record))
