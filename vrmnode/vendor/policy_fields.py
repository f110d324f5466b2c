"""Fields that the tables of a vendor's policy have in common."""

from vrmnode.values.fields import Fields


def own_currency(fields: Fields, name: str, currency: str) -> int | None:
    """An amount in the vendor's own currency, minor units.

    Raises: FieldError `<family>.invalid`.
    """
    money = fields.money(name, currency)
    if money is not None and money.currency != currency:
        raise fields.error(name, f"an amount in {currency}", str(money))
    return money.amount if money else None
