"""`vrm vendor search`, `show` and `check`: vendors that this node heard of."""

from __future__ import annotations

import time

import click

from vrmnode.cli.failures import FAILED
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import day, entries, nested, short_did

_MOST = 1000
"""As many as the node tells at once."""


@click.command("search")
@click.argument("words", nargs=-1)
@click.option("--category", type=int, help="A Google taxonomy number.")
@click.option("--country", help="Where it has to serve: a country code such as DE.")
@click.option("--terms", multiple=True, help="Terms it accepts; one is enough.  [repeatable]")
@click.option("--function", help="What it does: Sell, LeaseOut, Repair, Maintain, …")
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=100,
    show_default=True,
    help="How many at most.",
)
@shared_options
def search(
    words: tuple[str, ...],
    category: int | None,
    country: str | None,
    terms: tuple[str, ...],
    function: str | None,
    limit: int,
) -> None:
    """Search the vendors your node heard of.

    Those that you trust come first, then those proved by their domain. Nothing is asked of
    anybody: the profiles are in your node. Names and descriptions are the vendors' own words.

    \b
    Examples:
      vrm vendor search antique books --country DE
      vrm vendor search --category 784 --terms SD-BASE --function Repair
    """
    here = session()
    value = here.client.get(
        "vendors",
        words=" ".join(words) or None,
        category=category,
        country=country,
        terms=list(terms) or None,
        function=function,
        limit=limit,
    )
    here.result(value, lambda: _vendors_words(entries(value, "vendors")) or _nobody(here))


def _nobody(here: Session) -> str:
    """Whether nobody is known yet, or nobody of whom is known fits."""
    known = len(entries(here.client.get("vendors", limit=_MOST), "vendors"))
    if not known:
        return "no vendors; profiles come in while the node runs, and vendors repeat them"
    return (
        f"no vendors: of the {known} whose profiles are here none fits; a profile says what a shop"
        " is, not all that it sells; all of them: vrm vendor search"
    )


def _vendors_words(vendors: list[dict[str, object]]) -> str:
    return "\n".join(line for each in vendors for line in _lines(each))


def _lines(each: dict[str, object]) -> list[str]:
    area = _listed(each.get("area_served")) or "everywhere"
    deals_in = _listed(each.get("category_names"))
    facts = [_listed(each.get("business_function")), deals_in, area]
    lines = [
        f"{each.get('name')}  {short_did(each.get('vendor'))}",
        *(f"    {words}" for words in standing_words(each)),
        f"    {' | '.join(fact for fact in facts if fact)}",
        f"    terms {_listed(each.get('accepted_terms'))}",
        *(f"    - {words}" for words in _levels(each.get("terms_policy"))),
    ]
    if _pauses(each):
        lines.append(f"    no new offers before {day(each.get('paused_until'))}")
    return lines + ([f"    {each['url']}"] if each.get("url") else [])


def _pauses(each: dict[str, object]) -> bool:
    until = each.get("paused_until")
    return isinstance(until, int) and until > time.time()


def _levels(policy: object) -> list[str]:
    """What a vendor needs and promises, where it says more than the ids."""
    levels = policy.get("levels") if isinstance(policy, dict) else None
    if not isinstance(levels, dict):
        return []
    from vrmnode.values.addenda import levels_words

    return levels_words(levels)


def standing_words(each: dict[str, object]) -> list[str]:
    """What the owner knows of a vendor beyond what it says itself."""
    groups = _listed(each.get("groups"))
    trusted = "you trust it" + (f" ({groups})" if groups else "")
    trusted += f": {each['note']}" if each.get("note") else ""
    domain = domain_words(each)
    return ([trusted] if each.get("trusted") else []) + ([domain] if domain else [])


def domain_words(each: dict[str, object]) -> str:
    """Whether a vendor's domain was checked, and what came of it; "" if it wasn't."""
    domain = each.get("domain")
    return str(domain.get("words") or "") if isinstance(domain, dict) else ""


def _listed(value: object) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list) else ""


@click.command("show")
@click.argument("vendor", metavar="VENDOR")
@shared_options
def show_vendor(vendor: str) -> None:
    """Show what your node knows of one vendor.

    VENDOR is a did:key or a root in hex, or its beginning as `vrm vendor search` shows it.

    \b
    Example:
      vrm vendor show z6MkgDAMxx8R
    """
    here = session()
    value = here.client.get("vendors", vendor)
    here.result(value, lambda: nested(value))


@click.command("check")
@click.argument("vendor", metavar="VENDOR")
@click.option("--anyway", is_flag=True, help="Also while it has an offer open to you.")
@click.option("--loopback", is_flag=True, help="Also if the host is this machine, for trying out.")
@shared_options
def check(vendor: str, anyway: bool, loopback: bool) -> None:
    """Ask a vendor's domain whether it names the vendor.

    Your node fetches https://HOST/.well-known/vrm.json of the host in the vendor's profile, once
    and only now. The host learns your node's address, so check before you want something. A proof
    says that whoever holds the domain names this vendor, and counts for 30 days.

    \b
    Example:
      vrm vendor check z6MkgDAMxx8R
    """
    here = session()
    body: dict[str, object] = {"anyway": anyway, "loopback": loopback}
    value = here.client.post("vendors", vendor, "check", body=body)
    here.result(value, lambda: domain_words(value))
    domain = value.get("domain")
    if not (isinstance(domain, dict) and domain.get("outcome") == "proved"):
        click.get_current_context().exit(FAILED)
