"""An intent from what its customer asked for: flags, a file or JSON, in people's units.

Implements the writer's part of `specs/03-messages.md` (intent). Keys, salt and tag are arguments;
values that could fingerprint the customer are made coarse here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vrmnode.customer.constraint_text import read_constraints
from vrmnode.customer.proffer import read_choices
from vrmnode.customer.rarity import warnings
from vrmnode.values.fields import Fields
from vrmnode.values.gtins import GTIN_EXPECTED, gtin_for_people, read_gtin
from vrmnode.values.items import PAYMENT_FORM
from vrmnode.values.money import Money
from vrmnode.values.spans import DAY_EXPECTED, DAY_S, parse_day
from vrmprotocol.fields import SUITE_X25519, RecipientKey
from vrmprotocol.functions import FUNCTIONS
from vrmprotocol.market import Area, Budget, Constraint, DemandedItem, Intent
from vrmprotocol.terms_matching import Choice

CONDITIONS = {
    "new": "NewCondition",
    "used": "UsedCondition",
    "refurbished": "RefurbishedCondition",
    "damaged": "DamagedCondition",
}
METHODS = ("ship", "pickup", "download", "onsite")
TIME_QUANTUM_S = 600
DEFAULT_VALID_S = 7 * DAY_S
MAX_VALID_S = 90 * DAY_S
WITHOUT_ITEM = "at least one of name, gtin, mpn and category"


@dataclass(frozen=True, slots=True)
class IntentRequest:
    """What the customer asked for, checked.

    `label`, `private_maximum`, `to` and `recognised` never leave the node.
    """

    item: DemandedItem
    quantity: int
    function: str
    alternatives: tuple[str, ...]
    lease_days: int | None
    condition: tuple[str, ...]
    must: tuple[Constraint, ...]
    prefer: tuple[Constraint, ...]
    country: str
    region: str | None
    cell: str | None
    by: int | None
    currency: str | None
    maximum: int | None
    minimum: int | None
    private_maximum: Money | None
    terms: tuple[Choice, ...]
    delivery: tuple[str, ...]
    payment: tuple[str, ...]
    max_offers: int
    valid_s: int
    language: tuple[str, ...]
    image: tuple[bytes, ...]
    label: str
    to: tuple[str, ...]
    """The vendors that alone are asked, as the customer wrote them; none: everybody is."""
    recognised: bool
    """Whether those of them that can shall know who asks."""

    @property
    def bounded(self) -> bool:
        """Whether it says itself what may be paid at most, or has to be paid at least."""
        bounds = (self.maximum, self.minimum, self.private_maximum)
        return any(bound is not None for bound in bounds)


def read_request(raw: Mapping[str, object]) -> IntentRequest:
    """The request, from the fields that people write.

    Raises: FieldError `request.invalid`, `request.unknown_field`; LocalError `terms.*`.
    """
    fields = Fields(raw, "request")
    item = _item(fields)
    function = fields.one_of("function", FUNCTIONS, "Sell")
    alternatives = _alternatives(fields, function)
    asked = (function, *alternatives)
    currency, maximum, minimum, private_maximum = _budget(fields, asked)
    request = IntentRequest(
        item=item,
        quantity=fields.whole("quantity", 1, 10_000, 1),
        function=function,
        alternatives=alternatives,
        lease_days=_lease_days(fields, asked),
        condition=_conditions(fields),
        must=read_constraints(fields, "must"),
        prefer=read_constraints(fields, "prefer"),
        country=_country(fields),
        region=fields.text("region", 64),
        cell=fields.text("cell", 16),
        by=fields.parsed("by", parse_day, DAY_EXPECTED),
        currency=currency,
        maximum=maximum,
        minimum=minimum,
        private_maximum=private_maximum,
        terms=read_choices(fields),
        delivery=fields.several_of("delivery", METHODS)[:4],
        payment=fields.texts("payment", 16, 32, PAYMENT_FORM),
        max_offers=fields.whole("max_offers", 1, 100, 10),
        valid_s=_valid_s(fields),
        language=fields.languages("language", 16),
        image=fields.digests("image", 8),
        label=fields.text("label", 100) or _label(item),
        to=fields.texts("to", 100, 64),
        recognised=fields.flag("recognised", False),
    )
    fields.finish()
    # SPEC 09: The writer MUST NOT put anything of a relationship into an intent in the market.
    if request.recognised and not request.to:
        expected = "false, or vendors in to: nobody is recognised in the open market"
        raise fields.error("recognised", expected, True)
    # After `finish`: where nothing is named, a misspelt "nam" is told as such.
    _require_item(fields, item)
    return request


def build_intent(
    request: IntentRequest, *, now: int, salt: bytes, reply_key: bytes, reply_tag: bytes
) -> Intent:
    """The body of the intent; `salt` and `reply_tag` are 16 random bytes, `reply_key` 32.

    Raises: FieldError `request.invalid` when `by` lies in the past.
    """
    if request.by is not None and request.by + DAY_S <= now:
        raise Fields({}, "request").error("by", "a day that isn't over", "one in the past")
    budget = None
    if request.currency is not None:
        budget = Budget(
            price_currency=request.currency,
            max_price=request.maximum,
            min_price=request.minimum,
        )
    return Intent(
        v=1,
        salt=salt,
        business_function=request.function,  # type: ignore[arg-type]
        alternatives=request.alternatives,  # type: ignore[arg-type]
        lease_length=request.lease_days,
        item_offered=request.item,
        eligible_quantity=request.quantity,
        item_condition=request.condition,  # type: ignore[arg-type]
        must=request.must,
        prefer=request.prefer,
        area=Area(country=request.country, region=request.region, cell=request.cell),
        availability_ends=request.by,
        price_specification=budget,
        accepted_terms=tuple(choice.terms for choice in request.terms),
        addendum=tuple(dict(choice.addendum) for choice in request.terms)
        if any(choice.addendum for choice in request.terms)
        else (),
        delivery_method=request.delivery,  # type: ignore[arg-type]
        payment_method=request.payment,
        reply_key=RecipientKey(suite=SUITE_X25519, key=reply_key),
        reply_tag=reply_tag,
        max_offers=request.max_offers,
        valid_through=end_of(now, request.valid_s),
        in_language=request.language,
        image=request.image,
    )


def _item(fields: Fields) -> DemandedItem:
    return DemandedItem(
        name=fields.text("name", 200),
        gtin=_gtin(fields),
        mpn=fields.text("mpn", 64),
        brand=fields.text("brand", 64),
        category=fields.whole("category", 0, 2**31 - 1, None),
        description=fields.text("description", 1000),
    )


def _require_item(fields: Fields, item: DemandedItem) -> None:
    if item.name is None and item.gtin is None and item.mpn is None and item.category is None:
        raise fields.error("name", WITHOUT_ITEM, None)


def _gtin(fields: Fields) -> str | None:
    """Digits without the hyphens of printed ISBNs; an ISBN-10 as its GTIN-13."""
    text = fields.text("gtin", 32)
    if text is None:
        return None
    gtin14 = read_gtin(text)
    if gtin14 is None:
        raise fields.error("gtin", GTIN_EXPECTED, text)
    return gtin_for_people(gtin14)


def _conditions(fields: Fields) -> tuple[str, ...]:
    named = fields.several_of("condition", (*CONDITIONS, *CONDITIONS.values()))
    return tuple(dict.fromkeys(CONDITIONS.get(name, name) for name in named))


def _country(fields: Fields) -> str:
    value = fields.take("country")
    country = value.strip().upper() if isinstance(value, str) else ""
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        raise fields.error("country", 'two letters of ISO 3166 such as "NL"', value)
    return country


def _alternatives(fields: Fields, function: str) -> tuple[str, ...]:
    named = fields.several_of("alternatives", FUNCTIONS)
    if function in named:
        raise fields.error("alternatives", f"others than {function}, which is asked for", function)
    return named


def _lease_days(fields: Fields, asked: tuple[str, ...]) -> int | None:
    days = fields.whole("lease_days", 1, 3650, None)
    if ("LeaseOut" in asked) != (days is not None):
        expected = "days 1..3650 where LeaseOut is asked for, else nothing"
        raise fields.error("lease_days", expected, days)
    return days


def _budget(
    fields: Fields, asked: tuple[str, ...]
) -> tuple[str | None, int | None, int | None, Money | None]:
    """The public currency, maximum and minimum, and the private maximum; all in one currency."""
    currency = fields.currency("currency")
    amounts = {}
    for name in ("budget", "min_price", "private_maximum"):
        money = amounts[name] = fields.money(name, currency)
        if money is None:
            continue
        if currency is not None and money.currency != currency:
            raise fields.error(name, f"an amount in {currency}", str(money))
        currency = money.currency
        # A vendor that buys pays: there it is the least that counts.
        if asked == ("Buy",) and name != "min_price":
            raise fields.error(name, "min_price in its place where the vendor buys", str(money))
        if "Buy" not in asked and name == "min_price":
            raise fields.error(name, "nothing unless Buy is asked for", str(money))
    budget, private, least = (amounts[n] for n in ("budget", "private_maximum", "min_price"))
    if budget is not None and private is not None and private < budget:
        raise fields.error("private_maximum", f"at least the budget of {budget}", str(private))
    most = None if budget is None else budget.amount
    return currency, most, None if least is None else least.amount, private


def _valid_s(fields: Fields) -> int:
    seconds = fields.span("valid_for", DEFAULT_VALID_S)
    if not TIME_QUANTUM_S <= seconds <= MAX_VALID_S:
        raise fields.error("valid_for", "a span of 10 minutes to 90 days", f"{seconds} seconds")
    return seconds


def read_valid_for(raw: object) -> int:
    """Seconds for which an intent shall stand, as people write them.

    Raises: FieldError `request.invalid`.
    """
    fields = Fields({"valid_for": raw}, "request")
    if raw in (None, ""):
        raise fields.error("valid_for", 'a span such as "2d" or "1w"', None)
    return _valid_s(fields)


def end_of(now: int, valid_s: int) -> int:
    """When an intent ends that stands for so many seconds from now.

    Up to the next ten minutes, so that it tells less of when the customer wrote it.
    """
    latest = now - now % TIME_QUANTUM_S + MAX_VALID_S
    return min(now + valid_s + -(now + valid_s) % TIME_QUANTUM_S, latest)


def _label(item: DemandedItem) -> str:
    text = item.name or item.gtin or item.mpn or f"category {item.category}"
    return text[:100]


__all__ = ["IntentRequest", "build_intent", "read_request", "warnings"]
