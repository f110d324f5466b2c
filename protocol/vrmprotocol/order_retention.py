"""When what was disclosed for an order has to be deleted, by the terms that were agreed.

Implements the retention of `specs/05-terms.md#permissions` as `specs/09-relationship.md#deletion`
uses it. Whether it was deleted is said by the vendor's statements.
"""

from __future__ import annotations

from typing import NamedTuple

from vrmprotocol.draft import Draft
from vrmprotocol.order import Order
from vrmprotocol.order_moves import DAY_S, return_until
from vrmprotocol.order_rules import ENDED
from vrmprotocol.order_timeline import duties
from vrmprotocol.terms_axes import WITHOUT_LIMIT
from vrmprotocol.terms_matching import unknown
from vrmprotocol.terms_roster import levels_of


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


def completed_at(order: Order) -> int | None:
    """When an order was completed (Unix seconds); None while somebody owes something.

    That is its last statement, and not before the time to give goods back is over.
    """
    if duties(order):
        return None
    last = max([order.agreed_at, *(said.message.created for said in order.said)])
    until = None if order.status in ENDED else return_until(order)
    return last if until is None else max(last, until)


def delete_by(order: Order) -> int | None:
    """By when the data of an order have to be deleted (Unix seconds).

    None while it isn't completed, where the terms set no limit, and where they aren't known.
    """
    found, completed = retention_of(order.draft), completed_at(order)
    if found is None or found.days is None or completed is None:
        return None
    return completed + found.days * DAY_S
