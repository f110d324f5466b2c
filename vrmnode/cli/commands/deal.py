"""`vrm deal`: negotiations and the agreements they end in."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

import click

from vrmnode.cli.commands.offer import reason_words
from vrmnode.cli.failures import FAILED, NOT_FOUND, CommandError, usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.output_file import write_output
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import columns, entries, moment, money, nested, short

_HERE = "vrmnode.cli.commands.deal"
STATES = ("offered", "refused", "accepted", "agreed", "declined", "withdrawn", "cancelled")

SUFFIXES = {"vrm": ".vrm", "json-ld": ".jsonld", "vc": ".jwt", "deletion": "-deletion.vrm"}
WITHDRAWALS = ("unconfirmed", "changed_mind", "no_longer_wanted", "duplicate", "unspecified")


@click.group(
    cls=LazyGroup,
    commands_at={
        "list": (_HERE, "list_deals", "List deals of both roles."),
        "show": (_HERE, "show_deal", "Show one deal with its messages."),
        "export": (_HERE, "export", "Write the agreement of a deal to a file."),
        "verify": (
            "vrmnode.cli.commands.verify",
            "verify",
            "Verify what was exported of a deal, offline.",
        ),
        "withdraw": (_HERE, "withdraw", "Take back an acceptance."),
        "disclose": (
            "vrmnode.cli.commands.disclose",
            "disclose",
            "Tell the vendor of an agreed deal some of your contact data.",
        ),
    },
)
@shared_options
def deal() -> None:
    """See, export and verify deals.

    \b
    Example:
      vrm deal list --state agreed
    """


@click.command("list")
@click.option("--role", type=click.Choice(["customer", "vendor"]), help="Only this role of yours.")
@click.option("--state", type=click.Choice(STATES), help="Only deals in this state.")
@shared_options
def list_deals(role: str | None, state: str | None) -> None:
    """List deals of both roles.

    \b
    Example:
      vrm deal list --role customer --state agreed
    """
    here = session()
    value = here.client.get("deals", role=role, state=state)
    here.result(value, lambda: deals_words(entries(value, "deals")))


def deals_words(deals: list[dict[str, object]]) -> str:
    """Deals as a table for people."""
    if not deals:
        return "no deals; they begin with an offer: vrm offer list"
    header = ("deal", "role", "state", "total", "function", "vendor", "intent", "updated")
    return columns(header, [_row(each) for each in deals])


def _row(each: dict[str, object]) -> tuple[object, ...]:
    return (
        short(each.get("deal")),
        each.get("role"),
        each.get("display_state") or each.get("state"),
        money(each.get("total"), each.get("currency")),
        each.get("business_function"),
        each.get("vendor_name") or short(each.get("vendor") or "-"),
        short(each.get("intent") or "-"),
        moment(each.get("updated")),
    )


@click.command("show")
@click.argument("deal_id", metavar="[DEAL]", required=False)
@click.option("--latest", is_flag=True, help="The deal that was agreed last.")
@shared_options
def show_deal(deal_id: str | None, latest: bool) -> None:
    """Show one deal with its messages.

    \b
    Example:
      vrm deal show 0a1b2c3d4e5f
    """
    here = session()
    deal_id = chosen_deal(here, deal_id, latest=latest)
    value = here.client.get("deals", deal_id)
    here.result(value, lambda: _shown(value))


def _shown(value: object) -> str:
    if not isinstance(value, dict):
        return nested(value)
    lines = [_said_no(value, each) for each in entries(value, "refusals")]
    lines.append(nested({name: each for name, each in value.items() if name != "refusals"}))
    if value.get("order"):
        lines.append(f"what followed: vrm order show {short(value.get('deal'))}")
    return "\n".join(lines)


_WHAT = {"accept": "acceptance"}


def _said_no(deal: dict[str, object], refusal: dict[str, object]) -> str:
    """Who refused what in a deal, and why, as seen from this node's side."""
    role, of = deal.get("role"), str(refusal.get("of"))
    vendor = str(deal.get("vendor_name") or "the vendor")
    they = "the customer" if role == "vendor" else vendor
    mine = refusal.get("from") == role
    # Only a customer's acceptance is taken back; everything else that is declined is the other's.
    back = of == "accept" and refusal.get("from") == "customer"
    if mine:
        who, whose = "you", "your" if back else "the"
    else:
        who, whose = they, "its" if back else "your"
    did = "took back" if back else "declined"
    return f"{who} {did} {whose} {_WHAT.get(of, of)}: {reason_words(refusal)}"


