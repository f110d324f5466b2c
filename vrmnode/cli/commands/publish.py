"""`vrm intent publish`: from flags or a file to a published intent, or a dry run of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from vrmnode.cli.commands.offer import offers_words, refusal_words
from vrmnode.cli.dry_run import dry_run_words
from vrmnode.cli.failures import FAILED, CommandError, usage
from vrmnode.cli.intent_options import (
    acceptance_of,
    acceptance_options,
    request_of,
    request_options,
)
from vrmnode.cli.locales import sentence
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import counted, entries, moment, short
from vrmnode.cli.user_files import read_object
from vrmnode.cli.waiting import events, last_event, seconds, timed_out

Options = dict[str, Any]
# Longer than the random moment that an answer waits, by default 1.5 s.
QUIET_S = 3.0


@click.command()
@request_options
@acceptance_options
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .toml or .json file with these fields; flags win over it. - reads JSON from stdin.",
)
@click.option(
    "--addendum",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What you ask for beyond the terms: a .toml or .json file; see vrm terms axes.",
)
@click.option("--every", help="Publish it anew in this rhythm, unevenly: 1d, 1w, 30d.")
@click.option("--until", help="The last day of that rhythm, such as 2026-12-24.")
@click.option("--dry-run", is_flag=True, help="Show what each audience would see; send nothing.")
@click.option(
    "--wait",
    type=click.IntRange(1, 100),
    help="Wait for this many offers; refusals count when no more comes.",
)
@click.option("--timeout", default="60s", show_default=True, help="How long --wait waits.")
@shared_options
def publish(
    file: Path | None,
    addendum: Path | None,
    every: str | None,
    until: str | None,
    dry_run: bool,
    wait: int | None,
    timeout: str,
    **options: Any,
) -> None:
    """Publish an intent.

    Says to everybody what is wanted, under a name made for this intent alone; with --to only to
    the vendors that are named, to each under another name, and to nobody else. Nothing of you
    goes out but what --dry-run shows. In a file the fields have the names of the flags, with _
    for -; what concerns acceptance stands in a table [acceptance].

    \b
    Examples:
      vrm intent publish --gtin 9780131103627 --country DE --budget "45.00 EUR" --wait 2
      vrm intent publish --name "desk lamp" --country AT --must "colour=black" --dry-run
      vrm intent publish --file lamp.toml --accept automatic --max-total "60.00 EUR"
      vrm intent publish --name "oat milk" --country AT --every 1w --until 2030-06-30
      vrm intent publish --gtin 9780131103627 --country DE --to trusted --to z6Mkq7TzGz
      vrm intent publish --name "combi drill" --country DE --function Repair --or Sell
    """
    timeout_s = seconds(timeout, "--timeout")
    body = {**_body(file, addendum, options), **_standing(every, until)}
    body["dry_run"] = dry_run
    here = session()
    if dry_run:
        value = _posted(here, body)
        here.result(value, lambda: dry_run_words(value))
        return
    before = last_event(here.client)
    value = _posted(here, body)
    if wait is None:
        here.result(value, lambda: _words(value))
        return
    _wait_for_offers(here, value, before, wait, timeout_s)


def _posted(here: Session, body: dict[str, object]) -> dict[str, object]:
    """The node's answer; the pictures that the request names are taken in first."""
    request = body["request"]
    if not isinstance(request, dict) or "image" not in request:
        return here.client.post("intents", body=body)
    from vrmnode.cli.pictures import IntentImages

    images = IntentImages(here, keep=not body["dry_run"])
    try:
        request["image"] = images.named(request["image"])
        value = here.client.post("intents", body=body)
    except CommandError:
        images.let_go()
        raise
    for image in images.kept:
        here.progress(f"hand the picture over as: vrm image export {short(image)}")
    return value


