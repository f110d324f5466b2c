"""`vrm vendor inbox`: intents, questions and counters that wait for a human."""

from __future__ import annotations

from typing import Any

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.locales import marked, sentence
from vrmnode.cli.owner import language_option, said
from vrmnode.cli.returning import returning_words
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, day, entries, moment, money, short

_HERE = "vrmnode.cli.commands.inbox"
CONDITIONS = ("new", "used", "refurbished", "damaged")
METHODS = ("ship", "pickup", "download", "onsite")


@click.group(
    cls=LazyGroup,
    commands_at={
        "list": (_HERE, "list_inbox", "List what waits for a human."),
        "show": (_HERE, "show_intent", "Show one in words, and what the node would answer."),
        "claim": (_HERE, "claim", "Say that you work on one, so that nobody else does."),
        "release": (_HERE, "release", "Leave one to others again."),
        "answer": (_HERE, "answer", "Answer one: by an offer, or a text."),
        "refuse": (_HERE, "refuse", "Tell the customer no."),
    },
)
@shared_options
def inbox() -> None:
    """Answer what your policy leaves to a human.

    Which intents those are, whether counters too, for how long, and what your node does after
    that, stands in the table `inbox` of the policy. Questions always wait for a human.

    \b
    Examples:
      vrm vendor policy set inbox.above="500 EUR" inbox.near_misses=true
      vrm vendor inbox list
    """


@click.command("list")
@shared_options
def list_inbox() -> None:
    """List what waits for a human.

    Intents, questions and counters; "named" is an intent that its customer told to vendors of its
    choice alone, "returning" one whose customer lets you recognise it. The most urgent first. After
    its time your node does what the policy says.

    \b
    Example:
      vrm vendor inbox list --json
    """
    here = session()
    value = here.client.get("vendor", "inbox")
    here.result(value, lambda: _table(entries(value, "inbox")))


def _table(found: list[dict[str, object]]) -> str:
    if not found:
        return "nothing waits"
    header = ("id", "kind", "answer by", "claimed by", "wanted", "why")
    return columns(header, [_row(each) for each in found], whole_last=True)


def _kind(each: dict[str, object]) -> object:
    special = (name for name in ("returning", "named") if each.get(name))
    return next(special, each.get("kind"))


def _row(each: dict[str, object]) -> tuple[object, ...]:
    return (
        short(each.get("id")),
        _kind(each),
        moment(each.get("answer_by")),
        each.get("claimed_by"),
        str(each.get("wanted")).removeprefix("wants "),
        sentence(each.get("why") or "-"),
    )


@click.command("show")
@click.argument("intent_id", metavar="ID")
@shared_options
def show_intent(intent_id: str) -> None:
    """Show one in words, and what the node would answer.

    ID is that of an intent, a question or a counter, or the first 6 characters of it, or more.

    \b
    Example:
      vrm vendor inbox show 00002c967d31
    """
    here = session()
    value = here.client.get("vendor", "inbox", intent_id)
    here.result(value, lambda: shown_words(value if isinstance(value, dict) else {}))


def shown_words(value: dict[str, object]) -> str:
    """What waits, for people."""
    if value.get("kind") in ("question", "counter"):
        return _mail_words(value)
    lines = [f"Intent {short(value.get('intent'))}", *_sentences(value)]
    if value.get("named"):
        lines.append("  told to vendors of the customer's choice alone: to you, perhaps to others")
    lines += [f"  {words}" for words in returning_words(value.get("returning"))]
    lines += ["", f"left to a human: {sentence(value.get('why'))}"]
    until = moment(value.get("answer_by"))
    lines.append(f"in the inbox since {moment(value.get('added'))}, to be answered by {until}")
    if value.get("claimed_by"):
        until = moment(value.get("claimed_until"))
        lines.append(f"{value['claimed_by']} works on it until {until}")
    return "\n".join([*lines, "", *considered_words(value)])


