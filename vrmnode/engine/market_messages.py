"""Own market messages on their way out: made for the directory, kept, queued for the network."""

from __future__ import annotations

from collections.abc import Callable

from vrmnode.engine.context import Context
from vrmnode.storage import envelopes, outbox, seen
from vrmnode.storage.envelopes import StoredEnvelope
from vrmprotocol import envelope, topics
from vrmprotocol.envelope import Envelope
from vrmprotocol.keys import SigningKey


def for_directory(
    kind: str,
    body: bytes,
    *,
    created: int,
    lives_s: int,
    key: SigningKey,
    grind: Callable[[bytes, int], bytes],
) -> Envelope:
    """A message for the directory topic, stamped and signed; it lives `lives_s` seconds."""
    return envelope.build_stamped(
        kind=kind,
        topic=topics.DIRECTORY,
        tag=None,
        body=body,
        created=created,
        expires=created + lives_s,
        signing_key=key,
        grind=grind,
    )


def publish(ctx: Context, sent: Envelope) -> None:
    """Store an own market envelope and queue it; `spread` says when it is out."""
    envelopes.put(
        ctx.tx,
        StoredEnvelope(
            id=sent.id,
            topic=sent.topic,
            kind=sent.kind,
            author=sent.author,
            tag=None,
            created=sent.created,
            expires=sent.expires,
            received_at=ctx.now,
            own=True,
            raw=sent.raw,
        ),
    )
    outbox.put_market(
        ctx.tx,
        topic=sent.topic,
        envelope_id=sent.id,
        raw=sent.raw,
        next_at=ctx.now,
        until=sent.expires,
    )


# SPEC 07: A node MUST treat an envelope of its own that isn't spread yet as one that it doesn't
# know, whichever way it comes: by gossip, by sync or by submit.
#
# Only now is its id remembered.
def spread(ctx: Context, envelope_id: bytes) -> None:
    """An own envelope is out: from now on it is known and named like everybody's."""
    stored = envelopes.get(ctx.tx, envelope_id)
    if stored is None:
        return
    # SPEC 02: The node MUST remember the ids of its own envelopes as it does those of accepted
    # ones.
    seen.add(ctx.tx, stored.id, stored.expires + envelope.SKEW_S)
    # SPEC 08: A node MUST NOT name an envelope before it has come by gossip or sync or the node
    # has spread it.
    #
    # From then on it has to: a peer that compares would see that only its author lacks it.
    envelopes.name_from(ctx.tx, stored.id, ctx.now)