def _body(file: Path | None, addendum: Path | None, options: Options) -> dict[str, object]:
    request = read_object(file) if file is not None else {}
    acceptance = request.pop("acceptance", {})
    if not isinstance(acceptance, dict):
        came = type(acceptance).__name__
        raise usage("file.acceptance", f"{file}: acceptance: expected a table, came {came}")
    request = {**request, **request_of(options)}
    if addendum is not None:
        request["addendum"] = read_object(addendum)
    if not request:
        raise usage(
            "option.missing",
            "expected what you want: --gtin, --mpn, --name or --category, or --file; came nothing",
            'try: vrm intent publish --name "desk lamp" --country AT --dry-run',
        )
    acceptance = {**acceptance, **acceptance_of(options)}
    return {"request": request, **({"acceptance": acceptance} if acceptance else {})}


def _standing(every: str | None, until: str | None) -> dict[str, object]:
    if (every is None) != (until is None):
        came = "--every" if every else "--until"
        raise usage("option.which", f"expected --every and --until together, came {came} alone")
    return {} if every is None else {"standing": {"every": every, "until": until}}


def _words(value: dict[str, object]) -> str:
    lines = [
        f"{_told(value)}: intent {short(value.get('intent'))}",
        f"valid until {moment(value.get('valid_through'))}",
    ]
    if "standing" in value:
        lines.append(_standing_words(value))
    lines += [f"note: {sentence(warning)}" for warning in _list(value.get("warnings"))]
    if value.get("queued_to_peers") == 0 or value.get("peers") == 0:
        lines.append(
            "no peers now: it waits in the node until there are some; join with: vrm join LINK"
        )
    lines.append(f"follow it with: vrm intent watch {short(value.get('intent'))}")
    return "\n".join(lines)


def _told(value: dict[str, object]) -> str:
    to = entries(value, "to")
    names = ", ".join(str(each.get("vendor_name") or short(each.get("vendor"))) for each in to)
    return f"sealed to {names}" if to else "published"


def _standing_words(value: dict[str, object]) -> str:
    which = short(value.get("standing"))
    if value.get("next_at") is None:
        return f"standing {which}: this is its only casting, for it ends before the next"
    return (
        f"standing {which}: again about {moment(value.get('next_at'))}, under another name;"
        f" stop it with: vrm intent standing stop {which}"
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _wait_for_offers(
    here: Session, published: dict[str, object], before: int, wait: int, timeout_s: float | None
) -> None:
    identifier = str(published.get("intent"))
    here.progress(_words(published))
    here.progress(f"waiting for {counted(wait, 'offer')} …")
    shown = _answered(here, identifier, before, wait, timeout_s)
    offers, refused = entries(shown, "ranking"), entries(shown, "refused")
    if not offers:
        raise CommandError(
            FAILED,
            "intent.refused",
            f"expected {counted(wait, 'offer')}, came {counted(len(refused), 'refusal')}: "
            + "; ".join(refusal_words(each) for each in refused),
            f"it stays open for others; follow it with: vrm intent watch {short(identifier)}",
        )
    words = [offers_words(offers)]
    if refused:
        words += ["Refused by:", *(f"  {refusal_words(each)}" for each in refused)]
    here.result({**published, "offers": offers, "refused": refused}, "\n".join(words))


def _answered(
    here: Session, identifier: str, before: int, wait: int, timeout_s: float | None
) -> dict[str, object]:
    """The intent as soon as it has `wait` offers, or as many answers and then some quiet."""
    deadline = time.monotonic() + (timeout_s or 0)
    after = before
    while True:
        value = here.client.get("intents", identifier)
        shown = value if isinstance(value, dict) else {}
        offers = len(entries(shown, "ranking"))
        refusals = len(entries(shown, "refused"))
        settled = offers + refusals >= wait
        left_s = deadline - time.monotonic()
        if offers >= wait or (settled and left_s <= 0):
            return shown
        # A refusal may overtake an offer, as each waits a random moment.
        number = _next_event(here, after, min(left_s, QUIET_S) if settled else left_s)
        if number is not None:
            after = number
        elif settled:
            return shown
        else:
            came = ", ".join((counted(offers, "offer"), counted(refusals, "refusal")))
            raise timed_out(
                here.client, f"{counted(wait, 'offer')} (came {came})", timeout_s, identifier
            )


def _next_event(here: Session, after: int, left_s: float) -> int | None:
    """The number of the next event, or None when the time is over."""
    for event in events(here.client, after, max(left_s, 0.001)):
        number = event.get("id")
        if isinstance(number, int):
            return number
    return None
