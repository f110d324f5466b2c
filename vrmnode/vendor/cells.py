"""A product from the cells of one row: numbers, prices and words as shops write them.

Which cell is which is settled by `columns`; what the file's earlier rows tell (its decimal mark)
is an argument.
"""

import re
from collections.abc import Mapping

from vrmnode.values.constraints import Scalar, property_name
from vrmnode.values.functions import FUNCTION_EXPECTED, UNIT_EXPECTED, read_function, read_unit
from vrmnode.values.gtins import GTIN_EXPECTED, read_gtin
from vrmnode.values.money import (
    CURRENCY_EXPECTED,
    Money,
    MoneyError,
    decimal_mark,
    exponent,
    parse_money,
)
from vrmnode.vendor.columns import PROPERTY
from vrmnode.vendor.product import (
    CONDITIONS,
    MAX_LEAD_DAYS,
    MAX_PROPERTIES,
    MAX_STOCK,
    Product,
    misplaced,
    usual_condition,
    usual_unit,
    with_category,
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
_TAG = re.compile(r"<[^<>]{0,500}>")
_IN_STOCK = frozenset(("instock", "available", "yes", "true", "ja", "lieferbar", "opvoorraad"))
_NO_STOCK = frozenset(("outofstock", "soldout", "no", "false", "nein", "nee", "ausverkauft",
                       "uitverkocht", "preorder", "backorder", "discontinued"))  # fmt: skip
_CONDITIONS = {
    **dict.fromkeys(("new", "neu", "nieuw", "neuf", "nuevo", "newcondition"), CONDITIONS[0]),
    **dict.fromkeys(
        ("used", "gebraucht", "gebruikt", "tweedehands", "usedcondition"), CONDITIONS[1]
    ),
    **dict.fromkeys(("refurbished", "refurbishedcondition"), CONDITIONS[2]),
    **dict.fromkeys(("damaged", "damagedcondition"), CONDITIONS[3]),
}


class CellError(Exception):
    """A cell that can't be used: its field, what was expected, what came."""

    def __init__(self, field_name: str, expected: str, came: object) -> None:
        super().__init__(field_name)
        self.field_name = field_name
        self.expected = expected
        self.came = came


def product_of(
    row: Mapping[str, str],
    price: Money,
    decimal: str | None = None,
    language: str | None = None,
    images: tuple[str, ...] = (),
) -> Product:
    """The product of a row of cleaned cells by field, its texts in `language`.

    `decimal` is the mark of the file's amounts, if known; `images` are hashes in hex.

    Raises: CellError.
    """
    function = _function(row)
    gtin14 = _gtin(row.get("gtin", ""))
    mpn = row.get("mpn", "")[:64] or None
    path = _text("category_path", row, 500)
    product = Product(
        sku=_sku(row, gtin14, mpn),
        name=_name(row),
        price=price.amount,
        currency=price.currency,
        gtin14=gtin14,
        mpn=mpn,
        brand=row.get("brand", "")[:64] or None,
        description=_TAG.sub(" ", row.get("description", ""))[:1000].strip(),
        category=with_category(_category(row), path),
        category_path=path,
        condition=_condition(row, function),
        business_function=function,
        price_unit=_unit(row, function),
        deposit=_deposit(row, price.currency, decimal),
        lead_days=_lead_days(row),
        stock=_stock(row),
        url=row["url"] if 0 < len(row.get("url", "")) <= 256 else None,
        in_language=language,
        image=images,
        properties=_properties(row),
    )
    if (wrong := misplaced(product)) is not None:
        raise CellError(wrong, "nothing, but where the function is LeaseOut", row.get(wrong))
    return product


def price_of(row: Mapping[str, str], currency: str, decimal: str | None) -> Money:
    """The price, in `currency` if it names none; `decimal` is the file's mark, if known.

    Raises: CellError.
    """
    named = row.get("currency", "").upper() or currency
    if exponent(named) is None:
        raise CellError("currency", CURRENCY_EXPECTED, named)
    if not row.get("price", ""):
        raise CellError("price", 'a price such as "9.99"', None)
    return _money("price", row["price"], named, decimal)


def _money(name: str, text: str, currency: str, decimal: str | None) -> Money:
    # A mark that is certain in this cell outweighs what earlier rows used.
    try:
        return parse_money(text, currency=currency, decimal=decimal_mark(text) or decimal)
    except MoneyError as error:
        raise CellError(name, error.expected, text) from None


def clean(cell: str) -> str:
    """Trimmed, white space and control characters made single spaces, no spreadsheet quoting."""
    text = cell.strip()
    if not text.isprintable() or "  " in text:
        text = _CONTROL.sub(" ", text).strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text[1:] if text.startswith("'") and text[1:].isdigit() else text


def _text(name: str, row: Mapping[str, str], limit: int) -> str:
    text = row.get(name, "")
    if len(text) > limit:
        raise CellError(name, f"at most {limit} characters", f"{len(text)} characters")
    return text


def _name(row: Mapping[str, str]) -> str:
    if not (name := _text("name", row, 200)):
        raise CellError("name", "a text of 1 to 200 characters", None)
    return name


def _sku(row: Mapping[str, str], gtin14: str | None, mpn: str | None) -> str:
    sku = _text("sku", row, 64) or gtin14 or mpn
    if not sku:
        raise CellError("sku", "a sku, or a gtin or mpn in its place", None)
    return sku


def _gtin(text: str) -> str | None:
    if not text:
        return None
    if (gtin14 := read_gtin(text)) is None:
        raise CellError("gtin", GTIN_EXPECTED, text)
    return gtin14


def _category(row: Mapping[str, str]) -> int | None:
    text = row.get("category", "")
    if not text or ">" in text:
        return with_category(None, text)
    if not re.fullmatch("[0-9]{1,9}", text):
        raise CellError("category", "an id of the Google product taxonomy", text)
    return int(text)


def _function(row: Mapping[str, str]) -> str:
    text = row.get("business_function", "")
    if (found := read_function(text) if text else "Sell") is None:
        raise CellError("business_function", FUNCTION_EXPECTED, text)
    return found


def _unit(row: Mapping[str, str], function: str) -> str | None:
    text = row.get("price_unit", "")
    if not text:
        return usual_unit(function)
    found = read_unit(text)
    if found is None and function == "LeaseOut":
        raise CellError("price_unit", UNIT_EXPECTED, text)
    # Elsewhere a unit such as "piece" says nothing.
    return found


def _deposit(row: Mapping[str, str], currency: str, decimal: str | None) -> int | None:
    text = row.get("deposit", "")
    if not text:
        return None
    money = _money("deposit", text, currency, decimal)
    if money.currency != currency:
        raise CellError("deposit", f"an amount in {currency}", text)
    return money.amount


def _lead_days(row: Mapping[str, str]) -> int | None:
    text = row.get("lead_days", "")
    if text and not (re.fullmatch("[0-9]{1,3}", text) and int(text) <= MAX_LEAD_DAYS):
        raise CellError("lead_days", f"a whole number of days up to {MAX_LEAD_DAYS}", text)
    return int(text) if text else None


def _condition(row: Mapping[str, str], function: str) -> str:
    text = row.get("condition", "")
    if not text:
        return usual_condition(function)
    found = _CONDITIONS.get(property_name(text))
    if found is None:
        raise CellError("condition", "new, used, refurbished or damaged", text)
    return found


def _stock(row: Mapping[str, str]) -> int | None:
    text = row.get("stock", "")
    whole = re.fullmatch(r"([0-9]{1,10})(?:[.,]0{1,4})?", text)
    if whole is not None and int(whole[1]) <= MAX_STOCK:
        return int(whole[1])
    word = property_name(text)
    if not text or word in _IN_STOCK:
        return None
    if word in _NO_STOCK:
        return 0
    raise CellError("stock", "a whole number of zero or more", text)


def _properties(row: Mapping[str, str]) -> dict[str, Scalar]:
    named = {name[len(PROPERTY) :]: text[:256] for name, text in row.items() if
             name.startswith(PROPERTY) and text}  # fmt: skip
    return dict(list(named.items())[:MAX_PROPERTIES])