def _mail_words(value: dict[str, object]) -> str:
    kind, currency = value.get("kind"), value.get("currency")
    lines = [f"{str(kind).capitalize()} {short(value.get('id'))}", f"  {value.get('wanted')}"]
    if value.get("note"):
        lines.append(f"  {marked(value['note'], value.get('in_language'))}")
    offered = money(value.get("offered"), currency)
    lines.append(f"about offer {short(value.get('offer'))}, {offered}")
    lines.append(f"since {moment(value.get('added'))}, until {moment(value.get('answer_by'))}")
    if value.get("claimed_by"):
        until = moment(value.get("claimed_until"))
        lines.append(f"{value['claimed_by']} works on it until {until}")
    return "\n".join(lines)


def _sentences(value: dict[str, object]) -> list[str]:
    told = value.get("told")
    return [f"  {sentence(each)}" for each in told] if isinstance(told, list) else []


def considered_words(value: dict[str, object]) -> list[str]:
    """What the node makes of an intent: its proposal or refusal, and what came near."""
    proposals, refusal = entries(value, "proposals"), value.get("refusal")
    lines: list[str] = []
    for proposal in proposals:
        lines += ["The node would offer:", *(f"  {words}" for words in _proposal_words(proposal))]
    if isinstance(refusal, dict):
        lines.append(f"The node would refuse: {refusal.get('words')} [{refusal.get('reason')}]")
    near = entries(value, "near")
    return [
        *(lines or ["The node has nothing near it."]),
        *(["Nearest in the catalogue:"] if near else []),
        *map(_near_words, near),
    ]


def _proposal_words(proposal: dict[str, object]) -> list[str]:
    currency = proposal.get("currency")
    total = money(proposal.get("total"), currency)
    count = proposal.get("quantity")
    unit = money(proposal.get("unit_price"), currency)
    delivery = money(proposal.get("delivery_charge"), currency)
    method = proposal.get("delivery_method")
    held = "set aside for it" if proposal.get("reserved") else "subject to stock"
    return [
        f"{proposal.get('item_name')}  ({proposal.get('sku')}, {proposal.get('function')})",
        f"{total} to the door: {count} × {unit}, {method} {delivery}",
        f"there by {day(proposal.get('delivery_latest'))}, under {proposal.get('terms')}, {held}",
        f"valid until {moment(proposal.get('valid_through'))}",
    ]


def _near_words(each: dict[str, object]) -> str:
    miss = each.get("miss")
    price = money(each.get("unit_price"), each.get("currency"))
    head = f"  {each.get('sku')}  {each.get('item_name')}, {price}"
    if isinstance(miss, dict):
        return f"{head}: {miss.get('words')} [{miss.get('reason')}]"
    return f"{head}, to the door {money(each.get('total'), each.get('currency'))}"


_as_name = click.option("--as", "by", metavar="NAME", help="Your name, if you claimed it.")
_claimer = click.option("--as", "by", metavar="NAME", required=True, help="Your name in the shop.")


@click.command()
@click.argument("intent_id", metavar="ID")
@_claimer
@shared_options
def claim(intent_id: str, by: str) -> None:
    """Say that you work on one, so that nobody else does.

    A claim ends by itself after the policy's `inbox.claim_minutes`; claim again to keep it longer.
    While it holds, nobody else answers and the node waits for you.

    \b
    Example:
      vrm vendor inbox claim 00002c967d31 --as Anna
    """
    here = session()
    value = here.client.post("vendor", "inbox", intent_id, "claim", body={"by": by})
    until = moment(value.get("claimed_until"))
    here.result(value, lambda: f"{by} works on it until {until}")


@click.command()
@click.argument("intent_id", metavar="ID")
@_claimer
@shared_options
def release(intent_id: str, by: str) -> None:
    """Leave one to others again.

    \b
    Example:
      vrm vendor inbox release 00002c967d31 --as Anna
    """
    here = session()
    value = here.client.post("vendor", "inbox", intent_id, "release", body={"by": by})
    here.result(value, "released: it waits for whoever takes it")


