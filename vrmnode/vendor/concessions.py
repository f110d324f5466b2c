"""How far the vendor's node gives way to a counter by itself.

The limits stay with the vendor, and the steps vary, so that the answers don't tell where the floor
is. What is asked and answered is `specs/03-messages.md#counter`.
"""

from dataclasses import dataclass

import msgspec

from vrmnode.values.fields import Fields
from vrmnode.vendor.prices import WHOLE, percent, tax_included
from vrmprotocol.draft import Price

MAX_ROUNDS = 4
_EXPECTED = 'a percentage 0..90 such as 5 or "7.5"'
_LEAST_STEP = 80
"""Per cent of a whole step that are taken at least."""


@dataclass(frozen=True, slots=True)
class Concessions:
    """`rounds` lower offers in a deal, `most_bp` in all and `step_bp` each of the first price."""

    rounds: int = 3
    most_bp: int = 500
    step_bp: int = 250

    def to_dict(self) -> dict[str, object]:
        """The form that `read_concessions` reads."""
        return {
            "rounds": self.rounds,
            "most_percent": f"{self.most_bp / 100:.2f}",
            "step_percent": f"{self.step_bp / 100:.2f}",
        }


def read_concessions(fields: Fields) -> Concessions | None:
    """The table `counter` of a vendor's policy; None without it.

    Raises: FieldError `policy.invalid`, `policy.unknown_field`.
    """
    child = fields.child("counter")
    if child is None:
        return None
    plain = Concessions()
    found = Concessions(
        rounds=child.whole("rounds", 1, MAX_ROUNDS, plain.rounds),
        most_bp=percent(child, "most_percent", plain.most_bp, _EXPECTED, 0, 90),
        step_bp=percent(child, "step_percent", plain.step_bp, _EXPECTED, 0, 90),
    )
    child.finish()
    return found


def concede(
    concessions: Concessions,
    *,
    first: Price,
    last: Price,
    quantity: int,
    asked_total: int,
    floor: int,
    rounds: int,
    luck: int,
) -> Price | None:
    """The lower price to offer, never below what was asked; None: no lower.

    Args:
        first: that of the deal's first offer; `last` of its last one.
        floor: the least unit price of the price rule, minor units.
        rounds: how many lower offers were made in this deal.
        luck: 0..255, random; says how much of a step is taken.
    """
    if rounds >= concessions.rounds:
        return None
    asked = -((last.delivery_charge - asked_total) // quantity)
    least = -(-first.unit_price * (WHOLE - concessions.most_bp) // WHOLE)
    step = first.unit_price * concessions.step_bp // WHOLE
    step = step * (_LEAST_STEP + (100 - _LEAST_STEP) * luck // 255) // 100
    unit = max(asked, least, floor, last.unit_price - step, 0)
    if unit >= last.unit_price:
        return None
    return _repriced(last, quantity, unit)


def at_total(last: Price, quantity: int, total: int, *, up: bool = False) -> Price | None:
    """The price whose total is this one, down to the next that is whole for every piece, or `up`.

    None where the delivery alone costs more.
    """
    left = total - last.delivery_charge
    unit = -(-left // quantity) if up else left // quantity
    return None if unit < 0 else _repriced(last, quantity, unit)


def _repriced(last: Price, quantity: int, unit: int) -> Price:
    total = unit * quantity + last.delivery_charge
    rate = last.tax_rate_ppm
    tax = None if rate is None else tax_included(total, rate)
    return msgspec.structs.replace(last, unit_price=unit, total=total, tax_included=tax)
