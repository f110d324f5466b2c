"""`vrm thing hook`: what devices and scripts may ask for, each with a token of its own."""

from __future__ import annotations

from typing import Any

import click

from vrmnode.cli.commands.thing import REPEATED, request_of, with_options
from vrmnode.cli.failures import usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, entries, moment, short, span

_HERE = "vrmnode.cli.commands.thing_hook"
EVENTS = ("broken", "maintenance", "supply")
_REQUEST: tuple[tuple[str, Any, str], ...] = (
    ("--country", str, "Where it is, if you haven't said so."),
    ("--valid-for", str, "How long an intent stands: 36h, 2d, 1w."),
    ("--lease-days", int, "For how many days you want to rent one meanwhile.  [default: 14]"),
)
_SUPPLY: tuple[tuple[str, Any, str], ...] = (
    ("--supply", str, "What is bought when it says supply, as shops call it."),
    ("--supply-gtin", str, "Its GTIN or EAN."),
    ("--supply-brand", str, "Its brand."),
    ("--supply-category", int, "Its Google taxonomy number."),
    ("--supply-quantity", int, "How many.  [default: 1]"),
)


@click.group(
    cls=LazyGroup,
    commands_at={
        "add": (_HERE, "add", "Make a hook for a thing; its token is shown once."),
        "list": (_HERE, "list_hooks", "List the hooks."),
        "remove": (_HERE, "remove", "Remove a hook: its token is good for nothing any more."),
    },
)
@shared_options
def hook() -> None:
    """Let a device or script say that it is broken or needs something.

    A token is for one thing, and for what you allow: a draft that you confirm, or an intent within
    limits. It reads nothing. Devices report where hook_listen in config.toml says.

    \b
    Example:
      vrm thing hook add boiler
    """


@click.command("add")
@click.argument("thing", metavar="THING")
@click.option("--name", help="A name for the hook.  [default: the thing's]")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice(EVENTS),
    help="What it may say.  [default: broken; repeatable]",
)
@click.option("--publish", is_flag=True, help="Publish by itself; without it, leave a draft.")
@click.option("--maximum", help='What each may cost, such as "60.00 EUR"; stays in your node.')
@click.option("--most", type=int, help="How many intents it publishes at most…  [default: 1]")
@click.option("--every", help="… in so long: 36h, 2d, 1w.  [default: 1w]")
@click.option("--problem", help="What the intent says of the problem, in your words.")
@with_options(_SUPPLY)
@with_options(_REQUEST)
@click.option("--repair-only", is_flag=True, help="Nothing else than its repair would do.")
@click.option("--or", "alternatives", multiple=True, help=f"{REPEATED[0][2]}  [repeatable]")
@click.option("--to", multiple=True, help=f"{REPEATED[1][2]}  [repeatable]")
@click.option("--everybody", is_flag=True, help="Tell everybody, whomever you trust.")
@click.option("--terms", multiple=True, help=f"{REPEATED[2][2]}  [repeatable]")
@click.option("--delivery", multiple=True, help=f"{REPEATED[3][2]}  [repeatable]")
@shared_options
def add(
    thing: str, name: str | None, publish: bool, events: tuple[str, ...], **options: Any
) -> None:
    """Make a hook for a thing; its token is shown once.

    Whoever has the token can say what you allow here, and nothing else. A device's note is for you
    alone with --publish; in a draft it is what the intent says of the problem, for you to change.
    While what it asked for still stands, the same report brings nothing new.

    \b
    Examples:
      vrm thing hook add boiler
      vrm thing hook add printer --event supply --supply toner --publish --maximum "60.00 EUR"
    """
    if options["maximum"] is None and publish:
        raise usage("option.missing", "expected --maximum with --publish, came none")
    rules: dict[str, object] = {"mode": "publish" if publish else "draft"}
    rules |= {"events": list(events)} if events else {}
    chosen = ("maximum", "most", "every", "problem")
    rules |= {each: options[each] for each in chosen if options[each] is not None}
    supply = {flag[2:].replace("-", "_"): flag for flag, *_ in _SUPPLY}
    named = {field.removeprefix("supply_"): options[field] for field in supply}
    named["name"] = named.pop("supply")
    parts = {
        "supply": {field: value for field, value in named.items() if value is not None},
        "request": request_of(options, _REQUEST),
    }
    rules |= {part: fields for part, fields in parts.items() if fields}
    body: dict[str, object] = {"thing": thing, "rules": rules}
    here = session()
    value = here.client.post("hooks", body=body if name is None else {**body, "name": name})
    here.result(value, lambda: _added_words(value))


def _added_words(value: dict[str, object]) -> str:
    rules = value.get("rules")
    said = rules.get("events") if isinstance(rules, dict) else None
    event = said[0] if isinstance(said, list) and said else "broken"
    listen = value.get("listen")
    lines = [
        f"hook {value.get('name')} for {value.get('thing_name')}: {_does(rules)}",
        f"its token, shown once: {value.get('token')}",
    ]
    if listen is None:
        lines.append('nobody listens yet: set hook_listen = "4180" in config.toml, and start anew')
    url = f"http://{_reachable(listen)}/hook/{value.get('token')}"
    lines.append(f"""try it: curl -d '{{"event": "{event}"}}' {url}""")
    return "\n".join(lines)


def _reachable(listen: object) -> str:
    """An address to try it at: who listens everywhere listens on this machine, too."""
    host, _, port = str(listen or "127.0.0.1:4180").rpartition(":")
    return f"127.0.0.1:{port}" if host in ("0.0.0.0", "[::]") else f"{host}:{port}"


def _does(rules: object) -> str:
    if not isinstance(rules, dict):
        return "-"
    events = rules.get("events")
    said = ", ".join(map(str, events)) if isinstance(events, list) else "-"
    if rules.get("mode") != "publish":
        return f"leaves a draft on {said}"
    often = f"{rules.get('most')} in {span(rules.get('every'))}"
    return f"publishes on {said}, up to {rules.get('maximum')} each, at most {often}"


@click.command("list")
@shared_options
def list_hooks() -> None:
    """List the hooks.

    \b
    Example:
      vrm thing hook list
    """
    here = session()
    value = here.client.get("hooks")
    here.result(value, lambda: _table(entries(value, "hooks")))


def _table(found: list[dict[str, object]]) -> str:
    if not found:
        return "no hooks; make one with: vrm thing hook add THING"
    rows = [
        (
            each.get("name"),
            short(each.get("hook")),
            each.get("thing_name"),
            None if each.get("used_at") is None else moment(each.get("used_at")),
            _does(each.get("rules")),
        )
        for each in found
    ]
    return columns(("name", "hook", "thing", "last used", "what it does"), rows)


@click.command("remove")
@click.argument("hook", metavar="HOOK")
@shared_options
def remove(hook: str) -> None:
    """Remove a hook: its token is good for nothing any more.

    HOOK is its name, or its id. Drafts that it left stay for you to look at.

    \b
    Example:
      vrm thing hook remove boiler
    """
    here = session()
    value = here.client.post("hooks", hook, "remove", body={})
    here.result(value, lambda: f"removed: the token of {value.get('name')} is good for nothing")
