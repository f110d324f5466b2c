"""Whom an intent is meant for: vendors by name, the trusted ones, or those of a group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vrmnode.customer.regard import GROUP_EXPECTED, read_group
from vrmnode.engine.failures import conflict, invalid
from vrmnode.engine.references import find_vendor
from vrmnode.engine.trust.directory import read_profile
from vrmnode.storage import market, trust
from vrmnode.storage.database import Connection
from vrmnode.values.spans import format_day
from vrmprotocol import keys

MAX_VENDORS = 100
"""Vendors of one intent: each costs a stamp at every attempt."""

TRUSTED, GROUP = "trusted", "group:"


@dataclass(frozen=True, slots=True)
class NamedVendor:
    """A vendor that is to get the intent; `subject` is the key to which it is addressed.

    `paused_until`: before that it makes no offers, as its profile says.
    """

    root: bytes
    name: str
    subject: bytes
    paused_until: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The vendors that get the intent, and notes: who can't get it, and who pauses."""

    vendors: tuple[NamedVendor, ...]
    notes: tuple[str, ...]


def choose(tx: Connection, to: Iterable[str], *, own_root: bytes, now: int) -> Chosen:
    """The vendors that `to` names, each once.

    A vendor that is named can't be left out; of the trusted ones or a group those are, whose
    profile this node doesn't have.

    Raises:
        ServiceError: `vendor.no_profile`, `intent.to`, `intent.nobody`, `vendor.*`, `request.*`.
        LocalError: `keys.did`.
    """
    found: dict[bytes, NamedVendor] = {}
    left_out: dict[bytes, str] = {}
    for text in to:
        members = _members(tx, text)
        if members is None:
            root = find_vendor(tx, text)
            found[root] = _required(tx, root, own_root)
            continue
        for root in members:
            vendor = _vendor(tx, root)
            if vendor is not None:
                found[root] = vendor
            else:
                left_out[root] = f"not to {_called(tx, root)}: this node doesn't have its profile"
    if not found:
        raise conflict("intent.nobody", _nobody(to, left_out))
    if len(found) > MAX_VENDORS:
        raise invalid("intent.to", f"to: expected at most {MAX_VENDORS} vendors, came {len(found)}")
    pausing = [
        f"{vendor.name} makes no offers before {format_day(vendor.paused_until)}: it looks at the"
        " intent then, if that still stands"
        for vendor in found.values()
        if vendor.paused_until is not None and vendor.paused_until > now
    ]
    return Chosen(tuple(found.values()), (*left_out.values(), *pausing))


def spelled_out(tx: Connection, to: Iterable[str]) -> list[str]:
    """The same with each vendor's whole did:key, whatever short form was written."""
    return [
        text if _members(tx, text) is not None else keys.to_did(find_vendor(tx, text))
        for text in to
    ]


def _members(tx: Connection, text: str) -> list[bytes] | None:
    """The roots of a whole set of vendors; None where `text` names one vendor."""
    if text == TRUSTED:
        return [row.root for row in trust.all_trusted(tx)]
    if not text.startswith(GROUP):
        return None
    name = read_group(text.removeprefix(GROUP))
    if name is None:
        raise invalid("request.invalid", f"to: expected group: and {GROUP_EXPECTED}, came {text!r}")
    return [row.root for row in trust.all_trusted(tx) if name in row.groups]


def _required(tx: Connection, root: bytes, own_root: bytes) -> NamedVendor:
    if root == own_root:
        raise invalid("intent.to", "to: expected another vendor, came this node's own shop")
    vendor = _vendor(tx, root)
    if vendor is None:
        raise conflict(
            "vendor.no_profile",
            f"expected a vendor whose profile this node has, came {_called(tx, root)}: it"
            " comes when the vendor's node is on, or in a message file of the vendor",
        )
    return vendor


def _vendor(tx: Connection, root: bytes) -> NamedVendor | None:
    stored = market.get_profile(tx, root)
    if stored is None:
        return None
    profile = read_profile(stored.body)
    return NamedVendor(root, stored.name, profile.certificate.subject, profile.paused_until)


def _called(tx: Connection, root: bytes) -> str:
    did, known = keys.to_did(root), trust.get(tx, root)
    return f"{did} ({known.note})" if known is not None and known.note else did


def _nobody(to: Iterable[str], left_out: dict[bytes, str]) -> str:
    found = list(left_out.values()) or [
        "you trust nobody" if text == TRUSTED else f"nobody is in {text}" for text in to
    ]
    return f"expected vendors to send the intent to, came none: {'; '.join(found)}"
