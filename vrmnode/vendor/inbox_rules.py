"""What the owner says of the inbox: what goes there, for how long, and what happens after that.

How an intent stands to these rules is decided in `routing`.
"""

from dataclasses import dataclass
from typing import get_args

from vrmnode.values.fields import Fields
from vrmnode.values.money import format_money
from vrmnode.vendor.policy_fields import own_currency
from vrmprotocol.functions import FUNCTIONS
from vrmprotocol.mail import VendorReason

OFFER, REFUSE, SILENCE = "offer", "refuse", "silence"
WHEN_OVER = (OFFER, REFUSE, SILENCE)
LEAD_S = 60
"""So long before an intent ends the inbox is done with it, or the answer would come too late."""
REASONS: dict[str, VendorReason] = {reason: reason for reason in get_args(VendorReason)}


@dataclass(frozen=True, slots=True)
class InboxRules:
    """Any of the conditions is enough; `above` in minor units, `below_match` in per cent.

    `answer_minutes` is how long a human has, `claim_minutes` how long a claim holds, `most` how
    many intents wait at once. `counters`: a human answers those, too.
    """

    everything: bool = False
    above: int | None = None
    below_match: int | None = None
    near_misses: bool = False
    category: tuple[int, ...] = ()
    function: tuple[str, ...] = ()
    counters: bool = False
    answer_minutes: int = 240
    claim_minutes: int = 30
    when_over: str = REFUSE
    reason: VendorReason = "closed"
    most: int = 100

    def to_dict(self, currency: str) -> dict[str, object]:
        """The form that `read_inbox` reads."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        found = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values
            if value not in (None, ())
        }
        if self.above is not None:
            found["above"] = format_money(self.above, currency)
        return found


def read_inbox(fields: Fields, currency: str) -> InboxRules | None:
    """The table `inbox` of a vendor's policy; None without it: the node answers all by itself.

    Raises: FieldError `policy.invalid`, `policy.unknown_field`.
    """
    child = fields.child("inbox")
    if child is None:
        return None
    plain = InboxRules()
    rules = InboxRules(
        everything=child.flag("everything", plain.everything),
        above=own_currency(child, "above", currency),
        below_match=child.whole("below_match", 1, 100, None),
        near_misses=child.flag("near_misses", plain.near_misses),
        category=child.wholes("category", 64, 0, 2**31 - 1),
        function=child.several_of("function", FUNCTIONS),
        counters=child.flag("counters", plain.counters),
        answer_minutes=child.whole("answer_minutes", 1, 43_200, plain.answer_minutes),
        claim_minutes=child.whole("claim_minutes", 1, 1440, plain.claim_minutes),
        when_over=child.one_of("when_over", WHEN_OVER, plain.when_over),
        reason=REASONS[child.one_of("reason", REASONS, plain.reason)],
        most=child.whole("most", 1, 1000, plain.most),
    )
    child.finish()
    return rules


def answer_by(rules: InboxRules, *, added: int, valid_through: int) -> int:
    """Until when a human may answer an intent that came into the inbox at `added`."""
    return max(added, min(added + 60 * rules.answer_minutes, valid_through - LEAD_S))
