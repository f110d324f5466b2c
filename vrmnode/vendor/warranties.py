"""Which warranty a vendor promises by itself: for what is new, for what isn't, for a repair.

The table `warranty` of its policy; without it no draft has one.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from vrmnode.values.fields import Fields
from vrmprotocol.draft import Warranty

Scope: TypeAlias = Literal["Labor-BringIn", "PartsAndLabor-BringIn", "PartsAndLabor-PickUp"]
SCOPES: dict[str, Scope] = {
    "Labor-BringIn": "Labor-BringIn",
    "PartsAndLabor-BringIn": "PartsAndLabor-BringIn",
    "PartsAndLabor-PickUp": "PartsAndLabor-PickUp",
}
MOST_MONTHS = 1200


@dataclass(frozen=True, slots=True)
class Warranties:
    """Months of each; None: no warranty. `used_months` is of whatever is sold and isn't new."""

    months: int | None = None
    used_months: int | None = None
    repair_months: int | None = None
    scope: str | None = None

    def to_dict(self) -> dict[str, object]:
        """The form that `read_warranties` reads."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in values if value is not None}

    def promised(self, function: str, condition: str | None) -> Warranty | None:
        """The warranty of a draft with this function, about a thing in this condition."""
        months = None
        if function == "Sell":
            months = self.months if condition == "NewCondition" else self.used_months
        elif function == "Repair":
            months = self.repair_months
        if months is None:
            return None
        scope = None if self.scope is None else SCOPES[self.scope]
        return Warranty(duration_of_warranty=months, warranty_scope=scope)


def read_warranties(fields: Fields) -> Warranties:
    """The table `warranty` of a vendor's policy.

    Raises: FieldError `policy.invalid`, `policy.unknown_field`.
    """
    child = fields.child("warranty")
    if child is None:
        return Warranties()
    found = Warranties(
        months=child.whole("months", 1, MOST_MONTHS, None),
        used_months=child.whole("used_months", 1, MOST_MONTHS, None),
        repair_months=child.whole("repair_months", 1, MOST_MONTHS, None),
        scope=child.one_of("scope", SCOPES, None),
    )
    child.finish()
    return found
