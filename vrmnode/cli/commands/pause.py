"""`vrm vendor pause`, `vrm vendor resume`: a shop on holiday."""

from __future__ import annotations

import click

from vrmnode.cli.owner import language_option, said
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import moment


@click.command()
@click.option("--until", metavar="DAY", help="The last day of it, such as 2026-12-24.")
@click.option("--note", help="A sentence for customers, up to 200 characters.")
@language_option
@click.option("--announce", is_flag=True, help="Say it in the public profile.")
@shared_options
def pause(until: str | None, note: str | None, language: str | None, announce: bool) -> None:
    """Make no new offers for a while.

    Intents that would get an offer are refused as closed. What you offered before stays good:
    accepts are confirmed, orders and questions go on. Again, it changes the day and the note.
    With --announce customers can see it before they ask, and so can everybody else: that the shop
    may be empty, about a week ahead.

    \b
    Example:
      vrm vendor pause --until 2026-08-15 --note "Back on the 16th of August."
    """
    here = session()
    body = {**({"until": until} if until else {}), **said(note, language, "note")}
    if announce:
        body["announce"] = True
    value = here.client.post("vendor", "pause", body=body)
    end = f"until {moment(value['until'])}" if value.get("until") else "until: vrm vendor resume"
    here.result(value, lambda: f"paused {end}")


@click.command()
@shared_options
def resume() -> None:
    """Make offers again.

    Intents that still stand are looked at again.

    \b
    Example:
      vrm vendor resume
    """
    here = session()
    value = here.client.post("vendor", "resume", body={})
    here.result(value, "open: intents that still stand are looked at again")