@click.command()
@click.argument("deal_id", metavar="[DEAL]", required=False)
@click.option("--latest", is_flag=True, help="The deal that was agreed last.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File to write; - for stdout."
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(SUFFIXES)),
    default="vrm",
    show_default=True,
    help="The agreement file, linked data, a W3C Verifiable Credential that you sign, or the"
    " vendor's statement that it deleted what was disclosed.",
)
@shared_options
def export(deal_id: str | None, latest: bool, output: Path | None, force: bool, form: str) -> None:
    """Write the agreement of a deal to a file.

    Both parties hold the same bytes. Anybody can verify them with: vrm deal verify FILE

    \b
    Examples:
      vrm deal export 0a1b2c3d4e5f -o book.vrm
      vrm deal export --latest -o book.vrm
      vrm deal export --latest --format vc -o book.jwt
    """
    here = session()
    deal_id = chosen_deal(here, deal_id, latest=latest)
    if form == "vc":
        value: object = here.client.post("deals", deal_id, "credential", body={})
    elif form == "deletion":
        value = here.client.get("deals", deal_id, "deletion")
    elif form == "vrm":
        value = here.client.get("deals", deal_id, "agreement")
    else:
        value = here.client.get("deals", deal_id, "agreement", format=form)
    raw = file_bytes(value)
    path = output or Path(f"deal-{short(deal_id)}{SUFFIXES[form]}")
    if not write_output(path, raw, force=force):
        return
    report = {"file": str(path), "size_bytes": len(raw), "format": form}
    proof = "" if form == "json-ld" else f"; verify it with: vrm deal verify {path}"
    here.result(report, f"wrote {path} ({len(raw)} bytes){proof}")


def chosen_deal(here: Session, deal_id: str | None, *, latest: bool) -> str:
    """The deal that was named, or the latest."""
    if (deal_id is None) != latest:
        came = "both" if deal_id else "neither"
        raise usage("option.which", f"expected the id of a deal or --latest, came {came}")
    return deal_id or _latest(here)


def _latest(here: Session) -> str:
    """The id of the deal that was agreed last."""
    agreed = entries(here.client.get("deals", state="agreed"), "deals")
    if not agreed:
        raise CommandError(
            NOT_FOUND, "deal.none", "expected an agreed deal, came none", "see: vrm deal list"
        )
    return str(agreed[0].get("deal"))


def file_bytes(value: object) -> bytes:
    """The bytes of a file in an answer of the API."""
    try:
        assert isinstance(value, dict)
        return base64.b64decode(str(value["file"]), validate=True)
    except (AssertionError, KeyError, binascii.Error):
        raise CommandError(FAILED, "daemon.answer", "expected a file, came none") from None


@click.command()
@click.argument("deal_id", metavar="DEAL")
@click.option(
    "--reason",
    type=click.Choice(WITHDRAWALS),
    default="unspecified",
    show_default=True,
    help="Why: the vendor is told.",
)
@shared_options
def withdraw(deal_id: str, reason: str) -> None:
    """Take back an acceptance.

    If the vendor's agreement crosses it, the deal is cancelled free of charge on both sides.

    \b
    Example:
      vrm deal withdraw 0a1b2c3d4e5f --reason unconfirmed
    """
    here = session()
    value = here.client.post("deals", deal_id, "withdraw", body={"reason": reason})
    here.result(value, lambda: f"withdrawn ({reason})\n{nested(value)}".rstrip())
