"""`vrm offer accept`: one offer, or the best one; with --wait, the vendor's answer too."""

from __future__ import annotations

import click

from vrmnode.cli.failures import FAILED, NOT_FOUND, CommandError, usage
from vrmnode.cli.safe_text import one_line
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import entries, money, nested, short
from vrmnode.cli.waiting import last_event, seconds, wait_until

Json = dict[str, object]


@click.command()
@click.argument("offer_id", metavar="[OFFER]", required=False)
@click.option("--best", is_flag=True, help="Accept the offer that vrm offer list puts first.")
@click.option("--intent", help="With --best: of the offers for this intent.")
@click.option("--wait", is_flag=True, help="Wait until the vendor has countersigned or declined.")
@click.option("--timeout", default="60s", show_default=True, help="How long --wait waits.")
@shared_options
def accept(offer_id: str | None, best: bool, intent: str | None, wait: bool, timeout: str) -> None:
    """Accept an offer: a binding order once the vendor agrees.

    The vendor still has to countersign; vrm deal list shows when it has. With --wait the exit code
    is 1 when the vendor declines, and 8 when nothing comes in time; the acceptance stands then.

    \b
    Examples:
      vrm offer accept 9f8e7d6c5b4a
      vrm offer accept --best --wait
    """
    timeout_s = seconds(timeout, "--timeout")
    if (offer_id is None) != best or (intent is not None and not best):
        raise usage(
            "option.which",
            "expected the id of an offer, or --best with or without --intent; came "
            + ("both" if offer_id else "neither"),
            "see the offers with: vrm offer list",
        )
    here = session()
    chosen = offer_id if offer_id is not None else _best(here, intent)
    before = last_event(here.client) if wait else 0
    value = here.client.post("offers", chosen, "accept", body={})
    if not wait:
        here.result(value, lambda: f"accepted; the vendor decides now\n{nested(value)}")
        return
    here.progress("accepted; the vendor decides now …")
    _await_answer(here, str(value.get("deal")), before, timeout_s)


def _best(here: Session, intent: str | None) -> str:
    """The id of the first open offer without problems."""
    rows = entries(here.client.get("offers", intent=intent), "offers")
    fitting = [row for row in rows if row.get("acceptable") and row.get("state") == "offered"]
    wanted = {row.get("intent") for row in fitting}
    if len(wanted) > 1:
        named = ", ".join(sorted(short(each) for each in wanted))
        raise usage(
            "option.which",
            f"expected open offers for one intent, there are some for {len(wanted)}: {named}",
            "say which with --intent",
        )
    if not fitting:
        came = f"{len(rows)} that are closed or have problems" if rows else "none"
        detail = f"expected an open offer without problems, came {came}"
        raise CommandError(NOT_FOUND, "offer.none", detail, "see why with: vrm offer list")
    return str(fitting[0].get("offer"))


def _await_answer(here: Session, deal: str, before: int, timeout_s: float | None) -> None:
    def check() -> Json | None:
        shown = here.client.get("deals", deal)
        if not isinstance(shown, dict) or shown.get("state") == "accepted":
            return None
        return shown

    shown = wait_until(here.client, before, timeout_s, check, "the vendor's answer")
    state = shown.get("state")
    if state != "agreed":
        why = "".join(f": {each.get('words')}" for each in entries(shown, "refusals")[-1:])
        detail = f"expected the vendor to agree, and the deal is {state}{why}"
        advice = f"see more with: vrm deal show {short(deal)}"
        raise CommandError(FAILED, f"deal.{state}", detail, advice)
    here.result(shown, lambda: _agreed_words(shown))


def _agreed_words(shown: Json) -> str:
    total = money(shown.get("total"), shown.get("currency"))
    identifier = short(shown.get("deal"))
    return (
        f"agreed with {one_line(shown.get('vendor_name'))}: {total}, deal {identifier}\n"
        f"export it with: vrm deal export {identifier}"
    )
