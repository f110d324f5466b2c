"""`vrm intent why`: what is known when an intent finds no offers."""

from __future__ import annotations

import click

from vrmnode.cli.commands.intent import chosen_intent
from vrmnode.cli.locales import marked, sentence
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import entries, moment, money, nested, short

_DECLINED = {"accept": "acceptance"}


@click.command()
@click.argument("intent_id", metavar="[INTENT]", required=False)
@click.option("--latest", is_flag=True, help="The intent that you published last.")
@shared_options
def why(intent_id: str | None, latest: bool) -> None:
    """Say why there are no offers to accept.

    Only what your node has seen: to how many peers it handed the intent, who answered what, and
    what speaks against each offer. INTENT is an id or the first 6 characters of it, or more.

    \b
    Example:
      vrm intent why 3fa2c4d5e6f7
    """
    here = session()
    value = here.client.get("intents", chosen_intent(here, intent_id, latest=latest), "why")
    here.result(value, lambda: _words(value))


def _words(value: object) -> str:
    if not isinstance(value, dict):
        return nested(value)
    until = moment(value.get("valid_through"))
    lines = [f"Intent {short(value.get('intent'))}  {value.get('status')}, valid until {until}"]
    known = value.get("known")
    lines += [f"  {sentence(each)}" for each in known] if isinstance(known, list) else []
    for each in entries(value, "offers"):
        total = money(each.get("total"), each.get("currency"))
        what = "" if each.get("does") in (None, "sells it") else f", {each['does']}"
        lines.append(f"  {_who(each)} offered {total}{what}  (offer {short(each.get('offer'))})")
        lines += [f"    ! {sentence(one.get('words'))}" for one in entries(each, "problems")]
    for each in entries(value, "refused"):
        lines += _no(each, "refused")
    for each in entries(value, "declined"):
        lines += _no(each, f"declined your {_DECLINED.get(str(each.get('of')), each.get('of'))}")
    lines.append(f"  accepting: {sentence(value.get('decision'))}")
    named = value.get("counters")
    lines += [f"  counters: {sentence(each)}" for each in named] if isinstance(named, list) else []
    return "\n".join(lines)


def _no(each: dict[str, object], what: str) -> list[str]:
    lines = [f"  {_who(each)} {what}: {each.get('words')} [{each.get('reason')}]"]
    terms = each.get("terms")
    lines += [f"    {words}" for words in terms] if isinstance(terms, list) else []
    if each.get("note"):
        lines.append(f"    in its words: {marked(each['note'], each.get('in_language'))}")
    return lines


def _who(each: dict[str, object]) -> str:
    return str(each.get("vendor_name") or short(each.get("vendor")))
