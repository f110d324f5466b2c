"""The flags of `vrm intent publish`, and the request and acceptance they stand for.

The node knows what the fields may contain and answers with the name of a wrong one.
"""

from __future__ import annotations

from typing import Any

import click

Options = dict[str, Any]

# flag, type, help; the request's field has the flag's name with _ for -, but for `_FIELDS`.
_SINGLE: tuple[tuple[str, Any, str], ...] = (
    ("--name", str, "What it is called."),
    ("--gtin", str, "Its GTIN, EAN or ISBN."),
    ("--mpn", str, "Its maker's part number."),
    ("--brand", str, "Its brand."),
    ("--category", int, "Its Google taxonomy number."),
    ("--description", str, "More words about it."),
    ("--quantity", int, "How many.  [default: 1]"),
    ("--country", str, "Where to: a country code such as DE."),
    ("--region", str, "A region in it, if you want to say."),
    ("--cell", str, "An H3 cell, no finer than you want to say."),
    ("--by", str, "Needed by this day, such as 2026-12-24."),
    ("--budget", str, 'What it may cost to the door, such as "45.00 EUR"; vendors see it.'),
    ("--private-maximum", str, "What it may cost to the door; stays in your node."),
    ("--currency", str, "The currency you want to pay in."),
    ("--max-offers", int, "How many offers you want to see."),
    ("--valid-for", str, "How long it stands: 36h, 2d, 1w."),
    (
        "--function",
        str,
        "What the vendor shall do: Sell, LeaseOut, Repair, Maintain, ProvideService, Dispose, Buy.",
    ),
    ("--lease-days", int, "For how many days you want to rent it."),
    ("--min-price", str, "What a vendor that buys has to pay at least; vendors see it."),
    ("--label", str, "A name of your own for it; stays in your node."),
)
_REPEATED: tuple[tuple[str, str], ...] = (
    ("--or", "What would do instead, such as Sell or LeaseOut; in your order of preference."),
    ("--condition", "new, used, refurbished or damaged."),
    ("--must", 'Needed: "format=hardcover", "pages>=200".'),
    ("--prefer", "Wished for, written like --must."),
    ("--terms", "Terms you offer, in your order of preference, such as SD-BASE."),
    ("--delivery", "ship, pickup, download or onsite."),
    ("--payment", "invoice, card, bank_transfer, …"),
    ("--language", "Languages you read, such as en."),
    ("--image", "A picture of it, a file; its hash is published, the file stays here."),
    ("--to", "Tell this vendor alone: its did:key; or trusted, or group:NAME. Nothing is public."),
)


_FIELDS = {"or": "alternatives"}
_RECOGNISED = (
    "Let the vendors in --to recognise you, by the relationship that you opened to them: they"
    " learn which deals and intents are of one customer. Only for this intent."
)
_WHO = click.Choice(["automatic", "manual"])


def request_options(function: Any) -> Any:
    """Add the flags of the request."""
    function = click.option("--recognised", is_flag=True, default=None, help=_RECOGNISED)(function)
    for flag, words in reversed(_REPEATED):
        function = click.option(flag, multiple=True, help=f"{words}  [repeatable]")(function)
    for flag, kind, words in reversed(_SINGLE):
        function = click.option(flag, type=kind, help=words)(function)
    return function


def request_of(options: Options) -> dict[str, object]:
    """The fields of the request that were given as flags."""
    request: dict[str, object] = {}
    if options["recognised"]:
        request["recognised"] = True
    for flag, *_ in (*_SINGLE, *_REPEATED):
        name = flag[2:].replace("-", "_")
        value = options[name]
        if isinstance(value, tuple):
            value = list(value) or None
        if value is not None:
            request[_FIELDS.get(name, name)] = value
    return request


# flag, the policy's field (of a table, with a dot), what click.option takes.
_ACCEPTANCE: tuple[tuple[str, str, Options], ...] = (
    (
        "--accept",
        "mode",
        {"type": _WHO, "help": "Who accepts: the node under the rules below, or you."},
    ),
    (
        "--accept-vendors",
        "vendors",
        {"help": "Whose offers the node may accept: trusted, proved, group:NAME, named or any."},
    ),
    (
        "--vendor",
        "named",
        {"multiple": True, "metavar": "DID", "help": "A vendor for named.  [repeatable]"},
    ),
    ("--max-total", "max_total", {"help": 'Accept up to this total, such as "45.00 EUR".'}),
    (
        "--min-total",
        "min_total",
        {"help": "Accept from a vendor that buys from this total on."},
    ),
    (
        "--accept-function",
        "functions",
        {
            "multiple": True,
            "help": "What the node may accept; otherwise only --function itself.  [repeatable]",
        },
    ),
    (
        "--accept-terms",
        "terms",
        {"multiple": True, "help": "Accept only under these terms.  [repeatable]"},
    ),
    (
        "--wait-offers",
        "wait_offers",
        {"type": int, "help": "Decide when there are this many offers."},
    ),
    ("--wait-for", "wait_for", {"help": "Decide after this time at the latest: 30s, 10m."}),
    (
        "--counter",
        "counter.mode",
        {"type": _WHO, "help": "Who names lower totals: the node under the rules below, or you."},
    ),
    (
        "--counter-rounds",
        "counter.rounds",
        {"type": int, "help": "How often, to a vendor: 1 to 4."},
    ),
    (
        "--counter-first",
        "counter.first_percent",
        {"type": int, "help": "Begin so many per cent below its first total."},
    ),
    (
        "--counter-last",
        "counter.last_percent",
        {"type": int, "help": "End so many per cent below it."},
    ),
    (
        "--counter-target",
        "counter.target",
        {"help": 'Name nothing above this, such as "40.00 EUR".'},
    ),
    (
        "--counter-patience",
        "counter.patience",
        {"help": "How long a vendor has to answer: 30s, 10m."},
    ),
)


def acceptance_options(function: Any) -> Any:
    """Add the flags that say when the node may accept by itself."""
    for flag, _, how in reversed(_ACCEPTANCE):
        function = click.option(flag, **how)(function)
    return function


def acceptance_of(options: Options) -> dict[str, object]:
    """The acceptance policy's fields that were given as flags."""
    acceptance: dict[str, object] = {}
    for flag, field, _ in _ACCEPTANCE:
        value = options[flag[2:].replace("-", "_")]
        if isinstance(value, tuple):
            value = list(value) or None
        if value is None:
            continue
        table, dot, name = field.rpartition(".")
        deeper = acceptance.setdefault(table, {}) if dot else acceptance
        if isinstance(deeper, dict):
            deeper[name] = value
    if "named" in acceptance:
        acceptance.setdefault("vendors", "named")
    return acceptance
