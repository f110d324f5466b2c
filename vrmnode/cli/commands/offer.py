"""`vrm offer`: what vendors offered, best first."""

from __future__ import annotations

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.locales import marked, sentence
from vrmnode.cli.owner import language_option, said
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import day, entries, moment, money, nested, short

_HERE = "vrmnode.cli.commands.offer"
REASONS = (
    "chosen_other",
    "too_expensive",
    "terms",
    "delivery",
    "not_trusted",
    "expired",
    "no_longer_wanted",
    "currency",
    "language",
    "unspecified",
)


@click.group(
    cls=LazyGroup,
    commands_at={
        "list": (_HERE, "list_offers", "List offers, the best first, with the reasons."),
        "show": (_HERE, "show_offer", "Show one offer whole, and its terms in plain words."),
        "compare": (
            "vrmnode.cli.commands.compare",
            "compare",
            "Compare the offers for an intent side by side.",
        ),
        "accept": (
            "vrmnode.cli.commands.accept",
            "accept",
            "Accept an offer: a binding order once the vendor agrees.",
        ),
        "ask": ("vrmnode.cli.commands.questions", "ask", "Ask the vendor about an offer."),
        "counter": ("vrmnode.cli.commands.counter", "counter", "Name a lower total."),
        "decline": (_HERE, "decline", "Decline an offer."),
    },
)
@shared_options
def offer() -> None:
    """Compare, accept and decline offers.

    \b
    Example:
      vrm offer list --intent 3fa2c4d5e6f7
    """


@click.command("list")
@click.option("--intent", help="Only offers for this intent.")
@shared_options
def list_offers(intent: str | None) -> None:
    """List offers, the best first, with the reasons.

    \b
    Example:
      vrm offer list --intent 3fa2c4d5e6f7 --json
    """
    here = session()
    value = here.client.get("offers", intent=intent)
    here.result(value, lambda: offers_words(entries(value, "offers"), intent or "--latest"))


def offers_words(offers: list[dict[str, object]], intent: str = "--latest") -> str:
    """The ranking of each intent with its reasons, for people."""
    if not offers:
        watch, why = f"vrm intent watch {intent}", f"vrm intent why {intent}"
        return f"no offers; watch for them with: {watch}; who refused, and why, says: {why}"
    lines: list[str] = []
    last_intent: object = None
    title: object = None
    for row in offers:
        if row.get("intent") != last_intent:
            last_intent = row.get("intent")
            title = row.get("item_name")
            lines.append(f"Intent {short(last_intent)}  {title or ''}".rstrip())
        lines += _offer_lines(row, None if row.get("item_name") == title else row.get("item_name"))
    return "\n".join(lines)


def refusal_words(refused: dict[str, object]) -> str:
    """Who refused an intent, and why."""
    who = refused.get("vendor_name") or short(refused.get("vendor"))
    return f"{who}: {reason_words(refused)}"


def reason_words(refusal: dict[str, object]) -> str:
    """Why somebody said no: in plain words, by code, and in their own words."""
    note = marked(refusal.get("note") or "", refusal.get("in_language"))
    said = f"; in its words: {note}" if note else ""
    return f"{refusal.get('words')} [{refusal.get('reason')}]{said}"


def _offer_lines(row: dict[str, object], other_item: object) -> list[str]:
    total = money(row.get("total"), row.get("currency"))
    function = row.get("business_function")
    facts = [str(function)] if function not in (None, "Sell") else []
    facts += [f"{row['quantity']} pieces"] if row.get("quantity") not in (None, 1) else []
    facts += [str(row["terms"])] if row.get("terms") else []
    if isinstance(row.get("delivery_latest"), int):
        from vrmnode.values.functions import ready

        facts.append(f"{ready(str(function))} by {day(row['delivery_latest'])}")
    facts += ["reserved"] if row.get("reserved") else ["subject to stock"]
    state = row.get("state")
    facts += [str(state)] if state not in (None, "offered") else []
    name = row.get("vendor_name") or short(row.get("vendor") or row.get("vendor_root") or "")
    identifier = row.get("offer") or row.get("digest")
    lines = [
        f"{row.get('position', '-'):>3}. {total:>14}  {name}  ({', '.join(facts)})",
        f"       offer {short(identifier)}, valid until {moment(row.get('valid_through'))}",
    ]
    if other_item:
        lines.append(f"       {other_item}")
    for each in entries(row, "counters"):
        asked = money(each.get("total"), row.get("currency"))
        lines.append(f"       countered with {asked} ({sentence(each.get('rule') or 'by hand')})")
        declined = each.get("declined")
        if isinstance(declined, dict):
            lines.append(f"       which was declined: {reason_words(declined)}")
    if row.get("note"):
        lines.append(f"       in its words: {marked(row['note'], row.get('note_language'))}")
    lines += [f"       + {sentence(reason)}" for reason in _texts(row.get("reasons"))]
    lines += [f"       ! {sentence(problem)}" for problem in _texts(row.get("problems"))]
    return lines


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        return []
    return [str(item.get("words", item)) if isinstance(item, dict) else str(item) for item in value]


@click.command("show")
@click.argument("offer_id", metavar="OFFER")
@shared_options
def show_offer(offer_id: str) -> None:
    """Show one offer whole, and its terms in plain words.

    OFFER is an id or the first 6 characters of it, or more.

    \b
    Example:
      vrm offer show 9f8e7d6c5b4a
    """
    here = session()
    value = here.client.get("offers", offer_id)
    here.result(value, lambda: _whole(value))


def _whole(value: object) -> str:
    if not isinstance(value, dict):
        return nested(value)
    text = value.pop("terms_text", None)
    return f"{nested(value)}\n\n{text}" if isinstance(text, str) else nested(value)


@click.command()
@click.argument("offer_id", metavar="OFFER")
@click.option(
    "--reason",
    type=click.Choice(REASONS),
    default="unspecified",
    show_default=True,
    help="Why: the vendor is told.",
)
@click.option("--note", help="A sentence for the vendor, up to 200 characters.")
@language_option
@shared_options
def decline(offer_id: str, reason: str, note: str | None, language: str | None) -> None:
    """Decline an offer.

    \b
    Example:
      vrm offer decline 9f8e7d6c5b4a --reason too_expensive
    """
    here = session()
    body = {"reason": reason, **said(note, language, "note")}
    value = here.client.post("offers", offer_id, "decline", body=body)
    here.result(value, lambda: f"declined ({reason})")
