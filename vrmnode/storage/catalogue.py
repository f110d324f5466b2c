"""The vendor's products, found by function and identifier, category and price, or words.

Word search is SQLite's FTS5 over name, brand, description and category path; triggers of the
schema keep it in step. Prices are minor units of the product's own currency.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from vrmnode.storage.connection import Connection, Value
from vrmnode.storage.table import Table, marks
from vrmnode.values.money import Money

DEFAULT_LIMIT = 100
SELL = "Sell"
MAX_WORDS = 32
COMMON = 2_000
"""Products beyond which a word is too common to be looked for without others."""
MAX_COMMON = 3
"""Words too common that narrow a search down."""
MAX_SCORED = 10_000
"""Matches of single words that one search scores."""

_WORD = re.compile(r"\w+")


class ProductFields(Protocol):
    """What `upsert_many` reads of a product, whatever its class."""

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
    def description(self) -> str | None: ...
    @property
    def category(self) -> int | None: ...
    @property
    def category_path(self) -> str | None: ...
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
    def stock(self) -> int | None: ...
    @property
    def url(self) -> str | None: ...
    @property
    def image(self) -> Sequence[str]: ...
    @property
    def in_language(self) -> str | None: ...
    @property
    def properties(self) -> Mapping[str, str | int | bool]: ...
    @property
    def delivery(self) -> Mapping[str, object] | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product; `stock` None: not tracked; `image`: hashes in hex."""

    sku: str
    name: str
    price: int
    currency: str
    gtin14: str | None = None
    mpn: str | None = None
    brand: str | None = None
    description: str | None = None
    category: int | None = None
    category_path: str | None = None
    condition: str = "NewCondition"
    business_function: str = "Sell"
    price_unit: str | None = None
    deposit: int | None = None
    lead_days: int | None = None
    stock: int | None = None
    url: str | None = None
    image: Sequence[str] = ()
    in_language: str | None = None
    properties: Mapping[str, str | int | bool] = field(default_factory=dict)
    delivery: Mapping[str, object] | None = None
    updated: int = 0


class UpsertCounts(NamedTuple):
    """How many products were new, changed, or the same as before."""

    added: int
    updated: int
    unchanged: int


_PRODUCTS = Table("products", Product, json_columns=("image", "properties", "delivery"))
_CONTENT = tuple(name for name in _PRODUCTS.columns if name not in ("sku", "updated"))
_UPSERT = (
    f"INSERT {_PRODUCTS.insert_sql} ON CONFLICT (sku) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in (*_CONTENT, "updated"))
    + " WHERE "
    + " OR ".join(f"products.{name} IS NOT excluded.{name}" for name in _CONTENT)
    + " RETURNING id"
)


def upsert_many(tx: Connection, products: Iterable[ProductFields], *, updated: int) -> UpsertCounts:
    """Keep products by their sku, in place of what was there; of one sku the last counts."""
    newest = int(tx.value("SELECT coalesce(max(id), 0) FROM products"))
    added = changed = unchanged = 0
    for product in products:
        values = _PRODUCTS.values(_row(product, updated))
        written = tx.value(_UPSERT, values)
        if written is None:
            unchanged += 1
        elif written > newest:
            newest = written
            added += 1
        else:
            changed += 1
    return UpsertCounts(added, changed, unchanged)


def _row(product: ProductFields, updated: int) -> Product:
    fields = {name: getattr(product, name) for name in _PRODUCTS.columns if name != "updated"}
    return Product(**fields, updated=updated)


def get(tx: Connection, sku: str) -> Product | None:
    """Return the product of this sku."""
    return _PRODUCTS.first(tx, "WHERE sku = ?", (sku,))


def remove(tx: Connection, sku: str) -> bool:
    """Take a product out of the catalogue; False where there is no such product."""
    tx.run("DELETE FROM products WHERE sku = ?", (sku,))
    return tx.changes() == 1


def find_by_gtin(
    tx: Connection, gtin14: str, limit: int = DEFAULT_LIMIT, *, function: str = SELL
) -> list[Product]:
    """Return the products of a function and a GTIN in its 14-digit form, cheapest first."""
    where = f"WHERE gtin14 = ? AND business_function = ? ORDER BY {_by_price(function)} LIMIT ?"
    return _PRODUCTS.select(tx, where, (gtin14, function, limit))


def find_by_mpn(
    tx: Connection,
    mpn: str,
    brand: str | None = None,
    limit: int = DEFAULT_LIMIT,
    *,
    function: str = SELL,
) -> list[Product]:
    """Return the products of a manufacturer's number, and brand if given; case doesn't count."""
    where = (
        "WHERE mpn = ?1 COLLATE NOCASE AND (?2 IS NULL OR brand = ?2 COLLATE NOCASE)"
        f" AND business_function = ?4 ORDER BY {_by_price(function)} LIMIT ?3"
    )
    return _PRODUCTS.select(tx, where, (mpn, brand, limit, function))


