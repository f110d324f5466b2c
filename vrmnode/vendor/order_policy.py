"""What the vendor's node does by itself once there is an agreement: the `[orders]` of its policy.

How to pay the vendor stands here, and nowhere that is public: customers are told after they
agreed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vrmnode.values.fields import Fields
from vrmprotocol.order_bodies import WayToPay

PROCESSING = ("by_hand", "on_agreement", "on_payment")
METHOD = "[a-z][a-z0-9_]{0,31}"
MOST_WAYS = 16


@dataclass(frozen=True, slots=True)
class OrderPolicy:
    """When to say what without being asked.

    `processing`: when to tell that an order is being prepared. `cancel_unpaid`: end an order when
    its money isn't there in time. `accept_cancels`: end it at the customer's wish while nothing
    has left. `accept_returns`: take back within the days agreed; the customer is then told
    `return_instructions`. `{reference}` in the url of a way to pay stands for the order's.
    """

    pay: tuple[WayToPay, ...] = field(default=(), repr=False)
    processing: str = PROCESSING[0]
    cancel_unpaid: bool = True
    accept_cancels: bool = True
    receipts: bool = True
    accept_returns: bool = False
    return_instructions: str | None = None

    def to_dict(self) -> dict[str, object]:
        """The form that `read_orders` reads."""
        found: dict[str, object] = {
            "processing": self.processing,
            "cancel_unpaid": self.cancel_unpaid,
            "accept_cancels": self.accept_cancels,
            "receipts": self.receipts,
            "accept_returns": self.accept_returns,
        }
        if self.return_instructions is not None:
            found["return_instructions"] = self.return_instructions
        if self.pay:
            found["pay"] = [_way_to_dict(way) for way in self.pay]
        return found


def read_orders(fields: Fields) -> OrderPolicy:
    """The `[orders]` of a vendor's policy; the defaults without it.

    Raises: FieldError `policy.invalid`, `policy.unknown_field`.
    """
    child, plain = fields.child("orders"), OrderPolicy()
    if child is None:
        return plain
    policy = OrderPolicy(
        pay=tuple(_way(child, at, raw) for at, raw in enumerate(child.items("pay", MOST_WAYS), 1)),
        processing=child.one_of("processing", PROCESSING, plain.processing),
        cancel_unpaid=child.flag("cancel_unpaid", plain.cancel_unpaid),
        accept_cancels=child.flag("accept_cancels", plain.accept_cancels),
        receipts=child.flag("receipts", plain.receipts),
        accept_returns=child.flag("accept_returns", plain.accept_returns),
        return_instructions=child.text("return_instructions", 1_000),
    )
    methods = [way.method for way in policy.pay]
    if len(set(methods)) != len(methods):
        raise child.error("pay", "each method once", ", ".join(methods))
    if policy.accept_returns and policy.return_instructions is None:
        raise child.error("return_instructions", "where to send returns, to accept them", None)
    child.finish()
    return policy


def _way(parent: Fields, at: int, raw: object) -> WayToPay:
    fields = Fields(raw, parent.family, f"{parent.name_of('pay')}[{at}]")
    way = WayToPay(
        method=fields.required_text("method", 32, METHOD),
        payee=fields.text("payee", 128),
        account=fields.text("account", 64),
        url=fields.text("url", 200),
    )
    fields.finish()
    return way


def _way_to_dict(way: WayToPay) -> Mapping[str, object]:
    told = {"method": way.method, "payee": way.payee, "account": way.account, "url": way.url}
    return {name: value for name, value in told.items() if value is not None}


def ways_to_pay(
    policy: OrderPolicy, methods: tuple[str, ...], reference: str, *, most: int = 4
) -> tuple[WayToPay, ...]:
    """How to pay by the methods agreed: those with instructions first, at most `most`."""
    known = {way.method: way for way in policy.pay}
    told = [known[method] for method in methods if method in known]
    bare = [WayToPay(method=method) for method in methods if method not in known]
    return tuple(_filled(way, reference) for way in [*told, *bare][:most])


def _filled(way: WayToPay, reference: str) -> WayToPay:
    if way.url is None:
        return way
    url = way.url.replace("{reference}", reference)
    return WayToPay(method=way.method, payee=way.payee, account=way.account, url=url)
