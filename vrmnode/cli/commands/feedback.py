"""`vrm feedback`: what customers say about vendors and products."""

from __future__ import annotations

from typing import Any

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.safe_text import one_line
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import day, entries, hanging, moment, short

_HERE = "vrmnode.cli.commands.feedback"
_NAMES = {
    "delivery": "delivery",
    "cancelled_by": "cancelled by",
    "terms": "terms",
    "rights_request": "rights request",
}


@click.group(
    cls=LazyGroup,
    commands_at={
        "give": (_HERE, "give", "Say how a deal was."),
        "withdraw": (_HERE, "withdraw", "Take back what you said about a deal."),
        "list": (_HERE, "list_feedback", "Read what others say, or what you said."),
        "sealed": (_HERE, "list_sealed", "Read what customers told this vendor alone."),
        "reply": (_HERE, "reply", "Answer feedback about this vendor, in public."),
    },
)
@shared_options
def feedback() -> None:
    """Say how it was; read what others say.

    \b
    Examples:
      vrm feedback give 9cc769094acc --rating 4 --delivery late --text "Good, but slow."
      vrm feedback list --vendor z6MkgDAMxx8R
    """


@click.command("give")
@click.argument("deal", metavar="DEAL")
@click.option("--rating", type=click.IntRange(1, 5), help="From 1, worst, to 5, best.")
@click.option("--delivery", type=click.Choice(["on_time", "late", "never"]))
@click.option(
    "--cancelled-by", type=click.Choice(["customer", "vendor"]), help="Who cancelled the order."
)
@click.option(
    "--terms",
    type=click.Choice(["kept", "broken"]),
    help="Whether the vendor kept to the privacy terms.",
)
@click.option(
    "--rights-request",
    type=click.Choice(["fulfilled", "denied", "unanswered"]),
    help="What came of a request for your data.",
)
@click.option("--text", help="In your words, at most 1,000 characters.")
@click.option("--language", help='The language of the text, such as "de".')
@click.option("--product", is_flag=True, help="About what you bought, too: its maker finds it.")
@click.option("--sealed", is_flag=True, help="For the vendor alone.")
@click.option("--now", is_flag=True, help="Without the random wait; easier to link to your deal.")
@shared_options
def give(deal: str, **options: Any) -> None:
    """Say how a deal was.

    Everybody can read it and sees that its author agreed with this vendor in that month, not which
    deal it was; the vendor can tell. It leaves after a random time of up to 7 days, so that its
    time says nothing about yours; until then you can change it. It can't be unsaid where it has
    been read.

    \b
    Examples:
      vrm feedback give 9cc769094acc --rating 4 --delivery late --text "Good, but slow."
      vrm feedback give 9cc769094acc --rating 2 --text "The lid doesn't close." --product
      vrm feedback give 9cc769094acc --sealed --text "Your packaging could be smaller."
    """
    here = session()
    body = {name: value for name, value in options.items() if value not in (None, False)}
    value = here.client.post("deals", deal, "feedback", body=body)
    here.result(value, lambda: _given(value))


def _given(value: dict[str, object]) -> str:
    if value.get("sealed"):
        return "sent to the vendor, and to nobody else"
    return (
        f"kept in your node until {moment(value.get('due_at'))}, then published under"
        f" {short(value.get('feedback'))}"
    )


@click.command("withdraw")
@click.argument("deal", metavar="DEAL")
@click.option("--now", is_flag=True, help="Without the random wait.")
@shared_options
def withdraw(deal: str, now: bool) -> None:
    """Take back what you said about a deal.

    What hasn't left your node is forgotten. What others have read already is replaced by empty
    feedback, as they get it.

    \b
    Example:
      vrm feedback withdraw 9cc769094acc
    """
    here = session()
    value = here.client.post("deals", deal, "feedback", "withdraw", body={"now": now})
    due = value.get("due_at")
    words = "forgotten" if due is None else f"will be empty from {moment(due)}"
    here.result(value, lambda: words)


@click.command("list")
@click.option("--vendor", metavar="VENDOR", help="About this vendor.")
@click.option("--gtin", help="About the product with this GTIN, whoever sold it.")
@click.option("--brand", help="About products of this brand.")
@shared_options
def list_feedback(vendor: str | None, gtin: str | None, brand: str | None) -> None:
    """Read what others say, or what you said.

    With an option what others say about a vendor or a product; without, what you said.

    \b
    Examples:
      vrm feedback list --vendor z6MkgDAMxx8R
      vrm feedback list --brand Makita
      vrm feedback list
    """
    here = session()
    value = here.client.get("feedback", vendor=vendor, gtin=gtin, brand=brand)
    of_others = any((vendor, gtin, brand))
    here.result(value, lambda: _listed(value) if of_others else _own(entries(value, "own")))


