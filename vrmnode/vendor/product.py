"""A product of the vendor's catalogue, its JSON form, and the index that finds products.

Fields are those of the catalogue table; identifiers are checked when a product is read. Where
products are kept is left to the caller.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vrmnode.values.constraints import Scalar
from vrmnode.values.fields import Fields
from vrmnode.values.functions import FUNCTION_EXPECTED, UNIT_DAYS, read_function
from vrmnode.values.gtins import GTIN_EXPECTED, read_gtin
from vrmnode.values.money import CURRENCY_EXPECTED, MAX_AMOUNT, Money
from vrmnode.vendor import taxonomy

CONDITIONS = ("NewCondition", "UsedCondition", "RefurbishedCondition", "DamagedCondition")
MAX_PROPERTIES = 32
MAX_STOCK = 10**9
MAX_LEAD_DAYS = 366


class ProductFields(Protocol):
    """What matching reads of a product; a row of the catalogue has these."""

    @property
    def sku(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def price(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def gtin14(self) -> str | None: ...
    @property
    def mpn(self) -> str | None: ...
    @property
    def brand(self) -> str | None: ...
    @property
    def description(self) -> str: ...
    @property
    def category(self) -> int | None: ...
    @property
    def category_path(self) -> str: ...
    @property
    def condition(self) -> str: ...
    @property
    def business_function(self) -> str: ...
    @property
    def price_unit(self) -> str | None: ...
    @property
    def deposit(self) -> int | None: ...
    @property
    def lead_days(self) -> int | None: ...
    @property
    def image(self) -> Sequence[str]: ...
    @property
    def in_language(self) -> str | None: ...
    @property
    def properties(self) -> Mapping[str, object]: ...
    @property
    def delivery(self) -> Mapping[str, object] | None: ...


class ProductIndex(Protocol):
    """Finds products of a catalogue; best or cheapest first, at most `limit`.

    A category is a taxonomy id, or the beginning of a path in words. A highest price leaves out
    what is dearer, and what is in another currency.
    """

    def doing(self, function: str) -> "ProductIndex":
        """The same, with the products of one function alone; what the vendor pays most for
        first."""

    def find_by_gtin(self, gtin14: str) -> Sequence[ProductFields]: ...

    def find_by_mpn(self, mpn: str, brand: str | None) -> Sequence[ProductFields]: ...

    def find_by_category(
        self, categories: Collection[int | str], max_price: Money | None, limit: int
    ) -> Sequence[ProductFields]: ...

    def find_by_words(
        self,
        words: Sequence[str],
        categories: Collection[int | str] | None,
        max_price: Money | None,
        limit: int,
    ) -> Sequence[ProductFields]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What the vendor sells, or does: `price` in minor units; `stock` None if it isn't counted.

    `business_function` says what is done. Of a lease `price` is for each `price_unit` that begins,
    `deposit` for each piece. `lead_days` pass before the delivery begins: for the work, say. Where
    the thing is the customer's, brand and category say which things; `stock` says how many more.
    `in_language` is that of its texts, None where the import didn't say; `image` has the hashes of
    its images in hex.
    """

    sku: str
    name: str
    price: int
    currency: str
    gtin14: str | None = None
    mpn: str | None = None
    brand: str | None = None
    description: str = ""
    category: int | None = None
    category_path: str = ""
    condition: str = "NewCondition"
    business_function: str = "Sell"
    price_unit: str | None = None
    deposit: int | None = None
    lead_days: int | None = None
    stock: int | None = None
    url: str | None = None
    image: tuple[str, ...] = ()
    in_language: str | None = None
    properties: Mapping[str, Scalar] = field(default_factory=dict)
    delivery: Mapping[str, object] | None = None


