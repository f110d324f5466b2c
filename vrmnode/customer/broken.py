"""An own thing is broken or needs something: what to ask for, of whom, and what in the words gives
its owner away.

Nothing is sent here. For a repair within the warranty the vendor that sold it is asked; else the
vendors that the owner trusts and that do such things; else everybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vrmnode.values.spans import DAY_S, format_day

FUNCTION, ALTERNATIVES, LEASE_DAYS = "Repair", ("Sell", "LeaseOut"), 14
MAX_PROBLEM = 500

_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("an e-mail address", re.compile(r"\S@\S")),
    ("a web address", re.compile(r"://|\bwww\.", re.IGNORECASE)),
    ("a serial number", re.compile(r"\b(?:serial|s/n|imei|seriennummer)\b", re.IGNORECASE)),
    # Eight characters or more with letters and digits mixed, or seven digits in a row.
    ("a serial number", re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{8,}\b|\d{7,}")),
    ("a number as of a telephone", re.compile(r"\+?\d(?:[ /().-]{0,2}\d){6,}")),
    ("a network address", re.compile(r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """What is known of a thing, as far as asking for its repair needs it."""

    item_name: str
    gtin: str | None
    mpn: str | None
    brand: str | None
    category: int | None
    country: str | None
    bought_from: str | None
    vendor: str | None
    warranty_until: int | None


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """The request of an intent for a thing, and why it goes to whom."""

    request: dict[str, object]
    addressed: str


def identifying(text: str) -> list[str]:
    """What in a text may tell who its author is, each once; nobody can be sure of all of it."""
    return list(dict.fromkeys(what for what, sign in _SIGNS if sign.search(text)))


def draft_request(
    thing: Owned,
    problem: str | None,
    changes: Mapping[str, object],
    *,
    function: str = FUNCTION,
    reachable: bool,
    trusted: Sequence[str],
    now: int,
) -> RequestDraft:
    """The request for what is done with a thing, or sold for it.

    Args:
        changes: fields of the request that the owner sets otherwise; `to` empty: everybody.
        reachable: whether the vendor that sold it has a profile here, so that it can be told.
        trusted: did:keys of trusted vendors that do such things where it is.
    """
    repairs = function == FUNCTION
    under_warranty = repairs and _under_warranty(thing, now)
    to, addressed = _addressees(thing, under_warranty, reachable=reachable, trusted=trusted)
    request: dict[str, object] = {
        "name": thing.item_name,
        "gtin": thing.gtin,
        "mpn": thing.mpn,
        "brand": thing.brand,
        "category": thing.category,
        "description": problem or None,
        "country": thing.country,
        "function": function,
        "alternatives": list(ALTERNATIVES),
        "lease_days": LEASE_DAYS,
        "to": to,
        **changes,
    }
    if not repairs:
        request["alternatives"] = []
    asked = request["alternatives"]
    if not isinstance(asked, list) or "LeaseOut" not in asked:
        request.pop("lease_days")
    if "to" in changes:
        addressed = "as you say" if changes["to"] else "to everybody, as you say"
    kept = {name: value for name, value in request.items() if value not in (None, [])}
    return RequestDraft(kept, addressed)


def _under_warranty(thing: Owned, now: int) -> bool:
    return thing.warranty_until is not None and now < thing.warranty_until + DAY_S


def _addressees(
    thing: Owned, under_warranty: bool, *, reachable: bool, trusted: Sequence[str]
) -> tuple[list[str], str]:
    missing = ""
    if under_warranty and thing.warranty_until is not None:
        until = format_day(thing.warranty_until)
        shop = thing.bought_from or "whoever sold it"
        if thing.vendor is not None and reachable:
            return [thing.vendor], f"to {shop} alone: warranty until {until}"
        missing = f"in warranty until {until}, but this node can't write to {shop}"
    if trusted:
        addressed = f"to {len(trusted)} vendors that you trust and that do such things"
        if len(trusted) == 1:
            addressed = "to the one vendor that you trust and that does such things"
        return list(trusted), f"{missing}; {addressed}".removeprefix("; ")
    addressed = "to everybody: you trust no vendor that does such things"
    return [], f"{missing}; {addressed}".removeprefix("; ")
