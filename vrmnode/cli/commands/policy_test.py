"""`vrm vendor policy test`, `vrm policy test`: what a policy would do, without doing it."""

from __future__ import annotations

from pathlib import Path

import click

from vrmnode.cli.commands.inbox import considered_words
from vrmnode.cli.failures import usage
from vrmnode.cli.locales import sentence
from vrmnode.cli.returning import returning_words
from vrmnode.cli.safe_text import one_line
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import entries, money, short
from vrmnode.cli.user_files import read_object
from vrmnode.values.returning import MOST_COUNTED


@click.command("test")
@click.argument("intent_id", metavar="[INTENT]", required=False)
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="An example in its place: .toml or .json, as for vrm intent publish.",
)
@click.option(
    "--returning",
    type=click.IntRange(0, MOST_COUNTED),
    metavar="DEALS",
    help="As if the customer had so many finished deals and let you recognise it.",
)
@shared_options
def vendor_policy(intent_id: str | None, file: Path | None, returning: int | None) -> None:
    """Say what you would answer to an intent; send nothing.

    \b
    Examples:
      vrm vendor policy test 00002c967d31
      vrm vendor policy test --file wish.toml
      vrm vendor policy test --file wish.toml --returning 3
    """
    if (intent_id is None) == (file is None):
        came = "both" if file else "neither"
        raise usage("option.which", f"expected the id of an intent or --file, came {came}")
    body: dict[str, object] = {"intent": intent_id}
    if file is not None:
        request = read_object(file)
        request.pop("acceptance", None)
        body = {"request": request}
    if returning is not None:
        body["returning"] = returning
    here = session()
    value = here.client.post("vendor", "policy", "test", body=body)
    here.result(value, lambda: _answer_words(value))


def _answer_words(value: dict[str, object]) -> str:
    head = f"{value.get('answer')}: {sentence(value.get('why'))}"
    # With none of them the reason has said it all, and a closed shop has looked at nothing.
    looked = any(value.get(name) for name in ("proposals", "refusal", "near"))
    considered = considered_words(value) if looked else []
    return "\n".join([head, *returning_words(value.get("returning")), *considered])


@click.command("test")
@click.argument("reference", metavar="ID")
@shared_options
def policy(reference: str) -> None:
    """Say what your policy would do now; do nothing.

    ID is that of an intent, for all offers to it, or of one offer.

    \b
    Example:
      vrm policy test 3fa2c4d5e6f7
    """
    here = session()
    value = here.client.get("policy", "test", reference)
    here.result(value, lambda: _decision_words(value if isinstance(value, dict) else {}))


def _decision_words(value: dict[str, object]) -> str:
    lines = [f"{value.get('action')}: {sentence(value.get('rule'))}"]
    named = value.get("counters")
    lines += [f"  counters: {sentence(each)}" for each in named] if isinstance(named, list) else []
    for each in entries(value, "offers"):
        total = money(each.get("total"), each.get("currency"))
        vendor = one_line(each.get("vendor_name"))
        lines.append(f"  {vendor} for {total}  (offer {short(each.get('offer'))})")
        if each.get("objection"):
            lines.append(f"    ! {sentence(each['objection'])}")
    return "\n".join(lines)
