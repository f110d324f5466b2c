"""Reminders of rights requests: before their time is over, when it is, and after a denial by law.

Implements specs/15-rights.md#deadlines. A clock reminds here and decides nothing.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmnode.engine.rights import answering, requests
from vrmnode.storage import deals


def due(ctx: Context, request: bytes) -> None:
    """A moment of a request (digest) has come at which somebody is reminded of it."""
    found = requests.of_message(ctx.tx, request)
    if found is None:
        return
    if found.request.is_final:
        if found.role == deals.VENDOR:
            answering.obligation_over(ctx, found)
        return
    over = ctx.now > found.request.answer_by
    requests.note(ctx, found, "expired" if over else "due_soon")
    if not over:
        requests.watch(ctx, found)
