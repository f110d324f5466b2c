"""`vrm vendor demand`: weekly summaries of what customers want, of ten intents and more."""

from __future__ import annotations

import base64
import csv
import datetime
import io
from pathlib import Path
from typing import Any

import click

from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.output_file import write_output
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import counted, day, entries, money

_HERE = "vrmnode.cli.commands.demand"
COLUMNS = (
    *("week", "k", "category", "category_name", "country", "intents"),
    *("median_from", "median_below", "currency", "outcome", "reason", "outcome_intents"),
)


@click.group(
    cls=LazyGroup,
    commands_at={
        "on": (_HERE, "turn_on", "Count intents from the next week on."),
        "off": (_HERE, "turn_off", "Count no more, and drop what isn't closed."),
        "list": (_HERE, "list_weeks", "List the weeks that are closed."),
        "show": (_HERE, "show_week", "Show the summary of a week."),
        "export": (_HERE, "export_week", "Write the summary of a week to a file."),
    },
)
@shared_options
def demand() -> None:
    """Count what customers want, week by week, without showing anyone.

    \b
    Examples:
      vrm vendor demand on
      vrm vendor demand show 2027-W03
    """


@click.command("on")
@click.option("--k", type=int, help="The fewest intents that a number is told of, 5 or more; 10.")
@shared_options
def turn_on(k: int | None) -> None:
    """Count intents from the next week on.

    Each week, from Monday in UTC, is closed once, a week after its end, and never counted again.
    Intents that were sealed to you alone aren't counted. Again, it changes the k of what isn't
    closed yet.

    \b
    Examples:
      vrm vendor demand on
      vrm vendor demand on --k 25
    """
    here = session()
    value = here.client.post("vendor", "demand", "on", body={} if k is None else {"k": k})
    here.result(value, lambda: _counting(value))


@click.command("off")
@shared_options
def turn_off() -> None:
    """Count no more, and drop what isn't closed.

    Summaries of closed weeks stay.

    \b
    Example:
      vrm vendor demand off
    """
    here = session()
    value = here.client.post("vendor", "demand", "off", body={})
    here.result(value, "nothing is counted any more; what wasn't closed is dropped")


@click.command("list")
@shared_options
def list_weeks() -> None:
    """List the weeks that are closed.

    \b
    Example:
      vrm vendor demand list
    """
    here = session()
    value = here.client.get("vendor", "demand")
    here.result(value, lambda: _weeks(value))


def _weeks(value: object) -> str:
    assert isinstance(value, dict)
    on = _counting(value) if value["on"] else "not counting"
    rows = [
        f"{_dated(each['week'])}  numbers from {each['k']} on, closed {day(each['closed_at'])}"
        for each in entries(value, "weeks")
    ]
    return "\n".join([on, *rows]) if rows else f"{on}; no week is closed"


def _counting(value: dict[str, object]) -> str:
    words = (
        f"intents are counted from {day(value.get('since'))} on;"
        f" numbers below {value.get('k')} aren't told"
    )
    upcoming = value.get("next")
    if not isinstance(upcoming, dict):
        return words
    return f"{words}; {upcoming['week']} is closed on {day(upcoming['closes_at'])}"


def _dated(week: object) -> str:
    """A week with its first and last day, for few know weeks by their numbers."""
    first = datetime.date.fromisoformat(f"{week}-1")
    return f"{week} ({first} to {first + datetime.timedelta(6)})"


@click.command("show")
@click.argument("week", metavar="WEEK")
@shared_options
def show_week(week: str) -> None:
    """Show the summary of a week.

    "10 to 14" is as exactly as it is told. What fewer than k intents have in common is left out,
    and nothing says how much that is.

    \b
    Example:
      vrm vendor demand show 2027-W03
    """
    here = session()
    value = _of(here, week)
    here.result(value, lambda: _summary(value))


def _of(here: Session, week: str) -> dict[str, object]:
    value = here.client.get("vendor", "demand", week)
    assert isinstance(value, dict)
    return value


def _parts(value: object) -> tuple[dict[str, Any], dict[str, object]]:
    """A summary, and the names of its categories."""
    assert isinstance(value, dict)
    return value["summary"], value["category_names"]


def _summary(value: dict[str, object]) -> str:
    summary, names = _parts(value)
    head = f"{_dated(summary['week'])}, numbers of {summary['k']} intents or more"
    blocks = ["\n".join(_cell(cell, names)) for cell in summary["cells"]]
    if not blocks:
        blocks = ["nothing was asked for often enough to be told"]
    return "\n\n".join([head, *blocks, str(value["note"])])


def _cell(cell: dict[str, object], names: dict[str, object]) -> list[str]:
    from vrmnode.values.reasons import of_demand

    wanted = names.get(str(cell.get("category"))) or cell.get("category") or "no category"
    lines = [f"{wanted}, {cell['country']}: {_about(cell)} intents"]
    median = cell.get("medianBudget")
    if isinstance(median, dict):
        least, below = (money(median[name], median["priceCurrency"]) for name in ("least", "below"))
        lines.append(f"  the middle one of their budgets: from {least} to below {below}")
    for each in entries(cell, "outcomes"):
        reason = each.get("reason")
        words = of_demand(str(each["outcome"]), None if reason is None else str(reason))
        lines.append(f"  {_about(each)}: {words}")
    return lines


def _about(counted_in: dict[str, object]) -> str:
    """A number as what it may stand for."""
    from vrmprotocol.demand import STEP

    least = counted_in["intents"]
    assert isinstance(least, int)
    return f"{least} to {least + STEP - 1}"


@click.command("export")
@click.argument("week", metavar="WEEK")
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@shared_options
def export_week(week: str, form: str, output: Path, force: bool) -> None:
    """Write the summary of a week to a file.

    As JSON in the form of spec 17, or as CSV with a line for each outcome of a cell. `-` writes to
    stdout.

    \b
    Examples:
      vrm vendor demand export 2027-W03 -o week3.json
      vrm vendor demand export 2027-W03 --format csv -o week3.csv
    """
    here = session()
    value = _of(here, week)
    raw = base64.b64decode(str(value["file"])) if form == "json" else _csv(value)
    if write_output(output, raw, force=force, for_all=True):
        shown = {"week": week, "file": str(output), "size_bytes": len(raw)}
        here.result(shown, f"wrote {counted(len(raw), 'byte')} to {output}")


def _csv(value: dict[str, object]) -> bytes:
    summary, names = _parts(value)
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for cell in summary["cells"]:
        median = cell.get("medianBudget") or {}
        category = cell.get("category")
        head = [summary["week"], summary["k"], category, names.get(str(category))]
        head += [cell["country"], cell["intents"], *_amounts(median)]
        for each in entries(cell, "outcomes"):
            part = [each["outcome"], each.get("reason"), each["intents"]]
            lines.writerow([*head, median.get("priceCurrency"), *part])
    return text.getvalue().encode()


def _amounts(median: dict[str, Any]) -> list[str | None]:
    """The bounds of a median in whole units, as a spreadsheet takes them: `20.00`."""
    from vrmnode.values.money import format_money

    if not median:
        return [None, None]
    currency = median["priceCurrency"]
    return [format_money(median[name], currency).split()[0] for name in ("least", "below")]
