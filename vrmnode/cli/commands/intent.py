"""`vrm intent`: list, show, watch and withdraw what you want; publishing is next door."""

from __future__ import annotations

import click

from vrmnode.cli.commands.deal import deals_words
from vrmnode.cli.commands.offer import offers_words, refusal_words
from vrmnode.cli.failures import NOT_FOUND, CommandError, usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import columns, entries, moment, nested, short

_HERE, _DRAFTS = "vrmnode.cli.commands.intent", "vrmnode.cli.commands.drafts"
_PARTS = ("ranking", "refused", "deals", "to")
STATUSES = ("active", "withdrawn", "expired", "fulfilled")


@click.group(
    cls=LazyGroup,
    commands_at={
        "publish": ("vrmnode.cli.commands.publish", "publish", "Publish an intent."),
        "list": (_HERE, "list_intents", "List your intents."),
        "show": (_HERE, "show_intent", "Show one intent, its offers and deals."),
        "why": ("vrmnode.cli.commands.why", "why", "Say why there are no offers to accept."),
        "watch": ("vrmnode.cli.commands.watch", "watch", "Follow an intent to its end."),
        "standing": (
            "vrmnode.cli.commands.standing",
            "standing",
            "See and stop what is wanted again and again.",
        ),
        "drafts": (_DRAFTS, "drafts", "List the drafts that devices left."),
        "draft": (_DRAFTS, "show_draft", "Show a draft, and what would be sent."),
        "confirm": (_DRAFTS, "confirm", "Publish a draft."),
        "discard": (_DRAFTS, "discard", "Throw a draft away."),
        "extend": (_HERE, "extend", "Let an intent stand longer."),
        "withdraw": (_HERE, "withdraw", "Withdraw an intent."),
    },
)
@shared_options
def intent() -> None:
    """Publish what you want, and follow it.

    \b
    Example:
      vrm intent publish --gtin 9780131103627 --country DE --budget "45.00 EUR"
    """


@click.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only intents in this state.")
@shared_options
def list_intents(status: str | None) -> None:
    """List your intents.

    \b
    Example:
      vrm intent list --status active
    """
    here = session()
    value = here.client.get("intents", status=status)
    here.result(value, lambda: _table(entries(value, "intents")))


def chosen_intent(here: Session, intent_id: str | None, *, latest: bool) -> str:
    """The id that was given, or with `latest` that of the intent published last."""
    if (intent_id is None) != latest:
        came = "both" if intent_id else "neither"
        raise usage(
            "option.which",
            f"expected the id of an intent or --latest, came {came}",
            "see the intents with: vrm intent list",
        )
    if intent_id is not None:
        return intent_id
    newest = entries(here.client.get("intents"), "intents")
    if not newest:
        advice = "publish one with: vrm intent publish --help"
        raise CommandError(NOT_FOUND, "intent.none", "expected an intent, came none", advice)
    return str(newest[0].get("intent"))


def _table(intents: list[dict[str, object]]) -> str:
    if not intents:
        return "no intents; publish one with: vrm intent publish --help"
    header = ("intent", "status", "offers", "valid until", "what")
    return columns(header, [_row(each) for each in intents])


def _row(each: dict[str, object]) -> tuple[object, ...]:
    what = each.get("label") or each.get("item_name") or each.get("name")
    return (
        short(each.get("intent")),
        each.get("status"),
        each.get("offers"),
        moment(each.get("valid_through")),
        what,
    )


@click.command("show")
@click.argument("intent_id", metavar="[INTENT]", required=False)
@click.option("--latest", is_flag=True, help="The intent that you published last.")
@shared_options
def show_intent(intent_id: str | None, latest: bool) -> None:
    """Show one intent, its offers and deals.

    INTENT is an id or the first 6 characters of it, or more.

    \b
    Example:
      vrm intent show 3fa2c4d5e6f7
    """
    here = session()
    value = here.client.get("intents", chosen_intent(here, intent_id, latest=latest))
    here.result(value, lambda: _words(value))


def _words(value: object) -> str:
    if not isinstance(value, dict):
        return nested(value)
    parts = {name: item for name, item in value.items() if name not in _PARTS}
    offers = offers_words(entries(value, "ranking"), short(value.get("intent")))
    told = [f"  {_who(each)}: {each.get('words')}" for each in entries(value, "to")]
    lines = [nested(parts), *(["", "Told to these alone:", *told] if told else [])]
    lines += ["", "Offers, the best first:", offers]
    refused = entries(value, "refused")
    if refused:
        lines += ["", "Refused by:"]
        lines += [f"  {refusal_words(each)}" for each in refused]
    lines += ["", "Deals:", deals_words(entries(value, "deals"))]
    return "\n".join(lines)


def _who(each: dict[str, object]) -> str:
    name = each.get("vendor_name") or short(each.get("vendor"))
    known = ", which may recognise you" if each.get("recognised") else ""
    return f"{name}{known} (deal {short(each.get('deal'))})"


@click.command()
@click.argument("intent_id", metavar="INTENT")
@click.option(
    "--valid-for", required=True, help="How long it shall stand from now: 36h, 2d, 1w; to 90d."
)
@shared_options
def extend(intent_id: str, valid_for: str) -> None:
    """Let an intent stand longer.

    Everybody who has the intent is told its new end, or the vendors it was told to alone; offers
    and deals stay as they are.

    \b
    Example:
      vrm intent extend 3fa2c4d5e6f7 --valid-for 1w
    """
    here = session()
    value = here.client.post("intents", intent_id, "extend", body={"valid_for": valid_for})
    which = short(value.get("intent") or intent_id)
    here.result(
        value, lambda: f"extended: intent {which} stands until {moment(value.get('valid_through'))}"
    )


@click.command()
@click.argument("intent_id", metavar="INTENT")
@shared_options
def withdraw(intent_id: str) -> None:
    """Withdraw an intent.

    Everybody who has the intent is told, or the vendors it was told to alone. Open offers are
    declined, and acceptances that no vendor has confirmed yet are taken back; agreements stay.

    \b
    Example:
      vrm intent withdraw 3fa2c4d5e6f7
    """
    here = session()
    value = here.client.post("intents", intent_id, "withdraw", body={})
    here.result(value, lambda: f"withdrawn: intent {short(value.get('intent') or intent_id)}")
