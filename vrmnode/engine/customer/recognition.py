"""By which key each named vendor may recognise this node's owner, where the owner wants that.

Implements the customer's part of specs/09-relationship.md#recognition. What is signed, and where it
goes, is in `named_intent`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vrmnode.engine.customer.named_vendors import NamedVendor
from vrmnode.engine.disclosure import declined, deletions, openings
from vrmnode.engine.identity import NodeIdentity
from vrmnode.engine.records import load_deal
from vrmnode.storage import deals
from vrmnode.storage.database import Connection
from vrmnode.storage.secrets import Vault
from vrmprotocol import keys
from vrmprotocol.body_checks import RELATIONSHIP_COMMITMENT
from vrmprotocol.deletion_body import Deletion
from vrmprotocol.keys import SigningKey


@dataclass(frozen=True, slots=True)
class Recognition:
    """The relationship keys of the vendors that can know them, by root; notes about each vendor."""

    keys: Mapping[bytes, SigningKey] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()


NOBODY = Recognition()


# SPEC 09: The writer MUST NOT put `relationship` into a sealed intent to a vendor to which it
# hasn't opened the key.
def choose(
    tx: Connection, vault: Vault, identity: NodeIdentity, vendors: Iterable[NamedVendor]
) -> Recognition:
    """For each vendor the key that was opened to it, or why it gets none."""
    opened_to = _opened_to(tx)
    found: dict[bytes, SigningKey] = {}
    notes = []
    for vendor in vendors:
        name = vendor.name or keys.to_did(vendor.root)
        key = openings.known_key(tx, vault, identity, vendor.root)
        if key is None or vendor.root not in opened_to:
            notes.append(
                f"{name} can't recognise you and is told nothing of it: in no deal that it"
                " keeps did you tell it who you are; do so with: vrm deal disclose DEAL"
                " relationship"
            )
        else:
            found[vendor.root] = key
            notes.append(
                f"{name} learns that you are back: which deals with it, and which other"
                " intents that let it recognise you, are of one customer, even if you buy nothing"
            )
    return Recognition(found, tuple(notes))


def _opened_to(tx: Connection) -> set[bytes]:
    """The vendors that were told the relationship key, and haven't said that they deleted it."""
    rows = deals.list_deals(tx, role=deals.CUSTOMER, state="agreed")
    return {row.vendor_root for row in rows if _is_kept(tx, row.deal)}


def _is_kept(tx: Connection, deal: bytes) -> bool:
    name = RELATIONSHIP_COMMITMENT
    if not any(name in told.fields for told in declined.standing(tx, deal)):
        return False
    said = [each.body for each in deletions.standing(tx, load_deal(tx, deal))]
    return not any(isinstance(body, Deletion) and name in body.fields for body in said)
