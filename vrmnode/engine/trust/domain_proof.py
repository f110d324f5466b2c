"""What is known of vendors' domains, and what a check means.

A domain proves a vendor when its well-known file (specs/10-joining.md#well-known-file) names the
vendor's root: whoever holds the domain says that the vendor is theirs, no more.
"""

from __future__ import annotations

from vrmnode.customer.regard import DomainProof
from vrmnode.engine.customer import standing
from vrmnode.storage import domain_checks
from vrmnode.storage.database import Connection
from vrmnode.storage.domain_checks import DomainCheck
from vrmnode.values.spans import format_day
from vrmprotocol import keys

Json = dict[str, object]

PROVED, OTHER_VENDOR, NO_VENDOR = "proved", "other_vendor", "no_vendor"
NO_ANSWER = frozenset({"wellknown.unreachable", "wellknown.timeout"})
"""What says nothing about whom the domain names: a proof from before stands."""
_WORDS = {
    OTHER_VENDOR: "names another vendor",
    NO_VENDOR: "names no vendor",
    "wellknown.unreachable": "couldn't be reached",
    "wellknown.timeout": "didn't answer in time",
    "wellknown.status": "doesn't serve the file",
    "wellknown.redirect": "sends elsewhere for the file",
}


def outcome_of(root: bytes, named: str | None) -> str:
    """What it means that a well-known file names this vendor (did:key), or none."""
    if named is None:
        return NO_VENDOR
    return PROVED if keys.from_did(named) == root else OTHER_VENDOR


def domain_row(tx: Connection, root: bytes, now: int) -> Json | None:
    """What is known of a vendor's domain; None while nobody checked it."""
    row = domain_checks.get(tx, root)
    return None if row is None else shown(row, now)


def shown(row: DomainCheck, now: int) -> Json:
    """A check as the owner reads it; `proved` while the proof counts."""
    counts = row.proved_at is not None and row.proved_at >= now - standing.PROOF_COUNTS_S
    return {
        "host": row.host,
        "proved": counts,
        "proved_at": row.proved_at,
        "checked": row.checked_at,
        "outcome": row.outcome,
        "words": _words(row, counts),
    }


def _words(row: DomainCheck, counts: bool) -> str:
    if row.proved_at is None:
        told = _WORDS.get(row.outcome, "serves another file")
        return f"not proved: {row.host} {told}, checked {format_day(row.checked_at)}"
    words = DomainProof(row.host, row.proved_at).words
    return words if counts else f"{words}, too long ago to count"
