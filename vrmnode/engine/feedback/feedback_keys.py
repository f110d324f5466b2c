"""The key of each deal under which its customer may speak about it (specs/14-feedback.md).

Its context is sealed under the deal. Without it nobody, its owner included, can speak under the
key any more; what was said stays.
"""

from __future__ import annotations

from vrmnode.engine.context import Context
from vrmprotocol.keys import SigningKey

_NAME = "feedback"


# SPEC 14: The writer MUST make a new feedback key from 16 new random bytes for every accept.
def new(ctx: Context, deal: bytes) -> SigningKey:
    """A new key for a deal, whose offer is being accepted."""
    context = ctx.random(16)
    ctx.keep_secret("deal", deal, _NAME, context)
    return ctx.identity.feedback(context)


def of_deal(ctx: Context, deal: bytes) -> SigningKey | None:
    """The key of a deal, or None once it was erased."""
    context = ctx.secret("deal", deal, _NAME)
    return None if context is None else ctx.identity.feedback(context)
