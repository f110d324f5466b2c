"""A node that ends itself with SIGKILL at a step that is named, and nowhere else.

`python -m tests.processes.dying_node EVENT MOMENT [pushy] run …` is `vrm run …` until a turn tells
its owner EVENT. MOMENT is `before` or `after` the commit of that turn; after it nobody has heard of
it yet. `pushy`: with the check of reach taken out, as in `examples.pushy_node`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from examples import pushy_node
from vrmnode.cli.root import main
from vrmnode.engine.context import Context
from vrmnode.engine.machine import Action, Machine, Outcome
from vrmprotocol import reach


def program(event: str, moment: str, *, pushy: bool = False) -> tuple[str, ...]:
    """What to run as a node that dies there."""
    more = ["pushy"] if pushy else []
    return (sys.executable, "-m", "tests.processes.dying_node", event, moment, *more)


def die_at(event: str, moment: str) -> None:
    """Let this process end once a turn has told its owner of an event."""
    told = False
    say, take_turn, take_turns = Context.event, Machine._turn, Machine.turns

    def event_told(
        ctx: Context,
        kind: str,
        subject_kind: str,
        subject_id: bytes,
        **data: str | int | bool | None,
    ) -> None:
        nonlocal told
        say(ctx, kind, subject_kind, subject_id, **data)
        told = told or kind == event

    def turn(machine: Machine, ctx: Context, action: Action) -> Outcome:
        outcome = take_turn(machine, ctx, action)
        if told and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    def turns(machine: Machine, actions: Sequence[Action]) -> list[Outcome]:
        outcomes = take_turns(machine, actions)
        if told:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcomes

    Context.event = event_told  # type: ignore[method-assign,assignment]
    Machine._turn = turn  # type: ignore[method-assign,assignment]
    Machine.turns = turns  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    _, named, when, *rest = sys.argv
    if rest[0] == "pushy":
        reach.check_purpose = pushy_node.permit
        rest = rest[1:]
    die_at(named, when)
    sys.argv[1:] = rest
    main()
