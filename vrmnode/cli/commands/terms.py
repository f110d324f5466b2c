"""`vrm terms`: the agreements of the roster in plain words, without a node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from vrmnode.cli.failures import usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns

_HERE = "vrmnode.cli.commands.terms"


@click.group(
    cls=LazyGroup,
    commands_at={
        "list": (_HERE, "list_terms", "List the agreements you can proffer."),
        "show": (_HERE, "show", "Show what an agreement says, in plain words."),
        "axes": (_HERE, "axes", "List what an addendum can set."),
    },
)
@shared_options
def terms() -> None:
    """Read the terms under which vendors may use what they learn.

    \b
    Example:
      vrm terms show SD-BASE
    """


@click.command("list")
@shared_options
def list_terms() -> None:
    """List the agreements you can proffer.

    They are those of the IEEE 7012 roster. Needs no running node.

    \b
    Example:
      vrm terms list
    """
    from vrmprotocol.terms_axes import AXES
    from vrmprotocol.terms_roster import AGREEMENTS
    from vrmprotocol.terms_words import words_of

    rows = []
    for terms_id, levels in AGREEMENTS.items():
        permits = [
            f"{AXES[name].label}: {words_of(name, level).short}"
            for name, level in levels.items()
            if not AXES[name].duty and name != "service" and level != AXES[name].lowest
        ]
        rows.append(
            {
                "terms": terms_id,
                "use": words_of("service", levels["service"]).short,
                "permits": permits,
                "data_back": "portability" in levels,
            }
        )
    session().result(rows, lambda: _listed(rows))


def _listed(rows: list[dict[str, object]]) -> str:
    table = []
    for row in rows:
        permits = row["permits"]
        assert isinstance(permits, list)
        back = "yes" if row["data_back"] else "no"
        for place, permit in enumerate(permits or ["-"]):
            head = (row["terms"], back, row["use"]) if place == 0 else ("", "", "")
            table.append((*head, permit))
    found = columns(("terms", "data back", "use of data", "also permits"), table)
    return f"{found}\n\nvrm terms show TERMS says all of it, in plain words."


@click.command()
@click.argument("terms_id", metavar="TERMS")
@click.option(
    "--addendum",
    "file",
    type=click.Path(path_type=Path),
    help="What you ask for beyond it: a .toml or .json file, or - for JSON on stdin.",
)
@shared_options
def show(terms_id: str, file: Path | None) -> None:
    """Show what an agreement says, in plain words.

    With an addendum it shows the agreement with it; `vrm terms axes` lists what an addendum can
    set. The same text stands, by its digest, in every agreement under these terms. Needs no
    running node.

    \b
    Example:
      vrm terms show SD-BASE --addendum strict.toml
    \b
    where strict.toml has:
      marketing = []
      retentionOrder = 30
    """
    from vrmnode.cli.user_files import read_object
    from vrmnode.values import addenda
    from vrmprotocol import terms_text
    from vrmprotocol.terms_sources import source_of

    with _as_usage():
        known = addenda.read_terms_id(terms_id)
        addendum = addenda.read_addendum(known, read_object(file) if file is not None else {})
    text = terms_text.page(known, addendum)
    lines = [
        {
            "axis": line.axis,
            "level": line.level,
            "where": line.where,
            "words": line.sentence,
            "addendum": line.added,
            "source": source_of(line.axis, line.level)._asdict(),
        }
        for line in terms_text.lines(known, addendum)
    ]
    digest = terms_text.digest(text).hex()
    value = {"terms": known, "addendum": addendum, "text": text, "digest": digest, "lines": lines}
    session().result(value, text.removesuffix("\n"))


@click.command()
@shared_options
def axes() -> None:
    """List what an addendum can set.

    Of a permission the levels go from the strictest to the loosest, of a duty from the least to
    the most. What neither the agreement nor an addendum sets has the default. Needs no running
    node.

    \b
    Example:
      vrm terms axes
    """
    from vrmprotocol.terms_axes import AXES

    rows: list[dict[str, object]] = [
        {
            "axis": axis.name,
            "kind": "duty" if axis.duty else "permission",
            "label": axis.label,
            "levels": list(axis.scale),
            "set": axis.is_set,
            "default": axis.default,
            "only_with": axis.only_with,
        }
        for axis in AXES.values()
    ]
    session().result(rows, lambda: _axes(rows))


def _axes(rows: list[dict[str, object]]) -> str:
    from vrmprotocol.terms_axes import DAYS

    table = []
    for row in rows:
        levels = row["levels"]
        assert isinstance(levels, list)
        scale = "days" if levels == list(DAYS) else ", ".join(levels)
        default = _shown(row["default"])
        table.append(
            (row["axis"], row["kind"], default, f"any of {scale}" if row["set"] else scale)
        )
    days = ", ".join(str(day) for day in DAYS)
    shown = columns(("axis", "kind", "default", "levels"), table)
    return f"{shown}\n\ndays: {days} (without limit)"


def _shown(level: object) -> str:
    return ", ".join(level) or "none of them" if isinstance(level, tuple) else str(level)


@contextmanager
def _as_usage() -> Iterator[None]:
    """What is wrong with the user's own words is wrong usage."""
    from vrmprotocol.errors import LocalError

    try:
        yield
    except LocalError as error:
        advice = (
            "see: vrm terms list" if error.code == "terms.unknown_id" else "see: vrm terms axes"
        )
        raise usage(error.code, error.detail, advice) from None
