"""What a vendor's node answers to rights requests by itself: the `[rights]` of its policy.

Implements the vendor's decisions of specs/15-rights.md#by-itself; what is held, and how an answer
is made, is the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from vrmnode.values.fields import Fields
from vrmprotocol.fields import DAY_S
from vrmprotocol.rights_bodies import DenialReason, Right

AUTOMATIC, BY_HAND = "automatic", "by_hand"
MODES = (AUTOMATIC, BY_HAND)
LONGEST_LEGAL_DAYS = 4015

Action: TypeAlias = Literal["fulfil", "wait", "deny", "person"]


@dataclass(frozen=True, slots=True)
class RightsPolicy:
    """Which rights the node answers by itself, and how long a law wants the data of an order kept.

    `legal_retention_days` count from the agreement; 0: no law does.
    """

    access: str = AUTOMATIC
    deletion: str = AUTOMATIC
    sale_opt_out: str = AUTOMATIC
    legal_retention_days: int = 0

    def is_automatic(self, right: Right) -> bool:
        """Whether the node answers requests for this right by itself."""
        modes = {
            "access": self.access,
            "deletion": self.deletion,
            "sale:opt_out": self.sale_opt_out,
        }
        return modes[right] == AUTOMATIC

    def to_dict(self) -> dict[str, object]:
        """The form that `read_rights` reads."""
        return {name: getattr(self, name) for name in self.__slots__}


def read_rights(fields: Fields) -> RightsPolicy:
    """The `[rights]` of a vendor's policy; the defaults without it.

    Raises: FieldError `policy.invalid`, `policy.unknown_field`.
    """
    child, plain = fields.child("rights"), RightsPolicy()
    if child is None:
        return plain
    policy = RightsPolicy(
        access=child.one_of("access", MODES, plain.access),
        deletion=child.one_of("deletion", MODES, plain.deletion),
        sale_opt_out=child.one_of("sale_opt_out", MODES, plain.sale_opt_out),
        legal_retention_days=child.whole(
            "legal_retention_days", 0, LONGEST_LEGAL_DAYS, plain.legal_retention_days
        ),
    )
    child.finish()
    return policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a decision about a deletion depends on; times in Unix seconds.

    `on_request`: the terms oblige the vendor to delete when it is asked. `retention_legal_days`:
    for how long the terms let it keep what a law demands.
    """

    on_request: bool
    holds: bool
    order_open: bool
    agreed_at: int
    retention_legal_days: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a request; `until` is the end of a legal obligation (Unix seconds)."""

    action: Action
    reason: DenialReason | None = None
    until: int | None = None


def legal_until(policy: RightsPolicy, case: Circumstances) -> int:
    """Until when a law demands the data, as far as the terms allow (Unix seconds)."""
    # SPEC 15: The vendor's node MUST NOT say `legal_obligation` for longer than `retentionLegal`
    # days after the agreement.
    days = min(policy.legal_retention_days, case.retention_legal_days)
    return case.agreed_at + days * DAY_S


def decide(policy: RightsPolicy, right: Right, case: Circumstances, now: int) -> Decision:
    """What the node does about a request that isn't answered."""
    if not policy.is_automatic(right):
        return Decision("person")
    return Decision("fulfil") if right != "deletion" else decide_deletion(policy, case, now)


def decide_deletion(policy: RightsPolicy, case: Circumstances, now: int) -> Decision:
    """What the node does when it is asked to delete."""
    # SPEC 15: The vendor's node MUST deny a request for deletion with `no_match` when it holds
    # nothing that was disclosed.
    if not case.holds:
        return Decision("deny", "no_match")
    # SPEC 15: The vendor's node MUST leave a request to a person where the terms don't oblige it to
    # delete on request.
    if not case.on_request:
        return Decision("person")
    # SPEC 15: The vendor's node MUST answer a request for deletion that comes while the order is
    # open with `in_progress` for `order_open`, and delete when the order is over.
    if case.order_open:
        return Decision("wait")
    # SPEC 15: The vendor's node MUST deny a request for deletion with `legal_obligation` while its
    # owner has said that a law demands the data.
    until = legal_until(policy, case)
    if now < until:
        return Decision("deny", "legal_obligation", until)
    return Decision("fulfil")
