"""`vrm rights`: what you ask of vendors that hold your data, and what they answer."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.failures import usage
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.output_file import write_output
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import columns, counted, entries, moment, short

_HERE = "vrmnode.cli.commands.rights"
RIGHTS = ("access", "deletion", "sale:opt_out")

Row = dict[str, object]


@click.group(
    cls=LazyGroup,
    commands_at={
        "request": (_HERE, "request", "Ask a vendor for your rights."),
        "cancel": (_HERE, "cancel", "Ask no more for what waits to be asked."),
        "list": (_HERE, "list_requests", "List what you asked, and what became of it."),
        "show": (_HERE, "show_request", "Show one request, and what its vendor says it holds."),
        "export": (_HERE, "export", "Write the answer to a request for access to a file."),
    },
)
@shared_options
def rights() -> None:
    """See what vendors hold of you; have it deleted, or not sold.

    \b
    Examples:
      vrm rights request access 9cc769094acc
      vrm rights list
    """


@click.command("request")
@click.argument("right", type=click.Choice(RIGHTS))
@click.argument("deal_id", metavar="DEAL", required=False)
@click.option("--vendor", metavar="VENDOR", help="In every deal with this vendor.")
@click.option(
    "--now", is_flag=True, help="With --vendor: all at once; it tells that they are one customer's."
)
@click.option("--anyway", is_flag=True, help="Deletion also before access is answered.")
@shared_options
def request(right: str, deal_id: str | None, vendor: str | None, now: bool, anyway: bool) -> None:
    """Ask a vendor for your rights.

    access: to say what it holds of you. deletion: to delete what you disclosed; afterwards nothing
    more can be asked in this deal, so ask for access first. sale:opt_out: to sell nothing of it.

    With --vendor the first request leaves at once, and each other after a random time of up to a
    day, so that their times don't tell that several deals are one customer's.

    \b
    Examples:
      vrm rights request access 9cc769094acc
      vrm rights request deletion 9cc769094acc
      vrm rights request sale:opt_out --vendor z6MkgDAMxx8R
    """
    if (deal_id is None) == (vendor is None):
        came = "neither" if vendor is None else "both"
        raise usage("option.which", f"expected a DEAL or --vendor, came {came}")
    here = session()
    body: dict[str, object] = {"right": right, "now": now, "anyway": anyway}
    body |= {"deal": deal_id} if vendor is None else {"vendor": vendor}
    value = here.client.post("rights", body=body)
    here.result(value, lambda: _requested(value))


def _requested(value: object) -> str:
    lines = [
        f"asked {named_vendor(each)} in deal {short(each.get('deal'))} for {each.get('right')};"
        f" it has until {moment(each.get('answer_by'))}"
        for each in entries(value, "requests")
    ]
    lines += [
        f"will ask in deal {short(each.get('deal'))} at {moment(each.get('due_at'))}"
        for each in entries(value, "planned")
    ]
    return "\n".join(lines)


@click.command("cancel")
@click.argument("deal_id", metavar="DEAL", required=False)
@click.option("--vendor", metavar="VENDOR", help="In every deal with this vendor.")
@click.option("--right", type=click.Choice(RIGHTS), help="This one only.")
@shared_options
def cancel(deal_id: str | None, vendor: str | None, right: str | None) -> None:
    """Ask no more for what waits to be asked.

    What "vrm rights list" shows as planned. What was asked already can't be taken back.

    \b
    Examples:
      vrm rights cancel 9cc769094acc
      vrm rights cancel --vendor z6MkgDAMxx8R --right deletion
    """
    if (deal_id is None) == (vendor is None):
        came = "neither" if vendor is None else "both"
        raise usage("option.which", f"expected a DEAL or --vendor, came {came}")
    here = session()
    body: dict[str, object] = {} if right is None else {"right": right}
    body |= {"deal": deal_id} if vendor is None else {"vendor": vendor}
    value = here.client.post("rights", "cancel", body=body)
    here.result(value, lambda: _cancelled(value))


def _cancelled(value: object) -> str:
    lines = [
        f"will not ask for {each.get('right')} in deal {short(each.get('deal'))}"
        for each in entries(value, "cancelled")
    ]
    return "\n".join(lines)


def named_vendor(each: Row) -> str:
    """A vendor as people read it."""
    return str(each.get("vendor_name") or short(each.get("vendor")))


@click.command("list")
@shared_options
def list_requests() -> None:
    """List what you asked, and what became of it.

    What waits to be asked comes first, then what waits for an answer, what is due first of these.
    After its time a request is shown as expired; an answer that comes later still counts.

    \b
    Example:
      vrm rights list
    """
    here = session()
    value = here.client.get("rights", role="customer")
    here.result(value, lambda: _table(entries(value, "rights")))


def _table(rows: list[Row]) -> str:
    if not rows:
        return "you have asked nothing; ask with: vrm rights request access DEAL"
    return columns(
        ("request", "right", "vendor", "deal", "state", "due or answered", "why"),
        [
            (
                short(row.get("request") or "-"),
                row.get("right"),
                named_vendor(row),
                short(row.get("deal")),
                state(row),
                moment(row.get("answered_at") or row.get("answer_by") or row.get("asked_at")),
                row.get("words") or "-",
            )
            for row in rows
        ],
        whole_last=True,
    )


def state(row: Row) -> str:
    """The state of a request, with what its time says of it."""
    return f"{row.get('state')} (late)" if row.get("late") else str(row.get("state"))


@click.command("show")
@click.argument("request_id", metavar="REQUEST")
@shared_options
def show_request(request_id: str) -> None:
    """Show one request, and what its vendor says it holds.

    With an answer to access: your data as the vendor has them, the messages and records it keeps,
    and where that differs from what you told it. That nothing else is held is the vendor's word.

    \b
    Example:
      vrm rights show 3fc1a0b2c9d4
    """
    here = session()
    value = here.client.get("rights", request_id)
    here.result(value, lambda: shown(value))


def shown(value: object) -> str:
    """A request for people: its lines, then what is held."""
    row = value if isinstance(value, dict) else {}
    lines = [
        f"{row.get('right')}, asked {moment(row.get('asked_at'))} in deal {short(row.get('deal'))}",
        f"vendor: {named_vendor(row)}",
        f"state: {state(row)}",
    ]
    if row.get("answered_at") is None:
        lines.append(f"has to be answered by {moment(row.get('answer_by'))}")
    else:
        lines.append(f"answered {moment(row.get('answered_at'))}")
    for name, words in (("words", "reason"), ("note", "note")):
        if row.get(name):
            lines.append(f"{words}: {row[name]}")
    if row.get("until"):
        lines.append(f"the law demands the data until {moment(row['until'])}")
    if row.get("deletion"):
        deal = short(row.get("deal"))
        lines.append(f"deleted; the statement: vrm deal export {deal} --format deletion")
    if row.get("refused"):
        lines.append(f"the answer can't be read: {row['refused']}")
    elif row.get("answer") and row.get("held") is None and "held" in row:
        lines.append("parts of the answer are still on their way")
    held = row.get("held")
    return "\n".join([*lines, *(_held(held, row) if isinstance(held, dict) else [])])


def _held(held: Row, row: Row) -> list[str]:
    lines = ["", "it says that it holds:"]
    for each in entries(held, "contact"):
        agreed = "" if each.get("committed") else " (said after the agreement)"
        since = each.get("effectiveFrom")
        later = "" if since is None else f" (from {since} on)"
        value = str(each.get("value") or "none").replace("\n", ", ")
        lines.append(f"  {each.get('name')}: {value}{agreed}{later}")
    if held.get("relationship"):
        lines.append(f"  relationship: {held['relationship']}")
    order = held.get("order")
    if isinstance(order, dict):
        lines.append(f"  order: {order.get('status')}, payment {order.get('payment')}")
    messages = entries(held, "messages")
    erased = sum(1 for each in messages if each.get("content") == "erased")
    lines.append(f"  {counted(len(messages), 'message')}, {erased} of them erased")
    records = held.get("records")
    if isinstance(records, dict):
        lines.append("  " + ", ".join(f"{name} {count}" for name, count in records.items()))
    lines.append(f"  for: {held.get('purpose') or '-'}; until: {held.get('deleteBy') or '-'}")
    differs = entries(row, "differs")
    lines.append("")
    if not differs:
        lines.append("nothing of it differs from what you told it, as far as your node knows")
    lines += [f"{each.get('what')}: {each.get('how')}" for each in differs]
    return lines


@click.command("export")
@click.argument("request_id", metavar="REQUEST")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File; - for stdout."
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@shared_options
def export(request_id: str, output: Path | None, force: bool) -> None:
    """Write the answer to a request for access to a file.

    JSON that is JSON-LD too (schema.org, DPV), byte for byte as the vendor signed for it; under
    terms with -DP other programs can load your data from it. They stand there in clear.

    \b
    Example:
      vrm rights export 3fc1a0b2c9d4 -o shop.jsonld
    """
    import base64

    here = session()
    value = here.client.get("rights", request_id, "answer")
    raw = base64.b64decode(str(value.get("file") if isinstance(value, dict) else ""))
    path = output or Path(f"answer-{short(request_id)}.jsonld")
    if not write_output(path, raw, force=force):
        return
    report = {"file": str(path), "size_bytes": len(raw)}
    here.result(report, f"wrote {path} ({len(raw)} bytes); your data stand there in clear")
