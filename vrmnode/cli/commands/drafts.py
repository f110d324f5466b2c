"""`vrm intent drafts`, `draft`, `confirm`, `discard`: what devices left for their owner."""

from __future__ import annotations

import click

from vrmnode.cli.dry_run import dry_run_words
from vrmnode.cli.locales import sentence
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, entries, moment, short

_WAITS = "Draft: nothing was sent."


@click.command()
@shared_options
def drafts() -> None:
    """List the drafts that devices left.

    The oldest first. Nothing of them is sent until you confirm.

    \b
    Example:
      vrm intent drafts
    """
    here = session()
    value = here.client.get("drafts")
    here.result(value, lambda: _table(entries(value, "drafts")))


def _table(found: list[dict[str, object]]) -> str:
    if not found:
        return "no drafts; let a device leave one: vrm thing hook add --help"
    rows = [
        (
            short(each.get("draft")),
            each.get("thing_name"),
            each.get("event"),
            each.get("reports"),
            moment(each.get("reported_at")),
            each.get("note"),
        )
        for each in found
    ]
    return columns(("draft", "thing", "event", "times", "last", "note"), rows)


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@shared_options
def show_draft(draft_id: str) -> None:
    """Show a draft, and what would be sent.

    DRAFT is an id or the first 6 characters of it, or more.

    \b
    Example:
      vrm intent draft 3fa2c4d5e6f7
    """
    here = session()
    value = here.client.post("drafts", draft_id, "confirm", body={"dry_run": True})
    here.result(value, lambda: _draft_words(value))


def _draft_words(value: dict[str, object]) -> str:
    times = value.get("reports")
    head = f"{value.get('hook_name')} said {value.get('event')} of {value.get('thing_name')}"
    lines = [f"{head}, {times} times" if times != 1 else head]
    if value.get("note"):
        lines.append(f"its note: {value['note']}")
    lines += [f"goes {value.get('addressed')}", dry_run_words(value, _WAITS)]
    lines.append(f"publish it with: vrm intent confirm {short(value.get('draft'))}")
    return "\n".join(lines)


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@click.option("--problem", help="What is wrong, in your words instead of the device's.")
@shared_options
def confirm(draft_id: str, problem: str | None) -> None:
    """Publish a draft.

    It goes out as `vrm intent draft` shows it. The words of a device may say who you are, by a
    serial number, say: see them first.

    \b
    Example:
      vrm intent confirm 3fa2c4d5e6f7 --problem "It doesn't heat."
    """
    here = session()
    body: dict[str, object] = {} if problem is None else {"problem": problem}
    value = here.client.post("drafts", draft_id, "confirm", body=body)
    here.result(value, lambda: _confirmed_words(value))


def _confirmed_words(value: dict[str, object]) -> str:
    which = short(value.get("intent"))
    told = value.get("warnings")
    notes = [f"note: {sentence(each)}" for each in told] if isinstance(told, list) else []
    lines = [f"published: intent {which}", f"goes {value.get('addressed')}", *notes]
    return "\n".join([*lines, f"follow it: vrm intent watch {which}"])


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@shared_options
def discard(draft_id: str) -> None:
    """Throw a draft away.

    For a day its device leaves no other of the same kind.

    \b
    Example:
      vrm intent discard 3fa2c4d5e6f7
    """
    here = session()
    value = here.client.post("drafts", draft_id, "discard", body={})
    here.result(value, lambda: f"thrown away: draft {short(value.get('draft') or draft_id)}")