def _by_price(function: str) -> str:
    """The cheapest first; of what the vendor buys, what it pays most for."""
    return "price DESC, sku" if function == "Buy" else "price, sku"


def find_by_category(
    tx: Connection,
    categories: Collection[int | str],
    max_price: Money | None = None,
    limit: int = DEFAULT_LIMIT,
    *,
    function: str = SELL,
) -> list[Product]:
    """Return the products of a function and any of the categories, cheapest first.

    A category is a taxonomy id, or a text that the category path starts with. `max_price` leaves
    out what is dearer and what is in another currency.
    """
    if not categories:
        return []
    where, params = _conditions(function, categories, max_price)
    order = f"ORDER BY {_by_price(function)} LIMIT ?"
    return _PRODUCTS.select(tx, f"WHERE {where} {order}", [*params, limit])


def find_by_words(
    tx: Connection,
    words: Iterable[str],
    categories: Collection[int | str] | None = None,
    max_price: Money | None = None,
    limit: int = DEFAULT_LIMIT,
    *,
    function: str = SELL,
) -> list[Product]:
    """Return the products that have all the words, best first, then those that have some."""
    terms = _terms(words)
    if not terms:
        return []
    filters = _conditions(function, categories, max_price)
    rare, common = _by_rarity(tx, terms)
    common = common[:MAX_COMMON]
    found: dict[str, Product] = {}
    steps = (" AND ".join(rare + common), " OR ".join(rare), " AND ".join(common))
    for match in dict.fromkeys(steps):
        if match and len(found) < limit:
            for product in _search(tx, match, filters, limit):
                found.setdefault(product.sku, product)
    return list(found.values())[:limit]


def _by_rarity(tx: Connection, terms: list[str]) -> tuple[list[str], list[str]]:
    """Split terms into those that few products have, and the rest.

    Every match is scored, so a stranger's list of common words would cost a large catalogue more
    than it cost the stranger.
    """
    sql = "SELECT count(*) FROM (SELECT 1 FROM products_fts WHERE products_fts MATCH ? LIMIT ?)"
    counts = {term: int(tx.value(sql, (term, COMMON + 1))) for term in terms}
    left, rare = MAX_SCORED, []
    for term in sorted(terms, key=lambda term: counts[term]):
        left -= counts[term]
        if counts[term] > COMMON or left < 0:
            break
        rare.append(term)
    return rare, [term for term in terms if term not in rare]


def _terms(words: Iterable[str]) -> list[str]:
    """Return the words as quoted terms of FTS5, so that none is read as an operator."""
    parts = dict.fromkeys(part.lower() for word in words for part in _WORD.findall(word))
    return [f'"{part}"' for part in list(parts)[:MAX_WORDS]]


def _search(
    tx: Connection, match: str, filters: tuple[str, list[Value]], limit: int
) -> list[Product]:
    where, params = filters
    columns = ", ".join(f"products.{name}" for name in _PRODUCTS.columns)
    rows = tx.rows(
        f"SELECT {columns} FROM products_fts JOIN products ON products.id = products_fts.rowid"
        f" WHERE products_fts MATCH ? AND {where}"
        # Weights: a word in the name says most, one in the description least.
        " ORDER BY bm25(products_fts, 10.0, 4.0, 1.0, 2.0), price, sku LIMIT ?",
        [match, *params, limit],
    )
    return _PRODUCTS.load_all(tx, rows)


def _conditions(
    function: str, categories: Collection[int | str] | None, max_price: Money | None
) -> tuple[str, list[Value]]:
    clauses = ["products.business_function = ?"]
    params: list[Value] = [function]
    if categories:
        numbers = [category for category in categories if isinstance(category, int)]
        prefixes = [category for category in categories if isinstance(category, str)]
        either = [f"products.category IN ({marks(numbers)})"] if numbers else []
        params += numbers
        for prefix in prefixes:
            either.append("products.category_path BETWEEN ? AND ?")
            params += [prefix, prefix + "\U0010ffff"]
        clauses.append(f"({' OR '.join(either)})")
    if max_price is not None:
        clauses.append("products.price <= ? AND products.currency = ?")
        params += [max_price.amount, max_price.currency]
    return " AND ".join(clauses), params


def functions(tx: Connection) -> set[str]:
    """Return the functions that there are products of."""
    found: set[str] = set()
    name = ""
    # From one to the next through the index, however many products each has.
    following = "SELECT min(business_function) FROM products WHERE business_function > ?"
    while (name := tx.value(following, (name,))) is not None:
        found.add(name)
    return found


def list_products(
    tx: Connection, limit: int = DEFAULT_LIMIT, after: str | None = None
) -> list[Product]:
    """Return products by sku, from the one that follows `after`."""
    where = "WHERE sku > ? ORDER BY sku LIMIT ?"
    return _PRODUCTS.select(tx, where, (after or "", limit))


def count(tx: Connection) -> int:
    """Return how many products there are."""
    return int(tx.value("SELECT count(*) FROM products"))
