"""`vrm history`: what you bought, shown to somebody without saying who you are."""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vrmnode.cli.commands.deal import file_bytes
from vrmnode.cli.failures import FAILED, CommandError, usage
from vrmnode.cli.input_file import read_limited
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.output_file import write_output
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import counted, moment, money

if TYPE_CHECKING:
    from vrmprotocol.purchase_history import History

_HERE = "vrmnode.cli.commands.history"
MAX_FILE_BYTES = 1024 * 1024
LIMITS = (
    "not shown: that these keys are one person's, that the goods came, or that anything was bought"
    " at all; vendors can attest purchases by themselves"
)


@click.group(
    cls=LazyGroup,
    commands_at={
        "nonce": (_HERE, "nonce", "Draw a nonce, as a verifier."),
        "make": (_HERE, "make", "Show purchases to a verifier."),
        "verify": (_HERE, "verify", "Verify what you were shown, offline."),
    },
)
@shared_options
def history() -> None:
    """Show what you bought without saying who you are.

    \b
    Examples:
      vrm history make --verifier "Housing association" --nonce 5f0c…e1 --year 2027 -o history.vrm
      vrm history verify history.vrm --verifier "Housing association" --nonce 5f0c…e1
    """


@click.command("nonce")
@shared_options
def nonce() -> None:
    """Draw a nonce, as a verifier.

    Give it to whom you ask, with the name that you go by, and take each for one answer only. Needs
    no node.

    \b
    Example:
      vrm history nonce
    """
    drawn = secrets.token_hex(32)
    session().result({"nonce": drawn}, drawn)


@click.command("make")
@click.option("--verifier", required=True, help="The name that the verifier goes by.")
@click.option("--nonce", "drawn", required=True, help="What the verifier drew: 64 hex digits.")
@click.option("--vendor", metavar="VENDOR", help="Only purchases from this vendor.")
@click.option("--year", type=int, help="Only those of this year.")
@click.option("--details", is_flag=True, help="With categories and bands of totals, as you say.")
@click.option("--published", is_flag=True, help="Also those that you gave public feedback on.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@shared_options
def make(output: Path, force: bool, drawn: str, **options: Any) -> None:
    """Show purchases to a verifier.

    It learns from which vendors you bought, in which months, and how often. It learns neither what
    nor who you are: no pseudonym, no intent and no agreement is in the file. Where you published
    feedback on a deal, it could be joined with that, so such deals are left out.

    \b
    Example:
      vrm history make --verifier "Housing association" --nonce 5f0c…e1 -o history.vrm
    """
    here = session()
    given = {name: value for name, value in options.items() if value not in (None, False)}
    value = here.client.post("history", body={**given, "nonce": drawn})
    raw = file_bytes(value)
    if not write_output(output, raw, force=force):
        return
    shown = {name: each for name, each in value.items() if name != "file"}
    words = f"wrote {counted(int(str(value['purchases'])), 'purchase')} to {output}"
    if value.get("left_out"):
        words += f"; {value['left_out']} more have no room in it"
    here.result({"output": str(output), "size_bytes": len(raw), **shown}, words)


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--verifier", required=True, help="The name that you go by.")
@click.option("--nonce", "drawn", required=True, help="What you drew: 64 hex digits.")
@shared_options
def verify(file: Path, verifier: str, drawn: str) -> None:
    """Verify what you were shown, offline.

    Exit code 1 if it wasn't made for you and this nonce, or anything in it is forged. Needs no
    running node.

    \b
    Example:
      vrm history verify history.vrm --verifier "Housing association" --nonce 5f0c…e1
    """
    from vrmprotocol import purchase_history
    from vrmprotocol.errors import RemoteError

    raw = read_limited(file, MAX_FILE_BYTES)
    try:
        wanted = bytes.fromhex(drawn)
    except ValueError:
        raise usage("history.nonce", "--nonce: expected 64 hex digits", "") from None
    try:
        found = purchase_history.verify(raw, verifier=verifier, nonce=wanted)
    except RemoteError as error:
        words = f"{file} does not verify: {error.detail}"
        raise CommandError(FAILED, error.code, words) from None
    value = _shown(found)
    session().result(value, lambda: _words(value))


def _shown(found: History) -> dict[str, Any]:
    from vrmprotocol import keys, schema

    rows = [
        {
            "vendor": keys.to_did(one.certificate.root),
            "month": one.month,
            "category": one.category,
            "total": None if one.total is None else schema.dump(one.total),
        }
        for one in found.purchases
    ]
    return {"ok": True, "created_at": found.created_at, "purchases": rows, "limits": LIMITS}


def _words(value: dict[str, Any]) -> str:
    lines = [f"made at {moment(value['created_at'])}, as its maker says"]
    by_vendor = Counter((row["vendor"], row["month"]) for row in value["purchases"])
    for (vendor, month), count in sorted(by_vendor.items()):
        lines.append(f"proven       {counted(count, 'agreement')} with {vendor} in {month}")
    for row in value["purchases"]:
        if row["category"] is not None or row["total"] is not None:
            lines.append(f"asserted     {row['month']}: {_details(row)}")
    return "\n".join([*lines, value["limits"]])


def _details(row: dict[str, Any]) -> str:
    parts = [] if row["category"] is None else [f"category {row['category']}"]
    total = row["total"]
    if total is not None:
        least, below = (money(total[name], total["priceCurrency"]) for name in ("least", "below"))
        parts.append(f"total from {least} to below {below}")
    return ", ".join(parts)
