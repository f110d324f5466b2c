"""`vrm order event`, `pay`, `cancel` and others: statements about an order, by either side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from vrmnode.cli.commands.order_words import order_text
from vrmnode.cli.failures import usage
from vrmnode.cli.moments import moment_option
from vrmnode.cli.owner import language_option, said
from vrmnode.cli.session import session, shared_options

F = TypeVar("F", bound=Callable[..., Any])

EVENTS = (
    *("processing", "shipped", "in_transit", "pickup_ready", "collected", "failed_attempt"),
    *("delivered", "undeliverable", "returned_to_sender", "received", "not_received"),
    *("cancel_refused", "return_sent", "return_received"),
)
REASONS = (
    *("nobody_home", "bad_address", "refused", "not_collected", "damaged", "lost"),
    *("begun", "made_to_order", "under_way", "unspecified"),
)
REFUNDS = ("cancelled", "returned", "overpaid", "goodwill", "unspecified")
CANCELS = (
    *("changed_mind", "found_better", "too_late", "ordered_twice", "cannot_pay"),
    *("requested", "unpaid", "out_of_stock", "cannot_deliver", "not_collected", "wrong_price"),
    "unspecified",
)
RETURNS = (
    *("defective", "not_as_described", "wrong_item", "incomplete", "changed_mind"),
    *("arrived_late", "lease_over", "unspecified"),
)
REFUSALS = ("too_late", "used", "not_returnable", "not_ours", "unspecified")


def _statement(function: F) -> F:
    """The argument and the options of all statements."""
    note = click.option("--note", help="A sentence for the other side, up to 500 characters.")
    deal = click.argument("deal_id", metavar="DEAL")
    return deal(note(language_option(shared_options(function))))


def _say(deal_id: str, word: str, note: str | None, language: str | None, **fields: object) -> None:
    here = session()
    body = {name: value for name, value in fields.items() if value is not None}
    body |= {"word": word, **said(note, language, "note")}
    value = here.client.post("orders", deal_id, "statements", body=body)
    here.result(value, lambda: order_text(value))


@click.command()
@_statement
@click.argument("word", metavar="WORD", type=click.Choice(EVENTS))
@click.option("--at", "happened", help='When it happened, such as "2026-12-24 13:50" (UTC).')
@click.option("--reason", type=click.Choice(REASONS), help="Why, where something went wrong.")
@click.option("--carrier", help="Who carries the parcel.")
@click.option("--tracking", help="Its number there.")
@click.option("--of", "of", help="The return it is about, where there are several.")
@click.option("--restock", is_flag=True, help="Put what came back on the shelf again.")
def event(
    deal_id: str,
    word: str,
    note: str | None,
    language: str | None,
    happened: str | None,
    reason: str | None,
    carrier: str | None,
    tracking: str | None,
    of: str | None,
    restock: bool,
) -> None:
    """Say where the goods are, or that they came.

    WORD is, from who sells: processing, shipped, in_transit, pickup_ready, collected (you took a
    thing along), failed_attempt, delivered, undeliverable, returned_to_sender, cancel_refused,
    return_received; from who buys: received, not_received, return_sent.

    \b
    Examples:
      vrm order event 0a1b2c3d4e5f shipped --carrier Post --tracking RR123456785DE
      vrm order event 0a1b2c3d4e5f received
    """
    _say(
        deal_id,
        word,
        note=note,
        language=language,
        at=moment_option(happened, "--at"),
        reason=reason,
        carrier=carrier,
        tracking=tracking,
        of=of,
        restock=restock or None,
    )


@click.command()
@_statement
@click.option("--amount", help='Such as "45.00 EUR"; without it all that is missing.')
@click.option("--due-by", help='Until when, such as "2026-12-24" or 7d.')
@click.option("--method", help="One way to pay, such as bank_transfer, in place of your policy's.")
@click.option("--payee", help="Whom to pay, by that way.")
@click.option("--account", help="The account, such as an IBAN.")
@click.option("--url", help="Where to pay online.")
def bill(
    deal_id: str,
    note: str | None,
    language: str | None,
    amount: str | None,
    due_by: str | None,
    method: str | None,
    payee: str | None,
    account: str | None,
    url: str | None,
) -> None:
    """Ask for the money.

    Or for more of it, or give more time. A vendor's node does so by itself when an order is to be
    paid, with the ways to pay of its policy. The last time counts.

    \b
    Examples:
      vrm order bill 0a1b2c3d4e5f --due-by 14d
      vrm order bill 0a1b2c3d4e5f --method bank_transfer --account AT611904300234573201
    """
    way = {"method": method, "payee": payee, "account": account, "url": url}
    given = {name: value for name, value in way.items() if value is not None}
    if given and method is None:
        raise usage("option.pair", "expected --method with --payee, --account and --url, came none")
    _say(
        deal_id,
        "payment_due",
        note=note,
        language=language,
        amount=amount,
        due_by=moment_option(due_by, "--due-by"),
        instructions=[given] if given else None,
    )


@click.command()
@_statement
@click.option("--amount", help='Such as "45.00 EUR"; without it all that is missing.')
@click.option("--method", help="How, such as bank_transfer.")
def pay(
    deal_id: str, note: str | None, language: str | None, amount: str | None, method: str | None
) -> None:
    """Say that you have paid.

    vrmnode moves no money: pay as the order's instructions say, then tell the other side. It has
    arrived when the other side says so.

    \b
    Example:
      vrm order pay 0a1b2c3d4e5f --method bank_transfer
    """
    _say(deal_id, "payment_sent", note=note, language=language, amount=amount, method=method)


@click.command()
@_statement
@click.option("--amount", help='Such as "45.00 EUR"; without it all that is missing.')
@click.option("--method", help="How, such as bank_transfer.")
@click.option("--at", "happened", help='When it came, such as "2026-12-24".')
def paid(
    deal_id: str,
    note: str | None,
    language: str | None,
    amount: str | None,
    method: str | None,
    happened: str | None,
) -> None:
    """Say that the money came.

    \b
    Example:
      vrm order paid 0a1b2c3d4e5f --amount "45.00 EUR"
    """
    at = moment_option(happened, "--at")
    _say(deal_id, "paid", note=note, language=language, amount=amount, method=method, at=at)


@click.command()
@_statement
@click.option("--amount", help='Such as "45.00 EUR"; without it all that is owed back.')
@click.option("--reason", type=click.Choice(REFUNDS), help="Why; without it what seems right.")
@click.option("--method", help="How, such as bank_transfer.")
def refund(
    deal_id: str,
    note: str | None,
    language: str | None,
    amount: str | None,
    reason: str | None,
    method: str | None,
) -> None:
    """Say that money went back.

    What goes back for goodwill isn't owed any more.

    \b
    Example:
      vrm order refund 0a1b2c3d4e5f --reason returned
    """
    _say(
        deal_id,
        "refunded",
        note=note,
        language=language,
        amount=amount,
        reason=reason,
        method=method,
    )


@click.command()
@_statement
@click.option("--number", help="The receipt's number; without it one of the order's reference.")
@click.option("--amount", help='Such as "45.00 EUR"; without it all that came.')
def receipt(
    deal_id: str, note: str | None, language: str | None, number: str | None, amount: str | None
) -> None:
    """Give a receipt.

    For money that came. A vendor's node does so by itself, unless its policy says otherwise.

    \b
    Example:
      vrm order receipt 0a1b2c3d4e5f --number 2026-117
    """
    _say(deal_id, "receipt", note=note, language=language, number=number, amount=amount)


@click.command()
@_statement
@click.option("--reason", type=click.Choice(CANCELS), default="unspecified", show_default=True)
@click.option("--restock", is_flag=True, help="Put the goods on the shelf again, though they left.")
def cancel(
    deal_id: str, note: str | None, language: str | None, reason: str, restock: bool
) -> None:
    """Cancel an order, or ask for it.

    Who sells ends the order, with requested, unpaid, out_of_stock, cannot_deliver, not_collected
    or wrong_price. Who buys asks for it, with changed_mind, found_better, too_late, ordered_twice
    or cannot_pay; the seller may have sent the parcel already.

    \b
    Example:
      vrm order cancel 0a1b2c3d4e5f --reason changed_mind
    """
    _say(deal_id, "cancel", note=note, language=language, reason=reason, restock=restock or None)


@click.command("return")
@_statement
@click.option("--reason", type=click.Choice(RETURNS), default="unspecified", show_default=True)
@click.option("--quantity", type=click.IntRange(1), help="How many pieces; without it all.")
def give_back(
    deal_id: str, note: str | None, language: str | None, reason: str, quantity: int | None
) -> None:
    """Ask to give goods back.

    For any reason within the days agreed; for a fault (defective, not_as_described, wrong_item,
    incomplete) later too.

    \b
    Example:
      vrm order return 0a1b2c3d4e5f --reason defective --quantity 1
    """
    _say(deal_id, "return_request", note=note, language=language, reason=reason, quantity=quantity)


@click.command()
@_statement
@click.option("--refuse", type=click.Choice(REFUSALS), help="Don't take it back, and why.")
@click.option("--refund", help='What goes back, such as "45.00 EUR"; without it the price.')
@click.option("--instructions", help="Where to send it, and how.")
@click.option("--of", "of", help="The return, where there are several.")
def answer(
    deal_id: str,
    note: str | None,
    language: str | None,
    refuse: str | None,
    refund: str | None,
    instructions: str | None,
    of: str | None,
) -> None:
    """Answer a wish to give back.

    With yes, unless you refuse.

    \b
    Examples:
      vrm order answer 0a1b2c3d4e5f --instructions "Kesselweg 1, 10115 Berlin"
      vrm order answer 0a1b2c3d4e5f --refuse used
    """
    _say(
        deal_id,
        "return_answer",
        note=note,
        language=language,
        accepted=refuse is None,
        refund=refund,
        instructions=instructions,
        reason=refuse,
        of=of,
    )
