"""What an accept commits to, and how it is opened (specs/09-relationship.md#commitments).

Salts and values as of the acceptance are sealed under the deal. Erasing them leaves the
agreement as it is: nothing of it can be opened any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vrmnode.engine.context import Context
from vrmnode.engine.disclosure import contact_desk
from vrmnode.engine.identity import NodeIdentity
from vrmnode.storage import secrets
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmprotocol import commitment, contact, encoding
from vrmprotocol.body_checks import RELATIONSHIP_COMMITMENT
from vrmprotocol.encoding import Map, Value
from vrmprotocol.keys import SigningKey

_OPENINGS = "openings"
_RELATIONSHIP, _CONTEXT = "relationship", "context"


@dataclass(frozen=True, slots=True)
class Opening:
    """A value that was committed to, nil where there was none, and its salt (32 bytes)."""

    value: Value = field(repr=False)
    salt: bytes = field(repr=False)


# SPEC 09: The writer MUST commit in every accept to `relationship` and to all contact fields, and
# to nothing else, with nil as the value of a field that it doesn't have.
def commit(ctx: Context, deal: bytes, vendor_root: bytes) -> dict[str, bytes]:
    """The commitments of an accept; what opens them is kept with the deal."""
    data = contact_desk.stored(ctx.tx, ctx.vault, ctx.now)
    values: dict[str, Value] = {name: data.values.get(name) for name in contact.NAMES}
    values[RELATIONSHIP_COMMITMENT] = relationship_key(ctx, vendor_root).public
    # SPEC 03: The writer MUST use a new random salt for every commitment.
    salted = {
        name: Opening(value, ctx.random(commitment.SALT_BYTES)) for name, value in values.items()
    }
    kept: Map = {name: {"value": one.value, "salt": one.salt} for name, one in salted.items()}
    ctx.keep_secret("deal", deal, _OPENINGS, encoding.encode(kept))
    return {name: commitment.commit(one.salt, name, one.value) for name, one in salted.items()}


def of_deal(ctx: Context, deal: bytes) -> Mapping[str, Opening]:
    """What opens the commitments of a deal, by name; empty once it was erased."""
    raw = ctx.secret("deal", deal, _OPENINGS)
    kept = {} if raw is None else encoding.decode_map(raw)
    return {name: _opening(each) for name, each in kept.items()}


def _opening(kept: Value) -> Opening:
    if not isinstance(kept, dict) or not isinstance(kept["salt"], bytes):
        raise TypeError("expected a value and its salt")
    return Opening(kept["value"], kept["salt"])


def erase(ctx: Context, deal: bytes) -> None:
    """Forget what opens the commitments of a deal."""
    secrets.erase(ctx.tx, "deal", deal, _OPENINGS)


# SPEC 09: The writer MUST use the same relationship key in all its deals with one vendor root, and
# another for each vendor root.
def relationship_key(ctx: Context, vendor_root: bytes) -> SigningKey:
    """The key by which this node is known to one vendor, if it wants to be; made at first use."""
    context = ctx.secret(_RELATIONSHIP, vendor_root, _CONTEXT)
    if context is None:
        context = ctx.random(16)
        ctx.keep_secret(_RELATIONSHIP, vendor_root, _CONTEXT, context)
    return ctx.identity.relationship(context)


def known_key(
    tx: Connection, vault: Vault, identity: NodeIdentity, vendor_root: bytes
) -> SigningKey | None:
    """The same key, if it was made."""
    context = secrets.get(tx, vault, _RELATIONSHIP, vendor_root, _CONTEXT)
    return None if context is None else identity.relationship(context)