def product_from_dict(raw: Mapping[str, object]) -> Product:
    """A product from its JSON form.

    Raises: FieldError `product.invalid`, `product.unknown_field`.
    """
    fields = Fields(raw, "product")
    function = fields.parsed("business_function", read_function, FUNCTION_EXPECTED) or "Sell"
    product = Product(
        sku=fields.required_text("sku", 64),
        name=fields.required_text("name", 200),
        price=_price(fields),
        currency=_currency(fields),
        gtin14=_gtin14(fields),
        mpn=fields.text("mpn", 64),
        brand=fields.text("brand", 64),
        description=fields.text("description", 1000) or "",
        category=fields.whole("category", 0, 2**31 - 1, None),
        category_path=fields.text("category_path", 500) or "",
        condition=fields.one_of("condition", CONDITIONS, usual_condition(function)),
        business_function=function,
        price_unit=fields.one_of("price_unit", UNIT_DAYS, usual_unit(function)),
        deposit=fields.whole("deposit", 0, MAX_AMOUNT, None),
        lead_days=fields.whole("lead_days", 0, MAX_LEAD_DAYS, None),
        stock=fields.whole("stock", 0, MAX_STOCK, None),
        url=fields.text("url", 256),
        image=tuple(digest.hex() for digest in fields.digests("image", 8)),
        in_language=fields.language("in_language"),
        properties=_properties(fields),
        delivery=_delivery(fields),
    )
    fields.finish()
    if (wrong := misplaced(product)) is not None:
        raise fields.error(
            wrong, "nothing, but where the function is LeaseOut", getattr(product, wrong)
        )
    return product


def misplaced(product: Product) -> str | None:
    """The field that only a lease has, in a product that isn't leased out."""
    if product.business_function == "LeaseOut":
        return None
    return next((name for name in ("price_unit", "deposit") if getattr(product, name)), None)


def usual_condition(function: str) -> str:
    """The condition where none is stated: what is bought from customers isn't new."""
    return CONDITIONS[1] if function == "Buy" else CONDITIONS[0]


def usual_unit(function: str) -> str | None:
    """What the price of a lease is for where nothing is stated."""
    return "day" if function == "LeaseOut" else None


def product_to_dict(product: Product) -> dict[str, object]:
    """The JSON form; what is absent or empty is left out."""
    found: dict[str, object] = {}
    for name in Product.__slots__:
        value = getattr(product, name)
        if value is None or value in ("", {}, ()):
            continue
        if name == "properties":
            value = dict(value)
        found["gtin" if name == "gtin14" else name] = (
            list(value) if isinstance(value, tuple) else value
        )
    return found


def with_category(category: int | None, category_path: str) -> int | None:
    """The given id, else the one that the path leads to."""
    return category if category is not None else taxonomy.category_of_path(category_path)


def _price(fields: Fields) -> int:
    price = fields.whole("price", 0, MAX_AMOUNT, None)
    if price is None:
        raise fields.error("price", f"minor units, an integer 0..{MAX_AMOUNT}", None)
    return price


def _currency(fields: Fields) -> str:
    currency = fields.currency("currency")
    if currency is None:
        raise fields.error("currency", CURRENCY_EXPECTED, None)
    return currency


def _gtin14(fields: Fields) -> str | None:
    text = fields.text("gtin", 32)
    if text is None:
        return None
    digits = read_gtin(text)
    if digits is None:
        raise fields.error("gtin", GTIN_EXPECTED, text)
    return digits


def _properties(fields: Fields) -> dict[str, Scalar]:
    raw = fields.take("properties") or {}
    if not isinstance(raw, Mapping) or len(raw) > MAX_PROPERTIES:
        raise fields.error("properties", f"at most {MAX_PROPERTIES} named values", raw)
    found: dict[str, Scalar] = {}
    for name, value in raw.items():
        whole = isinstance(value, int) and -(2**63) <= value < 2**63
        short = isinstance(value, str) and len(value) <= 256
        if not isinstance(name, str) or not 1 <= len(name) <= 64 or not (whole or short):
            raise fields.error(
                f"properties.{str(name)[:64]}", "a short text, integer or yes/no", value
            )
        found[name] = value
    return found


def _delivery(fields: Fields) -> dict[str, object] | None:
    raw = fields.take("delivery")
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or len(raw) > 260:
        raise fields.error("delivery", "ways of delivery by country", raw)
    return {str(country): way for country, way in raw.items()}
