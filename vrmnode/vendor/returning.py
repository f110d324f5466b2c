"""What the vendor's owner takes off for customers that come back and let themselves be recognised.

Implements the vendor's choice of specs/09-relationship.md#recognition as pure functions. The
discount is on what is sold, comes on top of the price rule that fits, and stops at its floor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vrmnode.values.fields import Fields
from vrmnode.values.returning import MOST_COUNTED
from vrmnode.vendor.prices import WHOLE, PriceRule, percent, percent_text

EXPECTED = 'a percentage 0..50 such as 5 or "7.5"'


@dataclass(frozen=True, slots=True)
class Returning:
    """`discount_bp` basis points off from so many finished deals on as `least_deals` says."""

    discount_bp: int = 0
    least_deals: int = 1

    def discount(self, deals: int) -> int:
        """The basis points that a customer with so many finished deals gets off."""
        return self.discount_bp if deals >= self.least_deals else 0

    def words(self, deals: int) -> str:
        """The reason, as the vendor's people read it."""
        count = "1 deal" if deals == 1 else f"{deals} deals"
        return f"returning customer, {count}: −{percent_text(self.discount_bp)} %"

    def to_dict(self) -> dict[str, object]:
        """The form that `read_returning` reads."""
        return {
            "discount_percent": percent_text(self.discount_bp),
            "least_deals": self.least_deals,
        }


def read_returning(fields: Fields) -> Returning | None:
    """The table `returning` of a vendor's policy; None without it.

    Raises: FieldError `policy.invalid`, `policy.unknown_field`.
    """
    child = fields.child("returning")
    if child is None:
        return None
    plain = Returning()
    found = Returning(
        discount_bp=percent(child, "discount_percent", plain.discount_bp, EXPECTED, 0, 50),
        least_deals=child.whole("least_deals", 1, MOST_COUNTED, plain.least_deals),
    )
    child.finish()
    return found


def discounted(rules: Sequence[PriceRule], discount_bp: int) -> tuple[PriceRule, ...]:
    """The price rules with so much taken off each, and off what none fits; the floors stay."""
    return tuple(
        replace(rule, change_bp=_lowered(rule.change_bp, discount_bp))
        for rule in (*rules, PriceRule())
    )


def _lowered(change_bp: int, discount_bp: int) -> int:
    """The change of the catalogue's price that both come to, half a basis point rounded up."""
    product = (WHOLE + change_bp) * (WHOLE - discount_bp)
    return (product + WHOLE // 2) // WHOLE - WHOLE