@click.command()
@click.argument("intent_id", metavar="ID")
@click.option("--text", help="The answer to a question, up to 1,000 characters.")
@click.option("--total", help="The total you would take instead, where a counter named one.")
@click.option("--sku", help="Another product of the catalogue.")
@click.option("--name", help="An item that isn't in the catalogue; needs --unit-price.")
@click.option("--condition", type=click.Choice(CONDITIONS), help="Of that item.  [default: new]")
@click.option("--gtin", help="Its GTIN, EAN or ISBN.")
@click.option("--function", help="What you do with it.  [default: what is asked for]")
@click.option("--unit-price", help='The price of one, such as "45.00 EUR".')
@click.option("--delivery-charge", help="What delivery costs, in all.")
@click.option("--delivery-method", type=click.Choice(METHODS), help="How it gets there.")
@click.option("--deliver-by", help="There by this day, such as 2026-12-24.")
@click.option("--valid-for", help="How long the offer stands: 90m, 36h, 2d.")
@click.option("--note", help="A few sentences for the customer, up to 500 characters.")
@language_option
@click.option("--anyway", is_flag=True, help="Also if it isn't what the customer asked for.")
@_as_name
@shared_options
def answer(
    intent_id: str,
    note: str | None,
    language: str | None,
    anyway: bool,
    by: str | None,
    text: str | None,
    total: str | None,
    **options: Any,
) -> None:
    """Answer one: by an offer, or a text.

    A question needs --text. A counter is accepted by an offer at what it named, or answered with
    another --total; rounded in the customer's favour, and not below your price rules unless
    --anyway. For an intent, without options it is what `show` shows, all of it. What you leave out
    is as the node would have it. Terms, currency and stock are checked as for any offer; what the
    customer's node would object to is told first, and sent with --anyway. An offer binds you while
    it is valid.

    \b
    Examples:
      vrm vendor inbox answer 00002c967d31
      vrm vendor inbox answer 00002c967d31 --sku B-2 --unit-price "39.00 EUR" --valid-for 2d
      vrm vendor inbox answer 7a6b5c4d3e2f --text "Yes, the second edition of 1988."
      vrm vendor inbox answer 8b7c6d5e4f3a --total "42.00 EUR"
      vrm vendor inbox answer 00002c967d31 --name "Desk lamp, black" --unit-price "60 EUR"
    """
    body: dict[str, object] = {"anyway": anyway, **said(note, language, "note")}
    offer = {name: value for name, value in options.items() if value is not None}
    body |= {"offer": offer} if offer else {}
    given = {"by": by, "total": total}
    body |= {name: value for name, value in given.items() if value is not None}
    body |= said(text, language)
    here = session()
    value = here.client.post("vendor", "inbox", intent_id, "answer", body=body)
    here.result(value, lambda: _answered_words(value))


def _answered_words(value: dict[str, object]) -> str:
    if "question" in value:
        return f"answered: question {short(value.get('question'))}"
    return "\n".join(
        f"offered {each.get('item_name')} for {money(each.get('total'), each.get('currency'))},"
        f" valid until {moment(each.get('valid_through'))}"
        for each in entries(value, "offers")
    )


@click.command()
@click.argument("intent_id", metavar="ID")
@click.option(
    "--reason",
    metavar="CODE",
    default="unspecified",
    show_default=True,
    help="Such as late, out_of_stock or closed; its node says it in words.",
)
@click.option("--note", help="A sentence for the customer, up to 200 characters.")
@language_option
@_as_name
@shared_options
def refuse(
    intent_id: str, reason: str, note: str | None, language: str | None, by: str | None
) -> None:
    """Tell the customer no.

    That there will be no offer for an intent, or no other one for a counter; the offer stands then.

    \b
    Example:
      vrm vendor inbox refuse 00002c967d31 --reason late --note "Back in May."
    """
    body: dict[str, object] = {"reason": reason, **said(note, language, "note")}
    body |= {"by": by} if by is not None else {}
    here = session()
    value = here.client.post("vendor", "inbox", intent_id, "refuse", body=body)
    told = "" if value.get("told") else "; the customer had been told no before"
    here.result(value, f"refused ({reason}){told}")
