"""What both roles read in an item: its condition in words, and values that constraints name.

A vendor's product and the item of a draft have the same named fields; other properties stand in
the catalogue, or in the draft's `ext` where the vendor signs for them.
"""

from collections.abc import Mapping
from typing import Protocol

from vrmnode.values.constraints import Scalar, find_property, property_name
from vrmprotocol.draft import Warranty

CONDITION_WORDS = {
    "NewCondition": "new",
    "UsedCondition": "used",
    "RefurbishedCondition": "refurbished",
    "DamagedCondition": "damaged",
}
PAYMENT_FORM = "[a-z][a-z0-9_]{0,31}"
"""A way of paying as both sides write it (specs/03-messages.md#common-types)."""
PROPERTIES = "properties"
"""Name in a draft's `ext` of the properties that the intent asked for."""


class Named(Protocol):
    """The fields that a product and an offered item share."""

    @property
    def name(self) -> str: ...
    @property
    def brand(self) -> str | None: ...
    @property
    def mpn(self) -> str | None: ...
    @property
    def sku(self) -> str | None: ...


def condition_words(conditions: tuple[str, ...]) -> str:
    """ "new or used"."""
    return " or ".join(CONDITION_WORDS.get(name, name) for name in conditions)


_SCOPES = {
    "Labor-BringIn": "labour; the customer brings it",
    "PartsAndLabor-BringIn": "parts and labour; the customer brings it",
    "PartsAndLabor-PickUp": "parts and labour; it is fetched",
}


def warranty_words(warranty: Warranty) -> str:
    """ "24 months: parts and labour; the customer brings it"."""
    months = warranty.duration_of_warranty
    words = "1 month" if months == 1 else f"{months} months"
    scope = warranty.warranty_scope
    return words if scope is None else f"{words}: {_SCOPES[scope]}"


def scalars(properties: object) -> dict[str, Scalar]:
    """The named values among what is stored or was sent as properties; the rest is left out."""
    if not isinstance(properties, Mapping):
        return {}
    return {str(key): value for key, value in properties.items() if isinstance(value, str | int)}


def value_of(
    item: Named, condition: str | None, properties: Mapping[str, Scalar], name: str
) -> Scalar | None:
    """The value of the field or property that a constraint names, or None if it isn't known."""
    fields: dict[str, Scalar | None] = {
        "name": item.name,
        "brand": item.brand,
        "mpn": item.mpn,
        "sku": item.sku,
        "condition": None if condition is None else CONDITION_WORDS.get(condition, condition),
        "itemcondition": condition,
    }
    key = property_name(name)
    return fields[key] if key in fields else find_property(properties, name)
