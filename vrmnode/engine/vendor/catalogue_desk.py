"""The catalogue as its owner changes it: many rows of an import, one product by hand.

`stock` is what stands on the shelf, with what is set aside for open offers. What an offer has
reserved is sold as offered, whatever its product became; an offer subject to stock is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from vrmnode.engine.context import NODE, Context
from vrmnode.engine.failures import invalid, not_found
from vrmnode.engine.vendor import shop
from vrmnode.storage import catalogue, reservations, timers
from vrmnode.values.fields import Fields
from vrmnode.vendor.product import Product, product_from_dict, product_to_dict

Json = dict[str, object]
Params = Mapping[str, object]

RECONSIDER_AFTER_S = 2


def take_rows(ctx: Context, params: Params) -> Json:
    """Keep the products of one chunk of an import, each in place of what its sku named."""
    rows = params.get("products")
    if not isinstance(rows, list):
        raise invalid("request.invalid", "products: expected a list, came another type")
    taken = [_product(row) for row in rows]
    counts = catalogue.upsert_many(ctx.tx, taken, updated=ctx.now)
    _reconsider(ctx)
    return {
        "added": counts.added,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "count": catalogue.count(ctx.tx),
        "other_currencies": _not_for_sale(taken, shop.stored_policy(ctx.tx).currency),
        "warnings": shop.unsaid(ctx.tx),
    }


def _not_for_sale(products: list[Product], currency: str) -> Json:
    """How many products are priced in which currency other than the one the vendor sells in."""
    return dict(Counter(each.currency for each in products if each.currency != currency))


def _product(row: object) -> Product:
    if not isinstance(row, dict):
        raise invalid("product.invalid", "products: expected objects, came another type")
    return product_from_dict(row)


def change(ctx: Context, params: Params) -> Json:
    """Change some fields of a product; None takes a field away, amounts are as people write them.

    Raises:
        ServiceError: `product.not_found`.
        FieldError: `product.invalid`, `product.unknown_field`.
    """
    sku, changes = params.get("sku"), params.get("changes")
    if not isinstance(sku, str) or not isinstance(changes, dict):
        raise invalid("request.invalid", "expected a sku and changes, came another type")
    known = catalogue.get(ctx.tx, sku)
    if known is None:
        raise not_found("product", sku)
    raw = product_to_dict(shop.for_sale(known))
    for name, value in changes.items():
        if name == "sku":
            raise invalid("product.invalid", "sku: expected another field, a sku is never changed")
        if name == "properties" and isinstance(value, dict):
            merged = {**_object(raw.get(name)), **value}
            value = {key: each for key, each in merged.items() if each is not None}
        raw[name] = value
    fields = Fields(changes, "product")
    price = fields.money("price", known.currency)
    if price is not None:
        raw |= {"price": price.amount, "currency": price.currency}
    deposit = fields.money("deposit", str(raw["currency"]))
    if deposit is not None and deposit.currency != raw["currency"]:
        raise fields.error("deposit", f"an amount in {raw['currency']}", str(deposit))
    if deposit is not None:
        raw["deposit"] = deposit.amount
    product = product_from_dict(raw)
    catalogue.upsert_many(ctx.tx, [product], updated=ctx.now)
    ctx.event("product.changed", "vendor", ctx.identity.root, sku=sku)
    _reconsider(ctx)
    available = reservations.available(ctx.tx, sku, ctx.now)
    return {**product_to_dict(product), "available": available}


def remove(ctx: Context, params: Params) -> Json:
    """Take products out of the catalogue: all that are named, or none.

    Raises:
        ServiceError: `product.not_found`.
    """
    skus = params.get("skus")
    if not isinstance(skus, list):
        raise invalid("request.invalid", "skus: expected a list, came another type")
    for sku in skus:
        if not isinstance(sku, str) or not catalogue.remove(ctx.tx, sku):
            raise not_found("product", str(sku))
        ctx.event("product.removed", "vendor", ctx.identity.root, sku=sku)
    return {"removed": skus, "count": catalogue.count(ctx.tx)}


def _object(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _reconsider(ctx: Context) -> None:
    timers.arm_earlier(ctx.tx, "reconsider", NODE, ctx.now + RECONSIDER_AFTER_S)
