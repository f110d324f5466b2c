"""What the vendor's owner lets the node offer by itself: prices, delivery, terms, stock, limits.

Every field has a default, so that a catalogue and a profile are enough to sell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vrmnode.values.fields import Fields
from vrmnode.values.items import PAYMENT_FORM
from vrmnode.values.spans import DAY_S
from vrmnode.vendor.concessions import Concessions, read_concessions
from vrmnode.vendor.delivery import Table, Way, read_table, table_to_dict
from vrmnode.vendor.inbox_rules import InboxRules, read_inbox
from vrmnode.vendor.order_policy import OrderPolicy, read_orders
from vrmnode.vendor.prices import PriceRule, read_rule, rule_to_dict, tax_rate
from vrmnode.vendor.returning import Returning, read_returning
from vrmnode.vendor.rights_policy import RightsPolicy, read_rights
from vrmnode.vendor.terms import read_terms_policy
from vrmnode.vendor.warranties import Warranties, read_warranties
from vrmprotocol import schema, terms
from vrmprotocol.terms_policy import TermsPolicy, listed_terms

DUE = ("on_agreement", "on_delivery", "days_after_delivery")
COST = ("customer", "vendor")
DEFAULT_TERMS = ("SD-BASE", "SD-BASE-DP")
DEFAULT_PAYMENT = ("invoice", "bank_transfer")
DEFAULT_PAY_WITHIN_S = 7 * DAY_S
LONGEST_PAY_WITHIN_S = 180 * DAY_S


@dataclass(frozen=True, slots=True)
class VendorPolicy:
    """Times in minutes, amounts in minor units of `currency`; see the fields of `from_dict`.

    A reserved offer holds stock until its `confirmBy`, so `reserve_minutes` also bounds how
    long such an offer is valid. `inbox` None: the node answers all by itself.
    """

    answer: bool = True
    currency: str = "EUR"
    prices: tuple[PriceRule, ...] = ()
    delivery: Table = field(default_factory=dict)
    accepted_terms: tuple[str, ...] = DEFAULT_TERMS
    payment_method: tuple[str, ...] = DEFAULT_PAYMENT
    payment_due: str = "on_agreement"
    payment_due_days: int | None = None
    pay_within_s: int | None = DEFAULT_PAY_WITHIN_S
    returns_days: int = 14
    returns_cost: str = "customer"
    warranty: Warranties = field(default_factory=Warranties)
    tax_rate_ppm: int | None = None
    confirm_minutes: int = 30
    offer_valid_minutes: int = 1440
    reserve: bool = True
    reserve_minutes: int = 60
    max_quantity: int = 10_000
    max_offers_per_minute: int = 60
    refuse_near_misses: bool = True
    refuse_when_closed: bool = True
    inbox: InboxRules | None = None
    counter: Concessions | None = None
    returning: Returning | None = None
    terms_policy: TermsPolicy | None = None
    orders: OrderPolicy = field(default_factory=OrderPolicy)
    rights: RightsPolicy = field(default_factory=RightsPolicy)

    def ways(self, area_served: tuple[str, ...]) -> Table:
        """The delivery table; without one, free shipping within the area served."""
        if self.delivery:
            return self.delivery
        return dict.fromkeys(area_served, (Way("ship", 0, (3, 7)),))

    @staticmethod
    def from_dict(raw: Mapping[str, object]) -> "VendorPolicy":
        """Raises: FieldError `policy.invalid`, `policy.unknown_field`."""
        fields = Fields(raw, "policy")
        plain = VendorPolicy()
        currency = fields.currency("currency") or plain.currency
        delivery = fields.take("delivery")
        payment, due, due_days, pay_within_s = _payment(fields)
        returns_days, returns_cost = _returns(fields)
        terms_policy = read_terms_policy(fields)
        policy = VendorPolicy(
            answer=fields.flag("answer", plain.answer),
            currency=currency,
            prices=tuple(
                read_rule(rule, f"prices[{at}]", currency)
                for at, rule in enumerate(fields.items("prices", 200), 1)
            ),
            delivery=read_table(delivery, "policy", "delivery", currency) if delivery else {},
            accepted_terms=_terms(fields, terms_policy),
            terms_policy=terms_policy,
            payment_method=payment,
            payment_due=due,
            payment_due_days=due_days,
            pay_within_s=pay_within_s,
            returns_days=returns_days,
            returns_cost=returns_cost,
            warranty=read_warranties(fields),
            tax_rate_ppm=tax_rate(fields),
            confirm_minutes=fields.whole("confirm_minutes", 1, 10_080, plain.confirm_minutes),
            offer_valid_minutes=fields.whole(
                "offer_valid_minutes", 1, 43_200, plain.offer_valid_minutes
            ),
            reserve=fields.flag("reserve", plain.reserve),
            reserve_minutes=fields.whole("reserve_minutes", 1, 43_200, plain.reserve_minutes),
            max_quantity=fields.whole("max_quantity", 1, 10_000, plain.max_quantity),
            max_offers_per_minute=fields.whole(
                "max_offers_per_minute", 1, 100_000, plain.max_offers_per_minute
            ),
            refuse_near_misses=fields.flag("refuse_near_misses", plain.refuse_near_misses),
            refuse_when_closed=fields.flag("refuse_when_closed", plain.refuse_when_closed),
            inbox=read_inbox(fields, currency),
            counter=read_concessions(fields),
            returning=read_returning(fields),
            orders=read_orders(fields),
            rights=read_rights(fields),
        )
        fields.finish()
        return policy

    def to_dict(self) -> dict[str, object]:
        """The form that `from_dict` reads."""
        found: dict[str, object] = {
            name: getattr(self, name)
            for name in (
                "answer", "currency", "confirm_minutes", "offer_valid_minutes", "reserve",
                "reserve_minutes", "max_quantity", "max_offers_per_minute", "refuse_near_misses",
                "refuse_when_closed",
            )
        }  # fmt: skip
        found["prices"] = [rule_to_dict(rule, self.currency) for rule in self.prices]
        found["delivery"] = table_to_dict(self.delivery, self.currency)
        found["accepted_terms"] = list(self.accepted_terms)
        found["payment"] = {"method": list(self.payment_method), "due": self.payment_due}
        if self.payment_due_days is not None:
            found["payment"] |= {"due_days": self.payment_due_days}  # type: ignore[operator]
        if self.pay_within_s is not None:
            found["payment"] |= {"pay_within": self.pay_within_s}  # type: ignore[operator]
        found["returns"] = {"days": self.returns_days, "cost": self.returns_cost}
        if warranty := self.warranty.to_dict():
            found["warranty"] = warranty
        if self.tax_rate_ppm is not None:
            found["tax_percent"] = rule_to_dict(
                PriceRule(tax_rate_ppm=self.tax_rate_ppm), self.currency
            )["tax_percent"]
        if self.inbox is not None:
            found["inbox"] = self.inbox.to_dict(self.currency)
        if self.counter is not None:
            found["counter"] = self.counter.to_dict()
        if self.returning is not None:
            found["returning"] = self.returning.to_dict()
        if self.terms_policy is not None:
            found["terms_policy"] = schema.dump(self.terms_policy)
        found["orders"] = self.orders.to_dict()
        found["rights"] = self.rights.to_dict()
        return found


def _terms(fields: Fields, policy: TermsPolicy | None) -> tuple[str, ...]:
    """With a policy of terms they follow from it, whatever was typed."""
    accepted = fields.several_of("accepted_terms", terms.ROSTER)
    if policy is not None:
        return listed_terms(policy)
    return accepted or DEFAULT_TERMS


def _payment(fields: Fields) -> tuple[tuple[str, ...], str, int | None, int | None]:
    child = fields.child("payment")
    if child is None:
        return DEFAULT_PAYMENT, DUE[0], None, DEFAULT_PAY_WITHIN_S
    methods = child.texts("method", 16, 32, PAYMENT_FORM) or DEFAULT_PAYMENT
    due = child.one_of("due", DUE, DUE[0])
    days = child.whole("due_days", 0, 180, None)
    if (days is None) == (due == DUE[2]):
        came = "nothing" if days is None else f"{days} with due = {due}"
        raise child.error("due_days", f"days 0..180 where due is {DUE[2]}, else nothing", came)
    within = child.span("pay_within", DEFAULT_PAY_WITHIN_S if due == DUE[0] else None)
    if within is not None and (due != DUE[0] or not 1 <= within <= LONGEST_PAY_WITHIN_S):
        expected = f'a span up to "180d" where due is {DUE[0]}, else nothing'
        raise child.error("pay_within", expected, f"{within} s with due = {due}")
    child.finish()
    return methods, due, days, within


def _returns(fields: Fields) -> tuple[int, str]:
    child = fields.child("returns")
    if child is None:
        return 14, COST[0]
    days, cost = child.whole("days", 0, 3650, 14), child.one_of("cost", COST, COST[0])
    child.finish()
    return days, cost
