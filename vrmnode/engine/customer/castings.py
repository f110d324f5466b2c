"""An intent on its way out: to the market, or to named vendors alone.

Which of both follows from the request. Preparing draws keys and may grind a stamp; recording is one
transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from vrmnode.customer.request import IntentRequest
from vrmnode.engine.context import Context
from vrmnode.engine.customer import intent_desk, named_intent, named_vendors, recognition
from vrmnode.engine.customer.intent_desk import PreparedIntent
from vrmnode.engine.customer.named_intent import PreparedNamedIntent
from vrmnode.engine.customer.recognition import NOBODY
from vrmnode.engine.identity import NodeIdentity
from vrmnode.storage.database import Connection
from vrmnode.storage.intents import OwnIntent
from vrmnode.storage.secrets import Vault

Prepared: TypeAlias = PreparedIntent | PreparedNamedIntent


def prepare(
    tx: Connection,
    vault: Vault,
    request: IntentRequest,
    acceptance: dict[str, object],
    *,
    identity: NodeIdentity,
    shard: int,
    now: int,
    random: Callable[[int], bytes],
    grind: Callable[[bytes, int], bytes],
) -> Prepared:
    """What is to be recorded.

    Raises:
        FieldError: the request or the acceptance rules are malformed, naming the field.
        ServiceError: as `named_vendors.choose`.
    """
    if request.to:
        return prepare_named(
            tx, vault, request, acceptance, identity=identity, shard=shard, now=now, random=random
        )
    return intent_desk.prepare(
        request, acceptance, identity=identity, shard=shard, now=now, random=random, grind=grind
    )


def prepare_named(
    tx: Connection,
    vault: Vault,
    request: IntentRequest,
    acceptance: dict[str, object],
    *,
    identity: NodeIdentity,
    shard: int,
    now: int,
    random: Callable[[int], bytes],
) -> PreparedNamedIntent:
    """The same for a request that names vendors; nothing of it needs a stamp yet."""
    chosen = named_vendors.choose(tx, request.to, own_root=identity.root, now=now)
    known = NOBODY
    if request.recognised:
        known = recognition.choose(tx, vault, identity, chosen.vendors)
    return named_intent.prepare(
        request, acceptance, chosen, shard=shard, now=now, random=random, recognition=known
    )


def record(ctx: Context, prepared: Prepared, *, standing: bytes | None = None) -> OwnIntent:
    """Keep what was prepared and queue what others get of it."""
    if isinstance(prepared, PreparedNamedIntent):
        return named_intent.record(ctx, prepared, standing=standing)
    return intent_desk.record(ctx, prepared, standing=standing)
