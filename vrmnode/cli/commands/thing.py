"""`vrm thing`: what you own, and what to do when it breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from vrmnode.cli.dry_run import dry_run_words
from vrmnode.cli.failures import usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, day, entries, moment, nested, short

_HERE = "vrmnode.cli.commands.thing"
_DRAFTED = "Draft: nothing was sent. Your node has noted that the thing is broken."
Options = dict[str, Any]
F = TypeVar("F", bound=Callable[..., Any])

# flag, type, help; the field has the flag's name with _ for -.
_FIELDS: tuple[tuple[str, Any, str], ...] = (
    ("--item-name", str, "What shops call it, if that isn't its name here."),
    ("--gtin", str, "Its GTIN or EAN."),
    ("--brand", str, "Its brand."),
    ("--mpn", str, "Its maker's part number."),
    ("--category", int, "Its Google taxonomy number."),
    ("--country", str, "Where it is: a country code such as DE."),
    ("--bought-at", str, "The day you bought it, such as 2026-02-28."),
    ("--bought-from", str, "Of whom: a vendor's did:key, or any words."),
    ("--warranty-until", str, "The last day of its warranty."),
    ("--note", str, "A note for yourself."),
)
_REQUEST: tuple[tuple[str, Any, str], ...] = (
    ("--lease-days", int, "For how many days you want to rent one meanwhile.  [default: 14]"),
    ("--budget", str, 'What it may cost, such as "60.00 EUR"; vendors see it.'),
    ("--private-maximum", str, "What it may cost; stays in your node."),
    ("--country", str, "Where it is, if you haven't said so."),
    ("--by", str, "Needed by this day."),
    ("--valid-for", str, "How long it stands: 36h, 2d, 1w."),
)
REPEATED: tuple[tuple[str, str, str], ...] = (
    ("--or", "alternatives", "What would do instead.  [default: Sell, LeaseOut]"),
    ("--to", "to", "Tell this vendor alone; or trusted, or group:NAME."),
    ("--terms", "terms", "Terms you offer, such as SD-BASE."),
    ("--delivery", "delivery", "ship, pickup, download or onsite."),
)


@click.group(
    cls=LazyGroup,
    commands_at={
        "add": (_HERE, "add", "Note down a thing you own."),
        "list": (_HERE, "list_things", "List the things you own."),
        "show": (_HERE, "show_thing", "Show one thing."),
        "change": (_HERE, "change", "Change what is noted of a thing."),
        "remove": (_HERE, "remove", "Forget a thing."),
        "broken": (_HERE, "broken", "Draft an intent for its repair, and publish it."),
        "hook": (
            "vrmnode.cli.commands.thing_hook",
            "hook",
            "Let a device or script say that it is broken or needs something.",
        ),
    },
)
@shared_options
def thing() -> None:
    """Note what you own; ask for its repair when it breaks.

    All of it stays on your node. What you buy comes here by itself.

    \b
    Example:
      vrm thing add "combi drill" --brand Makita --mpn DHP484 --category 1217 --country DE
    """


def with_options(options: tuple[tuple[str, Any, str], ...]) -> Callable[[F], F]:
    """Add options of a table to a command."""

    def add_all(function: F) -> F:
        for flag, kind, words in reversed(options):
            function = click.option(flag, type=kind, help=words)(function)
        return function

    return add_all


def _given(options: Options, names: tuple[tuple[str, Any, str], ...]) -> dict[str, object]:
    flags = [flag[2:].replace("-", "_") for flag, *_ in names]
    return {name: options[name] for name in flags if options[name] is not None}


@click.command("add")
@click.argument("name")
@with_options(_FIELDS)
@shared_options
def add(name: str, **options: Any) -> None:
    """Note down a thing you own.

    \b
    Example:
      vrm thing add "combi drill" --brand Makita --mpn DHP484 --warranty-until 2029-02-28
    """
    here = session()
    value = here.client.post("things", body={"name": name, **_given(options, _FIELDS)})
    here.result(value, lambda: f"noted: {value.get('name')}")


@click.command("list")
@shared_options
def list_things() -> None:
    """List the things you own.

    \b
    Example:
      vrm thing list
    """
    here = session()
    value = here.client.get("things")
    here.result(value, lambda: _table(entries(value, "things")))


def _table(things: list[dict[str, object]]) -> str:
    if not things:
        return "no things; note one with: vrm thing add NAME"
    header = ("name", "bought", "from", "warranty until", "broken")
    return columns(header, [_row(each) for each in things])


def _row(each: dict[str, object]) -> tuple[object, ...]:
    broken = each.get("broken_at")
    return (
        each.get("name"),
        day(each.get("bought_at")),
        each.get("bought_from"),
        day(each.get("warranty_until")),
        None if broken is None else moment(broken),
    )


@click.command("show")
@click.argument("name", metavar="THING")
@shared_options
def show_thing(name: str) -> None:
    """Show one thing.

    THING is its name, or its id.

    \b
    Example:
      vrm thing show "combi drill"
    """
    here = session()
    value = here.client.get("things", name)
    here.result(value, lambda: nested(value))


@click.command("change")
@click.argument("name", metavar="THING")
@click.option("--name", "new_name", help="Another name for it.")
@with_options(_FIELDS)
@shared_options
def change(name: str, new_name: str | None, **options: Any) -> None:
    """Change what is noted of a thing.

    An empty value takes a field away.

    \b
    Example:
      vrm thing change "combi drill" --warranty-until 2029-02-28
    """
    changes = {field: text or None for field, text in _given(options, _FIELDS).items()}
    if new_name is not None:
        changes["name"] = new_name
    if not changes:
        raise usage("option.missing", "expected what to change, such as --note; came nothing")
    here = session()
    value = here.client.post("things", name, "change", body={"changes": changes})
    here.result(value, lambda: nested(value))


@click.command("remove")
@click.argument("name", metavar="THING")
@shared_options
def remove(name: str) -> None:
    """Forget a thing.

    \b
    Example:
      vrm thing remove "combi drill"
    """
    here = session()
    value = here.client.post("things", name, "remove", body={})
    here.result(value, lambda: f"forgotten: {value.get('name')}")


@click.command("broken")
@click.argument("name", metavar="THING")
@click.option("--problem", help="What is wrong with it, up to 500 characters; readers see it.")
@click.option("--publish", is_flag=True, help="Publish the intent; without it, only a draft.")
@click.option("--repair-only", is_flag=True, help="Nothing else would do.")
@with_options(_REQUEST)
@click.option("--or", "alternatives", multiple=True, help=f"{REPEATED[0][2]}  [repeatable]")
@click.option("--to", multiple=True, help=f"{REPEATED[1][2]}  [repeatable]")
@click.option("--everybody", is_flag=True, help="Tell everybody, whomever you trust.")
@click.option("--terms", multiple=True, help=f"{REPEATED[2][2]}  [repeatable]")
@click.option("--delivery", multiple=True, help=f"{REPEATED[3][2]}  [repeatable]")
@shared_options
def broken(name: str, problem: str | None, publish: bool, **options: Any) -> None:
    """Draft an intent for its repair, and publish it.

    Asks for the repair, or for what replaces it, or for one to rent meanwhile. Within the
    warranty only the vendor that sold it is asked; else those that you trust and that repair such
    things; else everybody. Without --publish nothing leaves your node: it notes that the thing is
    broken, and shows what would be sent.

    \b
    Examples:
      vrm thing broken "combi drill" --problem "the chuck slips"
      vrm thing broken "combi drill" --problem "the chuck slips" --budget "60.00 EUR" --publish
    """
    request = request_of(options)
    body: dict[str, object] = {"publish": publish, "request": request}
    if problem is not None:
        body["problem"] = problem
    here = session()
    value = here.client.post("things", name, "broken", body=body)
    here.result(value, lambda: _broken_words(value, publish))


def request_of(
    options: Options, names: tuple[tuple[str, Any, str], ...] = _REQUEST
) -> dict[str, object]:
    """The fields of a request that options set."""
    request = _given(options, names)
    for _, field, _ in REPEATED:
        if options[field]:
            request[field] = list(options[field])
    for flag, field in (("repair_only", "alternatives"), ("everybody", "to")):
        if options[flag] and field in request:
            other = "--or" if field == "alternatives" else "--to"
            one = flag.replace("_", "-")
            raise usage("option.which", f"expected --{one} or {other}, came both")
        if options[flag]:
            request[field] = []
    return request


def _broken_words(value: dict[str, object], publish: bool) -> str:
    warnings = value.get("warnings")
    notes = [f"note: {each}" for each in warnings] if isinstance(warnings, list) else []
    lines = [f"goes {value.get('addressed')}"]
    if publish:
        which = short(value.get("intent"))
        return "\n".join(
            [f"published: intent {which}", *lines, *notes, f"follow it: vrm intent watch {which}"]
        )
    lines += [dry_run_words({**value, "warnings": []}, _DRAFTED), *notes]
    return "\n".join([*lines, "publish it with the same command and --publish"])
