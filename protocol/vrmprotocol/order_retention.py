"""When what was disclosed for an order has to be deleted, by the terms that were agreed.

Implements the retention of `specs/05-terms.md#permissions` as `specs/09-relationship.md#deletion`
uses it. Whether it was deleted is said by the vendor's statements.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from vrmprotocol.draft import Draft
from vrmprotocol.order import Order
from vrmprotocol.order_moves import DAY_S, return_window_end
from vrmprotocol.order_rules import ENDED
from vrmprotocol.order_timeline import duties
from vrmprotocol.terms_axes import WITHOUT_LIMIT
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_roster import levels_of

Received: TypeAlias = Mapping[bytes, int]
"""When messages came to the node that asks (Unix seconds), by their digests."""


class Retention(NamedTuple):
    """What terms say of the data of an order.

    `days` from its completion, None without limit; `afterwards`: the vendor deletes without being
    asked; `on_request`: when it is asked.
    """

    days: int | None
    afterwards: bool
    on_request: bool


def retention_of(draft: Draft) -> Retention | None:
    """The retention under the terms of a draft; None if they aren't known here."""
    if unknown(draft.choice):
        return None
    levels = levels_of(draft.terms, draft.addendum)
    days, deletion = levels["retentionOrder"], levels["deletion"]
    assert isinstance(days, int)
    assert isinstance(deletion, tuple)
    limit = None if days == WITHOUT_LIMIT else days
    return Retention(limit, "afterwards" in deletion, "onRequest" in deletion)


# SPEC 09: The node MUST count this time from when it received a statement, and the arrival of goods
# from when it was told of it, where these are dated later than that.
def completed_at(order: Order, received: Received = MappingProxyType({})) -> int | None:
    """When an order was completed (Unix seconds); None while somebody owes something.

    That is its last statement, and not before the time to give goods back is over; nothing of it
    counts from later than it was `received` here.
    """
    if duties(order):
        return None
    agreed = _no_later(order.agreed_at, order.agreement, received)
    said = [_no_later(one.message.created, one.digest, received) for one in order.said]
    last = max([agreed, *said])
    came = order.came
    if came is None or order.status in ENDED or order.came_at is None:
        return last
    arrived = _no_later(order.came_at, came.digest, received)
    return max(last, return_window_end(order.draft, arrived))


def _no_later(dated: int, message: bytes, received: Received) -> int:
    """What a message is dated, or when it came if that was before."""
    return min(dated, received.get(message, dated))


def delete_by(order: Order, received: Received = MappingProxyType({})) -> int | None:
    """By when the data of an order have to be deleted (Unix seconds).

    None while it isn't completed, where the terms set no limit, and where they aren't known.
    """
    found, completed = retention_of(order.draft), completed_at(order, received)
    if found is None or found.days is None or completed is None:
        return None
    return completed + found.days * DAY_S
