"""The vendor's price rules: a percentage up or down by category, never below a floor.

They are for what is sold; a repair, say, has the catalogue's price, and a lease that of all units
of time that begin. The floor and the rules stay with the vendor; only the resulting price leaves
the node.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from vrmnode.values.fields import Fields
from vrmnode.values.functions import UNIT_DAYS
from vrmnode.values.money import MAX_AMOUNT, format_money
from vrmnode.vendor import taxonomy
from vrmnode.vendor.policy_fields import own_currency
from vrmnode.vendor.product import ProductFields

WHOLE = 10_000
"""Basis points of the catalogue's price."""
PERCENT_EXPECTED = 'a percentage -90..1000 such as -5 or "7.5"'
TAX_EXPECTED = 'a percentage 0..100 such as 21 or "7.7"'


@dataclass(frozen=True, slots=True)
class PriceRule:
    """For products of a category, a path's beginning or a brand; all None: for every product."""

    change_bp: int = 0
    floor: int = 0
    category: int | None = None
    category_path: str | None = None
    brand: str | None = None
    tax_rate_ppm: int | None = None

    def fits(self, product: ProductFields) -> bool:
        if self.category is not None and not taxonomy.belongs(
            self.category, product.category, product.category_path
        ):
            return False
        path = (self.category_path or "").casefold()
        if not product.category_path.casefold().startswith(path):
            return False
        return self.brand is None or self.brand.casefold() == (product.brand or "").casefold()


def unit_price(
    product: ProductFields, rules: Sequence[PriceRule], lease_length: int | None = None
) -> int:
    """The price of one in minor units: what is sold by the first rule that fits, half a cent
    rounded up; a lease for `lease_length` days."""
    if product.business_function == "LeaseOut":
        return lease_price(product, lease_length or 1)
    if product.business_function != "Sell":
        return product.price
    rule = rule_for(product, rules)
    price = (product.price * (WHOLE + rule.change_bp) + WHOLE // 2) // WHOLE
    return min(max(price, rule.floor), MAX_AMOUNT)


def lease_price(product: ProductFields, days: int) -> int:
    """The price of one piece for so many days: each unit that begins counts whole."""
    units = -(-days // UNIT_DAYS[product.price_unit or "day"])
    return product.price * units


def floor_of(product: ProductFields, rules: Sequence[PriceRule]) -> int:
    """The least unit price to which the vendor's node may give way by itself."""
    return rule_for(product, rules).floor if product.business_function == "Sell" else 0


def rule_for(product: ProductFields, rules: Sequence[PriceRule]) -> PriceRule:
    return next((rule for rule in rules if rule.fits(product)), PriceRule())


def catalogue_bound(rules: Sequence[PriceRule], most: int) -> int:
    """The highest catalogue price that a rule may bring down to `most`."""
    least = min([WHOLE + rule.change_bp for rule in rules] + [WHOLE])
    return min((most + 1) * WHOLE // least, MAX_AMOUNT)


def read_rule(raw: object, where: str, currency: str) -> PriceRule:
    """Raises: FieldError `policy.invalid`, `policy.unknown_field`."""
    fields = Fields(raw, "policy", where)
    rule = PriceRule(
        change_bp=percent(fields, "percent", 0, PERCENT_EXPECTED, -90, 1000),
        floor=own_currency(fields, "floor", currency) or 0,
        category=fields.whole("category", 0, 2**31 - 1, None),
        category_path=fields.text("category_path", 200),
        brand=fields.text("brand", 64),
        tax_rate_ppm=tax_rate(fields),
    )
    fields.finish()
    return rule


def rule_to_dict(rule: PriceRule, currency: str) -> dict[str, object]:
    found: dict[str, object] = {"percent": percent_text(rule.change_bp)}
    if rule.floor:
        found["floor"] = format_money(rule.floor, currency)
    for name in ("category", "category_path", "brand"):
        if (value := getattr(rule, name)) is not None:
            found[name] = value
    if rule.tax_rate_ppm is not None:
        found["tax_percent"] = percent_text(rule.tax_rate_ppm // 100)
    return found


def tax_rate(fields: Fields) -> int | None:
    """Parts per million, from `tax_percent`."""
    rate = percent(fields, "tax_percent", -1, TAX_EXPECTED, 0, 100)
    return None if rate < 0 else rate * 100


def tax_included(total: int, rate_ppm: int) -> int:
    """The tax in a total that includes it, half a cent rounded up."""
    whole = 1_000_000 + rate_ppm
    return (total * rate_ppm + whole // 2) // whole


def percent(fields: Fields, name: str, default: int, expected: str, low: int, high: int) -> int:
    """Basis points, from an integer or a text with at most two decimals."""
    raw = fields.take(name)
    if raw is None:
        return default
    text = str(raw).strip().rstrip("%").strip() if isinstance(raw, int | str) else ""
    if isinstance(raw, bool) or not re.fullmatch(r"[+-]?\d{1,4}(?:\.\d{1,2})?", text, re.ASCII):
        raise fields.error(name, expected, raw)
    points = int(Decimal(text) * 100)
    if not low * 100 <= points <= high * 100:
        raise fields.error(name, expected, raw)
    return points


def percent_text(points: int) -> str:
    """Basis points as people write a percentage: 750 is 7.5."""
    text = f"{Decimal(points) / 100:.2f}".rstrip("0").rstrip(".")
    return text or "0"
