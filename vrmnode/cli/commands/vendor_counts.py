"""`vrm vendor counts`: what can be counted about a vendor, and from what."""

from __future__ import annotations

import click

from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import entries, short


@click.command("counts")
@click.argument("vendor", metavar="VENDOR")
@click.option("--evidence", is_flag=True, help="With the ids of what was counted.")
@shared_options
def vendor_counts(vendor: str, evidence: bool) -> None:
    """Count what your node knows of a vendor.

    Of your own deals with it, and of the feedback that reached your node. Each count says what it
    shows and what it leaves open. There is no score.

    \b
    Examples:
      vrm vendor counts z6MkgDAMxx8R
      vrm vendor counts z6MkgDAMxx8R --evidence
    """
    here = session()
    value = here.client.get("vendors", vendor, "counts")
    here.result(value, lambda: _words(value, evidence))


def _words(value: object, evidence: bool) -> str:
    assert isinstance(value, dict)
    own = [each for each in entries(value, "own") if each["count"]]
    others = [each for each in entries(value, "others") if each["count"]]
    blocks = ["your own deals with it", *(_block(each, evidence) for each in own)]
    if not own:
        blocks.append("  none")
    blocks += ["what others say", *(_block(each, evidence, limits=False) for each in others)]
    blocks.append(_limits(others[0]) if others else "  nothing has reached this node")
    return "\n".join([*blocks, str(value["note"])])


def _block(each: dict[str, object], evidence: bool, *, limits: bool = True) -> str:
    lines = [f"  {str(each['name']).replace('_', ' ')}: {each['count']}"]
    if limits:
        lines.append(_limits(each))
    ids = each["evidence"]
    if evidence and isinstance(ids, list):
        lines.append("    " + ", ".join(short(one) for one in ids))
    return "\n".join(lines)


def _limits(each: dict[str, object]) -> str:
    return f"    shows: {each['shows']}\n    leaves open: {each['leaves_open']}"
