"""A postbox: what arrives is held for others until it expires, and nothing of it is read.

Implements `specs/18-postbox.md`. In place of `arrivals` and `inbound`: no envelope becomes an event
here, whatever it says, so a postbox learns no more than a node that only passes it on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from vrmnode.engine import arrivals
from vrmnode.engine.context import Context
from vrmnode.errors import ServiceError
from vrmnode.storage import catalogue, deals, envelopes, held, intents
from vrmnode.storage.connection import Connection
from vrmnode.storage.held import Held
from vrmprotocol import envelope, postbox, submit_frames
from vrmprotocol.envelope import Envelope

ADOPTED_AT_ONCE = 1_000

COMMANDS = frozenset({"peers.connect", "peers.join", "message.submit", "backup.write"})
"""What the owner of a postbox may do: nothing to which somebody would answer."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """How many bytes a postbox holds: of each kind of topic, and of mail under one tag."""

    mail_bytes: int
    market_bytes: int
    directory_bytes: int
    tag_bytes: int

    def of_pool(self, pool: str) -> int:
        """How many bytes a pool has room for."""
        sizes = {
            postbox.MAIL: self.mail_bytes,
            postbox.MARKET: self.market_bytes,
            postbox.DIRECTORY: self.directory_bytes,
        }
        return sizes[pool]


def hold(ctx: Context, arrived: Sequence[Envelope], room: Room) -> list[str]:
    """Hold envelopes as far as there is room; what the side that handed each over is told."""
    fresh = arrivals.keep(ctx, arrived)
    new = [each for each, is_new in zip(arrived, fresh, strict=True) if is_new]
    _note(ctx, new, room)
    # SPEC 18: A postbox MUST NOT answer `kept` or `envelope.duplicate` for an envelope that it
    # doesn't hold.
    kept = envelopes.kept_among(ctx.tx, [each.id for each in arrived])
    results = []
    for each, is_new in zip(arrived, fresh, strict=True):
        done = submit_frames.KEPT if is_new else submit_frames.DUPLICATE
        results.append(done if each.id in kept else submit_frames.NOT_KEPT)
    return results


def begin(ctx: Context, room: Room) -> None:
    """Hold what the node kept before it was a postbox.

    Raises:
        ServiceError: `postbox.own_affairs`: there are deals or intents here, whose mail would lie
            unread.
    """
    if intents.list_intents(ctx.tx) or deals.list_deals(ctx.tx) or catalogue.count(ctx.tx):
        raise ServiceError(
            "postbox.own_affairs",
            "expected a folder of a postbox alone, came one with intents, deals or products: a"
            " postbox reads nothing; run it in another folder: vrm init --data DIR",
            409,
        )
    while raws := held.not_noted(ctx.tx, ADOPTED_AT_ONCE):
        _note(ctx, [envelope.unsecure_load(raw) for raw in raws], room)


def refused(command: str) -> ServiceError:
    """Why a postbox doesn't carry out a command."""
    return ServiceError(
        "postbox.reads_nothing",
        f"expected a node that takes part in the market, came a postbox for {command}: it reads"
        " nothing; run a node in another folder",
        409,
    )


def status(tx: Connection, room: Room) -> dict[str, object]:
    """How full it is, by pool."""
    return {
        each.pool: {
            "envelopes": each.envelopes,
            "bytes": each.bytes,
            "most_bytes": room.of_pool(each.pool),
        }
        for each in held.pools(tx)
    }


def _note(ctx: Context, new: Sequence[Envelope], room: Room) -> None:
    rows = [_held(each) for each in new]
    held.add_all(ctx.tx, rows)
    # SPEC 18: A postbox MUST NOT remove an envelope before it has ended, unless its pool or its tag
    # has more than there is room for.
    for tag in _each_once(row.tag for row in rows):
        held.trim_tag(ctx.tx, tag, room.tag_bytes)
    # SPEC 18: A postbox MUST NOT remove an envelope of one pool to make room in another.
    for pool in _each_once(row.pool for row in rows):
        held.trim_pool(ctx.tx, pool, room.of_pool(pool))


def _held(each: Envelope) -> Held:
    size_bytes = len(each.raw)
    worth = postbox.worth(each.id, size_bytes, each.expires - each.created)
    return Held(
        id=each.id, pool=postbox.pool(each.topic), tag=each.tag, worth=worth, bytes=size_bytes
    )


def _each_once(values: Iterable[T | None]) -> list[T]:
    return [value for value in dict.fromkeys(values) if value is not None]
