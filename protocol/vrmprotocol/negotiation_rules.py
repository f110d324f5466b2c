"""The tables of the negotiation: which flags give which state, and who may move where.

Implements the tables of `specs/04-negotiation.md`; the diagram in the docs is drawn from `MOVES`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

from vrmprotocol.coherence import Role as Role
from vrmprotocol.errors import LocalError

State: TypeAlias = Literal[
    "none",
    "refused",
    "offered",
    "accepted",
    "agreed",
    "declined",
    "withdrawn",
    "cancelled",
]

STATES: tuple[State, ...] = get_args(State)
ROLES: tuple[Role, ...] = get_args(Role)
# No command leaves these; only messages that were on their way may still change them.
TERMINAL: frozenset[State] = frozenset({"agreed", "declined", "withdrawn", "cancelled"})


class Flags(NamedTuple):
    """What a set of messages holds; see the spec for the exact meaning of each."""

    agreement: bool
    withdraw: bool
    vdecline: bool
    accept: bool
    cdecline: bool
    offer: bool
    refused: bool


class Rule(NamedTuple):
    """A row of the table of states; None stands for either value."""

    agreement: bool | None
    withdraw: bool | None
    vdecline: bool | None
    accept: bool | None
    cdecline: bool | None
    offer: bool | None
    refused: bool | None
    state: State

    def fits(self, flags: Flags) -> bool:
        """Whether the flags are those of this row."""
        return all(want is None or want == flag for want, flag in zip(self, flags, strict=False))


class Move(NamedTuple):
    """`role` sends `kind` in `state`, which becomes `to`.

    `crossed` moves are nobody's to choose: the message was sent before its sender saw what
    made the state what it is.
    """

    state: State
    role: Role
    kind: str
    to: State
    crossed: bool


_ANY: None = None
# SPEC 04: The reader MUST take the state from the first row of the table that fits the flags.
RULES: tuple[Rule, ...] = (
    #    agreement withdraw vdecline accept cdecline offer refused
    Rule(True, True, _ANY, True, _ANY, _ANY, _ANY, "cancelled"),
    Rule(True, False, _ANY, True, _ANY, _ANY, _ANY, "agreed"),
    Rule(False, _ANY, True, True, _ANY, _ANY, _ANY, "declined"),
    Rule(False, True, False, True, _ANY, _ANY, _ANY, "withdrawn"),
    Rule(False, False, False, True, _ANY, _ANY, _ANY, "accepted"),
    Rule(False, False, False, False, True, True, _ANY, "declined"),
    Rule(False, False, False, False, False, True, _ANY, "offered"),
    Rule(False, False, False, False, False, False, True, "refused"),
    Rule(_ANY, _ANY, _ANY, _ANY, _ANY, _ANY, _ANY, "none"),
)

MOVES: tuple[Move, ...] = (
    Move("none", "customer", "sealed_intent", "none", False),
    Move("none", "vendor", "offer", "offered", False),
    Move("none", "vendor", "decline", "refused", False),
    Move("refused", "customer", "sealed_intent", "refused", False),
    Move("refused", "vendor", "offer", "offered", False),
    Move("offered", "vendor", "offer", "offered", False),
    Move("offered", "vendor", "answer", "offered", False),
    Move("offered", "vendor", "decline", "offered", False),
    Move("offered", "customer", "sealed_intent", "offered", False),
    Move("offered", "customer", "question", "offered", False),
    Move("offered", "customer", "counter", "offered", False),
    Move("offered", "customer", "accept", "accepted", False),
    Move("offered", "customer", "decline", "declined", False),
    Move("accepted", "vendor", "agreement", "agreed", False),
    Move("accepted", "vendor", "decline", "declined", False),
    Move("accepted", "customer", "withdraw_accept", "withdrawn", False),
    Move("agreed", "customer", "withdraw_accept", "cancelled", True),
    Move("withdrawn", "vendor", "agreement", "cancelled", True),
    Move("withdrawn", "vendor", "decline", "declined", True),
    Move("declined", "vendor", "offer", "offered", True),
)


def state_of(flags: Flags) -> State:
    """The state that the table gives for these flags."""
    return next(rule.state for rule in RULES if rule.fits(flags))


def permitted(role: Role, state: State) -> frozenset[str]:
    """The kinds that a role may send in a state; `ack` always."""
    chosen = (move for move in MOVES if not move.crossed)
    kinds = {move.kind for move in chosen if (move.role, move.state) == (role, state)}
    return frozenset({*kinds, "ack"})


def check_move(role: Role, state: State, kind: str) -> None:
    """Refuse a command before anything is signed.

    Raises:
        LocalError: `negotiation.illegal_move`.
    """
    if kind not in permitted(role, state):
        raise LocalError(
            "negotiation.illegal_move",
            f"expected a deal in which the {role} may still send {kind}, came one that is {state}",
        )