def _part(value: object, name: str) -> dict[str, object]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _listed(value: object) -> str:
    found = entries(value, "feedback")
    if not found:
        return "no feedback has reached this node"
    note = str(value.get("note")) if isinstance(value, dict) else ""
    blocks = [_counts(_part(value, "counts"), len(found)), *map(_block, found), note]
    return "\n\n".join(blocks)


def _counts(counts: dict[str, object], listed: int) -> str:
    rated, total = _part(counts, "rating"), counts.get("feedback")
    parts = [f"{value} × {count}" for value, count in rated.items() if count]
    some = f", of which {listed} are shown, drawn at random"
    more = some if isinstance(total, int) and total > listed else ""
    lines = [f"{total} in all{more}", f"rating: {', '.join(parts) or 'none'}"]
    for name, words in _NAMES.items():
        said = [f"{word} {count}" for word, count in _part(counts, name).items() if count]
        if said:
            lines.append(f"{words}: {', '.join(said)}")
    return "\n".join(lines)


def _block(each: dict[str, object]) -> str:
    rating, item = each.get("rating"), _part(each, "item")
    stars = "no rating" if rating is None else f"{rating} of 5"
    lines = [f"{short(each.get('feedback'))}  {stars}  bought in {each.get('month')}"]
    if each.get("withdrawn"):
        return f"{lines[0]}\n  taken back"
    if item:
        named = [item.get("brand"), item.get("name"), item.get("gtin")]
        lines.append("  about " + ", ".join(one_line(part) for part in named if part))
    for name, word in _part(each, "experience").items():
        lines.append(f"  {_NAMES.get(name, name)}: {word}")
    if each.get("text"):
        lines.append(f"  {hanging(each['text'], '  ')}")
    reply = _part(each, "reply")
    if reply:
        text = hanging(reply.get("text"))
        lines.append(f"  the vendor answers ({day(reply.get('said_at'))}): {text}")
    return "\n".join(lines)


def _own(found: list[dict[str, object]]) -> str:
    if not found:
        return "you have said nothing; say how a deal was with: vrm feedback give DEAL"
    return "\n".join(_own_line(each) for each in found)


def _own_line(each: dict[str, object]) -> str:
    out = each.get("published_at")
    when = f"waits until {moment(each.get('due_at'))}" if out is None else f"out since {day(out)}"
    rating = each.get("rating")
    stars = "" if rating is None else f"{rating} of 5  "
    said = str(each.get("text") or "")
    return f"deal {short(each.get('deal'))}  {stars}{when}  {said}".rstrip()


@click.command("sealed")
@shared_options
def list_sealed() -> None:
    """Read what customers told this vendor alone.

    \b
    Example:
      vrm feedback sealed
    """
    here = session()
    value = here.client.get("feedback", "sealed")
    here.result(value, lambda: _sealed(entries(value, "sealed")))


def _sealed(found: list[dict[str, object]]) -> str:
    if not found:
        return "no customer told this vendor anything"
    return "\n\n".join(
        f"deal {short(each.get('deal'))}, {day(each.get('said_at'))}\n"
        + _block(
            {**each, "feedback": each.get("deal"), "month": day(each.get("said_at"))}
        ).partition("\n")[2]
        for each in found
    )


@click.command("reply")
@click.argument("about", metavar="FEEDBACK")
@click.argument("text", metavar="TEXT")
@click.option("--language", help='The language of the text, such as "de".')
@shared_options
def reply(about: str, text: str, language: str | None) -> None:
    """Answer feedback about this vendor, in public.

    FEEDBACK is its id, or the beginning of it. A later reply takes the place of this one.

    \b
    Example:
      vrm feedback reply 3fc1a0b2c9d4 "We are sorry; we changed the carrier."
    """
    here = session()
    body: dict[str, object] = {"text": text}
    if language is not None:
        body["language"] = language
    value = here.client.post("feedback", about, "reply", body=body)
    here.result(value, lambda: f"answered {short(value.get('feedback'))}, for everybody to read")
