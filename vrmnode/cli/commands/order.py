"""`vrm order`: what follows an agreement, from paying to giving back."""

from __future__ import annotations

import click

from vrmnode.cli.commands.deal import chosen_deal
from vrmnode.cli.commands.order_words import order_text, orders_text
from vrmnode.cli.failures import FAILED, CommandError
from vrmnode.cli.lazy import LazyGroup
from vrmnode.cli.session import Session, session, shared_options
from vrmnode.cli.show import entries, short
from vrmnode.cli.waiting import last_event, seconds, wait_until

_HERE = "vrmnode.cli.commands.order"
_SAY = "vrmnode.cli.commands.order_say"
STATUSES = (
    *("placed", "payment_due", "processing", "shipped", "in_transit", "pickup_ready"),
    *("collected", "failed_attempt", "undeliverable", "returned_to_sender", "delivered"),
    *("problem", "cancelling", "cancelled", "returned"),
)
PAYMENTS = ("due", "sent", "partly_paid", "paid", "refund_due", "refunded")
_ENDED = ("cancelled", "returned")


@click.group(
    cls=LazyGroup,
    commands_at={
        "list": (_HERE, "list_orders", "List what was bought and sold."),
        "show": (_HERE, "show_order", "Show one order: money, duties, timeline."),
        "wait": (_HERE, "wait", "Wait until an order is delivered, paid or something else."),
        "event": (_SAY, "event", "Say where the goods are, or that they came."),
        "bill": (_SAY, "bill", "Ask for the money."),
        "pay": (_SAY, "pay", "Say that you have paid."),
        "paid": (_SAY, "paid", "Say that the money came."),
        "refund": (_SAY, "refund", "Say that money went back."),
        "receipt": (_SAY, "receipt", "Give a receipt."),
        "cancel": (_SAY, "cancel", "Cancel an order, or ask for it."),
        "return": (_SAY, "give_back", "Ask to give goods back."),
        "answer": (_SAY, "answer", "Answer a wish to give back."),
    },
)
@shared_options
def order() -> None:
    """Follow what was agreed: pay, deliver, give back.

    The node moves neither money nor goods: it carries what the two of you say about them, signed.

    \b
    Example:
      vrm order show 0a1b2c3d4e5f
    """


@click.command("list")
@click.option("--role", type=click.Choice(["customer", "vendor"]), help="Only this role of yours.")
@click.option("--status", type=click.Choice(STATUSES), help="Only orders with this status.")
@shared_options
def list_orders(role: str | None, status: str | None) -> None:
    """List what was bought and sold.

    The order that changed last comes first.

    \b
    Example:
      vrm order list --role vendor --status payment_due
    """
    here = session()
    value = here.client.get("orders", role=role, status=status)
    here.result(value, lambda: orders_text(entries(value, "orders")))


@click.command("show")
@click.argument("deal_id", metavar="[DEAL]", required=False)
@click.option("--latest", is_flag=True, help="The deal that was agreed last.")
@shared_options
def show_order(deal_id: str | None, latest: bool) -> None:
    """Show one order: money, duties, timeline.

    The other side sees the same, but for "you" and "they".

    \b
    Example:
      vrm order show 0a1b2c3d4e5f
    """
    here = session()
    value = shown(here, chosen_deal(here, deal_id, latest=latest))
    here.result(value, lambda: order_text(value))


def shown(here: Session, deal_id: str) -> dict[str, object]:
    """The order as the node shows it."""
    value = here.client.get("orders", deal_id)
    return value if isinstance(value, dict) else {}


@click.command()
@click.argument("deal_id", metavar="[DEAL]", required=False)
@click.option("--latest", is_flag=True, help="The deal that was agreed last.")
@click.option(
    "--for",
    "wanted",
    type=click.Choice([*STATUSES, *(name for name in PAYMENTS if name not in STATUSES)]),
    default="delivered",
    show_default=True,
    help="A status of the order, or of its payment.",
)
@click.option("--timeout", help="Stop waiting after this time, such as 30s or 5m (exit code 8).")
@shared_options
def wait(deal_id: str | None, latest: bool, wanted: str, timeout: str | None) -> None:
    """Wait until an order is delivered, paid or something else.

    Ends with 1 when the order is cancelled or given back instead.

    \b
    Example:
      vrm order wait 0a1b2c3d4e5f --for delivered --timeout 2h
    """
    here = session()
    timeout_s = seconds(timeout, "--timeout")
    named = chosen_deal(here, deal_id, latest=latest)
    after = last_event(here.client)

    def check() -> dict[str, object] | None:
        value = shown(here, named)
        payment = value.get("payment")
        paid = payment.get("status") if isinstance(payment, dict) else None
        return value if wanted in (value.get("status"), paid) or _is_over(value, wanted) else None

    value = wait_until(here.client, after, timeout_s, check, f"the order to be {wanted}")
    if _is_over(value, wanted):
        status = value.get("status")
        raise CommandError(
            FAILED,
            f"order.{status}",
            f"expected the order to be {wanted}, and it is {status}",
            f"see: vrm order show {short(named)}",
        )
    here.result(value, lambda: order_text(value))


def _is_over(value: dict[str, object], wanted: str) -> bool:
    """Whether a status that the order hasn't can't come any more."""
    ended = value.get("status") in _ENDED and wanted in STATUSES
    return ended and value.get("status") != wanted
